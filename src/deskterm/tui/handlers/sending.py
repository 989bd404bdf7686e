"""Send what was written: a letter that crossed something new, or lacks something, is held back once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.conversation import messages
from deskterm.desk.conversation.likely_statuses import list_likely_statuses
from deskterm.desk.conversation.scheduled_replies import schedule_reply
from deskterm.desk.conversation.send_time import suggest_send_times
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.linking import incidents
from deskterm.desk.tickets import resolution
from deskterm.errors import DeskError, UsageError
from deskterm.present import formats
from deskterm.present.models import Choice, TimelineEntry
from deskterm.present.sanitize import sanitize
from deskterm.procedure.channels import MAIL
from deskterm.tui.commands.keys import format_key
from deskterm.tui.control.composing import ComposerController
from deskterm.tui.dialogs.compose import Composer
from deskterm.tui.handlers.files.attaching import read_attached
from deskterm.tui.handlers.letter.guard import is_cleared, is_unaddressed
from deskterm.tui.handlers.templates.filling import fill_gaps
from deskterm.tui.panes.colours import BOLD, FAINT

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.drafts import Draft

_STAY = "."
"""The choice to leave the status as it is."""

_TYPED = "…"
"""The choice to type a time."""

_NEWS_SHOWN = 4
"""Messages that a letter crossed and that are quoted above it, the newest ones."""


async def send(console: Console, controller: ComposerController, composer: Composer, at: str = "") -> None:
    """Send the text, and close the composer. When the ticket has changed meanwhile, a reply is held back once, and the
    change is shown. at: when to send it, as `resolve_send_time` takes it; empty for now. Raises UsageError when there
    is no text."""
    if composer.sending:  # ctrl+s a second time, while the first is under way
        return
    if not composer.text.strip():
        raise UsageError("There is nothing to say yet: write a few words first.")
    if not await fill_gaps(console, composer):
        return
    ticket = console.open_ticket
    # A note to colleagues contradicts nothing that came meanwhile, so only letters are held back
    if composer.kind != "note" and ticket is not None and ticket.version > composer.base_version:
        news = [entry for entry in ticket.timeline if entry.seq > composer.base_version]
        # The change is in view now, so the next ctrl+s sends. A warning of a clock does not hold a reply back
        composer.base_version = ticket.version
        if news:
            _hold_for_news(console, composer, news, at)
            return
    controller.keep()
    composer.sending = True
    try:
        if composer.kind != "note" and not await is_cleared(console, composer):
            return
        console.begin_act([composer.number])
        files: list[NewFile] = []
        sending = _sending(console, composer, controller.draft, files, at)
        # After `_sending` has taken the present text, because the agent may type on while files are read
        files += await read_attached(console, composer)
        result = await console.perform(sending)
    except DeskError as error:
        if missing := getattr(error, "lacking", ()):
            _hold_for_missing(composer, missing)
            return
        # the desk has a newer version than the console: it is read now, and shown with the next try
        current_version = getattr(error, "now", None)
        if not isinstance(current_version, int):
            raise
        composer.base_version = current_version
        _hold_for_news(console, composer, [], at)
        console.refresh_lists()
        return
    finally:
        composer.sending = False
    await controller.close(composer, keep=False)
    console.notify(result.summary + ("" if at else _describe_undo(console, composer)))
    console.refresh_lists()


def _describe_undo(console: Console, composer: Composer) -> str:
    """Describe how the letter can be taken back before it leaves; empty when no letter waits."""
    window, keys = console.preferences.settings.undo_send, console.keys_of("undo")
    if composer.kind == "note" or composer.channel != MAIL or is_unaddressed(composer) or not window or not keys:
        return ""
    return f". It leaves in {window} s: {format_key(keys[0])} takes it back."


def _sending(
    console: Console, composer: Composer, draft: Draft | None, files: Sequence[NewFile], at: str
) -> Callable[[DeskSession], CommandResult]:
    """Return the function that sends the text with its files, and removes its draft in the same transaction. Everything
    is read from the composer here, on the event loop, because the agent may go on using it while the write thread
    sends."""
    kind, number, text, base_version = composer.kind, composer.number, composer.text, composer.base_version
    status = composer.next_status.key if composer.next_status is not None else None
    code, attached, strict = composer.resolution or None, composer.attached, not composer.warned
    channel, now = composer.channel, console.now()
    unaddressed = is_unaddressed(composer)

    def send(desk: DeskSession) -> CommandResult:
        with desk.sending(draft.id if draft is not None else None):
            result = send_text(desk)
        if draft is not None:
            draft.is_sent = True  # before the next write of it, which may be lined up
        return result

    def send_text(desk: DeskSession) -> CommandResult:
        if kind == "note":
            return messages.add_note(desk, number, text, files=files, now=now)
        if at:
            return schedule_reply(desk, number, text, at, status=status, files=files, now=now, version=base_version)
        if kind == "reply":
            return messages.reply(
                desk,
                number,
                text,
                status=status,
                channel=channel,
                files=files,
                unaddressed=unaddressed,
                now=now,
                version=base_version,
            )
        if attached:
            # Without the version, which is that of one ticket: this is about many
            return incidents.resolve_incident(
                desk, number, text, code=code, status=status, channel=channel, strict=strict, files=files, now=now
            )
        return resolution.resolve(
            desk,
            number,
            text,
            code=code,
            status=status,
            channel=channel,
            strict=strict,
            files=files,
            unaddressed=unaddressed or None,
            now=now,
            version=base_version,
        )

    return send


async def send_and_set_status(console: Console, controller: ComposerController, composer: Composer) -> None:
    """Ask for a status, the likeliest first, send the text, and move the ticket there (C-20)."""
    line = console.open_ticket.line if console.open_ticket else None
    if line is None:
        return
    solving = composer.kind == "resolve"
    keys = await console.run(lambda desk: list_likely_statuses(desk, line.type, line.status, solving=solving))
    statuses = console.vocabulary.statuses
    stay = Choice(_STAY, sanitize(f"leave it {line.status_label}"))
    choices = [*(statuses.get(key) or Choice(key, sanitize(key)) for key in keys), stay]
    current = composer.next_status.key if composer.next_status else ""
    chosen = await console.choose(f"Send, and move {composer.number} to", choices, current)
    if chosen is not None:
        composer.set_next_status(next((choice for choice in choices if choice.key == chosen != _STAY), None))
        await send(console, controller, composer)


async def send_later(console: Console, controller: ComposerController, composer: Composer) -> None:
    """Ask for a time, and schedule the reply for it (C-20). Raises UsageError for a text that is no letter."""
    if composer.channel != MAIL:
        raise UsageError("Only a letter is sent later: choose email with ctrl+o, or send it now.")
    number, now = composer.number, console.now()
    times = await console.run(lambda desk: suggest_send_times(desk, number, now=now))
    choices = [
        Choice(text, sanitize(text), sanitize(formats.format_message_time(due, console.epoch(), console.zone)))
        for text, due in times
    ]
    chosen = await console.choose(
        f"Send the reply to {number}", [*choices, Choice(_TYPED, sanitize("at another time"))]
    )
    if chosen == _TYPED:
        chosen = await console.ask(f"Send the reply to {number} at: tomorrow 09:00, 3h, next opening after 2h")
    if chosen:
        await send(console, controller, composer, chosen)


async def choose_channel(console: Console, controller: ComposerController, composer: Composer) -> None:
    """Choose how the answer goes out: by mail, or in another way in which somebody was told already."""
    channels = [MAIL, *(channel for channel in console.vocabulary.channels if channel != MAIL)]
    choices = [Choice(channel, sanitize(channel)) for channel in channels]
    chosen = await console.choose(f"How it goes out on {composer.number}", choices, composer.channel)
    if chosen is not None:
        composer.set_channel(chosen)


def _hold_for_missing(composer: Composer, labels: Sequence[str]) -> None:
    """Hold a resolving letter back, once, for what it lacks (S2-19)."""
    composer.warned = True
    parts: list[tuple[str, str] | str] = [("Held back: the letter lacks\n", BOLD)]
    parts += [f"· {sanitize(label)}\n" for label in labels]
    composer.hold(Content.assemble(*parts, ("ctrl+s sends it anyway.", FAINT)))


def _hold_for_news(console: Console, composer: Composer, news: Sequence[TimelineEntry], at: str) -> None:
    """Hold a letter back because of messages that came while it was written, and quote them. at: when it was to be
    sent."""
    parts: list[tuple[str, str] | str] = [("Held back: this came while you were writing.\n", BOLD)]
    for entry in news[-_NEWS_SHOWN:]:
        text = entry.text.strip()
        first_line = text.splitlines()[0][:200] if text else ""
        stamp = formats.format_message_time(entry.at, console.epoch(), console.zone)
        parts += [(f"{stamp} {entry.author}: ", BOLD), f"{first_line}\n"]
    # A reply that was meant for later must not be sent now by mistake, so name the right key
    parts.append((f"ctrl+l sends it later anyway ({at})." if at else "ctrl+s sends it anyway.", FAINT))
    composer.hold(Content.assemble(*parts))
