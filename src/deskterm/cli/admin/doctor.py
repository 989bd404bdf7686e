"""`deskterm doctor`: checks of the store, and of its rows against their events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from deskterm.cli.mail.settings import find_mail_path
from deskterm.cli.runtime.context import CliContext, NotAnAgent
from deskterm.cli.runtime.output import (
    print_findings,
    print_json,
    print_lines,
    show_progress_on_terminal,
    shown_on_terminal,
)
from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.history.integrity import IntegrityReport, check_integrity
from deskterm.errors import DeskError
from deskterm.exchange.backup.status import describe_backups
from deskterm.mail.threading.tokens import describe_lost_key
from deskterm.present.formats import format_count
from deskterm.procedure.checking.warnings import find_missed_review
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.health import check_health
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.mail.mailboxes import load_mailbox_states

_YEAR_AHEAD = 366 * 86_400
"""Seconds for which the holidays of a calendar should be known."""


def check_store(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Write rows that differ from their events anew.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check the store, fold every ticket again and compare; exit code 1 when something is not as it should be."""
    cli: CliContext = context.obj
    # Anybody may find out whether the store is sound, and opening the desk would bring old rows up to date first
    if repair:
        cli.require("procedure", "repair the store")
    try:
        cli.check_login()
    except NotAnAgent:
        raise
    except DeskError:
        pass  # a desk whose agents cannot be read is what this command is for
    store = open_store(cli.url)
    with shown_on_terminal("checking the file itself …"):
        store_health = check_health(store)
    desk_faults = verify_desk(store)
    if any(fault.procedure for fault in desk_faults):
        # Folded by it, every ticket would differ, and repaired by it, every due time would be false.
        integrity = IntegrityReport()
    else:
        integrity = check_integrity(store, repair=repair, progress=show_progress_on_terminal("tickets"))
    findings = [
        *store_health.faults,
        *(fault.sentence for fault in desk_faults),
        *(finding.sentence + (": repaired" if finding.repaired else "") for finding in integrity.findings),
    ]
    notes = [*store_health.notes, *_list_notes(store, cli)]
    store.close()
    if as_json:
        print_json(
            {
                "tickets": integrity.tickets,
                "events": integrity.events,
                "findings": findings,
                "notes": notes,
                "sound": not findings,
            }
        )
    else:
        print_findings([f"! {finding}" for finding in findings])
        print_lines(f"  {note}" for note in notes)
        verdict = "sound" if not findings else format_count(len(findings), "finding")
        tickets, events = format_count(integrity.tickets, "ticket"), format_count(integrity.events, "event")
        print(f"{tickets} folded again from {events}: {verdict}.")
    # What was repaired is sound now; faults of the store itself are beyond repair from here
    if any(not finding.repaired for finding in integrity.findings) or store_health.faults or desk_faults:
        raise typer.Exit(1)


def _list_notes(store: Store, cli: CliContext) -> Iterator[str]:
    """Yield what is worth knowing about a desk, without being wrong."""
    with open_reader(store.url) as reader:
        facts = load_desk_facts(reader)
        now = int(cli.now(facts).timestamp())
        if not facts.simulated:
            yield from describe_backups(reader, facts, now)
        has_mail = bool(load_mailbox_states(reader))
    if has_mail and (file := find_mail_path(cli, None)).exists() and (trouble := describe_lost_key(file.parent)):
        yield trouble
    if facts.document:
        procedure = compile_document(facts.document, facts.procedure_version)
        yield from _warn_of_holidays(procedure, now)
        today = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(facts.timezone)).date()
        yield from find_missed_review(procedure.definition, today)


def _warn_of_holidays(procedure: CompiledProcedure, now: int) -> Iterator[str]:
    """Yield a note for each calendar whose holidays are not known for a year to come. now: epoch seconds."""
    for key, calendar in procedure.terms.calendars.items():
        if (years := calendar.find_holiday_limits(now, now + _YEAR_AHEAD)) is not None:
            yield (
                f"the holidays of the calendar {key} are known for {years[0]}–{years[1]} only: apply the procedure "
                "again, or list those of the years to come"
            )
