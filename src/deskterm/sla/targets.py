"""Kinds of target: how much time a metric has, as a procedure file writes it.

30m · 4h · 1h30m · 2d          open time; `d` is the calendar's day length
2d end of day                  the same, moved to the end of that day's open time
7 calendar days · 7c · 36h elapsed    time on the clock, open or not
3 working dates                so many open dates later at the same time of day
next sprint, at most 14 days   the end of the first sprint that starts after the ticket came, or so many days on the
                               clock after that, whatever is sooner
next sprint, at most 10 working days    the same, the days counted as open dates
scheduled sprint               the end of the sprint that the ticket is scheduled to
next release, at most 14 days  the first release after the ticket came, or so many days on the clock after that; the cap
                               is written as a sprint's is
scheduled release              the release that the ticket is scheduled to
set by ROLE                    a person of that role says when
mean 50h                       an objective on the average, not on one ticket
none
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "open", "elapsed", "dates", "next-sprint", "scheduled-sprint", "next-release", "scheduled-release",
    "manual", "mean", "none",
]  # fmt: skip

NEXT = frozenset({"next-sprint", "next-release"})
SCHEDULED = frozenset({"scheduled-sprint", "scheduled-release"})
BY_CADENCE = NEXT | SCHEDULED
"""Kinds of target that a cadence of the procedure brings about, not a count of time."""
ON_THE_CLOCK = NEXT | {"elapsed"}
"""Kinds of target that are counted on the clock, open or not."""
BY_THE_WALL = ON_THE_CLOCK | SCHEDULED
"""Kinds of target of which what is used and left is time on the clock, not working time."""

_DURATION = re.compile(
    r"(?:(\d{1,30})\s*d)?\s*(?:(\d{1,30})\s*h)?\s*(?:(\d{1,30})\s*m)?\s*(?:(\d{1,30})\s*s)?", re.ASCII
)
_LONGEST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Target:
    """How much time there is. `seconds` are open seconds for `open` and `mean`, clock seconds for `elapsed`;
    `dates` counts open dates; `cap` is the most clock seconds that the next sprint or release may take, `dates` there
    the most open dates; `role` says who sets it."""

    kind: Kind
    text: str
    seconds: int = 0
    dates: int = 0
    end_of_day: bool = False
    cap: int | None = None
    role: str = ""

    @property
    def cadence(self) -> str:
        """The kind of cadence that a target of `BY_CADENCE` goes by: `sprint` or `release`."""
        return self.kind.partition("-")[2]


NONE = Target("none", "none")


def parse_duration(text: str, day_length: int) -> int:
    """Seconds of `30m`, `1h30m`, `2d`; a day is `day_length` seconds. ValueError for anything else."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        raise ValueError(f"{text!r} is no duration: write it as 30m, 4h, 1h30m or 2d")
    days, hours, minutes, seconds = (int(number or 0) for number in match.groups())
    return _sober(text, days * day_length + hours * 3600 + minutes * 60 + seconds)


def parse_target(text: str, day_length: int) -> Target:
    """A target from its words (see the module's docstring). ValueError, in one sentence, for anything else."""
    words = " ".join(text.strip().lower().split())
    if words in ("none", "-"):
        return NONE
    if match := _words(r"(?:(next)|scheduled) (sprint|release)(?(1)(?:, at most (\d{1,30})( working)? days?)?)", words):
        return _by_cadence(text, words, match)
    if match := _words(r"set by ([a-z0-9-]+)", words):
        return Target("manual", words, role=match[1])
    if match := _words(r"mean (.+)", words):
        return Target("mean", words, seconds=parse_duration(match[1], day_length))
    if match := _words(r"(\d{1,30}) ?(?:c|calendar days?)", words):
        return Target("elapsed", words, seconds=_sober(text, int(match[1]) * 86_400))
    if match := _words(r"(.+) elapsed", words):
        return Target("elapsed", words, seconds=parse_duration(match[1], 86_400))
    if match := _words(r"(\d{1,30}) working dates?( end of day)?", words):
        _sober(text, int(match[1]) * 86_400)
        return Target("dates", words, dates=int(match[1]), end_of_day=bool(match[2]))
    if match := _words(r"(.+) end of day", words):
        return Target("open", words, seconds=parse_duration(match[1], day_length), end_of_day=True)
    return Target("open", words, seconds=parse_duration(words, day_length))


def _by_cadence(text: str, words: str, match: re.Match[str]) -> Target:
    upcoming, cadence, days, working = match.groups()
    if not upcoming:
        return Target("scheduled-sprint" if cadence == "sprint" else "scheduled-release", words)
    most = _sober(text, int(days) * 86_400) if days else None
    kind: Kind = "next-sprint" if cadence == "sprint" else "next-release"
    return Target(kind, words, dates=int(days)) if working else Target(kind, words, cap=most)


def _words(pattern: str, words: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, words, re.ASCII)


def _sober(text: str, seconds: int) -> int:
    if not seconds:
        raise ValueError(f"{text!r} is no time at all: write more, or none where nothing is promised")
    if seconds > _LONGEST_DAYS * 86_400:
        raise ValueError(f"{text!r} is longer than ten years: write less, or none where nothing is promised")
    return seconds
