"""Moving about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.tui.commands.base import Step

if TYPE_CHECKING:
    from deskterm.tui.screens.desk import DeskScreen


class Walk(Step):
    """A step within the pane that has the focus."""

    group = "Move"
    spoken = False


class Down(Walk):
    """The next row, or a line down."""

    name, title, keys = "down", "Down", ("j", "down")

    def step(self, screen: DeskScreen) -> None:
        screen.here.move(1)


class Up(Walk):
    """The row before, or a line up."""

    name, title, keys = "up", "Up", ("k", "up")

    def step(self, screen: DeskScreen) -> None:
        screen.here.move(-1)


class First(Walk):
    """The first row."""

    name, title, keys = "first", "First", ("g", "home")

    def step(self, screen: DeskScreen) -> None:
        screen.here.edge(last=False)


class Last(Walk):
    """The last row."""

    name, title, keys = "last", "Last", ("G", "end")

    def step(self, screen: DeskScreen) -> None:
        screen.here.edge(last=True)


class HalfDown(Walk):
    """Half a screen down."""

    name, title, keys = "half-down", "Half a screen down", ("ctrl+d",)

    def step(self, screen: DeskScreen) -> None:
        screen.here.page(0.5)


class HalfUp(Walk):
    """Half a screen up."""

    name, title, keys = "half-up", "Half a screen up", ("ctrl+u",)

    def step(self, screen: DeskScreen) -> None:
        screen.here.page(-0.5)


class PageDown(Walk):
    """A screen down."""

    name, title, keys = "page-down", "A screen down", ("pagedown", "ctrl+f")

    def step(self, screen: DeskScreen) -> None:
        screen.here.page(1)


class PageUp(Walk):
    """A screen up."""

    name, title, keys = "page-up", "A screen up", ("pageup", "ctrl+b")

    def step(self, screen: DeskScreen) -> None:
        screen.here.page(-1)


class NextTicket(Walk):
    """The next ticket of the queue, whichever pane has the focus."""

    name, title, keys = "next-ticket", "Next ticket", ("J",)

    def step(self, screen: DeskScreen) -> None:
        screen.queue.move(1)


class PreviousTicket(Walk):
    """The ticket before, whichever pane has the focus."""

    name, title, keys = "previous-ticket", "Previous ticket", ("K",)

    def step(self, screen: DeskScreen) -> None:
        screen.queue.move(-1)


class Open(Walk):
    """Open the ticket: its conversation takes the focus."""

    name, title, keys, footer = "open", "open", ("enter",), 15

    def step(self, screen: DeskScreen) -> None:
        screen.here.choose()


class Back(Walk):
    """Go back: leave a zoomed pane, take marks and the filter away, return to the queue."""

    name, title, keys = "back", "Back", ("escape",)

    def step(self, screen: DeskScreen) -> None:
        screen.go_back()


class NextPane(Walk):
    """The next pane."""

    name, title, keys = "next-pane", "Next pane", ("tab",)

    def step(self, screen: DeskScreen) -> None:
        screen.show_pane(screen.panes.beside(1))


class PreviousPane(Walk):
    """The pane before."""

    name, title, keys = "previous-pane", "Previous pane", ("shift+tab",)

    def step(self, screen: DeskScreen) -> None:
        screen.show_pane(screen.panes.beside(-1))


class PaneViews(Walk):
    """The views."""

    name, title, keys = "pane-views", "Views", ("1",)

    def step(self, screen: DeskScreen) -> None:
        screen.show_pane("views")


class PaneQueue(Walk):
    """The queue."""

    name, title, keys = "pane-queue", "Queue", ("2",)

    def step(self, screen: DeskScreen) -> None:
        screen.show_pane("queue")


class PaneTicket(Walk):
    """The ticket and its conversation."""

    name, title, keys = "pane-ticket", "Ticket", ("3",)

    def step(self, screen: DeskScreen) -> None:
        screen.show_pane("conversation")


class PaneClocks(Walk):
    """The ticket's clocks."""

    name, title, keys = "pane-clocks", "SLA", ("4",)

    def step(self, screen: DeskScreen) -> None:
        screen.show_pane("clocks")


class PaneSoon(Walk):
    """What breaches next."""

    name, title, keys = "pane-soon", "Next to breach", ("5",)

    def step(self, screen: DeskScreen) -> None:
        screen.show_pane("soon")


class Zoom(Step):
    """One pane over the whole screen, and back."""

    name, title, keys, group = "zoom", "Zoom", ("z",), "Move"
    stays = True

    def step(self, screen: DeskScreen) -> None:
        screen.panes.zoom()


WALKING = (
    Down(), Up(), First(), Last(), HalfDown(), HalfUp(), PageDown(), PageUp(), NextTicket(), PreviousTicket(), Open(),
    Back(), NextPane(), PreviousPane(), PaneViews(), PaneQueue(), PaneTicket(), PaneClocks(), PaneSoon(), Zoom(),
)  # fmt: skip
