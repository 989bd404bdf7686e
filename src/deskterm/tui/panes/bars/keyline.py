"""The last line: the keys that matter now, as many as fit, each of which can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from deskterm.tui.panes.bars.clicks import find_clicked
from deskterm.tui.panes.colours import FAINT


class Key(NamedTuple):
    """A key in the line. command: the name of the command it runs; enabled: whether that can be run now; short: its
    title when not all keys fit; kept: it stays when others are left out."""

    key: str
    title: str
    command: str
    enabled: bool = True
    short: str = ""
    kept: bool = False


class KeyLine(Widget):
    """Keys in order of use; the last of them is always in sight."""

    class Clicked(Message):
        """A key was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._keys: Sequence[Key] = ()

    def show(self, keys: Sequence[Key]) -> None:
        """Show these keys."""
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def render(self) -> Content:
        return Content("").join(_render_key(key) for key in self._visible_keys())

    def on_click(self, event: events.Click) -> None:
        key = find_clicked(self, event, ((key, _length(key)) for key in self._visible_keys()))
        if key is not None:
            self.post_message(self.Clicked(key.command))

    def _visible_keys(self) -> list[Key]:
        """Return as many keys as fit, and the last one."""
        if not self._keys:
            return []
        *keys, last = self._keys
        if sum(map(_length, self._keys)) > self.size.width:
            *keys, last = (key._replace(title=key.short) if key.short else key for key in self._keys)
        room = self.size.width - _length(last) - sum(_length(key) for key in keys if key.kept)
        visible = []
        for key in keys:
            if not key.kept:
                room -= _length(key)
            # After the first key without room only kept ones follow; otherwise a shorter, less important key would be
            # shown
            if room >= 0 or key.kept:
                visible.append(key)
        return [*visible, last]


def _length(key: Key) -> int:
    return cell_len(key.key) + cell_len(key.title) + 3


def _render_key(key: Key) -> Content:
    return Content.assemble(
        (f" {key.key}", "bold $text-accent" if key.enabled else FAINT),
        (f" {key.title} ", "" if key.enabled else FAINT),
    )
