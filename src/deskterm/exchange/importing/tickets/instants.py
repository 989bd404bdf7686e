"""Instants of exports: whatever a product and its user's language write, with the order of day and month decided over
the whole file, and never a guess (R-72)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deskterm.errors import UsageError
from deskterm.exchange.importing.log_dates import build_date_parser
from deskterm.exchange.importing.tickets.mapping import DateOrder, DurationUnit
from deskterm.procedure.shipped import data_folder

_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"(?<=[\d\s])(Z|UTC|GMT|[+-]\d{2}:?\d{2})\)?$", re.IGNORECASE)
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?!\d)")
_OTHER_CLOCKS = (
    re.compile(r"(?<!\d)(\d{1,2})\s?[hH]\s?(\d{2})(?!\d)()"),
    re.compile(r"(?<=[\s,])(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?=$|\s*[^\d.\s])"),
)
_HALF = re.compile(
    r"(?<!\w)(?P<am>a\.?\s?m\.?|vorm\.?|f\.?\s?m\.?|上午|午前|오전)(?!\w)"
    r"|(?<!\w)(?P<pm>p\.?\s?m\.?|nachm\.?|e\.?\s?m\.?|下午|午後|오후)(?!\w)"
    r"|(?P<am2>上午|午前|오전)|(?P<pm2>下午|午後|오후)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’]\w+)?\.?")
_NUMBER = re.compile(r"\d+")
_FILLERS = frozenset(
    (
        "de",
        "del",
        "di",
        "d",
        "of",
        "at",
        "at.",
        "à",
        "a",
        "um",
        "uhr",
        "kl",
        "kl.",
        "klo",
        "om",
        "le",
        "el",
        "il",
        "den",
        "der",
        "la",
        "st",
        "nd",
        "rd",
        "th",
        "an",
        "am",
    )
)
_RELATIVE = re.compile(
    r"\bago\b|^(just now|yesterday|today|heute|gestern|hier|hoy|ayer)$|^(vor|hace|il y a|há|fa)\s|\b(geleden|sedan"
    r"|siden|sitten|temu|назад|önce|fa)$|前$|전$",
    re.IGNORECASE,
)
_EAST_ASIAN = str.maketrans(dict(zip("年月日年月日時时분초년월일", "-- -- ::  -- ", strict=True)))
_END = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())
_SAMPLES = 3
_LONGEST = 200
"""Characters beyond which a text is neither an instant nor a duration."""
_CENTURY = 100 * 366 * 86_400
_DAY = 24 * 60
"""Minutes from which on an offset is none."""
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy")


class NoSuchDate(ValueError):
    """A text that is no instant."""


class RelativeDate(NoSuchDate):
    """An instant that is told from the day of the export."""


class DateParts(NamedTuple):
    """An instant as it is written. first, second: day and month in an order that the text does not show, unless it is
    `is_decided`: then they are day and month. offset: where the text says it."""

    year: int
    first: int
    second: int
    is_decided: bool
    hour: int
    minute: int
    second_of_minute: int
    offset: tzinfo | None


class DateColumnReader:
    """Reads the instants of a file. `learn` sees all of them first; then `settle` decides the order of day and month,
    and `parse` returns epoch seconds. zone: of instants without an offset, None when nobody has said it. formats: of
    the mapping, tried first."""

    def __init__(self, zone: str | None, formats: Sequence[str] = (), order: DateOrder | None = None) -> None:
        self._zone = None if zone is None else ZoneInfo(zone)
        self._formats = build_date_parser(formats, zone or "UTC") if formats else None
        self._given = self.order = order
        self._evidence: dict[str, str] = {}
        """`dmy`, `mdy` → the first instant that can be read in that order only."""
        self._ambiguous: dict[str, None] = {}
        self.needs_zone = ""
        """The first instant that has no offset."""
        self._parsed: dict[str, int] = {}

    def learn(self, text: str) -> None:
        """Take one instant as evidence. Raises NoSuchDate when it is none in any order."""
        if self._formats is not None and self._try_formats(text) is not None:
            self.needs_zone = self.needs_zone or text
            return
        parts = split_instant(text)
        if parts.offset is None:
            self.needs_zone = self.needs_zone or text
        if parts.is_decided:
            _build(parts, "dmy")
            return
        orders = [order for order in _ORDERS if _is_date(parts, order)]
        if not orders:
            raise NoSuchDate(text)
        if len(orders) == 1:
            self._evidence.setdefault(orders[0], text)
        elif parts.first != parts.second and len(self._ambiguous) < _SAMPLES:
            self._ambiguous[text] = None

    def settle(self, path: object) -> None:
        """Decide the order of day and month. Raises UsageError when the file shows both, or neither, and when nobody
        has said the zone of its instants."""
        if self.needs_zone and self._zone is None:
            raise UsageError(
                f"{path} does not say the zone of its instants ({self.needs_zone}): give it, as --zone Europe/London."
            )
        if self._given is not None:
            return
        if len(self._evidence) > 1:
            raise UsageError(
                f"{path} has day before month in {self._evidence['dmy']} and month before day in"
                f" {self._evidence['mdy']}: say which with --day-first or --month-first; the others are refused."
            )
        if self._evidence:
            self.order = "dmy" if "dmy" in self._evidence else "mdy"
        elif self._ambiguous:
            raise UsageError(
                f"{path} does not show whether the day or the month comes first ({', '.join(self._ambiguous)}):"
                " say it with --day-first or --month-first."
            )

    def show_order(self) -> str:
        """Return the order of day and month that the file shows: `?` where it shows none or both, '' where none is
        needed."""
        if len(self._evidence) > 1 or (self._ambiguous and not self._evidence):
            return "?"
        return next(iter(self._evidence), "")

    def parse(self, text: str) -> int:
        """Return epoch seconds. Raises NoSuchDate for text that is no instant between 1970 and 2200."""
        found = self._parsed.get(text)
        if found is None:
            found = self._try_formats(text) if self._formats is not None else None
            if found is None:
                parts = split_instant(text)
                moment = _build(parts, self.order or "dmy")
                found = int(moment.replace(tzinfo=parts.offset or self._zone or UTC).timestamp() // 1)
            if not 0 <= found < _END:
                raise NoSuchDate(text)
            self._parsed[text] = found
        return found

    def _try_formats(self, text: str) -> int | None:
        try:
            return self._formats(text) if self._formats is not None else None
        except ValueError:
            return None


def is_relative(text: str) -> bool:
    """Return whether a text tells an instant from the day of the export, as "3 weeks ago" does."""
    return _RELATIVE.search(text.strip()) is not None


def split_instant(text: str) -> DateParts:
    """Split an instant into its parts. Raises NoSuchDate."""
    if len(text) > _LONGEST:
        raise NoSuchDate(text)
    shown = unicodedata.normalize("NFKC", text).strip().strip("'")
    if (found := _ISO.fullmatch(shown)) is not None:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        return DateParts(year, day, month, True, hour, minute, second, _read_offset(found[7]))
    if is_relative(shown):
        raise RelativeDate(text)
    rest = shown.translate(_EAST_ASIAN)
    offset = None
    if (found := _OFFSET.search(rest)) is not None and _CLOCK.search(rest[: found.start()]):
        offset, rest = _read_offset(found[1]), rest[: found.start()].rstrip(" (")
    half = _HALF.search(rest)
    is_pm = half is not None and (half["pm"] or half["pm2"]) is not None
    clock, minute, second, rest_of_date = _take_clock(rest[: half.start()] + " " + rest[half.end() :] if half else rest)
    hour = clock or 0
    if half is not None:
        if clock is None or not 1 <= clock <= 12:
            raise NoSuchDate(text)
        hour = clock % 12 + (12 if is_pm else 0)
    year, first, month, is_decided = _split_date(text, rest_of_date)
    return DateParts(year, first, month, is_decided, hour, minute, second, offset)


def _take_clock(text: str) -> tuple[int | None, int, int, str]:
    """Return hour, minute and second, and the text without them; None for no hour."""
    for expression in (_CLOCK, *_OTHER_CLOCKS):
        if (found := expression.search(text)) is not None:
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return int(found[1]), int(found[2]), int(found[3] or 0), rest
    return None, 0, 0, text


def _split_date(text: str, date: str) -> tuple[int, int, int, bool]:
    """Return year, day, month and True; or year, two numbers and False where their order is open."""
    numbers = _NUMBER.findall(date)
    month = 0
    for word in _WORD.findall(date):
        folded = word.casefold().strip(".")
        if (found := _month_names().get(folded)) is not None and (not month or folded not in _day_names()):
            # The later word: some languages have one for Tuesday and March
            month = found
        elif folded not in _FILLERS and folded not in _day_names():
            raise NoSuchDate(text)
    if month:
        if len(numbers) != 2:
            raise NoSuchDate(text)
        if len(numbers[0]) == 4:
            return int(numbers[0]), int(numbers[1]), month, True
        return _read_year(numbers[1]), int(numbers[0]), month, True
    if len(numbers) != 3:
        raise NoSuchDate(text)
    if len(numbers[0]) == 4:
        return int(numbers[0]), int(numbers[2]), int(numbers[1]), True
    if len(numbers[2]) not in (2, 4) or max(len(numbers[0]), len(numbers[1])) > 2:
        raise NoSuchDate(text)
    # Nobody writes the month first and then points
    has_points = re.search(r"\d\.\s?\d+\.", date) is not None
    return _read_year(numbers[2]), int(numbers[0]), int(numbers[1]), has_points


def _read_year(digits: str) -> int:
    year = int(digits)
    return year + (2000 if year < 70 else 1900) if len(digits) <= 2 else year


def _read_offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if minutes >= _DAY:
        raise NoSuchDate(text)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _build(parts: DateParts, order: DateOrder) -> datetime:
    day, month = (parts.first, parts.second) if parts.is_decided or order == "dmy" else (parts.second, parts.first)
    try:
        return datetime(parts.year, month, day, parts.hour, parts.minute, parts.second_of_minute)  # noqa: DTZ001 - the zone is added
    except (ValueError, OverflowError) as error:
        raise NoSuchDate(str(error)) from error


def _is_date(parts: DateParts, order: DateOrder) -> bool:
    try:
        _build(parts, order)
    except NoSuchDate:
        return False
    return True


@cache
def _load_names() -> dict[str, list[object]]:
    with (data_folder() / "dates" / "names.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _month_names() -> dict[str, int]:
    return {name: month for month, names in enumerate(_load_names()["months"], 1) for name in names}  # type: ignore[attr-defined]


@cache
def _day_names() -> frozenset[str]:
    return frozenset(str(name) for name in _load_names()["days"])


def read_duration(text: str, unit: DurationUnit) -> int | None:
    """Return a duration in seconds, of a century at most; None for text that is none. A comma may part the decimals
    (R-97)."""
    if len(text) > _LONGEST:
        return None
    if unit == "clock":
        found = re.fullmatch(r"(?:1970-01-(\d{2}) )?(\d+):(\d{2})(?::(\d{2}))?", text.strip())
        if found is None:
            return None
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        total = max(days - 1, 0) * 86_400 + hours * 3_600 + minutes * 60 + seconds
        return total if total <= _CENTURY else None
    try:
        amount = float(text.strip().replace(",", ".")) * {"minutes": 60, "seconds": 1, "hours": 3_600}[unit]
    except ValueError:
        return None
    # Words such as "nan" and "inf" are numbers to Python, and not within these
    return int(amount) if -_CENTURY <= amount <= _CENTURY else None
