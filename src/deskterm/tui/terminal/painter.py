"""Frames for the terminal: only cells that differ from those on the screen are written (C-44). Textual writes every
region that was refreshed completely, each run of a style with all of its colours and a reset. On a slow line, a key
would have to wait for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

_BRIDGE = 6
"""Most unchanged cells between two changed ones that are written again, because moving the cursor over them takes as
many bytes."""

_COLOURS_WITH_VALUES = {"2": 5, "5": 3}
"""Number of parameters of a colour by its second one: `38;2;r;g;b` and `38;5;n`."""


class _Look(NamedTuple):
    """Style of a cell, as the parameters of its escape sequence; empty for the terminal's default. link: its
    address."""

    attributes: str = ""
    foreground: str = ""
    background: str = ""
    link: str = ""


_Cell = tuple[str, _Look]
"""A character with its combining characters, and its style. The second cell of a wide character has an empty text."""

_PLAIN = _Look()
_UNKNOWN: _Cell = ("\0", _PLAIN)
"""A cell whose contents on the screen are unknown."""


class Frame(CompositorUpdate):
    """The sequences of a painter, for Textual to write."""

    def __init__(self, sequences: str) -> None:
        self._sequences = sequences

    def render_segments(self, console: Console) -> str:
        return self._sequences


class Painter:
    """The contents of the screen as last written, and as wanted."""

    def __init__(self) -> None:
        self._shown: list[list[_Cell]] = []
        self._wanted: list[list[_Cell]] = []
        self._changed: set[int] = set()
        """Rows that may differ."""
        self._size = Size(0, 0)

    def forget(self) -> None:
        """Treat every cell as unknown, because another program may have written to the screen."""
        self._size = Size(0, 0)

    def take(self, update: CompositorUpdate, size: Size, console: Console) -> None:
        """Take over the cells of an update. Raises TypeError for a kind of update that a full screen does not use."""
        if size != self._size:
            self._size = size
            self._shown = [[_UNKNOWN] * size.width for _ in range(size.height)]
            self._wanted = [list(row) for row in self._shown]
        if isinstance(update, LayoutUpdate):
            parts = _list_lines(update)
        elif isinstance(update, ChopsUpdate):
            parts = _list_spans(update)
        else:
            raise TypeError(f"not for a full screen: {update!r}")
        colours = console._color_system or ColorSystem.TRUECOLOR
        for x, y, strips in parts:
            if y < size.height:
                row = self._wanted[y]
                for strip in strips:
                    cells = _split(strip, colours)[: max(size.width - x, 0)]
                    row[x : x + len(cells)] = cells
                    x += len(cells)
                self._changed.add(y)

    def put(self, x: int, y: int, strip: Strip, console: Console) -> None:
        """Take over a part of a line."""
        if y < len(self._wanted):
            cells = _split(strip, console._color_system or ColorSystem.TRUECOLOR)[: max(self._size.width - x, 0)]
            self._wanted[y][x : x + len(cells)] = cells
            self._changed.add(y)

    def has(self, size: Size) -> bool:
        """Return whether a whole screen of this size was taken over."""
        return size == self._size

    def render(self) -> str:
        """Return the sequences that bring the screen up to date; empty when nothing has changed."""
        pen = _Pen()
        for y in sorted(self._changed):
            shown, wanted = self._shown[y], self._wanted[y]
            if shown != wanted:
                for start, end in _find_changes(shown, wanted):
                    pen.write(start, y, wanted[start:end])
                shown[:] = wanted
        self._changed.clear()
        return pen.finish()


class _Pen:
    """Collects sequences for the terminal, and ends with its default colours."""

    def __init__(self) -> None:
        self._output: list[str] = []
        self._look = _PLAIN

    def write(self, x: int, y: int, cells: Iterable[_Cell]) -> None:
        """Write cells from a place of the screen on."""
        self._output.append(f"\x1b[{y + 1};{x + 1}H")
        is_certain = True
        for text, look in cells:
            if not is_certain and text:
                self._output.append(f"\x1b[{y + 1};{x + 1}H")
            if look is not self._look:
                self._change_to(look)
            self._output.append(text)
            x += 1
            # After a wide or combined character, terminals disagree about the position of the cursor
            is_certain = len(text) == 1

    def finish(self) -> str:
        """Return everything that was written."""
        self._change_to(_PLAIN)
        return "".join(self._output)

    def _change_to(self, look: _Look) -> None:
        before, self._look = self._look, look
        if look == before:
            return
        if look.link != before.link:
            self._output.append(f"\x1b]8;;{look.link}\x1b\\")
        if look[:3] == _PLAIN[:3]:
            codes = ["0"] if before[:3] != _PLAIN[:3] else []
        elif look.attributes != before.attributes:
            codes = ["0", *filter(None, look[:3])] if before.attributes else [*self._colours(before), look.attributes]
        else:
            codes = self._colours(before)
        if codes:
            self._output.append(f"\x1b[{';'.join(codes)}m")

    def _colours(self, before: _Look) -> list[str]:
        """Return the parameters that change only the colours."""
        codes = []
        if self._look.foreground != before.foreground:
            codes.append(self._look.foreground or "39")
        if self._look.background != before.background:
            codes.append(self._look.background or "49")
        return codes


def _list_lines(update: LayoutUpdate) -> Iterator[tuple[int, int, Iterable[Strip]]]:
    for y, strips in enumerate(update.strips, update.region.y):
        yield update.region.x, y, strips


def _list_spans(update: ChopsUpdate) -> Iterator[tuple[int, int, Iterable[Strip]]]:
    for y, start, end in update.spans:
        for chop_end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > end or chop_end <= start:
                continue
            yield x, y, (strip if start <= x < end and chop_end <= end else strip.crop(0, min(chop_end, end) - x),)


def _split(strip: Strip, colours: ColorSystem) -> list[_Cell]:
    cells: list[_Cell] = []
    for segment in strip:
        look = _look_of(segment, colours)
        if segment.text.isascii():
            cells += [(character, look) for character in segment.text]
        else:
            cells += _split_text(segment.text, look)
    return cells


def _split_text(text: str, look: _Look) -> list[_Cell]:
    cells: list[_Cell] = []
    for character in text:
        width = cell_len(character)
        if width:
            cells.append((character, look))
            cells += [("", look)] * (width - 1)
        elif cells:  # it combines with the character before it
            place = max(index for index, (before, _) in enumerate(cells) if before)
            cells[place] = (cells[place][0] + character, look)
    return cells


def _look_of(segment: Segment, colours: ColorSystem) -> _Look:
    style = segment.style
    if style is None:
        return _PLAIN
    codes = style._ansi if style._ansi is not None else Strip.render_ansi(style, colours)
    return _parse(codes, style.link or "")


@lru_cache(4096)
def _parse(codes: str, link: str) -> _Look:
    """Return the style of a sequence's parameters. Cached, so that equal styles are the same object and can be compared
    by identity."""
    attributes, foreground, background = [], "", ""
    numbers = codes.split(";") if codes else []
    while numbers:
        count = _COLOURS_WITH_VALUES[numbers[1]] if numbers[0] in ("38", "48") else 1
        part, numbers = numbers[:count], numbers[count:]
        number = int(part[0])
        if 30 <= number <= 39 or 90 <= number <= 97:
            foreground = ";".join(part)
        elif 40 <= number <= 49 or 100 <= number <= 107:
            background = ";".join(part)
        else:
            attributes += part
    return _Look(";".join(attributes), foreground, background, link)


def _find_changes(shown: list[_Cell], wanted: list[_Cell]) -> list[tuple[int, int]]:
    """Return the places of cells that differ, those close to each other together."""
    places = [place for place, (old, new) in enumerate(zip(shown, wanted, strict=True)) if old != new]
    # Terminals disagree about the width of some characters: from the first of them on, rewrite all cells up to the last
    # change
    pairs = zip(shown[: places[-1] + 1], wanted, strict=False)
    doubtful = next((n for n, ((old, _), (new, _)) in enumerate(pairs) if len(old) != 1 or len(new) != 1), None)
    if doubtful is not None:
        first = max(doubtful - 1, 0)  # the first half of a wide one
        places = [place for place in places if place < first] + list(range(first, len(wanted)))
    changes = [(places[0], places[0] + 1)]
    for place in places[1:]:
        start, end = changes[-1]
        if place - end > _BRIDGE:
            changes.append((place, place + 1))
        else:
            changes[-1] = start, place + 1
    return changes
