"""A progress bar that never writes to stderr: nbgrader takes stderr in a graded cell for failure."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from tqdm import tqdm

from qcourse.jupyter import in_notebook

T = TypeVar("T")


def progress(items: Sequence[T], what: str) -> Iterator[T]:
    """Yield the items and show how far it is.

    In a terminal this is tqdm on stdout. In a notebook one line is updated in place, and ends as
    plain text without times, so that two runs store the same output.
    """
    if not in_notebook():
        yield from tqdm(items, what, file=sys.stdout, leave=False, disable=not sys.stdout.isatty())
        return
    from IPython.display import DisplayHandle

    handle = DisplayHandle()
    started = shown = time.monotonic()
    handle.display(_text(f"{what} …"), raw=True)
    for done, item in enumerate(items, start=1):
        yield item
        if (now := time.monotonic()) - shown > 0.2:  # seconds between updates
            shown = now
            meter = tqdm.format_meter(done, len(items), now - started, ncols=72, prefix=what)
            handle.update(_text(meter), raw=True)
    handle.update(_text(f"{what}: done."), raw=True)


def _text(line: str) -> dict[str, str]:
    return {"text/plain": line}
