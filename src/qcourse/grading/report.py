"""The report of a grading run, for the instructor."""

from collections.abc import Iterator
from typing import Any


def table(results: list[dict[str, Any]]) -> str:
    """Students, points, seconds, and why a submission failed or what was repaired; as plain text.

    Below it stands whose score is another than before.
    """
    if not results:
        return "No submissions were found."
    width = max(8, *(len(result["student"]) for result in results))
    lines = [f"{'student':{width}}  {'points':>12}  {'seconds':>7}"]
    for result in results:
        points = (
            f"{result['score']:g} of {result['max_score']:g}" if result["status"] == "graded" else "failed"
        )
        row = f"{result['student']:{width}}  {points:>12}  {result['seconds']:7.1f}  {result['reason']}"
        lines.append(row.rstrip())
    failed = sum(result["status"] == "failed" for result in results)
    lines.append(f"{len(results) - failed} graded, {failed} failed.")
    if changes := [f"{r['student']:{width}}  {', '.join(_changes(r))}" for r in results if any(_changes(r))]:
        lines += ["", "Changed since they were last graded:", *changes]
    return (
        "\n".join(lines).encode(errors="backslashreplace").decode()
    )  # a folder's name may not be valid UTF-8


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
