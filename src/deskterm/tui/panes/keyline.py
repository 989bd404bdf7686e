"""The last line: the keys that matter now, as many as fit, each of which can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style
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

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._keys: Sequence[Key] = ()

    def show(self, keys: Sequence[Key]) -> None:
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def render(self) -> Content:
        if not self._keys:
            return Content("")
        *keys, last = self._keys
        room = self.size.width - _length(last) - 1
        shown = []
        for key in keys:
            room -= _length(key)
            if room < 0:
                break
            shown.append(key)
        return Content("").join(_told(key) for key in [*shown, last])


def _length(key: Key) -> int:
    return cell_len(key.display) + cell_len(key.word) + 3


def _told(key: Key) -> Content:
    words = Content.assemble(
        (f" {key.display}", "bold $text-accent" if key.can else FAINT), (f" {key.word} ", "" if key.can else FAINT)
    )
    return words.stylize(Style.from_meta({"@click": f"screen.carry_out({key.command!r})"}))
