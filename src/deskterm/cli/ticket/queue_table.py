"""Rows of the queue as lists print them: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_due, format_time_and_zone, to_rfc3339
from deskterm.cli.runtime.output import print_json
from deskterm.cli.runtime.table import print_table
from deskterm.present.formats import format_countdown
from deskterm.present.labels import Vocabulary
from deskterm.present.models import GLYPHS, QueueLine
from deskterm.present.sanitize import sanitize
from deskterm.present.ticket import present_rows
from deskterm.procedure.ticket_fields import QUEUE_FIELDS
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts, load_desk_facts
from deskterm.store.queries.queue import QueueRow
from deskterm.store.rows.live_clocks import load_live_clocks

_BATCH = 500
"""Tickets whose clocks are read with one statement; databases limit its parameters."""


def print_queue_rows(
    cli: CliContext, reader: ReadConnection, label: str, rows: Sequence[QueueRow], *, as_json: bool = False
) -> None:
    """Print rows under a label."""
    if as_json:
        print_json([queue_row_to_json(row) for row in rows])
        return
    facts = load_desk_facts(reader)
    now = int(cli.now(facts).timestamp())
    vocabulary = Vocabulary(facts.document)
    print_heading(facts, label, len(rows), now)
    print_queue_lines(read_queue_lines(reader, rows, vocabulary), vocabulary, now, facts.timezone)


def print_heading(facts: DeskFacts, label: str, total: int, now: int) -> None:
    """Print the line above a list: the desk, the list, how many tickets it has, and the time."""
    time = format_time_and_zone(now, facts.timezone)
    print(f"{sanitize(facts.name)} · {sanitize(label)} · {total} · {time}")


def print_queue_lines(lines: Sequence[QueueLine], vocabulary: Vocabulary, now: int, zone_name: str) -> None:
    """Print lines of the queue as a table: with a column for departments on a desk that has any, and for a declared
    field (`procedure.ticket_fields`) that one of the tickets has."""
    departments = bool(vocabulary.departments)
    heads = ["", "#", "Left", "Due", "Sev", "Status", "Assignee", "Client", "Subject"]
    rows = [format_queue_cells(line, now, zone_name) for line in lines]
    if departments:
        heads.insert(6, "Department")
        for line, cells in zip(lines, rows, strict=True):
            cells.insert(6, line.department or "–")
    # From the last to the first: all are inserted at one place, and so stand in the order of the table
    for place, field in reversed(list(enumerate(QUEUE_FIELDS))):
        if any(line.fields[place] for line in lines):
            heads.insert(6 + departments, field.label)
            for line, cells in zip(lines, rows, strict=True):
                cells.insert(6 + departments, line.fields[place] or "–")
    print_table(heads, rows, right=("#", "Left"))


def read_queue_lines(reader: ReadConnection, rows: Sequence[QueueRow], vocabulary: Vocabulary) -> list[QueueLine]:
    """Return rows as the console shows them, with their clocks."""
    found: list[QueueLine] = []
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        found += present_rows(batch, load_live_clocks(reader, [row.number for row in batch]), vocabulary)
    return found


def format_queue_cells(line: QueueLine, now: int, zone_name: str) -> list[str]:
    """Format the cells of a line: sign, number, time left, due time, step, status, assignee, client and subject. now:
    epoch seconds."""
    left = line.seconds_left(now)
    return [
        GLYPHS[line.urgency(now)],
        str(line.number),
        format_countdown(left) if left is not None else "paused" if line.paused else "–",
        format_due(line.due, zone_name),
        line.importance or "–",
        line.status_label,
        line.assignee or "–",
        line.organisation or "–",
        line.subject,
    ]


def queue_row_to_json(row: QueueRow) -> dict[str, Any]:
    """Return a row as programs read it; instants in UTC."""
    document = row._asdict()
    del document["key"]  # the row's place in the order, for reading on from it
    document |= {field.name: value for field, value in zip(QUEUE_FIELDS, document.pop("fields"), strict=True)}
    for name in ("received", "updated"):
        document[f"{name}_at"] = to_rfc3339(document.pop(name))
    document["next_due_at"] = to_rfc3339(document.pop("next_due"))
    return document
