"""The period of a report: its name, or its first day and the day after its last one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from deskterm.errors import UsageError
from deskterm.reports.periods import NamedPeriod, parse_limits, parse_period
from deskterm.store.queries.desk_facts import DeskFacts

PeriodArgument = Annotated[
    str, typer.Argument(help="2026-10, 2026-W40, 2026-Q4, 2026, last-month, week, today or 90d.", metavar="PERIOD")
]
SinceOption = Annotated[str | None, typer.Option(help="The first day, in place of a name.", metavar="DATE")]
UntilOption = Annotated[
    str | None, typer.Option(help="The day after the last one; left out, tomorrow.", metavar="DATE")
]


def choose_period(name: str, since: str | None, until: str | None, facts: DeskFacts, now: datetime) -> NamedPeriod:
    """Return the period of a name or of its limits. Raises UsageError where neither is given, or both are."""
    if bool(name) is (since is not None) or (until is not None and since is None):
        raise UsageError("Give the name of a period, such as last-month, or --since and --until.")
    if since is None:
        return parse_period(name, facts.timezone, now)
    return parse_limits(since, until, facts.timezone, now)
