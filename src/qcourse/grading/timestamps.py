"""When a submission was handed in: what ``timestamp.txt`` says, and what nbgrader would take it for.

nbgrader takes a zone that it does not know for UTC, and ``+0200`` after a blank for 200 seconds; a text that
is no time ends formgrader's page. Here a time is right, or it is none and that is said.
"""

import contextlib
import os
import re
import warnings
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from nbgrader.utils import parse_utc

from qcourse.files import is_linked, read_below, read_regular, replace

TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(.*)")
OFFSET = re.compile(r"([+-])(\d\d):?([0-5]\d)?")
NAME, ORIGINAL = "timestamp.txt", "timestamp.txt.original"
LONGEST = 100  # bytes of a file that holds a time
YEARS, FARTHEST = range(1970, 9999), timedelta(hours=14)
# Short names that more places use than the time zone database knows.
AMBIGUOUS = {"AST", "BST", "SST"}


class Stamp(NamedTuple):
    """What ``timestamp.txt`` says; ``aside`` where `set_right` has found before that it is no time."""

    text: str
    aside: bool = False


def read_time(text: str) -> datetime:
    """The time that a text such as "2025-12-01 10:00:00 Europe/Berlin" means, in UTC and without a zone.

    Raises:
        ValueError: it is no time, or may mean several; the text says which.
    """
    found = TIME.fullmatch(text)
    try:
        local = datetime.fromisoformat("T".join(found.group(1, 2))) if found else None
    except ValueError:
        local = None
    if found is None or local is None or local.year not in YEARS:
        raise ValueError("is not a valid time")
    offsets = _offsets(found[3], local)
    if not offsets:
        unknown = re.match("[A-Za-z]", found[3])
        raise ValueError("has an unknown time zone" if unknown else "is not a valid time")
    if len(offsets) > 1:
        raise ValueError("may mean several times")
    return local - offsets.pop()


def canonical(text: str) -> str:
    """The text by which nbgrader reads the same time: ``text`` itself where it does; empty if it is none."""
    try:
        time = read_time(text)
    except ValueError:
        return ""
    with warnings.catch_warnings(action="ignore"):  # of time zones that dateutil does not know
        try:
            right = parse_utc(text) == time
        except (ValueError, OverflowError):
            right = False
    return text if right else f"{time:%Y-%m-%d %H:%M:%S.%f} UTC"


def judged(stamp: Stamp | None, now: datetime) -> tuple[datetime | None, str]:
    """The time in UTC, or None; and what is wrong with it, in words. A time in the future is none."""
    if stamp is None or not stamp.text:
        return None, ""
    try:
        time = read_time(stamp.text)
    except ValueError as error:
        return None, f"{NAME} {error} ({stamp.text[:40]!r}): it was ignored."
    if stamp.aside or time > now.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1):
        return None, f"{NAME} is in the future ({stamp.text[:40]}): it was ignored."
    return time, ""


def read_stamp(folder: Path) -> Stamp | None:
    """What the file in a submission's folder says; None where there is none, no regular file, or a link."""
    for name in (NAME, ORIGINAL):
        try:
            content = read_below(folder, name, LONGEST + 1)
        except FileNotFoundError:
            continue
        except OSError:
            return None
        text = content.decode("utf-8-sig", "replace").strip()
        return Stamp(text if len(content) <= LONGEST else f"{text[:LONGEST]}…", aside=name == ORIGINAL)
    return None


def kept(stamp: Stamp | None, now: datetime) -> str:
    """The text that nbgrader is left with: the time in a form that it reads right, or nothing."""
    return canonical(stamp.text) if stamp and judged(stamp, now)[0] else ""


def set_right(folder: Path, now: datetime) -> None:
    """Leave in a submission's folder a time that nbgrader reads right, or none.

    Formgrader reads it there: a text that is no time ends its page, and one that it reads wrongly makes it
    take a graded submission for a new one. What was handed in is kept as ``timestamp.txt.original``. Nothing
    happens where the folder cannot be written.
    """
    path = folder / NAME
    if not os.path.lexists(path) or is_linked(folder):
        return
    right = kept(read_stamp(folder), now)
    with contextlib.suppress(OSError):
        if not right:
            os.replace(path, folder / ORIGINAL)
        elif (content := read_regular(path, LONGEST + 1)).decode("utf-8", "replace").strip() != right:
            replace(folder / ORIGINAL, content)
            replace(path, right.encode())


def _offsets(zone: str, local: datetime) -> set[timedelta]:
    """How far a zone may be from UTC at a local time; none where it is unknown."""
    if zone.upper() in ("", "Z", "UT", "UTC", "GMT"):
        return {timedelta()}
    if sign := OFFSET.fullmatch(zone):
        offset = timedelta(hours=int(sign[2]), minutes=int(sign[3] or 0))
        return {offset if sign[1] == "+" else -offset} if offset <= FARTHEST else set()
    if re.fullmatch(r"[1-9]\d*", zone):  # nbgrader's own form: seconds
        known = len(zone) < 6 and int(zone) % 900 == 0 and timedelta(seconds=int(zone)) <= FARTHEST
        return {timedelta(seconds=int(zone))} if known else set()
    if zone in AMBIGUOUS:
        return {timedelta.min, timedelta.max}
    return _named(zone, local) | _short(zone, local.year)


def _named(name: str, local: datetime) -> set[timedelta]:
    """The offsets of a zone of that name: two where the clock is being changed."""
    if name not in _zones():
        return set()
    moments = [local.replace(tzinfo=ZoneInfo(name), fold=fold) for fold in (0, 1)]
    return {offset for moment in moments if (offset := moment.utcoffset()) is not None}


def _short(name: str, year: int) -> set[timedelta]:
    """The offsets that a short name, such as CEST, has anywhere in the world in that year."""
    return _short_names(year).get(name, set())


@lru_cache(maxsize=8)
def _short_names(year: int) -> dict[str, set[timedelta]]:
    found: dict[str, set[timedelta]] = {}
    for name in _zones():
        for month in (1, 7):
            moment = datetime(year, month, 1, tzinfo=ZoneInfo(name))
            found.setdefault(moment.tzname() or "", set()).add(moment.utcoffset() or timedelta())
    return found


_zones = lru_cache(available_timezones)
