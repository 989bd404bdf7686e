"""`deskterm people away|back` and `deskterm ticket take`: absence, and cover for it."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number
from deskterm.cli.runtime.output import print_result, print_summary
from deskterm.desk.directory.absence import set_absence, take_over
from deskterm.desk.domain.instant_text import parse_instant


def set_away(
    context: typer.Context,
    until: Annotated[str, typer.Argument(help="Until when: 2026-11-30T09:00, 3d or tomorrow 09:00.")],
    login: Annotated[str | None, typer.Argument(help="Who; left out, I am. Leads say it of others.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say that somebody is ill or on holiday: nothing is given to them by itself, and their tickets are covered."""
    cli: CliContext = context.obj
    facts = cli.read_facts()
    desk = cli.open_desk()
    end = parse_instant(until, facts.timezone, cli.now(facts))
    absentee = login or desk.agent.login
    summary = set_absence(desk, absentee, end, now=cli.now(facts))
    print_summary(summary, as_json, login=absentee, away_until=end)


def set_back(
    context: typer.Context,
    login: Annotated[str | None, typer.Argument(help="Who; left out, I am.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say that somebody is back."""
    cli: CliContext = context.obj
    desk = cli.open_desk()
    now = cli.now()
    returned = login or desk.agent.login
    print_summary(set_absence(desk, returned, None, now=now), as_json, login=returned, away_until=None)


def take_ticket(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Take over the ticket of a colleague who is away."""
    cli: CliContext = context.obj
    print_result(take_over(cli.open_desk(), number, now=cli.now()), as_json)
