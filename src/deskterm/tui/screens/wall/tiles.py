"""A figure of the wall, as large as the terminal allows."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Digits, Static

from deskterm.present.models import GLYPHS
from deskterm.present.wall import WallTile
from deskterm.tui.panes.colours import FAINT

_SHAPES = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
}
"""Digits in five lines: each character stands for two cells, which together are about square."""

LARGE_WIDTH, LARGE_HEIGHT = 160, 45
"""Fewest columns and rows for large figures."""


def draw_large(figure: int) -> str:
    """Return a number in five lines of blocks."""
    shapes = [_SHAPES[digit] for digit in str(figure)]
    cells = {"#": "██", " ": "  "}
    lines = ("  ".join("".join(cells[sign] for sign in shape[line]) for shape in shapes) for line in range(5))
    return "\n".join(lines)


class Tile(Vertical):
    """A figure with its label. place: its number on the wall, from 1, which is also its key."""

    def __init__(self, place: int) -> None:
        super().__init__(classes="tile")
        self._place = place
        self._shown: WallTile | None = None

    def compose(self) -> ComposeResult:
        yield Digits("–", classes="figure")
        yield Static(classes="large", markup=False)
        yield Static(classes="words", markup=False)

    def show(self, tile: WallTile) -> None:
        """Show a figure; only changed parts are painted again."""
        if tile == self._shown:
            return
        self._shown = tile
        self.set_classes(f"tile -{tile.urgency if tile.figure else 'none'}")
        self.query_one(Digits).update(f"{tile.figure}")
        self.query_one(".large", Static).update(draw_large(tile.figure))
        self._show_label(tile)

    def on_resize(self) -> None:
        if self._shown is not None:
            self._show_label(self._shown)

    def _show_label(self, tile: WallTile) -> None:
        """Show the label with the key and the glyph of the urgency, as far as they fit."""
        sign = f"{GLYPHS[tile.urgency]} " if tile.figure else ""
        # On the ground of what is late nothing but its own colour can be read
        key = (f"{self._place} ", "" if tile.urgency == "breached" else FAINT) if tile.view else ""
        whole = Content.assemble(key, f"{sign}{tile.label}")
        words: Sequence[Content] = (whole, Content(f"{sign}{tile.label}"), Content(tile.label))
        fitting = next((one for one in words if one.cell_length <= self.size.width), words[-1])
        self.query_one(".words", Static).update(fitting)
