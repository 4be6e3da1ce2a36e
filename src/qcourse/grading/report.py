"""The report of a grading run, for the instructor: a row as each result comes, and what has changed."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from tqdm import tqdm

from qcourse.errors import printable

POINTS = len("19.25 of 27 (21.75 - 2.25 late), 3 by hand")  # as wide as it becomes


class Table:
    """Students, points, seconds, and why a submission failed, was ended or repaired; as plain text."""

    def __init__(self) -> None:
        self._width = 0

    def start(self, students: Sequence[str]) -> None:
        """Print the header; ``students``, as `shown` has them, are those who may come."""
        self._width = max(8, *map(len, students))
        _say(f"{'student':{self._width}}  {'points':{POINTS}}  {'seconds':>7}")

    def nothing(self, form: str) -> None:
        """Say that nobody has handed in, and what was looked for."""
        _say(f"No submissions were found. What was looked for is {form}.")

    def add(self, result: dict[str, Any]) -> None:
        """Print the row of a result."""
        who = shown(result["student"], result["name"])
        row = f"{who:{self._width}}  {points(result):{POINTS}}  {result['seconds']:7.1f}  {result['reason']}"
        _say(row.rstrip())


def shown(student: str, name: str) -> str:
    """A student by name and id."""
    return printable(f"{name} ({student})" if name else student)


def points(result: dict[str, Any]) -> str:
    """What a submission has earned of what can be tested, less what lateness takes, and what humans give."""
    if result["status"] == "failed":
        return "failed"
    by_hand = sum(cell["max_score"] for cell in result["cells"].values() if cell["score"] is None)
    score, late = result["score"], result.get("penalty", 0)
    less = f" ({score:g} - {late:g} late)" if late else ""
    hand = f", {by_hand:g} by hand" if by_hand else ""
    return f"{score - late:g} of {result['max_score'] - by_hand:g}{less}{hand}"


def ending(results: list[dict[str, Any]]) -> str:
    """How many were graded, and whose score is another than before."""
    failed = sum(result["status"] == "failed" for result in results)
    unchanged = sum(result.get("unchanged", False) for result in results)
    lines = [f"{len(results) - failed - unchanged} graded, {unchanged} unchanged, {failed} failed."]
    changed = [
        f"{shown(r['student'], r['name'])}  {', '.join(_changes(r))}" for r in results if any(_changes(r))
    ]
    if changed:
        lines += ["", "Changed since they were last graded:", *changed]
    return "\n".join(map(printable, lines))


def _say(line: str) -> None:
    """Print above a progress bar, if there is one."""
    tqdm.write(printable(line), file=sys.stdout)
    sys.stdout.flush()


def _changes(result: dict[str, Any]) -> Iterator[str]:
    """What has changed in the scores of a student, old and new."""
    changed = result.get("changed", {})
    if changed:
        before = result["score"] - sum((new or 0) - old for old, new in changed.values())
        cells = (f"{cell} {old:g} -> {_points(new)}" for cell, (old, new) in changed.items())
        yield f"{before:g} -> {result['score']:g} ({', '.join(cells)})"
    old, new = (result.get(name, 0) for name in ("penalty_before", "penalty"))
    if old != new:
        yield f"taken off as late: {old:g} -> {new:g}"


def _points(score: float | None) -> str:
    return "by hand" if score is None else f"{score:g}"
