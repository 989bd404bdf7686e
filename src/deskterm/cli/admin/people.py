"""`deskterm people`: who works here, who is away, and what they left open."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of, read_instant
from deskterm.cli.runtime.options import AsJson
from deskterm.errors import DeskError

Limit = Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000_000)]


def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """List who works here, with what they have open."""
    from deskterm.cli.runtime import output
    from deskterm.present.labels import Vocabulary, label
    from deskterm.store.queries.oversight import staff
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        found = staff(reader, int(invocation.now(facts).timestamp()))
    if as_json:
        output.print_json([one._asdict() | {"away": output.instant(one.away)} for one in found])
        return
    words = Vocabulary(facts.document)
    output.print_table(
        ("Login", "Name", "Role", "Team", "Tier", "Open", "Away until"),
        [
            (
                one.login,
                one.name,
                ", ".join((one.role if one.active else "retired", *(label(words.roles, role) for role in one.roles))),
                label(words.teams, one.team) or "–",
                "–" if one.tier is None else str(one.tier),
                str(one.open),
                output.local(one.away, facts.timezone),
            )
            for one in found
        ],
        right=("Tier", "Open"),
    )


def away(
    context: typer.Context,
    until: Annotated[str, typer.Argument(help="Until when.")],
    login: Annotated[str | None, typer.Argument(help="Who; left out, I am. Leads say it of others.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say that somebody is ill or on holiday: nothing is given to them by itself, and their tickets are covered."""
    from deskterm.cli.runtime import output
    from deskterm.desk.directory import absence

    invocation: CliContext = context.obj
    facts = facts_of(invocation)
    desk = invocation.desk()
    moment = read_instant(until, facts.timezone)
    who = login or desk.agent.login
    said = absence.set_absence(desk, who, moment, now=invocation.now(facts))
    output.print_said(said, as_json, login=who, away=moment)


def back(
    context: typer.Context,
    login: Annotated[str | None, typer.Argument(help="Who; left out, I am.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say that somebody is back."""
    from deskterm.cli.runtime import output
    from deskterm.desk.directory import absence

    invocation: CliContext = context.obj
    desk = invocation.desk()
    now = invocation.now(facts_of(invocation))
    who = login or desk.agent.login
    output.print_said(absence.set_absence(desk, who, None, now=now), as_json, login=who, away=None)


def absent(context: typer.Context, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List open tickets whose owners are away, where colleagues cover for them: `deskterm ticket take` takes one."""
    from deskterm.cli.ticket.listing import print_rows
    from deskterm.store.queries.oversight import of_the_absent
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        homes = json.loads(facts.document).get("departments", [])
        covering = [part["key"] for part in homes if part.get("covers_absence")] if homes else None
        rows = of_the_absent(reader, int(invocation.now(facts).timestamp()), covering, limit=limit)
        print_rows(invocation, reader, "Owner away", rows, as_json=as_json)


def overseen(context: typer.Context, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List the open tickets of the teams that my role answers for; a lead answers for the own team, or for all."""
    from deskterm.cli.ticket.listing import print_rows
    from deskterm.store.queries.oversight import of_teams, overseeing, staff
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        login = invocation.login()
        me = next(one for one in staff(reader, int(invocation.now(facts).timestamp())) if one.login == login)
        teams = overseeing(facts.document, me)
        if teams == []:
            raise DeskError(
                f"No role of {login} oversees a team: `deskterm ticket list --view team` lists the own one."
            )
        print_rows(invocation, reader, "Overseen", of_teams(reader, teams, limit=limit), as_json=as_json)
