"""`deskterm audit`: the chain of events, and the record of who did what and who looked."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from typing import Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, to_rfc3339
from deskterm.cli.runtime.options import AsJson, Limit, OnlyTicket, require_ticket
from deskterm.cli.runtime.output import cut_to_limit, print_findings, print_json, show_progress_on_terminal
from deskterm.cli.runtime.table import print_table
from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.desk_history import DESK_EVENT_LABELS
from deskterm.desk.domain.event_kinds.phrases import describe_changes, describe_event
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.desk.history import desk_chain, hash_chain
from deskterm.desk.history.desk_chain import Head, parse_head
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.access_log import AccessRow, ActionRow, load_accesses, load_actions
from deskterm.store.queries.desk_facts import load_agents


def verify_chains(
    context: typer.Context,
    ticket: OnlyTicket = None,
    against: Annotated[
        str | None, typer.Option(help="A head that `deskterm audit head` printed before.", metavar="HEAD")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every chain of events, and the words they refer to; exit code 1 when something is broken.

    Of each broken chain it names the first row that is not what was written. The desk's own chain is checked with what
    it vouches for: agents and their rights, editions of the procedure, settings and triggers. Triggers, views and
    tables that deskterm did not write are named. A last line says what no chain covers.
    """
    cli: CliContext = context.obj
    # Not by opening the desk: one whose procedure was changed does not open
    cli.require("audit")
    head = None if against is None else parse_head(against)
    facts = cli.read_facts()
    faults_of_desk = [] if ticket is not None else _verify_desk(cli, head)
    with cli.open_reader(whole=True) as reader:
        if ticket is not None:
            require_ticket(reader, ticket)
        verdict = hash_chain.verify_chains(reader, number=ticket, progress=show_progress_on_terminal("tickets"))
    if as_json:
        broken = [_row_to_json(fault) for fault in verdict.faults]
        counts = {"tickets": verdict.tickets, "events": verdict.events, "texts": verdict.texts, "files": verdict.files}
        print_json(counts | {"broken": broken, "desk": faults_of_desk, "not_covered": list(desk_chain.NOT_COVERED)})
    else:
        print_findings(
            faults_of_desk
            + [
                fault.sentence + (f", {format_time(fault.at, facts.timezone)}" if fault.at is not None else "")
                for fault in verdict.faults
            ]
        )
        faults = len(verdict.faults) + len(faults_of_desk)
        state = f"{faults} broken" if faults else "whole"
        print(f"{verdict.tickets} chains of {verdict.events} events, {verdict.texts} texts: {state}.")
        if ticket is None:
            print(f"No chain covers {'; '.join(desk_chain.NOT_COVERED)}.")
    if verdict.faults or faults_of_desk:
        raise typer.Exit(1)


def _verify_desk(cli: CliContext, head: Head | None) -> list[str]:
    """Verify the desk's own chain, and that nothing is gone or changed of what there was at a head."""
    with closing(open_store(cli.url)) as store:
        faults = [fault.sentence for fault in desk_chain.verify_desk(store)]
        fault = desk_chain.find_head_fault(store, head) if head is not None else None
    return [*faults, *([] if fault is None else [fault])]


def print_head(context: typer.Context, as_json: AsJson = False) -> None:
    """Print the head of all chains: a line to sign, or to keep where nobody of the desk can change it.

    `deskterm audit verify --against HEAD` says later whether all that had been written by then is still there.
    """
    cli: CliContext = context.obj
    cli.require("audit")
    with closing(open_store(cli.url)) as store:
        head = desk_chain.take_head(store)
    if as_json:
        print_json({"head": str(head), "events": head.events, "desk_events": head.desk_events})
    else:
        print(head)


def list_log(
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="Only what this agent did.", metavar="LOGIN")] = None,
    ticket: OnlyTicket = None,
    since: Annotated[str | None, typer.Option(help="From this instant on.", metavar="INSTANT")] = None,
    until: Annotated[str | None, typer.Option(help="Before this instant.", metavar="INSTANT")] = None,
    accesses: Annotated[bool, typer.Option("--accesses", help="Who looked, in place of who did.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List who did what and when, the newest first; with --accesses who looked."""
    cli: CliContext = context.obj
    cli.require("audit", "read who did what")
    facts = cli.read_facts()
    procedure = compile_document(facts.document, facts.procedure_version)
    now = cli.now(facts)
    begin, end = (
        None if text is None else int(parse_instant(text, facts.timezone, now, past=past).timestamp())
        for text, past in ((since, True), (until, False))
    )
    with cli.open_reader() if accesses else cli.open_current_reader(ticket) as reader:
        if ticket is not None:
            require_ticket(reader, ticket)
        if by is not None:
            _require_known_login(reader, by)
        if accesses:
            looks = load_accesses(reader, login=by, ticket=ticket, since=begin, until=end, limit=limit + 1)
            accessed = cut_to_limit(looks, limit)
            documents = [_row_to_json(access) for access in accessed]
            rows = ((access.at, access.login, access.ticket, f"looked at: {access.what}") for access in accessed)
        else:
            actions = load_actions(reader, login=by, ticket=ticket, since=begin, until=end, limit=limit + 1)
            events = cut_to_limit(actions, limit)
            documents = [_row_to_json(event) for event in events]
            rows = (
                (event.at, _format_actor(event), event.ticket, _describe_event(event, procedure)) for event in events
            )
    if as_json:
        print_json(documents)
        return
    print_table(
        ("When", "Who", "#", "What"),
        [
            (format_time(at, facts.timezone), login, "–" if number is None else str(number), what)
            for at, login, number, what in rows
        ],
        right=("#",),
    )


def _row_to_json(row: ActionRow | AccessRow | hash_chain.ChainFault) -> dict[str, Any]:
    document = row._asdict()
    return {"at": to_rfc3339(document.pop("at")), "number": document.pop("ticket")} | document


def _describe_event(event: ActionRow, procedure: CompiledProcedure) -> str:
    """Return an event in words: its label, its changes and the reason that was given."""
    if event.ticket is None:
        return _describe_desk_event(event)
    changes = describe_changes(event.data.get("changes", {}), procedure)
    parts = (describe_event(event.kind, event.data), changes, event.data.get("reason", ""))
    return " · ".join(filter(None, parts))


def _describe_desk_event(event: ActionRow) -> str:
    """Return an event of the desk itself in words."""
    changes = []
    contacts: Counter[str] = Counter()
    for key, (before, after) in event.data["changes"].items():
        if key.startswith("contact "):
            contacts["changed" if before else "added"] += 1
        elif key.endswith(" details"):
            # A digest means nothing to a reader, and a person who was added is named by another line already
            changes += [f"{key} changed"] if before else []
        elif not re.fullmatch(r"edition \d+ (document|file|applied by)", key):
            changes.append(f"{key} {_format_value(before)} → {_format_value(after)}")
    changes += [f"{count} contact{'s' * (count > 1)} {what}" for what, count in contacts.items()]
    parts = (*changes, *event.data.get("lines", ()))
    return " · ".join(filter(None, (DESK_EVENT_LABELS.get(event.kind, event.kind), "; ".join(parts))))


def _format_value(value: object) -> str:
    return "–" if value is None else "yes" if value is True else str(value)


def _format_actor(event: ActionRow) -> str:
    """Return the login of an event's actor, with the login of whoever worked in the actor's name."""
    impersonator = event.data.get("behind")
    return f"{event.login} (by {impersonator})" if impersonator else event.login


def _require_known_login(reader: ReadConnection, login: str) -> None:
    """Raise DeskError for a login that no agent has, and under which nothing was ever done or read."""
    logins = [*(agent.login for agent in load_agents(reader)), SYSTEM_ACTOR]
    if login in logins:
        return
    # Imported events have actors who were never agents here, and whoever reads need not be one
    for table, column in (("event", "actor"), ("access", "login"), ("desk_event", "actor")):
        if reader.rows(f"SELECT 1 FROM {table} WHERE {column} = :login LIMIT 1", {"login": login}):
            return
    raise DeskError(f"{login!r} is no agent of this desk, nor was: choose from {', '.join(logins)}.")
