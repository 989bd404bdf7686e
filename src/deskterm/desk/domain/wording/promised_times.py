"""Times that a message promises (C-23), found by the phrases of `data/phrases/promises` and parsed as other instants
are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deskterm.desk.domain.instant_text import parse_instant
from deskterm.desk.domain.quoted_text import remove_history
from deskterm.desk.domain.wording.sentences import find_phrase, split_sentences
from deskterm.errors import UsageError
from deskterm.procedure.shipped import data_folder

_CLOCK = r"(?P<clock>\d{1,2}(?:[:.]\d\d)?) ?(?P<half>am|pm|a m|p m|uhr|h)?"
_UNITS = {"minutes": "min", "hours": "h", "days": "d", "weeks": "w"}


class Promise(NamedTuple):
    """A time that is promised. words: as they are in the message, folded; at: the earliest instant that they can mean,
    epoch seconds: for a day without a time, its beginning."""

    words: str
    at: datetime


def find_promises(text: str, now: datetime, zone: str) -> list[Promise]:
    """Return the times by which a message promises something: `by Friday`, `tomorrow 15:00`, `within 3 days`. Quoted
    text, questions, and requests to somebody else do not count."""
    found: list[Promise] = []
    for sentence in split_sentences(remove_history(text)):
        for language in _load_languages():
            if "?" not in sentence and not find_phrase(sentence, language.unless):
                found += (one for one in language.read(sentence, now, zone) if one not in found)
    return found


class _Language:
    """The phrases of a language. unless: phrases that ask somebody else to do it."""

    def __init__(self, table: dict[str, list[str]]) -> None:
        self.unless = tuple(table["unless"])
        self._weekdays = table["weekdays"]
        self._tomorrow = table["tomorrow"]
        self._units = {word: sign for name, sign in _UNITS.items() for word in table[name]}
        days = _any([*self._weekdays, *self._tomorrow, *table["today"]])
        at = rf"(?:(?:{_any(table['at'])}) )?"
        by = _any(table["by"])
        day = rf"(?P<day>{days}|\d{{4}}-\d\d-\d\d|\d{{1,2}}\.\d{{1,2}}\.\d{{4}})"
        self._days = (
            re.compile(rf" (?P<words>(?P<by>{by}) {_CLOCK} (?:\w+ )?{day})(?= )"),
            # A weekday or a date counts only after a word such as `by`; `tomorrow` always lies ahead
            re.compile(rf" (?P<words>(?:(?P<by>{by}) (?:\w+ )?)?{day}(?: {at}{_CLOCK})?)(?= )"),
        )
        self._lengths = re.compile(
            rf" (?P<words>(?:{_any(table['within'])}) (?P<count>\d{{1,3}}) (?P<unit>{_any(self._units)}))(?= )"
        )

    def read(self, sentence: str, now: datetime, zone: str) -> Iterator[Promise]:
        """Yield the promises of a sentence."""
        read: set[int] = set()
        for match in (match for pattern in self._days for match in pattern.finditer(sentence)):
            if match.start("day") in read:
                continue
            read.add(match.start("day"))
            instant = self._read_day(match, now, zone)
            if instant is not None:
                yield Promise(match["words"], instant)
        for match in self._lengths.finditer(sentence):
            instant = _parse(f"{match['count']}{self._units[match['unit']]}", now, zone)
            if instant is not None:
                yield Promise(match["words"], instant)

    def _read_day(self, match: re.Match[str], now: datetime, zone: str) -> datetime | None:
        word, today = match["day"], now.astimezone(ZoneInfo(zone)).date()
        if match["by"] is None and word not in self._tomorrow:
            return None
        if word in self._weekdays:
            day = str(today + timedelta(days=(self._weekdays.index(word) - today.weekday()) % 7))
        elif word in self._tomorrow:
            day = str(today + timedelta(days=1))
        elif "." in word:
            date, month, year = word.split(".")
            day = f"{year}-{month:0>2}-{date:0>2}"
        else:
            day = word if "-" in word else str(today)
        return _parse(f"{day}{_read_clock(match)}", now, zone)


def _read_clock(match: re.Match[str]) -> str:
    """Return the time of day of a match, with a space in front; empty where there is none."""
    if not match["clock"]:
        return ""
    hour, _, minute = match["clock"].replace(".", ":").partition(":")
    is_afternoon = (match["half"] or "").startswith("p")
    # A bare number is no time of day: `by Friday 3 of you`
    if not minute and not match["half"]:
        return ""
    return f" {int(hour) + (12 if is_afternoon and int(hour) < 12 else 0):02}:{minute or '00'}"


def _parse(text: str, now: datetime, zone: str) -> datetime | None:
    try:
        return parse_instant(text, zone, now)
    except UsageError:
        return None


def _any(phrases: Iterable[str]) -> str:
    # The longest first: `by` must not hide `by the`
    return "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))


@cache
def _load_languages() -> Sequence[_Language]:
    files = sorted((data_folder() / "phrases" / "promises").glob("*.toml"))
    return [_Language(tomllib.loads(path.read_text(encoding="utf-8"))) for path in files]
