"""`deskterm doctor`: is the store whole, and does it say what its events say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from deskterm.cli.runtime.context import CliContext

if TYPE_CHECKING:
    from deskterm.store.db.engine import Store

_AHEAD = 366 * 86_400


def doctor(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Write rows that differ from their events anew.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check the store, fold every ticket again and compare; exit code 1 when something is not as it should be."""
    from deskterm.cli.runtime import output
    from deskterm.desk.history.integrity import check_integrity
    from deskterm.present.formats import counted
    from deskterm.store.db.engine import open_store
    from deskterm.store.db.health import health

    invocation: CliContext = context.obj
    if repair:
        invocation.desk().require("procedure", "repair the store")
    store = open_store(invocation.url)
    condition = health(store)
    proof = check_integrity(store, repair=repair, progress=output.progress("tickets") if sys.stderr.isatty() else None)
    findings = [
        *condition.faults,
        *(finding.sentence + (": repaired" if finding.repaired else "") for finding in proof.findings),
    ]
    notes = [*condition.notes, *_holidays_ending(store, invocation)]
    store.close()
    if as_json:
        output.print_json(
            {
                "tickets": proof.tickets,
                "events": proof.events,
                "findings": findings,
                "notes": notes,
                "sound": not findings,
            }
        )
    else:
        output.print_lines(f"! {finding}" for finding in findings)
        output.print_lines(f"  {note}" for note in notes)
        verdict = "sound" if not findings else counted(len(findings), "finding")
        print(f"{counted(proof.tickets, 'ticket')} folded again from {counted(proof.events, 'event')}: {verdict}.")
    if any(not finding.repaired for finding in proof.findings) or condition.faults:
        raise typer.Exit(1)


def _holidays_ending(store: Store, invocation: CliContext) -> Iterator[str]:
    """Calendars whose holidays are known for no more than a year to come."""
    from deskterm.procedure.compiled import from_document
    from deskterm.store.db.reader import open_reader
    from deskterm.store.queries.ticket_detail import desk_facts

    with open_reader(store.url) as reader:
        facts = desk_facts(reader)
    if not facts.document:
        return
    now = int(invocation.clock(facts)().timestamp())
    for key, calendar in from_document(facts.document, facts.procedure_version).terms.calendars.items():
        if (years := calendar.known_years(now, now + _AHEAD)) is not None:
            yield (
                f"the holidays of the calendar {key} are known for {years[0]}–{years[1]} only: apply the procedure "
                "again, or list those of the years to come"
            )
