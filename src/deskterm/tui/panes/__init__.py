"""What the desk screen is made of. A pane shows what it is given and posts messages; it reads and decides nothing."""

from __future__ import annotations

from typing import Protocol


class Walkable(Protocol):
    """What every pane with the focus understands."""

    def move(self, by: int) -> None:
        """Go so many rows or lines on."""

    def page(self, by: float) -> None:
        """Go so many screens on."""

    def edge(self, last: bool) -> None:
        """Go to the first or the last one."""

    def choose(self) -> None:
        """Open what one is at."""
