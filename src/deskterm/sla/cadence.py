"""Cadences: the sprints or releases that targets such as `next sprint` are due by."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter

from deskterm.sla.opening_hours import DAY


@dataclass(frozen=True, slots=True)
class Cadence:
    """The sprints or releases of one series.

    bounds: start and end of each in epoch seconds, in order, half-open; a release ends as it starts. dates: the local
    date on which each starts, as `2026-11-23`. grow: extends both, in place, until the given number of them starts
    after the given instant or the series is over; None where they are the whole series.
    """

    bounds: Sequence[tuple[int, int]] = ()
    dates: Sequence[str] = ()
    grow: Callable[[int, int], None] | None = field(default=None, repr=False, compare=False)

    def first_after(self, instant: int) -> tuple[int, int] | None:
        """Return the bounds of the first that starts after an instant."""
        self._extend(instant, 1)
        index = bisect_right(self.bounds, instant, key=itemgetter(0))
        return self.bounds[index] if index < len(self.bounds) else None

    def find_starting(self, date: str) -> tuple[int, int] | None:
        """Return the bounds of the one that starts on a date."""
        try:
            midnight = datetime.fromisoformat(date).replace(tzinfo=UTC)
        except ValueError:
            return None
        # Two days on, the date is over in every zone.
        self._extend(int(midnight.timestamp()) + 2 * DAY, 1)
        index = bisect_right(self.dates, date) - 1
        return self.bounds[index] if index >= 0 and self.dates[index] == date else None

    def upcoming_dates(self, instant: int, limit: int) -> Sequence[str]:
        """Return the start dates of the first ones that are not over at an instant, at most `limit` of them."""
        self._extend(instant, limit)
        index = bisect_right(self.bounds, instant, key=itemgetter(1))
        return self.dates[index : index + limit]

    def _extend(self, instant: int, count: int) -> None:
        if self.grow is not None:
            self.grow(instant, count)


Cadences = Mapping[str, Cadence]
"""Cadence by its kind: `sprint` or `release`."""
NO_CADENCES: Cadences = {}
