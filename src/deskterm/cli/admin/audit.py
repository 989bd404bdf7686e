"""`deskterm audit`: whether what was written still stands there, and who did what."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of, read_instant
from deskterm.cli.runtime.options import AsJson, OfTicket, require_ticket
from deskterm.errors import DeskError

if TYPE_CHECKING:
    from deskterm.store.db.reader import ReadConnection
    from deskterm.store.queries.access_log import Deed


def verify(
    context: typer.Context,
    ticket: OfTicket = None,
    as_json: AsJson = False,
) -> None:
    """Check every ticket's chain of events, and the words they refer to; exit code 1 when something is broken.

    Of each broken chain it names the first row that is not what was written.
    """
    from deskterm.cli.runtime import output
    from deskterm.desk.history.hash_chain import verify_chains as check

    invocation: CliContext = context.obj
    invocation.desk().require("audit")
    facts = facts_of(invocation)
    with invocation.reader() as reader:
        if ticket is not None:
            require_ticket(reader, ticket)
        verdict = check(reader, number=ticket, progress=output.progress("tickets") if sys.stderr.isatty() else None)
    if as_json:
        broken = [one._asdict() | {"at": output.instant(one.at)} for one in verdict.faults]
        counted = {"tickets": verdict.tickets, "events": verdict.events, "texts": verdict.texts}
        output.print_json(counted | {"broken": broken})
    else:
        for one in verdict.faults:
            when = f", {output.local(one.at, facts.timezone)}" if one.at is not None else ""
            output.print_lines([f"{one.sentence}{when}"])
        state = f"{len(verdict.faults)} broken" if verdict.faults else "whole"
        print(f"{verdict.tickets} chains of {verdict.events} events, {verdict.texts} texts: {state}.")
    if verdict.faults:
        raise typer.Exit(1)


def log(
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="Only what this agent did.", metavar="LOGIN")] = None,
    ticket: OfTicket = None,
    since: Annotated[str | None, typer.Option(help="From this instant on.", metavar="INSTANT")] = None,
    until: Annotated[str | None, typer.Option(help="Before this instant.", metavar="INSTANT")] = None,
    accesses: Annotated[bool, typer.Option("--accesses", help="Who looked, in place of who did.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List who did what and when, the newest first; with --accesses who looked."""
    from deskterm.cli.runtime import output
    from deskterm.desk.domain.event_phrases import describe_changes, describe_event
    from deskterm.procedure.compiled import from_document
    from deskterm.store.queries.access_log import deeds, looks

    invocation: CliContext = context.obj
    invocation.desk().require("audit", "read who did what")
    facts = facts_of(invocation)
    procedure = from_document(facts.document, facts.procedure_version)
    begin, end = (
        None if text is None else int(read_instant(text, facts.timezone).timestamp()) for text in (since, until)
    )
    with invocation.reader() as reader:
        if ticket is not None:
            require_ticket(reader, ticket)
        if by is not None:
            _require_somebody(reader, by)
        if accesses:
            seen = looks(reader, login=by, ticket=ticket, since=begin, until=end, limit=limit)
            if as_json:
                output.print_json([look._asdict() | {"at": output.instant(look.at)} for look in seen])
                return
            told = [(look.at, look.login, look.ticket, f"looked at: {look.what}") for look in seen]
        else:
            done = deeds(reader, login=by, ticket=ticket, since=begin, until=end, limit=limit)
            if as_json:
                output.print_json([one._asdict() | {"at": output.instant(one.at)} for one in done])
                return
            told = [
                (one.at, _who(one), one.ticket, " · ".join(filter(None, (
                    describe_event(one.kind, one.data), describe_changes(one.data.get("changes", {}), procedure),
                    one.data.get("reason", ""),
                ))))
                for one in done
            ]  # fmt: skip
    output.print_table(
        ("When", "Who", "#", "What"),
        [
            (output.local(at, facts.timezone), who, "–" if number is None else str(number), what)
            for at, who, number, what in told
        ],
        right=("#",),
    )


def _who(one: Deed) -> str:
    """Who did it, and who did it in their name."""
    behind = one.data.get("behind")
    return f"{one.login} (by {behind})" if behind else one.login


def _require_somebody(reader: ReadConnection, login: str) -> None:
    """DeskError for a login that no agent has and under which nothing was ever done, nor looked at."""
    from deskterm.desk.core.session import SYSTEM_ACTOR
    from deskterm.store.queries.ticket_detail import agents

    logins = [*(agent.login for agent in agents(reader)), SYSTEM_ACTOR]
    if login in logins:
        return
    for table, column in (("event", "actor"), ("access", "login")):
        if reader.rows(f"SELECT 1 FROM {table} WHERE {column} = :login LIMIT 1", {"login": login}):
            return
    raise DeskError(f"{login!r} is no agent of this desk, nor was: choose from {', '.join(logins)}.")
