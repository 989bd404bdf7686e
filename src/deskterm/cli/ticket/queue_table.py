"""Rows of the queue as lists print them: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_due, format_time, format_time_and_zone, to_rfc3339
from deskterm.cli.runtime.output import print_json
from deskterm.cli.runtime.table import print_table
from deskterm.errors import UsageError
from deskterm.present.formats import format_ticket_age, format_time_left
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
    lines = read_queue_lines(reader, rows, vocabulary)
    print_queue_lines(lines, choose_columns(lines, vocabulary), now, facts.timezone)


def print_heading(facts: DeskFacts, label: str, total: int, now: int) -> None:
    """Print the line above a list: the desk, the list, how many tickets it has, and the time."""
    time = format_time_and_zone(now, facts.timezone)
    print(f"{sanitize(facts.name)} · {sanitize(label)} · {total} · {time}")


class Column(NamedTuple):
    """A column of a list of tickets. head: its head; cell: from a line, the instant in epoch seconds and the name of
    the desk's zone to its text."""

    head: str
    cell: Callable[[QueueLine, int, str], str]


def _field_column(head: str, place: int) -> Column:
    """Return the column of a declared field. place: among the fields of a line."""
    return Column(head, lambda line, _now, _zone: line.fields[place] or "–")


COLUMNS: dict[str, Column] = {
    "sign": Column("", lambda line, now, _: GLYPHS[line.urgency(now)]),
    "number": Column("#", lambda line, _now, _zone: str(line.number)),
    "left": Column("Left", lambda line, now, _: _format_left(line, now)),
    "due": Column("Due", lambda line, _now, zone: format_due(line.due, zone)),
    "severity": Column("Sev", lambda line, _now, _zone: line.importance or "–"),
    "status": Column("Status", lambda line, _now, _zone: line.status_label),
    **{field.name: _field_column(field.label, place) for place, field in enumerate(QUEUE_FIELDS)},
    "department": Column("Department", lambda line, _now, _zone: line.department or "–"),
    "assignee": Column("Assignee", lambda line, _now, _zone: line.assignee or "–"),
    "client": Column("Client", lambda line, _now, _zone: line.organisation or "–"),
    "requester": Column("Requester", lambda line, _now, _zone: line.requester or "–"),
    "type": Column("Type", lambda line, _now, _zone: line.type_label),
    "clock": Column("Clock", lambda line, _now, _zone: line.metric or "–"),
    "received": Column("Received", lambda line, _now, zone: format_time(line.received, zone)),
    "updated": Column("Updated", lambda line, _now, zone: format_time(line.updated, zone)),
    "subject": Column("Subject", lambda line, _now, _zone: line.subject),
}
"""Columns by the names that `--columns` takes, in the order of a list."""

_PLAIN_COLUMNS = ("sign", "number", "left", "due", "severity", "status", "assignee", "client", "subject")
"""The columns of a list in which nothing else has to be told apart."""
_RIGHT = ("#", "Left")
_FIRST_LEFT_OUT = (
    *("Clock", "Updated", "Type", *(field.label for field in QUEUE_FIELDS), "Due", "Client", "Requester"),
    *("Department", "Assignee", "Status", "Received", "Sev"),
)
"""Columns that a narrow terminal can do without, in that order: number, what is left and the subject stay (C-50)."""


def parse_columns(text: str) -> list[str]:
    """Return the names of columns in a list such as `number,left,subject`. Raises UsageError for one that there is
    not."""
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in COLUMNS:
            raise UsageError(f"There is no column {name!r}: choose from {', '.join(COLUMNS)}.")
    if not names:
        raise UsageError(f"Name the columns, with commas between them: {', '.join(COLUMNS)}.")
    return list(dict.fromkeys(names))


def choose_columns(lines: Sequence[QueueLine], vocabulary: Vocabulary) -> list[str]:
    """Return the columns of a list where none are named: with departments on a desk that has any, and a declared field
    (`procedure.ticket_fields`) that one of the tickets has."""
    shown = {*_PLAIN_COLUMNS, *(("department",) if vocabulary.departments else ())}
    shown |= {field.name for place, field in enumerate(QUEUE_FIELDS) if any(line.fields[place] for line in lines)}
    return [name for name in COLUMNS if name in shown]


def print_queue_lines(lines: Sequence[QueueLine], columns: Sequence[str], now: int, zone_name: str) -> None:
    """Print lines of the queue as a table. columns: names of `COLUMNS`; now: epoch seconds."""
    chosen = [COLUMNS[name] for name in columns]
    print_table(
        [column.head for column in chosen],
        [[column.cell(line, now, zone_name) for column in chosen] for line in lines],
        right=_RIGHT,
        first_left_out=_FIRST_LEFT_OUT,
    )


def _format_left(line: QueueLine, now: int) -> str:
    left = line.seconds_left(now)
    if left is not None or line.paused:
        return "paused" if left is None else format_time_left(left, line.base)
    return "–" if line.category in ("solved", "closed") else format_ticket_age(now - line.received)


def read_queue_lines(reader: ReadConnection, rows: Sequence[QueueRow], vocabulary: Vocabulary) -> list[QueueLine]:
    """Return rows as the console shows them, with their clocks."""
    found: list[QueueLine] = []
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        found += present_rows(batch, load_live_clocks(reader, [row.number for row in batch]), vocabulary)
    return found


def queue_row_to_json(row: QueueRow) -> dict[str, Any]:
    """Return a row as programs read it; instants in UTC."""
    document = row._asdict()
    del document["key"]  # the row's place in the order, for reading on from it
    document |= {field.name: value for field, value in zip(QUEUE_FIELDS, document.pop("fields"), strict=True)}
    for name in ("received", "updated"):
        document[f"{name}_at"] = to_rfc3339(document.pop(name))
    document["next_due_at"] = to_rfc3339(document.pop("next_due"))
    return document
