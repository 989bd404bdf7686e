"""`deskterm handover`: what one shift hands to the next."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.errors import DeskError


def handover(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List what is open for the shift that is on, the next due first.

    Tickets that still are with a team whose turn is over are listed too; a star marks what came or changed since the
    shift began.
    """
    from deskterm.cli.runtime import output
    from deskterm.desk.policy import shifts
    from deskterm.present.labels import Vocabulary, label
    from deskterm.procedure.compiled import from_document
    from deskterm.store.queries.shift_handover import open_for
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        procedure = from_document(facts.document, facts.procedure_version)
        if not procedure.definition.shifts:
            raise DeskError("This procedure has no shifts: `deskterm ticket list` shows what is open.")
        now = int(invocation.now(facts).timestamp())
        shift = shifts.on_shift(procedure, now)
        since, until = shifts.last_change(procedure, now), shifts.next_change(procedure, now)
        found = open_for(reader, shifts.teams(procedure))
    if as_json:
        output.print_json(
            {
                "shift": shift.key if shift else None,
                "team": shift.team if shift else None,
                "since": output.instant(since),
                "until": output.instant(until),
                "tickets": [
                    one._asdict()
                    | {"due": output.instant(one.due), "received": output.instant(one.received)}
                    | {"updated": output.instant(one.updated)}
                    for one in found
                ],
            }
        )
        return
    zone = facts.timezone
    who = f"{shift.label} is on" if shift else "Nobody is on shift"
    output.print_lines(
        [f"{who} since {output.local(since, zone)}, until {output.local(until, zone)} · {len(found)} open"]
    )
    words = Vocabulary(facts.document)
    if found:
        rows = [
            (
                str(one.number),
                "*" if since is not None and one.updated >= since else "",
                output.due(one.due, zone),
                words.step(one.severity, one.priority) or "–",
                label(words.statuses, one.status),
                label(words.teams, one.team) or "–",
                one.assignee or "–",
                one.subject,
            )
            for one in found
        ]
        output.print_table(("#", "", "Due", "Step", "Status", "Team", "With", "Subject"), rows, right=("#",))
