"""The page of the hand-over sheet: the tables of `deskterm handover`, as wide as the page."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from deskterm.present.handover import HandoverSection, HandoverSheet, format_left_out
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT, urgency_style
from deskterm.tui.panes.columns import fit

_LEFT_OUT = ("Team", "Sev", "With", "Status")
"""Columns that a narrow page leaves out, in this order."""
_WIDEST_CELL = 24
_LEAST_SUBJECT = 20


def format_handover(sheet: HandoverSheet, width: int) -> Content:
    """Format the sheet. width: cells there are."""
    parts: list[Content | str | tuple[str, str]] = []
    for line in sheet.lines:
        parts += [(f"{line}\n", urgency_style("breached") if line.startswith("!!") else BOLD)]
    for section in sheet.sections:
        parts += [("\n", ""), (f"{section.title}\n", ACCENT)]
        parts += _format_table(section, width) if section.rows else [(f"  {section.empty}\n", FAINT)]
        if section.left_out:
            parts.append((f"  {format_left_out(section)}\n", FAINT))
    return Content.assemble(*parts)


def _format_table(section: HandoverSection, width: int) -> list[Content | str | tuple[str, str]]:
    places = _choose_columns(section, width)
    widths = _measure(section, places)
    widths[-1] = max(width - sum(widths[:-1]) - 2 * (len(places) - 1), _LEAST_SUBJECT)
    parts: list[Content | str | tuple[str, str]] = [(_join(section.heads, places, widths), FAINT)]
    for row in section.rows:
        is_marked = any(cell.startswith("!") for cell in row[1:2])
        parts.append((_join(row, places, widths), BOLD if is_marked else ""))
    return parts


def _join(cells: Sequence[str], places: Sequence[int], widths: Sequence[int]) -> str:
    shown = [fit(cells[place], wide) for place, wide in zip(places, widths, strict=True)]
    return "  ".join(shown).rstrip() + "\n"


def _measure(section: HandoverSection, places: Sequence[int]) -> list[int]:
    """Return the widths of the columns; the last one, the subject, takes what is left."""
    table = [section.heads, *section.rows]
    return [min(max(cell_len(row[place]) for row in table), _WIDEST_CELL) for place in places]


def _choose_columns(section: HandoverSection, width: int) -> list[int]:
    """Return the indexes of the columns that fit into the width."""
    places = list(range(len(section.heads)))
    for head in _LEFT_OUT:
        needed = sum(_measure(section, places[:-1])) + 2 * (len(places) - 1) + _LEAST_SUBJECT
        if needed <= width:
            break
        if head in section.heads:
            places.remove(section.heads.index(head))
    return places
