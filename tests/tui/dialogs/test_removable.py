"""Widgets that come and go: what is painted between their removal and the next arrangement of the screen."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Input

from deskterm.tui.dialogs.letter_area import LetterArea
from deskterm.tui.dialogs.prompt import Prompt


class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield LetterArea("Hello Kim", show_line_numbers=False)
        yield Prompt("line", "Tag")


@pytest.mark.law("C-05")
@pytest.mark.parametrize("kind", [LetterArea, Input])
async def test_a_removed_text_is_painted_blank_and_not_in_an_error(kind: type[Widget]) -> None:
    """A console that ends with an error while a letter is being left would lose what is on the screen."""
    app = Bare()
    async with app.run_test():
        text = app.query_one(kind)
        width = text.size.width
        assert any("Hello" in strip.text for strip in text.render_lines(Region(0, 0, width, 2))) is (kind is LetterArea)
        await text.remove()
        # As a dialog does that opens or closes before the screen is arranged without it
        assert [strip.text.strip() for strip in text.render_lines(Region(0, 0, width, 2))] == ["", ""]
