"""Which panes are seen, and which one has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskterm.tui.screens.desk import DeskScreen

WIDE = 120
"""Columns from which all panes are seen at once."""

PANES = ("views", "queue", "conversation", "clocks", "soon")


class Layout:
    """All panes side by side, or one at a time: on a narrow terminal, or zoomed."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self.pane = "queue"
        self.zoomed = False

    @property
    def single(self) -> bool:
        """Whether one pane is seen at a time."""
        return self.zoomed or self._screen.size.width < WIDE

    def go_to(self, pane: str) -> None:
        """Give a pane the focus; where one is seen at a time, it is the one."""
        self.pane = pane
        self.arrange()
        self.focus()

    def focus(self) -> None:
        """Put the focus where it belongs: in the pane one is in, or in what is being written there."""
        composer = self._screen.composer
        if composer is not None and self.pane == "conversation":
            composer.query_one("TextArea").focus()
        else:
            self._screen.query_one(f"#{self.pane}").focus()

    def beside(self, by: int) -> str:
        """The pane so many further on."""
        return PANES[(PANES.index(self.pane) + by) % len(PANES)]

    def zoom(self) -> None:
        self.zoomed = not self.zoomed
        self.arrange()

    def arrange(self) -> None:
        """Show what is to be seen."""
        screen = self._screen
        screen.update_classes({f"-at-{pane}": pane == self.pane for pane in PANES} | {"-single": self.single})
        screen.ticket.with_clock = self.single
        screen.ticket.tick(screen.now())
        screen.titles()

    def back(self) -> bool:
        """One step back from zoom or to the queue; False when there is none."""
        if self.zoomed and self._screen.size.width >= WIDE:
            self.zoom()
        elif self.pane != "queue":
            self.go_to("queue")
        else:
            return False
        return True
