"""`deskterm people list|absent|overseen` and `deskterm ticket participants`: people, and what they have open."""

from __future__ import annotations

import json

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, to_rfc3339
from deskterm.cli.runtime.options import AsJson, AsOf, Limit, Number, require_ticket
from deskterm.cli.runtime.output import cut_to_limit, print_json
from deskterm.cli.runtime.table import print_table
from deskterm.cli.ticket.queue_table import print_queue_rows
from deskterm.desk.policy.support_tiers import find_agent_tier
from deskterm.errors import DeskError
from deskterm.present.labels import Vocabulary, get_label
from deskterm.procedure.compiled import compile_document
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.outbox import load_participants
from deskterm.store.queries.oversight import (
    find_overseen_teams,
    load_staff,
    load_team_tickets,
    load_tickets_of_absent_agents,
)


def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """List who works here, with what they have open."""
    cli: CliContext = context.obj
    with cli.open_current_reader() as reader:
        facts = load_desk_facts(reader)
        staff = load_staff(reader, int(cli.now(facts).timestamp()))
    definition = compile_document(facts.document, facts.procedure_version).definition
    people = [one._replace(tier=find_agent_tier(definition, one.tier, one.team)) for one in staff]
    if as_json:
        documents = [person._asdict() | {"away_until": to_rfc3339(person.away)} for person in people]
        print_json([{key: value for key, value in one.items() if key != "away"} for one in documents])
        return
    words = Vocabulary(facts.document)
    rows = [
        (
            person.login,
            person.name,
            ", ".join(
                (
                    person.role if person.active else "retired",
                    *(get_label(words.roles, role) for role in person.roles),
                )
            ),
            get_label(words.teams, person.team) or "–",
            "–" if person.tier is None else str(person.tier),
            str(person.open),
            format_time(person.away, facts.timezone),
        )
        for person in people
    ]
    print_table(("Login", "Name", "Role", "Team", "Tier", "Open", "Away until"), rows, right=("Tier", "Open"))


def list_participants(context: typer.Context, number: Number, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """List who is on CC of a ticket."""
    cli: CliContext = context.obj
    with cli.open_current_reader(number, as_of=as_of) as reader:
        require_ticket(reader, number)
        participants = load_participants(reader, number)
    if as_json:
        print_json([person._asdict() | {"as": state} for person, state in participants])
        return
    rows = [(person.name, person.email or "–", state) for person, state in participants]
    print_table(("Name", "E-mail", "As"), rows)


def list_absent(context: typer.Context, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List open tickets whose owners are away, where colleagues cover for them: `deskterm ticket take` takes one."""
    cli: CliContext = context.obj
    with cli.open_current_reader() as reader:
        facts = load_desk_facts(reader)
        departments = json.loads(facts.document).get("departments", [])
        # A desk without departments covers for everybody, which None says; an empty list would be nobody.
        covering = [part["key"] for part in departments if part.get("covers_absence")] if departments else None
        rows = load_tickets_of_absent_agents(reader, int(cli.now(facts).timestamp()), covering, limit=limit + 1)
        print_queue_rows(cli, reader, "Owner away", cut_to_limit(rows, limit), as_json=as_json)


def list_overseen(context: typer.Context, limit: Limit = 100, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """List the open tickets of the teams that my role answers for; a lead answers for the own team, or for all."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        login = cli.check_login()
        # check_login() has made sure that there is one
        own = next(person for person in load_staff(reader, int(cli.now(facts).timestamp())) if person.login == login)
        teams = find_overseen_teams(facts.document, own)
        if teams == []:
            raise DeskError(
                f"No role of {login} oversees a team: `deskterm ticket list --view team` lists the own one."
            )
        rows = cut_to_limit(load_team_tickets(reader, teams, limit=limit + 1), limit)
        print_queue_rows(cli, reader, "Overseen", rows, as_json=as_json)
