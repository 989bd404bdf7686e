"""The page that explains a ticket's place in the order of work: the text of `deskterm ticket order`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.core.session import DeskSession
from deskterm.desk.explain.queue_position import Neighbour, OrderKey, QueuePosition, explain_position
from deskterm.present import formats
from deskterm.present.sanitize import sanitize
from deskterm.store.queries.queue import Viewer
from deskterm.tui.dialogs.page import Page
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT

if TYPE_CHECKING:
    from deskterm.tui.console import Console

_NAME_WIDTH = 12
"""Cells for the name of a sort key."""


async def show_position(console: Console, number: int) -> None:
    """Show the page until the agent leaves it. Raises DeskError for a ticket that is in no queue."""
    place = await console.run(lambda desk: _read_place(desk, number, console.epoch()))
    await console.show(Page(f"Place · {number}", format_position(console, place)))


def format_position(console: Console, place: QueuePosition) -> Content:
    """Format the sort keys in turn, and the ticket's neighbours in the queue."""

    def format_key(part: OrderKey) -> str:
        if part.text:
            return part.text
        return "–" if part.at is None else formats.format_instant(part.at, console.epoch(), console.zone)

    parts: list[tuple[str, str] | str] = [(f"{place.place} of {place.total} open tickets\n\n", ACCENT)]
    for turn, part in enumerate(place.keys, 1):
        parts += [(f"{turn} ", FAINT), f"{part.label:<{_NAME_WIDTH}}", (f"{sanitize(format_key(part))}\n", BOLD)]
    for side, neighbour in (("after", place.before), ("before", place.after)):
        parts += ["\n", _describe_neighbour(side, neighbour)]
        if neighbour is not None:
            comparison = f"{sanitize(format_key(neighbour.own))} against {sanitize(format_key(neighbour.other))}"
            parts.append((f"\n  by {neighbour.deciding_label.lower()}: {comparison}", FAINT))
    return Content.assemble(*parts)


def _describe_neighbour(side: str, neighbour: Neighbour | None) -> str:
    if neighbour is None:
        return f"nobody is {'before' if side == 'after' else 'after'} it"
    return f"{side} {neighbour.row.number} {sanitize(neighbour.row.subject)}"


def _read_place(desk: DeskSession, number: int, now: int) -> QueuePosition:
    with desk.open_reader() as reader:
        return explain_position(reader, desk.procedure, number, Viewer("", None, now))
