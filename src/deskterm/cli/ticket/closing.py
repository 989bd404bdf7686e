"""`deskterm ticket resolve|close|confirm|reject|reopen|fixed`: the end of a ticket, and the ways back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

import typer

from deskterm.cli.conversation.files import Attach, read_attachments
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import Anyway, AsJson, IfVersion, Number, ReasonOption
from deskterm.cli.runtime.output import print_result, warn_of_gaps
from deskterm.cli.runtime.session import check_channel
from deskterm.cli.sending.guarding import pass_guard, refuse
from deskterm.cli.sending.undo_window import delay_letters, print_undo_hint
from deskterm.cli.templates.filling import Filling, LanguageOption, TemplateName, Values
from deskterm.desk.conversation.guard.findings import ReplyDraft
from deskterm.desk.conversation.guard.several import check_letter
from deskterm.desk.conversation.thanks_messages import overrule_thanks
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.instant_text import parse_instant, require_time_of_day
from deskterm.desk.linking import incidents
from deskterm.desk.tickets import closing, confirmation, reopening, resolution
from deskterm.errors import MissingReason, UsageError

Words = Annotated[str, typer.Argument(help="What they wrote, if they did.")]
Author = Annotated[str | None, typer.Option(help="Who said it, if not the requester: a name or an address.")]
Channel = Annotated[str, typer.Option(help="How they said it: phone, email, …")]
Received = Annotated[str | None, typer.Option(help="When it arrived, if earlier than now.")]


def resolve(
    context: typer.Context,
    number: Number,
    note: Annotated[
        str | None, typer.Argument(help="How it was resolved; left out or -, it is read from standard input.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="The kind of resolution, one of the procedure's.")] = None,
    temporary: Annotated[
        bool, typer.Option("--temporary", help="The permanent fix is to follow; left out, as the code says.")
    ] = False,
    status: Annotated[str | None, typer.Option(help="Where it goes instead of where the procedure has it.")] = None,
    channel: Annotated[str, typer.Option(help="How the note goes out: email, phone, …")] = "email",
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a letter that lacks what letters must hold.")
    ] = False,
    attached: Annotated[
        bool, typer.Option("--attached", help="Resolve all tickets that are attached to it, too.")
    ] = False,
    attach: Attach = None,
    anyway: Anyway = False,
    template: TemplateName = None,
    language: LanguageOption = "",
    values: Values = None,
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Resolve a ticket: the requester reads how, and is asked to confirm where the procedure says so.

    An incident is resolved with all tickets that are attached to it by --attached, in one act: everybody gets one
    letter, and those that cannot be resolved are named.
    """
    cli: CliContext = context.obj
    filling = Filling(template, language, values)
    desk, words, now = cli.open_desk(), filling.read_words(note), cli.now()
    words = filling.write(desk, number, "resolve", words, now)
    delay_letters(desk)
    channel = check_channel(desk, channel, "email")
    kind: Literal["temporary"] | None = "temporary" if temporary else None
    # A version is that of one ticket, and --attached is about many
    if attached and version is not None:
        raise UsageError("--attached and --if-version go one at a time.")
    files = read_attachments(desk, attach)
    draft = ReplyDraft(words, len(files), is_solution=True)
    if attached:
        # The letter goes to the people of many tickets, and the incident itself may be closed
        numbers = incidents.find_written_to(desk, number)
        refuse(check_letter(desk, numbers, draft, channel=channel, now=now), anyway=anyway)
        result = incidents.resolve_incident(
            desk,
            number,
            words,
            resolution=kind,
            code=code,
            status=status,
            channel=channel,
            strict=strict,
            files=files,
            now=now,
        )
    else:
        unaddressed = pass_guard(desk, number, draft, channel=channel, anyway=anyway, now=now)
        result = resolution.resolve(
            desk,
            number,
            words,
            resolution=kind,
            code=code,
            status=status,
            channel=channel,
            strict=strict,
            files=files,
            unaddressed=unaddressed or None,
            now=now,
            version=version,
        )
    warn_of_gaps(result)
    print_result(result, as_json)
    print_undo_hint(desk, number, channel)


def close(
    context: typer.Context,
    number: Number,
    because: Annotated[str, typer.Argument(help="The procedure's reason: insufficient-information, withdrawn, …")] = "",
    reason_option: ReasonOption = "",
    as_json: AsJson = False,
) -> None:
    """Close a ticket without a resolution, for one of the procedure's reasons."""
    cli: CliContext = context.obj
    reason = because or reason_option
    if not reason:
        raise MissingReason("Say why it is closed: one of the procedure's reasons.")
    print_result(closing.close(cli.open_desk(), number, reason, now=cli.now()), as_json)


def confirm(
    context: typer.Context,
    number: Number,
    words: Words = "",
    author: Author = None,
    channel: Channel = "",
    received: Received = None,
    as_json: AsJson = False,
) -> None:
    """Confirm the resolution for the requester: the ticket is closed, or takes the last step before."""
    _record_answer(context, confirmation.confirm, number, words, author, channel, received, as_json)


def reject(
    context: typer.Context,
    number: Number,
    words: Words = "",
    author: Author = None,
    channel: Channel = "",
    received: Received = None,
    as_json: AsJson = False,
) -> None:
    """Reject the resolution for the requester: the ticket goes back to be worked on."""
    _record_answer(context, confirmation.reject, number, words, author, channel, received, as_json)


def _record_answer(
    context: typer.Context,
    answer: Callable[..., CommandResult],
    number: int,
    words: str,
    author: str | None,
    channel: str,
    received: str | None,
    as_json: bool,
) -> None:
    """Record the requester's answer to a resolution. answer: the command, `confirm` or `reject`."""
    cli: CliContext = context.obj
    desk, now, arrived = cli.open_desk(), cli.now(), _parse_arrival(cli, received)
    channel = check_channel(desk, channel, "")
    print_result(answer(desk, number, words, author=author, channel=channel, received_at=arrived, now=now), as_json)


def reopen(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Argument(help="Why; left out, for what was taken for mere thanks.")] = "",
    reason_option: ReasonOption = "",
    channel: Channel = "phone",
    as_json: AsJson = False,
) -> None:
    """Reopen a ticket, for its requester or because a message was more than thanks.

    With a reason, because its requester called or came; without, because their last message was more than thanks: its
    clocks count from when that came.
    """
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    reason = reason or reason_option
    if not reason:
        print_result(overrule_thanks(desk, number, now=now), as_json)
        return
    print_result(
        reopening.reopen(desk, number, reason, channel=check_channel(desk, channel, "phone"), now=now), as_json
    )


def record_fix(
    context: typer.Context,
    number: Number,
    note: Annotated[str, typer.Argument(help="What the permanent fix is, for the history.")] = "",
    as_json: AsJson = False,
) -> None:
    """Record the permanent fix that a temporary one left outstanding."""
    cli: CliContext = context.obj
    print_result(resolution.record_permanent_fix(cli.open_desk(), number, note=note, now=cli.now()), as_json)


def _parse_arrival(cli: CliContext, received: str | None) -> datetime | None:
    if received is None:
        return None
    require_time_of_day(received)
    facts = cli.read_facts()
    return parse_instant(received, facts.timezone, cli.now(facts), past=True)
