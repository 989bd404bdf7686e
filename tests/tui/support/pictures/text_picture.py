"""Pictures of the console as text: the characters on the screen, and their styles in several looks beside them.

One file has a screen in all sizes and looks:

    ==== 80x24 ====              the characters of the first look, a row a line
    |Queue · by due
    ==== 80x24 no-colour ====    rows that have other characters in another look, each with its number
    3|Queue · late
    ==== 80x24 styles ====       a style and the cells that have it, from left to right; rows that follow one another
    12a 3b 65a *4                and are alike are counted
    ==== styles ====             what each of these letters stands for in each look
    a  dark=bold #d5dae1 on #14181d  ansi=bold
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from operator import itemgetter
from typing import NamedTuple, TypeVar

from rich.cells import cell_len, set_cell_size, split_text
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

Size = tuple[int, int]
Strip = Iterable[Segment]

_SEEN_ON_BLANKS = ("underline", "strike", "reverse")
_ATTRIBUTES = ("bold", "dim", "italic", *_SEEN_ON_BLANKS)
_PARTS = re.compile(r" +|[^ ]+")
_RUN = re.compile(r"(\d+)([a-z]+)")
_S = TypeVar("_S")


class Row(NamedTuple):
    """A row of the screen. runs: cells, and their style as rich writes it, from left to right."""

    text: str
    runs: tuple[tuple[int, str], ...]


Shot = list[Row]
"""A screen in one size and one look."""

Shots = Mapping[tuple[Size, str], Shot]
"""A screen by size and look."""


def read_strips(strips: Iterable[Strip]) -> Shot:
    """Return a screen as its strips have it."""
    return [_read_strip(strip) for strip in strips]


def _read_strip(strip: Strip) -> Row:
    runs: list[tuple[int, str]] = []
    ground = None
    for text, style, _ in strip:
        style = style or Style.null()
        for part in _PARTS.findall(text):
            cells, before = cell_len(part), ground
            ground = _name_style(style, True)
            if part[0] == " " and ground == before:  # as what is before it: where nothing stands no colour is seen
                runs[-1] = runs[-1][0] + cells, runs[-1][1]
            else:
                runs.append((cells, ground if part[0] == " " else _name_style(style, False)))
    return Row("".join(text for text, _, _ in strip).rstrip(" "), _join(runs))


def _join(runs: Iterable[tuple[int, _S]]) -> tuple[tuple[int, _S], ...]:
    """Join runs of the same style."""
    return tuple((sum(cells for cells, _ in same), style) for style, same in groupby(runs, key=itemgetter(1)))


@lru_cache(maxsize=4096)
def _name_style(style: Style, blank: bool) -> str:
    """Return a style as rich writes it. blank: only what is seen where no character stands."""
    names = [name for name in (_SEEN_ON_BLANKS if blank else _ATTRIBUTES) if getattr(style, name)]
    colour, ground = (
        None if one is None else one.name if one.type is not ColorType.TRUECOLOR else one.get_truecolor().hex
        for one in (style.color, style.bgcolor)
    )
    if colour not in (None, "default") and (not blank or "reverse" in names):
        names.append(str(colour))
    if ground not in (None, "default"):
        names.append(f"on {ground}")
    return " ".join(names) or "plain"


def write_picture(shots: Shots) -> str:
    """Return the text of a picture. All sizes have the same looks."""
    looks = list(dict.fromkeys(look for _, look in shots))
    letters: dict[tuple[str, ...], str] = {}
    lines: list[str] = []
    for size in dict.fromkeys(size for size, _ in shots):
        name, first, *others = f"{size[0]}x{size[1]}", *(shots[size, look] for look in looks)
        lines += [f"==== {name} ====", *(f"|{row.text}" for row in first)]
        for look, shot in zip(looks[1:], others, strict=True):
            pairs = enumerate(zip(shot, first, strict=True))
            changed = [f"{place}|{row.text}" for place, (row, before) in pairs if row.text != before.text]
            lines += [f"==== {name} {look} ====", *changed] if changed else []
        lines.append(f"==== {name} styles ====")
        runs = [
            " ".join(f"{cells}{letters.setdefault(styles, _letter(len(letters)))}" for cells, styles in _merge(rows))
            for rows in zip(first, *others, strict=True)
        ]
        for run, same in groupby(runs):
            count = len(list(same))
            lines.append(f"{run} *{count}" if count > 1 else run)
    lines.append("==== styles ====")
    for styles, letter in letters.items():
        named = "  ".join(f"{look}={style}" for look, style in zip(looks, styles, strict=True))
        lines.append(f"{letter}  {named}")
    return "\n".join(lines) + "\n"


def _merge(rows: Sequence[Row]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the runs of a row with its styles in each look. rows: the row in each."""
    ends = [
        dict(zip(accumulate(cells for cells, _ in row.runs), (style for _, style in row.runs), strict=True))
        for row in rows
    ]
    places = sorted({end for one in ends for end in one})
    columns: list[list[str]] = []
    for one in ends:
        styles, pending = [], iter(one.items())
        end, style = next(pending)
        for place in places:
            if place > end:
                end, style = next(pending, (places[-1], ""))
            styles.append(style)
        columns.append(styles)
    widths = (place - before for before, place in pairwise([0, *places]))
    return _join(zip(widths, zip(*columns, strict=True), strict=True))


def _letter(place: int) -> str:
    """Return a, b … z, aa, ab … for 0, 1 …"""
    return (_letter(place // 26 - 1) if place >= 26 else "") + chr(ord("a") + place % 26)


def read_picture(text: str) -> dict[tuple[Size, str], Shot]:
    """Return the screens of a picture that `write_picture` wrote."""
    parts = re.split(r"^==== (.+) ====\n", text, flags=re.MULTILINE)[1:]
    sections = dict(zip(parts[::2], (part.splitlines() for part in parts[1::2]), strict=True))
    styles: dict[str, dict[str, str]] = {}
    for line in sections.pop("styles"):
        letter, *named = line.split("  ")
        styles[letter] = dict(one.split("=", 1) for one in named)
    looks = list(next(iter(styles.values())))
    shots: dict[tuple[Size, str], Shot] = {}
    for name in [name for name in sections if " " not in name]:
        width, height = map(int, name.split("x"))
        runs = [run for line in sections[f"{name} styles"] for run in _repeat(line)]
        for look in looks:
            words = [row[1:] for row in sections[name]]
            for line in sections.get(f"{name} {look}", ()):
                place, _, words[int(place)] = line.partition("|")
            shots[(width, height), look] = [
                Row(text, _join((int(cells), styles[letter][look]) for cells, letter in _RUN.findall(run)))
                for text, run in zip(words, runs, strict=True)
            ]
    return shots


def _repeat(line: str) -> list[str]:
    run, _, count = line.partition(" *")
    return [run] * int(count or 1)


def to_rich(shot: Shot) -> Text:
    """Return a screen as text with styles, for whoever looks at it."""
    text = Text(no_wrap=True)
    for row in shot:
        left = row.text
        for cells, style in row.runs:
            part, left = split_text(left, cells) if cells < cell_len(left) else (left, "")
            text.append(set_cell_size(part, cells), style if style != "plain" else "")
        text.append("\n")
    return text
