"""Frames as differences: a terminal that gets them looks like one that gets every cell anew."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from deskterm.tui.terminal.painter import Painter

SIZE = Size(24, 3)
CONSOLE = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False)

_TOKEN = re.compile(r"\x1b\[(?P<values>[\d;]*)(?P<command>[Hm])|\x1b\]8;(?P<link>[^\x1b]*)\x1b\\|(?P<text>[^\x1b])")

Look = tuple[frozenset[str], str, str, str]


class Emulator:
    """The cells of a terminal, with their styles."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[str, Look]] = {}
        self._row = self._column = 0
        self._look: Look = (frozenset(), "", "", "")

    def write(self, output: str) -> None:
        for token in _TOKEN.finditer(output):
            attributes, foreground, background, _ = self._look
            if token["command"] == "H":
                row, _, column = token["values"].partition(";")
                self._row, self._column = int(row) - 1, int(column) - 1
            elif token["command"] == "m":
                self._set_look(token["values"].split(";"))
            elif token["link"] is not None:
                self._look = (attributes, foreground, background, token["link"].partition(";")[2])
            elif token["text"] != "\n":
                self._put(token["text"])

    def _put(self, character: str) -> None:
        if character == "\u0301":
            text, look = self.cells[self._row, self._column - 1]
            self.cells[self._row, self._column - 1] = text + character, look
            return
        width = 2 if character == "漢" else 1
        for place in range(width):
            self.cells[self._row, self._column + place] = (character if not place else "", self._look)
        self._column += width

    def _set_look(self, numbers: list[str]) -> None:
        attributes, foreground, background, link = self._look
        while numbers:
            count = 5 if numbers[0] in ("38", "48") else 1
            part, numbers = numbers[:count], numbers[count:]
            number = int(part[0])
            if number == 0:
                attributes, foreground, background = frozenset(), "", ""
            elif number in range(30, 40):
                foreground = "" if number == 39 else ";".join(part)
            elif number in range(40, 50):
                background = "" if number == 49 else ";".join(part)
            else:
                attributes |= {part[0]}
        self._look = (attributes, foreground, background, link)


styles = st.builds(
    Style,
    color=st.sampled_from([None, "#102030", "#a0b0c0", "red"]),
    bgcolor=st.sampled_from([None, "#000000", "#303030"]),
    bold=st.booleans(),
    underline=st.sampled_from([None, True]),
    link=st.sampled_from([None, None, "https://example.org"]),
)


def make_screens(letters: str) -> st.SearchStrategy[list[Strip]]:
    words = st.text(letters, min_size=1, max_size=6).map(lambda text: text.replace("é", "e\u0301"))
    segments = st.lists(st.builds(lambda text, style: Segment(text, style), words, styles | st.none()), max_size=6)
    strips = segments.map(lambda parts: Strip(parts).adjust_cell_length(SIZE.width, Style(bgcolor="#101010")))
    return st.lists(strips, min_size=SIZE.height, max_size=SIZE.height)


screens = make_screens("ab é▌漢")
narrow_screens = make_screens("ab ▌")


def whole(screen: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[strip] for strip in screen], Region(0, 0, *SIZE))


def part(screen: list[Strip], y: int) -> ChopsUpdate:
    """An update of the middle third of one line, as the compositor makes it."""
    chops: list[dict[int, Strip | None]] = [{} for _ in range(SIZE.height)]
    chops[y] = {0: None, 8: screen[y].crop(8, 16), 16: None}
    return ChopsUpdate(chops, [(y, 8, 16)], [[8, 16, 24]] * SIZE.height)


def compare(updates: list[CompositorUpdate]) -> None:
    """Write updates as differences and as Textual does, and compare what terminals show."""
    painter, painted, plain = Painter(), Emulator(), Emulator()
    for update in updates:
        painter.take(update, SIZE, CONSOLE)
        painted.write(painter.render())
        plain.write(update.render_segments(CONSOLE))
        assert painted.cells == plain.cells


@pytest.mark.law("C-44")
@given(st.lists(screens, min_size=1, max_size=4))
def test_the_screen_looks_as_if_every_cell_had_been_written(frames: list[list[Strip]]) -> None:
    compare([whole(screen) for screen in frames])


@pytest.mark.law("C-44")
@given(narrow_screens, st.lists(st.tuples(narrow_screens, st.integers(0, SIZE.height - 1)), max_size=3))
def test_parts_of_lines_are_written_in_their_place(first: list[Strip], parts: list[tuple[list[Strip], int]]) -> None:
    # Without wide and combined characters: those at an edge are the compositor's
    compare([whole(first), *(part(screen, y) for screen, y in parts)])


@pytest.mark.law("C-44")
@given(screens)
def test_what_stands_on_the_screen_is_not_written_again(screen: list[Strip]) -> None:
    painter = Painter()
    painter.take(whole(screen), SIZE, CONSOLE)
    assert painter.render()
    painter.take(whole(screen), SIZE, CONSOLE)
    assert painter.render() == ""
    painter.forget()
    painter.take(whole(screen), SIZE, CONSOLE)
    assert painter.render()


@pytest.mark.law("C-44")
def test_a_character_that_changes_costs_a_dozen_bytes() -> None:
    painter = Painter()
    painter.take(
        whole([Strip([Segment(f"{n} rows of text", Style(color="#102030"))]) for n in range(3)]), SIZE, CONSOLE
    )
    painter.render()
    painter.take(
        whole([Strip([Segment(f"{n} rows of test", Style(color="#102030"))]) for n in range(3)]), SIZE, CONSOLE
    )
    assert painter.render() == "".join(["\x1b[1;13H\x1b[38;2;16;32;48ms", "\x1b[2;13Hs", "\x1b[3;13Hs", "\x1b[0m"])
