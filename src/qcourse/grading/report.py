"""The report of a grading run, for the instructor."""

from typing import Any


def table(results: list[dict[str, Any]]) -> str:
    """Students, points, seconds, and why a submission failed or what was repaired; as plain text."""
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
    return (
        "\n".join(lines).encode(errors="backslashreplace").decode()
    )  # a folder's name may not be valid UTF-8
