"""Scheduled replies: list them, change one, send it now or call it off (C-20)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from deskterm.desk.conversation import scheduled_replies
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.present.formats import format_message_time
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.store.queries.outbox import ScheduledReply, load_scheduled_replies

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace
    from deskterm.tui.drafts import Draft
    from deskterm.tui.target import Target

_ACTIONS = (
    Choice("send", Safe("Send it now")),
    Choice("time", Safe("Send it at another time")),
    Choice("words", Safe("Change the words"), Safe("It is no longer scheduled, and the composer opens with it.")),
    Choice("off", Safe("Call it off"), Safe("Its words are kept as a draft.")),
)


async def show_scheduled(console: Workspace, target: Target, argument: str) -> None:
    """List the scheduled replies and those that were held back (the agent's own, for leads everybody's), and act on the
    chosen one."""
    login = None if console.agent.role in ("lead", "admin") else console.agent.login

    def load(desk: DeskSession) -> list[ScheduledReply]:
        with desk.open_reader() as reader:
            return load_scheduled_replies(reader, login)

    replies = await console.run(load)
    if not replies:
        console.notify("No reply waits to be sent later.")
        return
    choices = [Choice(str(place), *_describe(console, reply)) for place, reply in enumerate(replies)]
    chosen = await console.choose("Replies that are sent later", choices)
    if chosen is None:
        return
    reply, now = replies[int(chosen)], console.now()
    number, key = reply.number, reply.key
    action = await console.choose(f"Reply to {number} by {reply.who}", _ACTIONS)
    if action == "send":
        await _perform(console, lambda desk: scheduled_replies.send_scheduled_reply(desk, number, key, now=now))
    elif action == "time":
        await _change_time(console, reply)
    elif action is not None:
        draft = await _call_off(console, reply)
        if action == "words":
            await console.write("reply", number, draft=draft)


async def _change_time(console: Workspace, reply: ScheduledReply) -> None:
    at = await console.ask(f"Send the reply to {reply.number} at: tomorrow 09:00, 3h, next opening")
    if at:
        now = console.now()
        await _perform(
            console,
            lambda desk: scheduled_replies.change_scheduled_reply(desk, reply.number, reply.key, at=at, now=now),
        )


async def _call_off(console: Workspace, reply: ScheduledReply) -> Draft:
    """Call a reply off, and return the draft of its text. The draft is saved first, so that a crash in between loses
    nothing."""
    files = [
        {"name": file.name, "size": file.size, "kept": [reply.number, file.seq, file.place]} for file in reply.files
    ]
    extra = {"files": files} if files else {}
    draft = console.drafts.begin("reply", reply.number, reply.body, status=reply.status, extra=extra)
    console.drafts.leave(draft)
    try:
        await console.save_drafts()
        now = console.now()
        result = await console.perform(
            lambda desk: scheduled_replies.call_off_scheduled_reply(desk, reply.number, reply.key, now=now)[0]
        )
    except BaseException:
        console.drafts.discard(draft)
        raise
    console.drafts.change(draft, draft.text, version=result.version)
    console.notify(f"{result.summary}. Its words are a draft.")
    console.refresh_lists()
    return draft


async def _perform(console: Workspace, act: Callable[[DeskSession], CommandResult]) -> None:
    result = await console.perform(act)
    console.notify(result.summary)
    console.refresh_lists()


def _describe(console: Workspace, reply: ScheduledReply) -> tuple[Safe, Safe]:
    """Return the label of a reply in the list, and the line below it."""
    due = format_message_time(reply.due, console.epoch(), console.zone)
    when = "held back" if reply.state == "held" else due
    first_line = next((line for line in reply.body.splitlines() if line.strip()), "")
    label = f"{reply.number}  {when}  {reply.who}{'  + files' if reply.files else ''}"
    return sanitize(label), sanitize(f"{reply.reason} {first_line}".strip())
