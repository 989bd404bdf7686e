"""The panes of the desk screen. A pane shows the data handed to it and posts messages; it reads and decides nothing."""

from __future__ import annotations

from typing import Protocol


class Navigable(Protocol):
    """A pane that the moving keys work in."""

    def move(self, by: int) -> None:
        """Move so many rows or lines on."""

    def page(self, by: float) -> None:
        """Move so many screens on."""

    def edge(self, last: bool) -> None:
        """Move to the first or the last row or line."""

    def go_to(self, index: int) -> None:
        """Move to a row or line, or to the last one when there are fewer. index: from 0."""

    def choose(self) -> None:
        """Open the chosen row."""
