"""The console without a terminal to paint on: what it shows is drawn when somebody looks."""

from __future__ import annotations

from typing import Any

from textual._context import visible_screen_stack
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input, TextArea

from deskterm.tui.app import DeskApp


class CanvasApp(DeskApp):
    """The console of pictures, without animations. changes: the number of times that it would have painted;
    shows_below: a dialog is drawn with the desk below it, which takes four times as long as the dialog itself."""

    changes = 0
    shows_below = False

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.animation_level = "none"

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        return super()._background_screens if self.shows_below else []

    def draw(self) -> list[Strip]:
        """Return the rows of the screen."""
        visible_screen_stack.set(self._background_screens)
        return self.screen._compositor.render_strips()

    def stop_blinking(self) -> None:
        """Stop cursors from blinking. That of a text area caches the line as it was drawn before, so it is hidden."""
        for field in self.screen.query(Input):
            field.cursor_blink = False
        for area in self.screen.query(TextArea):
            area.cursor_blink = area.show_cursor = False


def count_change(screen: Screen[Any]) -> None:
    """Count what a screen would paint. Stands in the place of `Screen._compositor_refresh`, because painting takes
    longer than all else of a walk."""
    app = screen.app
    if screen is app.screen and isinstance(app, CanvasApp):
        app.changes += 1
    screen._compositor._dirty_regions.clear()
    screen._dirty_widgets.clear()
