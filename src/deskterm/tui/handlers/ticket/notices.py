"""The notices to the agent, mentions among them (C-24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.present.formats import format_message_time
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.store.queries.outbox import NoticeRow, load_notices

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target

_MOST_SHOWN = 100


async def show_notices(console: Workspace, target: Target, argument: str) -> None:
    """List the agent's notices, the newest first, and open the ticket of the chosen one. argument: words that narrow
    the list down, such as `mentioned`."""
    login = console.agent.login

    def load(desk: DeskSession) -> list[NoticeRow]:
        with desk.open_reader() as reader:
            return load_notices(reader, login, limit=_MOST_SHOWN)

    words = argument.casefold().split()
    notices = [one for one in await console.run(load) if all(word in one.what.casefold() for word in words)]
    if not notices:
        console.notify("There are no notices for you.")
        return
    choices = [
        Choice(
            str(place),
            sanitize(f"{format_message_time(one.at, console.epoch(), console.zone)}  {one.number}"),
            sanitize(f"{one.what} · {one.subject}"),
        )
        for place, one in enumerate(notices)
    ]
    chosen = await console.choose("Your notices", choices, search=True)
    if chosen is not None:
        console.show_ticket(notices[int(chosen)].number)
