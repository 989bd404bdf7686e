"""Instants as people write them: on the command line, in fields of a request, and in dialogs of the console.

The one reader of them: what could mean two things is refused everywhere (D-09). Columns of an import are read by its
mapping instead (`exchange.importing.log_dates`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from deskterm.errors import UsageError

FIRST_YEAR, END_YEAR = 1970, 2300
_EXAMPLE = "2026-11-23T09:30"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITTEN = re.compile(
    r"(?:(?P<weekday>[a-z]{3,9}),? )?"
    r"(?:(?P<iso>\d{4}-\d\d-\d\d)|(?P<day>\d{1,2}) (?P<month>[a-z]{3,9}) (?P<year>\d{4}))"
    r"(?:,? (?P<time>\d{1,2}:\d\d(?::\d\d)?))?(?: (?P<zone>\S+))?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?", re.ASCII | re.IGNORECASE)
_DAYS_AHEAD = {"yesterday": -1, "today": 0, "tomorrow": 1}
_DAY_AND_TIME = re.compile(r"(?P<day>yesterday|today|tomorrow)(?:,? (?P<time>\d{1,2}:\d\d))?", re.ASCII | re.IGNORECASE)
_FROM_NOW = re.compile(r"(?P<sign>[+-]?)(?P<count>\d{1,5}) ?(?P<unit>min|m|h|d|w)", re.ASCII | re.IGNORECASE)
_HOURS_AND_MINUTES = re.compile(
    r"(?P<sign>[+-]?)(?P<hours>\d{1,5}) ?h ?(?P<minutes>[0-5]?\d) ?m(?:in)?", re.ASCII | re.IGNORECASE
)
_TIME_AT_END = re.compile(r"(?:^|(?<=[ ,]))(?:at )?(?P<time>[012]?\d:[0-5]\d(?::[0-5]\d)?)$", re.ASCII)
_IN_FIGURES = re.compile(r"(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)
_FULL_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MINUTES = {"m": 1, "min": 1, "h": 60}
_DAYS = {"d": 1, "w": 7}


def parse_instant(text: str, zone_name: str, now: datetime | None = None, *, past: bool = False) -> datetime:
    """Parse an instant as a person writes it, and return it in UTC.

    It is ISO 8601, or as deskterm prints it (`Mon 23 Nov 2026 09:30 GMT`). A year or a month stands for its first day,
    and a day for its midnight; without a zone it is wall-clock time in the zone of that name. now: the desk's time,
    where an instant may be said from it: `2h`, `2h30m`, `3d` (the same time of day), `-7d` (seven days ago),
    `tomorrow`, `yesterday 9:00`. past: the instant must have passed; a length of time needs a minus sign then.

    Raises UsageError for anything else. Nothing is guessed: for `05/06/2026`, `friday`, `14:30`, and a local time that
    the clocks skip or show twice, the error says how each meaning is written.
    """
    zone = ZoneInfo(zone_name)
    plain = " ".join(text.split())
    beyond = UsageError(f"{text!r} is no instant that a desk will see: the years from {FIRST_YEAR} to {END_YEAR} are.")
    try:
        moment = _parse_from_now(plain, zone, now, past) if now is not None else None
        if moment is None:
            moment = _parse_moment(plain, zone)
        if moment is None and plain and (doubt := _describe_doubt(plain, zone, now, past)) is not None:
            raise UsageError(doubt)
        if moment is None:
            spoken = "today 09:00 or yesterday 14:30" if past else "2h, 3d or tomorrow 09:00"
            examples = _EXAMPLE if now is None else f"{_EXAMPLE}, {spoken}"
            what = f"{text!r} is no instant" if plain else "There is no instant"
            raise UsageError(f"{what}: write it as {examples}.")
        if moment.tzinfo is None:
            moment = _put_in_zone(moment, zone, text)
        instant = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:
        # At the first or last day of Python's years the conversion itself leaves them
        raise beyond from error
    if not FIRST_YEAR <= instant.year < END_YEAR:
        raise beyond
    if past and now is not None and instant > now:
        raise UsageError(f"{text!r} is still to come: give an instant that has passed.")
    return instant


def _describe_doubt(text: str, zone: tzinfo, now: datetime | None, past: bool) -> str | None:
    """Return a sentence that says why a text is ambiguous, and how each meaning is written; None for a text that is
    not. Ambiguous are a weekday, a time without a day, and a date in figures whose day and month may be exchanged."""
    at = f" {_fill_hour(match['time'])}" if (match := _TIME_AT_END.search(text)) else ""
    rest = text[: match.start()].strip(" ,").lower() if match else text.lower()
    if not rest:
        spoken = [f"{day}{at}" for day in _DAYS_AHEAD if not (past and day == "tomorrow")]
        days = spoken if now is not None else [f"{_EXAMPLE[:10]}{at}"]
        return f"{text!r} does not say on which day: write {_join_choices(days)}."
    words = rest.removeprefix("next ").removeprefix("last ").removeprefix("on ")
    if words.isalpha() and words[:3] in _WEEKDAYS and _FULL_WEEKDAYS[_WEEKDAYS.index(words[:3])].startswith(words):
        if now is None:
            return f"{text!r} does not say in which week: write its date, as in {_EXAMPLE[:10]}{at}."
        today = now.astimezone(zone).date()
        ahead = (_WEEKDAYS.index(words[:3]) - today.weekday()) % 7 or 7
        days = [f"{today + timedelta(days=ahead - 7 * weeks)}{at}" for weeks in ((1,) if past else (1, 0))]
        return f"{text!r} does not say in which week: write {_join_choices(days)}."
    if match := _IN_FIGURES.fullmatch(rest):
        first, second, year = int(match["first"]), int(match["second"]), match["year"]
        pairs = {(first, second), (second, first)}
        dates = (f"{year}-{month:02}-{day:02}" for day, month in pairs)
        days = sorted(f"{date}{at}" for date in dates if _parse_moment(date, ZoneInfo("UTC")) is not None)
        if days:
            why = "is a day in figures" if len(days) == 1 else "could be two days"
            return f"{text!r} {why}: write {_join_choices(days)}."
    return None


def _join_choices(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else choices[0]


def names_day_only(text: str) -> bool:
    """Return whether a text is `today`, `tomorrow` or `yesterday` without a time of day: the day's beginning to
    one and its end to another where something is due."""
    return text.strip().lower() in _DAYS_AHEAD


def require_time_of_day(text: str, example: str = "09:30") -> None:
    """Raise UsageError for `today`, `tomorrow` or `yesterday` without a time of day, for instants that start or end a
    clock, or at which something happened: midnight is hardly ever meant (D-09). example: a time of day."""
    if names_day_only(text):
        raise UsageError(f"{text!r} has no time of day: write it as {text.strip()} {example}.")


def _parse_from_now(text: str, zone: tzinfo, now: datetime, past: bool) -> datetime | None:
    """Parse a text that says an instant from now; None for another text. Days go by the wall clock, hours do not."""
    local = now.astimezone(zone)
    length = _HOURS_AND_MINUTES.fullmatch(text) or _FROM_NOW.fullmatch(text)
    if past and length is not None and length["sign"] != "-":
        return None
    way = -1 if length is not None and length["sign"] == "-" else 1
    if match := _HOURS_AND_MINUTES.fullmatch(text):
        return now + way * timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    if match := _FROM_NOW.fullmatch(text):
        count, unit = way * int(match["count"]), match["unit"].lower()
        if unit in _MINUTES:
            return now + timedelta(minutes=count * _MINUTES[unit])
        # Without the zone, into which it is put like any time that a person writes: the same time of day
        return local.replace(tzinfo=None) + timedelta(days=count * _DAYS[unit])
    match = _DAY_AND_TIME.fullmatch(text)
    if match is None:
        return None
    day = local.date() + timedelta(days=_DAYS_AHEAD[match["day"].lower()])
    try:
        return datetime.fromisoformat(f"{day}T{_fill_hour(match['time'])}")
    except ValueError:
        return None


def _fill_hour(time: str | None) -> str:
    """Return a time of day with two digits for the hour; midnight for None."""
    hour, _, rest = (time or "00:00").partition(":")
    return f"{hour.zfill(2)}:{rest}"


def _put_in_zone(moment: datetime, zone: tzinfo, text: str) -> datetime:
    """Put a naive moment into a zone. Raises UsageError for one that the clocks skip or show twice there."""
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    # A day that lacks its midnight, or has two, begins with the first instant that is its own.
    if moment.time() == datetime.min.time():
        return first
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise UsageError(f"{text!r} is no time of day there: the clocks are put forward over it.")
    choice = " or ".join(found.isoformat(timespec="minutes") for found in (first, second))
    raise UsageError(f"{text!r} comes twice, because the clocks are put back: write {choice}.")


def _parse_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Parse a text that may name a zone; naive where it names none, None when it is no instant."""
    if re.fullmatch(r"\d{4}(-\d\d)?", text, re.ASCII):
        # For a year and for a month alike: what is too much of it is cut off
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
        moment = datetime.fromisoformat(f"{day}T{_fill_hour(match['time'])}")
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
    # GMT is one instant even in summer, when the zone calls its own time BST
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
