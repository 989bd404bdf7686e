"""`deskterm ticket scheduled`: replies that are sent later, changed, sent now or called off (C-20)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from textwrap import indent
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, rename_instants
from deskterm.cli.runtime.options import Anyway, AsJson, Number, require_ticket
from deskterm.cli.runtime.output import print_json, print_lines, print_result
from deskterm.cli.runtime.stdin import read_text
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.files.new_file import name_files
from deskterm.errors import DeskError, UsageError
from deskterm.present.sanitize import sanitize
from deskterm.procedure.channels import MAIL
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.outbox import ScheduledReply, load_scheduled_replies

Words = Annotated[str | None, typer.Argument(help="New words for it; with -, read from standard input.")]


def change_scheduled(
    context: typer.Context,
    number: Number,
    words: Words = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Send it then instead: tomorrow 09:00, 3h, next opening.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it now.")] = False,
    call_off: Annotated[bool, typer.Option("--call-off", help="Do not send it; its words are printed.")] = False,
    reply: Annotated[str | None, typer.Option("--reply", help="Which one, where several wait.")] = None,
    anyway: Anyway = False,
    as_json: AsJson = False,
) -> None:
    """Show the replies to a ticket that wait to be sent, or change one, send it now or call it off."""
    if sum((words is not None or at is not None, send, call_off)) > 1:
        raise UsageError("One thing at a time: change it, --send it, or --call-off.")
    cli: CliContext = context.obj
    if words is None and at is None and not send and not call_off:
        cli.require("letters")
        with cli.open_current_reader(number) as reader:
            require_ticket(reader, number)
            facts = load_desk_facts(reader)
            found = load_scheduled_replies(reader, number=number)
        if not found:
            raise DeskError(f"No reply to {number} waits to be sent: `deskterm outbox --scheduled` lists all that do.")
        print_scheduled(found, facts.timezone, full=True, as_json=as_json)
        return
    # As in open_desk: whoever only looks must not wait for the import
    from deskterm.cli.sending.guarding import pass_guard  # noqa: PLC0415
    from deskterm.desk.conversation import scheduled_replies  # noqa: PLC0415
    from deskterm.desk.conversation.guard.findings import ReplyDraft  # noqa: PLC0415

    body = read_text(words) if words is not None else None
    now, desk = cli.now(), cli.open_desk()
    if send:
        print_result(scheduled_replies.send_scheduled_reply(desk, number, reply, now=now), as_json)
    elif call_off:
        result, text = scheduled_replies.call_off_scheduled_reply(desk, number, reply, now=now)
        print_result(result, as_json)
        if not as_json:
            print(indent(sanitize(text, multiline=True), "    "))
    else:
        if body is not None:
            with desk.open_reader() as reader:
                waiting = load_scheduled_replies(reader, number=number)
            files = sum(len(one.files) for one in waiting if reply in (None, one.key))
            pass_guard(desk, number, ReplyDraft(body, files), channel=MAIL, anyway=anyway, now=now)
        print_result(scheduled_replies.change_scheduled_reply(desk, number, reply, body=body, at=at, now=now), as_json)


def print_scheduled(found: Sequence[ScheduledReply], timezone: str, *, full: bool, as_json: bool) -> None:
    """Print scheduled replies. full: with their whole text."""
    if as_json:
        print_json(
            [
                rename_instants(reply._asdict(), "at", "due") | {"files": [file.name for file in reply.files]}
                for reply in found
            ]
        )
        return
    if full:
        for reply in found:
            state = (
                f"held back: {reply.reason}" if reply.state == "held" else f"sent {format_time(reply.due, timezone)}"
            )
            moves = f", then {reply.status}" if reply.status else ""
            files = f", with {name_files([file.name for file in reply.files])}" if reply.files else ""
            print_lines([f"reply {reply.key} to {reply.number}, by {reply.who}, {state}{moves}{files}"])
            print(indent(sanitize(reply.body, multiline=True), "    "), end="\n\n")
        return
    print_table(
        ("#", "Reply", "Sent", "By", "To", "Text"),
        [
            (
                str(reply.number),
                reply.key,
                "held back" if reply.state == "held" else format_time(reply.due, timezone),
                reply.who,
                reply.requester,
                reply.reason or next((line for line in reply.body.splitlines() if line.strip()), "–"),
            )
            for reply in found
        ],
        right=("#", "Reply"),
    )


def warn_of_late(found: Sequence[ScheduledReply], now: int) -> None:
    """Warn on standard error when replies are overdue, because nothing that sends them is running."""
    late = sum(reply.state == "waiting" and reply.due < now - 60 for reply in found)
    if late:
        print(
            f"deskterm: {late} of these should have been sent: `deskterm run`, or an open console, sends them.",
            file=sys.stderr,
        )
