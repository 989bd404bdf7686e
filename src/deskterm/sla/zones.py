"""Time zones as arithmetic: offsets in seconds, local times to instants, and the pieces between changes of the clocks.

A local time is a count of seconds too: those since 1970-01-01 00:00 by the clock on the wall.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deskterm.sla.opening_hours import DAY

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_ETC = {"Etc/GMT": "GMT", "Etc/UTC": "UTC"}


@cache
def read_zones_version() -> str:
    """Return the version of the time zone database that this program reckons with, such as `2026a`: the system's, else
    that of the package tzdata; empty where neither says it."""
    for folder in zoneinfo.TZPATH:
        if (place := Path(folder) / "tzdata.zi").is_file():
            return _read_version(place)
    from importlib import resources  # noqa: PLC0415 - slow to import, and hardly any system needs it

    with suppress(ModuleNotFoundError):  # the package of that name is not installed everywhere
        return _read_version(resources.files("tzdata").joinpath("zoneinfo", "tzdata.zi"))
    return ""


def _read_version(place: Traversable) -> str:
    with place.open(encoding="utf-8") as file:
        return str(file.readline()).removeprefix("# version ").strip()


def zone_display_name(timezone: str) -> str:
    """Return the common name of a zone: `GMT` for `Etc/GMT`; other zones keep their own."""
    return _ETC.get(timezone, timezone)


def zone_abbreviation(here: datetime) -> str:
    """Return the abbreviation of the zone of an aware datetime: `GMT`, or `UTC-3` where it has none."""
    name = here.tzname() or ""
    if name[:1] in "+-":
        sign, hours, minutes = name[0], name[1:3], name[3:5]
        return f"UTC{sign}{int(hours)}" + (f":{minutes}" if minutes not in ("", "00") else "")
    return name


def format_local_time(instant: int, timezone: str) -> str:
    """Format an instant (epoch seconds) as local time: `Mon 23 Nov 2026 08:15 GMT`. Seconds appear only where they are
    not zero."""
    here = (EPOCH + timedelta(0, instant)).astimezone(ZoneInfo(timezone))
    seconds = f":{here:%S}" if here.second else ""
    return f"{here:%a %d %b %Y %H:%M}{seconds} {zone_abbreviation(here)}"


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Zone:
    """An IANA time zone. Raises ValueError for an unknown name."""

    def __init__(self, name: str) -> None:
        try:
            self.info = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"unknown time zone {name!r}") from error

    def offset(self, instant: int) -> int:
        """Return the offset from UTC in seconds at an instant (epoch seconds)."""
        ahead = (EPOCH + timedelta(0, instant)).astimezone(self.info).utcoffset()
        return ahead.days * DAY + ahead.seconds if ahead is not None else 0

    def from_local(self, local: int, *, later: bool = False) -> int:
        """Return the instant of a local time: the earlier (or the later) one where the hour repeats, and the instant of
        the change where it is skipped."""
        # The offset at the local time itself is not known before its instant is. No offset is as long as a
        # day, so a day either way lies before and after that instant, on both sides of a change of the clocks.
        behind, ahead = sorted((self.offset(local - DAY), self.offset(local + DAY)))
        for offset in (behind, ahead) if later else (ahead, behind):
            if self.offset(local - offset) == offset:
                return local - offset
        return self._find_change(local - ahead, local - behind)

    def pieces_of_constant_offset(self, begin: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """Yield the time from `begin` to `stop`, cut where the offset changes: start, end, offset. Inside a piece local
        time is UTC plus a constant."""
        at, offset = begin, self.offset(begin)
        for earlier in range(begin, stop, DAY):
            later = min(earlier + DAY, stop)
            if self.offset(later) != offset:
                change = self._find_change(earlier, later)
                yield at, change, offset
                at, offset = change, self.offset(later)
        yield at, stop, offset

    def _find_change(self, low: int, high: int) -> int:
        """Return the first instant after `low`, up to `high`, at which the offset is no longer that of `low`."""
        offset = self.offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset(middle) == offset:
                low = middle
            else:
                high = middle
        return high
