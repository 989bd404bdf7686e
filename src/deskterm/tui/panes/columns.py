"""The columns of the queue, by the width of the list, and the text of their cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from deskterm.present import formats
from deskterm.present.models import QueueLine
from deskterm.present.sanitize import Safe
from deskterm.procedure.ticket_fields import QUEUE_FIELDS, TicketField
from deskterm.tui.panes.sorting import find_sorted_column

if TYPE_CHECKING:
    from deskterm.tui.terminal.hit_painter import HitPainter

DUE_WIDTH = 13
"""Cells that tick: cursor, mark, glyph and countdown; first in the line, so that a tick repaints only these."""
SIGNS = 2
"""Cells of the cursor and the mark at the beginning of a row."""

TIME_WIDTH, BASE_WIDTH = 8, 2
"""Cells of a time left, and additional cells for its time base (C-10)."""

LATE_WIDTH = 3
"""Additional cells of the word `late` over its glyph, without colours."""

SEARCHED = frozenset({"number", "subject", "client", "requester"})
"""Columns in which hits of a filter's words are highlighted."""

NARROWEST_SUBJECT = 12
"""Cells that the subject has at least."""


class Widths(NamedTuple):
    """Widths of the procedure's labels, in cells. step: the longest severity or priority; status, short_status: the
    longest status, and the longest of the short forms, 0 without any; time: a time left."""

    step: int = 4
    status: int = 14
    short_status: int = 0
    time: int = TIME_WIDTH


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list. width: cells, without the space after it; from_width: narrowest list that shows it by
    default, 0 for always, None for never; faint: it is of secondary importance."""

    name: str
    title: str
    width: int
    from_width: int | None
    text: Callable[[QueueLine, int], str]
    faint: bool = False


def make_columns(
    width: int,
    step_width: int = 4,
    status_width: int = 14,
    due_width: int = DUE_WIDTH,
    chosen: Sequence[str] = (),
    short_status_width: int = 0,
) -> list[Column]:
    """Return the columns after the due one, for a list so many cells wide. The subject gets the cells that are left,
    and grows to some fifty before more columns are shown. step_width, status_width: cells of the longest severity or
    priority, and of the longest status; short_status_width: of the longest short form, used when the column is too
    narrow for the label, 0 without any; due_width: of the due column; chosen: names of columns in order, of which the
    last ones are left out without room; empty for those that suit the width."""
    step = min(max(step_width, 3), 8 if width >= 90 else 5)
    most = 22 if width >= 152 else 19 if width >= 112 else 16 if width >= 74 else 12
    status = min(max(status_width if status_width <= most else short_status_width or most, 6), most)
    organisation = 12 if width < 146 else 18
    every = [
        Column("number", "    #", 6, 0, lambda line, now: f"{line.number:>5}"),
        Column("severity", "Sev", step, 0, lambda line, now: line.importance),
        Column("status", "Status", status, 0, lambda line, now: _format_status(line, status)),
        Column("subject", "Subject", 0, 0, lambda line, now: line.subject),
        Column("client", "Organisation", organisation, 98, lambda line, now: line.organisation or line.requester, True),
        Column("requester", "Requester", 12, None, lambda line, now: line.requester or "–", True),
        Column("assignee", "Assignee", 9 if width < 150 else 12, 82, lambda line, now: line.assignee or "–", True),
        Column("department", "Department", 12, None, lambda line, now: line.department or "–", True),
        Column("type", "Type", 12 if width < 156 else 16, 139, lambda line, now: line.type_label, True),
        Column("clock", "Clock", 10, None, lambda line, now: line.metric or "–", True),
        Column("received", "Age", 4, 112, lambda line, now: f"{formats.format_age(now - line.received):>3}", True),
        Column("updated", "Upd", 4, 126, lambda line, now: f"{formats.format_age(now - line.updated):>3}", True),
        *(_declared(place, field) for place, field in enumerate(QUEUE_FIELDS)),
    ]
    if chosen:
        by_name = {column.name: column for column in every}
        visible = [by_name[name] for name in chosen if name in by_name]
        while len(visible) > 1 and _taken(visible, due_width) + NARROWEST_SUBJECT > width:
            # The subject and the number are never left out
            last = next((column for column in reversed(visible) if column.name not in ("number", "subject")), None)
            if last is None:
                break
            visible.remove(last)
    else:
        visible = [column for column in every if column.from_width is not None and width >= column.from_width]
    subject = max(width - _taken(visible, due_width), NARROWEST_SUBJECT)
    return [replace(column, width=subject) if column.name == "subject" else column for column in visible]


def _format_status(line: QueueLine, width: int) -> str:
    """Return the status, in its short form where the label is wider than the column."""
    return line.status_label if cell_len(line.status_label) <= width else line.status_short or line.status_label


def _taken(columns: Sequence[Column], due_width: int) -> int:
    """Return the total width of columns, without the subject."""
    return due_width + sum(column.width + 1 for column in columns)


def _declared(place: int, field: TicketField) -> Column:
    """Return the column of a declared field of the queue. place: the index of its value among those of a line."""
    width, from_width = (field.column.width, field.column.from_width) if field.column else (12, None)
    return Column(
        field.name,
        field.label,
        width,
        from_width,
        lambda line, now: line.fields[place] if line.fields else "",
        True,
    )


def format_titles(columns: Sequence[Column], due_width: int, order: str) -> str:
    """Return the line of titles, with a mark at the sorted column. order: of the list, empty before there is one."""
    by, sign = find_sorted_column(order or "order")
    titles = (
        # Directly after the title, which is cut when the column is too narrow for both
        fit(column.title[: column.width - 1] + sign if column.name == by else column.title, column.width)
        for column in columns
    )
    return f"{'Left':>{due_width - 1}}{sign if by == 'left' else ' '}" + " ".join(titles)


def find_column(columns: Sequence[Column], due_width: int, x: int) -> str:
    """Return the name of the column at a cell of the header. due_width: cells of the due column, which comes first."""
    end = due_width
    for column in columns:
        if x < end:
            break
        end += column.width + 1
        if x < end:
            return column.name
    return "left"


def paint_cells(
    columns: Sequence[Column],
    line: QueueLine,
    now: int,
    base: Style,
    faint: Style,
    hits: HitPainter,
    hit: Style,
) -> list[Segment]:
    """Return the segments of a row after its due cell, with hits highlighted. Neighbours of the same style are one
    segment, because each segment costs escape sequences, which matter on a slow connection."""
    segments: list[Segment] = []
    for kind, group in groupby(columns, lambda column: (column.faint, bool(hits) and column.name in SEARCHED)):
        is_faint, is_searched = kind
        style = faint if is_faint else base
        texts = [fit(column.text(line, now), column.width) + " " for column in group]
        if is_searched:
            segments += [part for text in texts for part in hits.paint(text, style, hit, anywhere=True)]
        else:
            segments.append(Segment("".join(texts), style))
    return segments


def fit(text: str, width: int) -> str:
    """Cut or pad a text to exactly so many cells, with an ellipsis where it is longer."""
    # In cells: a Chinese character takes two, and would push the columns after it aside
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, width)


def place_mark(subject: Safe, mark: Safe, columns: Sequence[Column]) -> Safe:
    """Return a subject with a mark at the end of its column; in a narrow column, with the mark's glyph before it."""
    width = next((column.width for column in columns if column.name == "subject"), 0)
    if width < NARROWEST_SUBJECT + cell_len(mark):
        return Safe(f"{mark[:1]} {subject}")
    return Safe(f"{fit(subject, max(width - cell_len(mark) - 1, 1))} {mark}")
