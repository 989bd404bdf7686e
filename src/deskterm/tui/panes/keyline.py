"""The last line: the keys that matter now, as many as fit, each of which can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from deskterm.tui.panes.colours import FAINT


class Key(NamedTuple):
    """What a key is called and does. command: its name; can: whether it can be done now."""

    display: str
    word: str
    command: str
    can: bool = True


class KeyLine(Widget):
    """Keys in order of use; the last one given is always there."""

    class Pressed(Message):
        """A key was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._keys: Sequence[Key] = ()

    def show(self, keys: Sequence[Key]) -> None:
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def render(self) -> Content:
        return Content("").join(_told(key) for key in self._seen())

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        at = 0
        for key in self._seen() if offset is not None else ():
            at += _length(key)
            if offset is not None and offset.x < at:
                self.post_message(self.Pressed(key.command))
                return

    def _seen(self) -> list[Key]:
        """As many as fit."""
        if not self._keys:
            return []
        *keys, last = self._keys
        room = self.size.width - _length(last)
        shown = []
        for key in keys:
            room -= _length(key)
            if room < 0:
                break
            shown.append(key)
        return [*shown, last]


def _length(key: Key) -> int:
    return cell_len(key.display) + cell_len(key.word) + 3


def _told(key: Key) -> Content:
    return Content.assemble(
        (f" {key.display}", "bold $text-accent" if key.can else FAINT), (f" {key.word} ", "" if key.can else FAINT)
    )
