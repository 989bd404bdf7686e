"""Why a ticket stands where it does in the order of work, as a page to read: what `deskterm ticket order` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.present import formats
from deskterm.present.sanitize import sanitize
from deskterm.tui.dialogs.page import Page
from deskterm.tui.panes.colours import FAINT, HERE, STRONG

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.explain.queue_position import Neighbour, Part, Place
    from deskterm.tui.screens.desk import DeskScreen

_NAME = 12
"""Cells that the name of a key stands in."""


async def show_place(screen: DeskScreen, number: int) -> None:
    """The page, until the person leaves it. DeskError for a ticket that stands in no queue."""
    place = await screen.clerk.do(lambda desk: _read(desk, number, screen.now()))
    await screen.app.push_screen_wait(Page(f"Place · {number}", placed(screen, place)))


def placed(screen: DeskScreen, place: Place) -> Content:
    """The keys in turn, and who stands next to it."""

    def told(part: Part) -> str:
        if part.words:
            return part.words
        return "–" if part.at is None else formats.instant(part.at, screen.now(), screen.zone)

    parts: list[tuple[str, str] | str] = [(f"{place.place} of {place.of} open tickets\n\n", HERE)]
    for turn, part in enumerate(place.parts, 1):
        parts += [(f"{turn} ", FAINT), f"{part.label:<{_NAME}}", (f"{sanitize(told(part))}\n", STRONG)]
    for side, neighbour in (("after", place.before), ("before", place.after)):
        parts += ["\n", _beside(side, neighbour)]
        if neighbour is not None:
            against = f"{sanitize(told(neighbour.own))} against {sanitize(told(neighbour.other))}"
            parts.append((f"\n  by {neighbour.by.lower()}: {against}", FAINT))
    return Content.assemble(*parts)


def _beside(side: str, neighbour: Neighbour | None) -> str:
    if neighbour is None:
        return f"nobody is {'before' if side == 'after' else 'after'} it"
    return f"{side} {neighbour.row.number} {sanitize(neighbour.row.subject)}"


def _read(desk: DeskSession, number: int, now: int) -> Place:
    from deskterm.desk.explain.queue_position import explain
    from deskterm.store.db.reader import open_reader
    from deskterm.store.queries.queue import Viewer

    with open_reader(desk.store.url) as reader:
        return explain(reader, desk.procedure, number, Viewer("", None, now))
