"""What the instructor sees at the end."""

from typing import Any


def table(results: list[dict[str, Any]]) -> str:
    """Students, points, seconds, and the reasons for what failed or was put right; as plain text."""
    if not results:
        return "No submission was found."
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
    return "\n".join(lines).encode(errors="backslashreplace").decode()  # a file's name may be no text
