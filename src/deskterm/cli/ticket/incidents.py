"""`deskterm ticket attach|detach|announce`: an incident, and the tickets that are attached to it."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import Anyway, AsJson, Number, number_argument
from deskterm.cli.runtime.output import print_result
from deskterm.cli.sending.guarding import refuse
from deskterm.cli.sending.undo_window import delay_letters, print_undo_hint
from deskterm.desk.conversation.guard.findings import ReplyDraft
from deskterm.desk.conversation.guard.several import check_letter
from deskterm.desk.linking import incidents
from deskterm.procedure.channels import MAIL

Incident = Annotated[int, number_argument("The incident's number.", "INCIDENT")]


def attach_ticket(context: typer.Context, number: Number, incident: Incident, as_json: AsJson = False) -> None:
    """Attach a ticket to an incident, which is a ticket too."""
    cli: CliContext = context.obj
    print_result(incidents.attach_ticket(cli.open_desk(), number, incident, now=cli.now()), as_json)


def detach(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Take a ticket away from its incident."""
    cli: CliContext = context.obj
    print_result(incidents.detach_ticket(cli.open_desk(), number, now=cli.now()), as_json)


def announce(
    context: typer.Context,
    incident: Incident,
    words: Annotated[str, typer.Argument(help="What all who are touched should know.")],
    status: Annotated[str | None, typer.Option(help="Move the tickets there that may go there.")] = None,
    anyway: Anyway = False,
    as_json: AsJson = False,
) -> None:
    """Write one message on an incident and on every ticket that is attached to it; everybody gets one letter."""
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    delay_letters(desk)
    numbers = incidents.find_written_to(desk, incident)
    refuse(check_letter(desk, numbers, ReplyDraft(words), channel=MAIL, now=now), anyway=anyway)
    result = incidents.announce_to_attached(desk, incident, words, status=status, now=now)
    print_result(result, as_json)
    print_undo_hint(desk, incident)
