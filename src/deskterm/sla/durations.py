"""Lengths of time as a procedure file writes them: `30m`, `4h`, `1h30m`, `2d`."""

from __future__ import annotations

import re

from deskterm.sla.opening_hours import DAY

# At most thirty digits: int() refuses thousands of them with an error of its own
_DURATION = re.compile(
    r"(?:(\d{1,30})\s*d)?\s*(?:(\d{1,30})\s*h)?\s*(?:(\d{1,30})\s*m)?\s*(?:(\d{1,30})\s*s)?", re.ASCII
)
_LEADING_DAYS = re.compile(r"(\d+)\s*d(?![a-z])", re.ASCII)
_LONGEST_DAYS = 3660


def parse_duration(text: str, day_length: int) -> int:
    """Return the seconds of `30m`, `1h30m`, `2d`, …; a day is `day_length` seconds. Raises ValueError, in one sentence,
    for anything else, for no time at all and for more than ten years."""
    seconds = match_duration(text, day_length)
    if seconds is None:
        raise ValueError(f"{text!r} is no duration: write it as 30m, 4h, 1h30m or 2d")
    return seconds


def match_duration(text: str, day_length: int) -> int | None:
    """Return the seconds of a duration, None for a text that is not written as one. Raises ValueError for a length
    that is refused (see `check_length`)."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (int(number or 0) for number in match.groups())
    return check_length(text, days * day_length + hours * 3600 + minutes * 60 + seconds)


def leading_days(text: str) -> int | None:
    """Return the number of days that a duration begins with, None where it has none."""
    match = _LEADING_DAYS.match(text)
    return int(match[1]) if match else None


def check_length(text: str, seconds: int) -> int:
    """Return the seconds of a text. Raises ValueError when they are none, or more than ten years."""
    if not seconds:
        raise ValueError(f"{text!r} is no time at all: write more, or none where nothing is promised")
    if seconds > _LONGEST_DAYS * DAY:
        raise ValueError(f"{text!r} is longer than ten years: write less, or none where nothing is promised")
    return seconds
