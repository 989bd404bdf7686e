"""Measures: what a figure counts, in one sentence, and the rows that it consists of (R-08, R-40).

A measure looks at one life at a time and yields rows; a figure is the number of its rows or a statistic of their
seconds, so that its list is right by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from deskterm.desk.domain.visits import Visit
from deskterm.reports.attainment import Period
from deskterm.reports.lives.life import Cycle, Life
from deskterm.reports.lives.rules import DeskRules


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of figures: a period, and the instant T as of which it is counted (R-03), in epoch seconds.
    with_closed: time in closed statuses counts too, which grows with T (R-20)."""

    period: Period
    as_of: int
    rules: DeskRules
    with_closed: bool = False

    # Computed once, because every measure asks for them of every ticket
    end: int = field(init=False)
    """The instant of the closing balance: the last second of the period, or T within it."""
    horizon: int = field(init=False)
    """The instant up to which time counts: the end of the period, or T within it."""
    known_until: int = field(init=False)
    """The instant before which everything is known: the end of the period, or the second after T within it."""

    def __post_init__(self) -> None:
        until = self.period.until
        object.__setattr__(self, "end", min(until - 1, self.as_of))
        object.__setattr__(self, "horizon", until if self.as_of >= until - 1 else self.as_of)
        object.__setattr__(self, "known_until", min(until, self.as_of + 1))

    def has(self, at: int) -> bool:
        """Return whether an instant falls in the period."""
        return self.period.since <= at < self.period.until


class Row(NamedTuple):
    """A row of a figure: a ticket, a cycle or a visit. at: the instant that makes it count. seconds: what is measured.
    hands: the visit whose team, tier and agent it is counted for, None for those of the ticket (R-05). status: the one
    that it is counted for."""

    life: Life
    at: int
    seconds: int | None = None
    hands: Visit | None = None
    status: str | None = None
    cycle: Cycle | None = None


Part = tuple[str, ...]
"""The parts of a figure's key after its measure."""

Unit = Literal["tickets", "events", "cycles", "visits", "answers", "entries"]
Statistic = Literal["count", "times", "stays", "numbers"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure. collect: yields the rows of a life and the parts that they belong to. sentence: what is counted, over
    what. statistic: `count` of rows, `times` of each row, `stays`, which are times summed up by ticket, or `numbers`,
    which are no times; counted: last names of parts that are counts all the same. needs: what a desk must have
    for it (R-09). parts: those that are shown where nothing counts, too. over: the parts of a life without which it has
    no rows; a life without them is not looked at."""

    key: str
    label: str
    sentence: str
    collect: Callable[[Life, Scope], Iterator[tuple[Part, Row]]]
    unit: Unit = "tickets"
    statistic: Statistic = "count"
    parts: Callable[[Scope], Sequence[Part]] = lambda scope: ((),)
    counted: frozenset[str] = frozenset()
    needs: Literal["", "messages", "targets", "survey"] = ""
    over: Literal["", "entries", "cycles", "records", "changes"] = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of one figure in another, kept as the two whole numbers (R-06). part, whole: keys of figures; several of
    the whole are added up."""

    key: str
    label: str
    sentence: str
    part: str
    whole: tuple[str, ...]
