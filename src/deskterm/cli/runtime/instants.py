"""Instants as people write and read them on the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from deskterm.errors import UsageError
from deskterm.sla.zones import zone_abbreviation

_FIRST_YEAR, _END_YEAR = 1970, 2300

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITTEN = re.compile(
    r"(?:(?P<weekday>[a-z]{3,9}),? )?"
    r"(?:(?P<iso>\d{4}-\d\d-\d\d)|(?P<day>\d{1,2}) (?P<month>[a-z]{3,9}) (?P<year>\d{4}))"
    r"(?:,? (?P<time>\d\d:\d\d(?::\d\d)?))?(?: (?P<zone>\S+))?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?", re.ASCII | re.IGNORECASE)


def system_now() -> datetime:
    """Return the operating system's time: aware, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def parse_instant(text: str, zone_name: str) -> datetime:
    """Parse an instant as a person writes it, and return it in UTC.

    It is ISO 8601, or as deskterm prints it (`Mon 23 Nov 2026 09:30 GMT`). A year or a month stands for its first day,
    and a day for its midnight; without a zone it is wall-clock time in the zone of that name. Raises UsageError for
    anything else: nothing is guessed.
    """
    zone = ZoneInfo(zone_name)
    moment = _parse_moment(" ".join(text.split()), zone)
    if moment is None:
        raise UsageError(f"{text!r} is no instant: write it as 2026-11-23T09:30.")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    beyond = UsageError(
        f"{text!r} is no instant that a desk will see: the years from {_FIRST_YEAR} to {_END_YEAR} are."
    )
    try:
        instant = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:
        raise beyond from error
    if not _FIRST_YEAR <= instant.year < _END_YEAR:
        raise beyond
    return instant


def to_rfc3339(seconds: int | None) -> str | None:
    """Return epoch seconds as RFC 3339 in UTC; None for None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_time(seconds: int | None, zone_name: str) -> str:
    """Format epoch seconds as a person of the desk reads them: `Mon 23 Nov 2026 08:15`; a dash for None."""
    if seconds is None:
        return "–"
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone_name)).strftime("%a %d %b %Y %H:%M")


def format_due(seconds: int | None, zone_name: str) -> str:
    """Format a due time, which must be right to the second: `Mon 23 Nov 2026 08:15:07`. Seconds that are zero are left
    out, as `format_time` does."""
    text = format_time(seconds, zone_name)
    return text if seconds is None or seconds % 60 == 0 else f"{text}:{seconds % 60:02}"


def format_zone(seconds: int, zone_name: str) -> str:
    """Return the abbreviation of a zone at an instant, in epoch seconds: `GMT`."""
    return zone_abbreviation(datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone_name)))


def format_time_and_zone(seconds: int, zone_name: str) -> str:
    """Format epoch seconds with their zone, as the console does: `Mon 23 Nov 2026 08:15 GMT`."""
    return f"{format_time(seconds, zone_name)} {format_zone(seconds, zone_name)}"


def _parse_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Parse a text that may name a zone; naive where it names none, None when it is no instant."""
    if re.fullmatch(r"\d{4}(-\d\d)?", text, re.ASCII):
        text = f"{text}-01-01"[:10]
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    try:
        day = match["iso"] or f"{match['year']}-{_find_name(match['month'], _MONTHS) + 1:02}-{int(match['day']):02}"
        moment = datetime.fromisoformat(f"{day}T{match['time'] or '00:00'}")
        if match["weekday"] is not None and moment.weekday() != _find_name(match["weekday"], _WEEKDAYS):
            return None  # a typing error in the date, which nobody would notice otherwise
        return moment if match["zone"] is None else _apply_zone(moment, match["zone"], zone)
    except ValueError:
        return None


def _find_name(word: str, names: Sequence[str]) -> int:
    """Return the index of the month or weekday that a word abbreviates or spells out. Raises ValueError for none."""
    return names.index(word[:3].lower())


def _apply_zone(moment: datetime, word: str, zone: ZoneInfo) -> datetime:
    """Put a naive moment into the zone that a word names: an offset from UTC, or an abbreviation of the given zone.

    Raises ValueError for other abbreviations, because `IST` is three zones.
    """
    if word.upper() in ("Z", "UTC", "GMT"):
        return moment.replace(tzinfo=UTC)
    if offset := _OFFSET.fullmatch(word):
        length = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return moment.replace(tzinfo=timezone(-length if offset[1] == "-" else length))
    # In the hour that the end of summer time repeats, the abbreviation says which of the two it is.
    for fold in (0, 1):
        local = moment.replace(tzinfo=zone, fold=fold)
        if local.tzname() == word:
            return local
    raise ValueError(word)
