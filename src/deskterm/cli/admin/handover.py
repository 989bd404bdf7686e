"""`deskterm handover`: the sheet that one shift hands to the next."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import rename_instants, to_rfc3339
from deskterm.cli.runtime.options import AsOf
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.policy import shifts
from deskterm.desk.policy.duty import Duty, find_duty
from deskterm.errors import UsageError
from deskterm.present.handover import HandoverSheet, format_left_out, format_markdown, present_handover, read_handover
from deskterm.present.labels import Vocabulary
from deskterm.procedure.compiled import compile_document
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.lead.handover import HandoverFacts


def list_handover(
    context: typer.Context,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, for a wiki, a chat or a printer.")
    ] = False,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the sheet for the next shift: what breaches, what was promised, and who waits for what.

    Tickets that still are with a team whose turn is over are on it too; a procedure without shifts hands over at the
    end of its working day. Two exclamation marks stand before what is missed already, one before what is missed if
    nobody acts before the next shift ends (C-15); a star marks what came or changed since the shift began.
    """
    cli: CliContext = context.obj
    if markdown and as_json:
        raise UsageError("Give --markdown or --json, not both.")
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        procedure = compile_document(facts.document, facts.procedure_version)
        now = int(cli.now(facts).timestamp())
        duty = find_duty(procedure, now)
        found = read_handover(reader, shifts.list_shift_teams(procedure) or None, now, facts.timezone)
    words = Vocabulary(facts.document, facts.procedure_version, facts.timezone)
    sheet = present_handover(found, duty, words, facts.name, now, ZoneInfo(facts.timezone))
    if as_json:
        shift = shifts.find_shift(procedure, now)
        _print_document(found, duty, sheet, shift.key if shift else None)
    elif markdown:
        print(format_markdown(sheet), end="")
    else:
        _print_sheet(sheet)


def _print_sheet(sheet: HandoverSheet) -> None:
    print_lines([sheet.title, *sheet.lines])
    for section in sheet.sections:
        print_lines(["", section.title])
        if section.rows:
            print_table(section.heads, section.rows, right=("#",), first_left_out=("Team", "Sev", "With", "Status"))
        else:
            print_lines([section.empty])
        if section.left_out:
            print_lines([format_left_out(section)])


def _print_document(found: HandoverFacts, duty: Duty, sheet: HandoverSheet, shift: str | None) -> None:
    print_json(
        {
            "shift": shift,
            "team": duty.team,
            "since": to_rfc3339(duty.since),
            "until": to_rfc3339(duty.until),
            "next_until": to_rfc3339(duty.next_until),
            "tickets": [
                rename_instants(ticket._asdict(), "due", "received", "updated", "snoozed_until")
                | {"breaches_before_next_shift_ends": ticket.number in sheet.breaching}
                for ticket in found.tickets
            ],
            "promises": [_name_ticket(rename_instants(one._asdict(), "by")) for one in found.promises],
            "waits": [_name_ticket(rename_instants(one._asdict(), "since", "until")) for one in found.waits],
        }
    )


def _name_ticket(document: dict[str, object]) -> dict[str, object]:
    """Return a JSON document with the ticket's number under `number`, the key that all commands use (C-52)."""
    return {"number": document.pop("ticket"), **document}
