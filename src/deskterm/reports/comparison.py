"""The result of a comparison of two procedures: attainment before and after, and the cycles that differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from deskterm.reports.attainment import Period, Tally, Verdict


class Flip(NamedTuple):
    """A cycle that is late under one procedure and not under the other. before, after: `met`, `late`, or `running`
    where it was not decided by the end. Due times are epoch seconds, None while paused and where none was set."""

    ticket: int
    metric: str
    cycle: int
    severity: str | None
    before: Verdict
    after: Verdict
    due_before: int | None
    due_after: int | None
    stopped_at: int | None


class UnknownKey(NamedTuple):
    """A key that tickets have and the other procedure does not. what: status, type, severity or priority. tickets: how
    many have it. category: of a status, as the desk has it and the replay takes it."""

    what: str
    key: str
    tickets: int
    category: str = ""


@dataclass(slots=True)
class WhatIfRow:
    """Attainment of one metric at one severity (None: tickets without one), before and after."""

    metric: str
    label: str
    severity: str | None
    severity_label: str
    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)

    @property
    def change(self) -> float | None:
        """Attainment after less attainment before, in percentage points; None where one of them is unknown."""
        before, after = self.before.attainment, self.after.attainment
        return None if before is None or after is None else 100 * (after - before)


@dataclass(slots=True)
class WhatIf:
    """The result of a comparison. before: name of the procedure in force; version: its row in the store; after: name of
    the other one. exempt: tickets that are exempt from service levels. flipped: verdicts (before, after) → number of
    cycles. flips: those that are named, by ticket."""

    before: str
    version: int
    after: str
    period: Period
    timezone: str
    tickets: int = 0
    events: int = 0
    exempt: int = 0
    rows: list[WhatIfRow] = field(default_factory=list)
    flipped: dict[tuple[Verdict, Verdict], int] = field(default_factory=dict)
    flips: list[Flip] = field(default_factory=list)
    unknown: list[UnknownKey] = field(default_factory=list)

    def totals(self) -> list[WhatIfRow]:
        """Add the severities of every metric up."""
        sums: dict[str, WhatIfRow] = {}
        for row in self.rows:
            total = sums.setdefault(row.metric, WhatIfRow(row.metric, row.label, None, ""))
            total.before += row.before
            total.after += row.after
        return list(sums.values())
