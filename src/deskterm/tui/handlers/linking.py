"""Link tickets that belong together."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.history import retention
from deskterm.desk.linking import duplicate as duplicates
from deskterm.desk.linking import merge as merging
from deskterm.desk.linking import separate as separating
from deskterm.desk.linking import split as splitting
from deskterm.errors import DeskError
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.tui.handlers.questions import NOTHING, run_with_text, run_with_ticket

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target


async def duplicate(console: Console, target: Target, argument: str) -> None:
    """Close the tickets as duplicates. argument: the number of the original."""
    await run_with_ticket(
        console,
        target,
        argument,
        "Close {} as duplicate of number",
        lambda desk, number, original, now: duplicates.close_as_duplicate(desk, number, original, now=now),
        "Closed {} as duplicates of",
    )


async def merge(console: Console, target: Target, argument: str) -> None:
    """Merge the tickets into another one. argument: its number."""
    await run_with_ticket(
        console,
        target,
        argument,
        "Merge {} into number",
        lambda desk, number, target, now: merging.merge_into(desk, number, target, now=now),
        "Merged {} into",
    )


async def separate(console: Console, target: Target, argument: str) -> None:
    """Separate duplicates or merged tickets again. argument: the reason."""
    await run_with_text(
        console,
        target,
        argument,
        "Reason to separate {}",
        lambda desk, number, reason, now: separating.separate_ticket(desk, number, reason, now=now),
        done=lambda reason: "Separated {}",
    )


async def split(console: Console, target: Target, argument: str) -> None:
    """Make a ticket of a message of the requester, or one of each thing that the message lists. Raises DeskError when
    there is no such message."""
    selected = target.number
    ticket = await console.read_ticket(selected)
    entries = [entry for entry in ticket.timeline if entry.voice == "requester" and entry.seq]
    if not entries:
        raise DeskError("No message from the requester to split off.")
    choices = [Choice(str(entry.seq), sanitize(entry.text.split("\n")[0][:70])) for entry in reversed(entries)]
    chosen = choices[0].key if len(choices) == 1 else await console.choose(f"Message to split off {selected}", choices)
    if chosen is None:
        return
    number, message, looked_at = selected, int(chosen), console.now()
    items = await console.run(lambda desk: splitting.preview_list_items(desk, number, message, now=looked_at))
    way = "whole"
    if items:
        listed = " · ".join(item.split("\n")[0] for item in items)
        ways = [
            Choice("each", sanitize(f"a ticket of each of its {len(items)} things"), sanitize(listed)),
            Choice("whole", sanitize("one ticket of the whole message")),
        ]
        way = await console.choose(f"Message {message} of {number} lists {len(items)} things", ways) or ""
    if way:
        now = console.now()
        divide = splitting.split_list_items if way == "each" else splitting.split_message
        await console.run_on([number], lambda desk, one: divide(desk, one, message, now=now))


async def hold(console: Console, target: Target, argument: str) -> None:
    """Keep the tickets from being deleted for their age. argument: the reason, or a dash to release them."""

    def hold_or_release(desk: DeskSession, number: int, text: str, now: datetime) -> CommandResult:
        if text == NOTHING:
            return retention.release_hold(desk, number, now=now)
        return retention.place_hold(desk, number, text, now=now)

    await run_with_text(
        console,
        target,
        argument,
        "Reason to hold {} (- to release)",
        hold_or_release,
        done=lambda text: "Released the hold on {}" if text == NOTHING else "Put a hold on {}",
    )
