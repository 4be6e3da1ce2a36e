"""Tables as CSV files, for spreadsheets: no cell of them is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet computes


def harmless(text: str) -> str:
    """``text`` as a cell that no spreadsheet computes; `as_meant` takes the apostrophe away again."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_meant(cell: str) -> str:
    """What `harmless` made a cell of."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as UTF-8 with a mark at the start, which Excel needs; None is an empty cell."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return stream.getvalue().encode("utf-8-sig", errors="backslashreplace")
