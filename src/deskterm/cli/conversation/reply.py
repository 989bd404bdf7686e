"""`deskterm ticket reply|note`: messages on a ticket, now or later."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.conversation.files import Attach, read_attachments
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import Anyway, AsJson, IfVersion, Number
from deskterm.cli.runtime.output import print_result, warn_of_gaps
from deskterm.cli.runtime.session import check_channel
from deskterm.cli.sending.guarding import pass_guard
from deskterm.cli.sending.undo_window import delay_letters, print_undo_hint
from deskterm.cli.templates.filling import Filling, LanguageOption, TemplateName, Values
from deskterm.desk.conversation import messages, scheduled_replies
from deskterm.desk.conversation.guard.findings import ReplyDraft
from deskterm.desk.domain.instant_text import parse_instant, require_time_of_day
from deskterm.errors import UsageError

Words = Annotated[str | None, typer.Argument(help="The words; left out or -, they are read from standard input.")]


def reply(
    context: typer.Context,
    number: Number,
    words: Words = None,
    status: Annotated[str | None, typer.Option(help="Move it there in the same act.")] = None,
    next_steps: Annotated[bool, typer.Option("--next-steps", help="The reply says what happens next.")] = False,
    resolution: Annotated[str | None, typer.Option(help="It gives a resolution: temporary or permanent.")] = None,
    channel: Annotated[str, typer.Option(help="email: a letter; else how they were told: phone, …")] = "email",
    from_requester: Annotated[
        bool, typer.Option("--from-requester", help="Record what the requester said, for them.")
    ] = False,
    author: Annotated[
        str | None, typer.Option(help="With --from-requester: who wrote, if somebody else; a name or an address.")
    ] = None,
    received: Annotated[str | None, typer.Option(help="With --from-requester: when it arrived.")] = None,
    with_files: Annotated[
        bool, typer.Option("--with-files", help="With --from-requester: files came with it, so it is more than thanks.")
    ] = False,
    attach: Attach = None,
    anyway: Anyway = False,
    template: TemplateName = None,
    language: LanguageOption = "",
    values: Values = None,
    send_at: Annotated[
        str | None, typer.Option("--at", help="Send it later: tomorrow 09:00, 3h, next opening, next opening after 2h.")
    ] = None,
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Answer the requester; everybody on the ticket reads it."""
    if resolution not in (None, "temporary", "permanent"):
        raise UsageError(f"A resolution is temporary or permanent, not {resolution!r}.")
    cli: CliContext = context.obj
    facts = cli.read_facts()
    # The text first: it may be typed for minutes, and `now` is when it is finished
    filling = Filling(template, language, values)
    body, now = filling.read_words(words), cli.now(facts)
    if from_requester and send_at is not None:
        raise UsageError("--at goes with a reply of the desk's own: what a requester said is recorded at once.")
    if from_requester:
        if template is not None:
            raise UsageError("--template is for what you write: a requester's words go in as they are.")
        desk = cli.open_desk()
        channel = check_channel(desk, channel, "email")
        if status is not None or next_steps or resolution is not None:
            raise UsageError("--from-requester goes alone: the procedure says where a requester's words lead.")
        require_time_of_day(received or "")
        arrived = parse_instant(received, facts.timezone, now, past=True) if received is not None else None
        result = messages.record_customer_message(
            desk,
            number,
            body,
            author=author,
            channel=channel,
            received_at=arrived,
            attachments=with_files,
            files=read_attachments(desk, attach),
            now=now,
        )
    elif send_at is not None:
        if resolution is not None or channel != "email" or author is not None or received is not None or with_files:
            raise UsageError("--at goes with --status and --next-steps: what is sent later is a letter.")
        desk = cli.open_desk()
        text, files = filling.write(desk, number, "reply", body, now), read_attachments(desk, attach)
        pass_guard(desk, number, ReplyDraft(text, len(files)), channel=channel, anyway=anyway, now=now)
        result = scheduled_replies.schedule_reply(
            desk,
            number,
            text,
            send_at,
            status=status,
            next_steps=next_steps,
            files=files,
            now=now,
            version=version,
        )
    elif author is not None or received is not None or with_files:
        raise UsageError("--author, --received and --with-files go with --from-requester.")
    else:
        desk = cli.open_desk()
        delay_letters(desk)
        channel = check_channel(desk, channel, "email")
        text, files = filling.write(desk, number, "reply", body, now), read_attachments(desk, attach)
        draft = ReplyDraft(text, len(files), is_solution=resolution is not None)
        unaddressed = pass_guard(desk, number, draft, channel=channel, anyway=anyway, now=now)
        result = messages.reply(
            desk,
            number,
            text,
            status=status,
            next_steps=next_steps,
            resolution=resolution,  # type: ignore[arg-type]
            channel=channel,
            files=files,
            unaddressed=unaddressed,
            now=now,
            version=version,
        )
        warn_of_gaps(result)
    print_result(result, as_json)
    print_undo_hint(desk, number, channel)


def note(
    context: typer.Context,
    number: Number,
    words: Words = None,
    attach: Attach = None,
    template: TemplateName = None,
    language: LanguageOption = "",
    values: Values = None,
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Write an internal note; the requester never sees it."""
    cli: CliContext = context.obj
    filling = Filling(template, language, values)
    body, now = filling.read_words(words), cli.now()
    desk = cli.open_desk()
    files = read_attachments(desk, attach)
    text = filling.write(desk, number, "note", body, now)
    print_result(messages.add_note(desk, number, text, files=files, now=now, version=version), as_json)
