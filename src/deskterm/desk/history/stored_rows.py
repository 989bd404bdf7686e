"""Load the stored rows of many tickets at once, to compare them with what their events say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Select, String, Table, select, type_coerce
from sqlmodel import Session, UTCDateTime

from deskterm.desk.core.ticket_lookup import procedure_versions_from_session
from deskterm.desk.history.event_rows import group_by_ticket
from deskterm.store.db.tables import (
    Attachment,
    ClockRow,
    Contact,
    Message,
    Organisation,
    PersonalText,
    RecordRow,
    StatusSpan,
    Ticket,
    table_of,
)
from deskterm.store.db.tables import Desk as DeskRow
from deskterm.store.db.tables import Event as EventRow

_TEXT_PREFIX = "at:"
"""The prefix of the name of a column that is read as text."""


class StoredRows:
    """All stored rows of some hundred tickets, by ticket number; texts by their id.

    procedures: version → the compiled procedure. current: the procedure in force."""

    def __init__(self, session: Session, first: int, last: int) -> None:
        self.procedures = procedure_versions_from_session(session)
        self.current = self.procedures(session.execute(select(table_of(DeskRow).c.procedure_version)).scalar_one())
        self.tickets = {row["id"]: row for row in _load_rows(session, table_of(Ticket), "id", first, last)}
        self.events = group_by_ticket(_load_rows(session, table_of(EventRow), "ticket_id", first, last, "seq"))
        self.clocks = group_by_ticket(
            _load_rows(session, table_of(ClockRow), "ticket_id", first, last, "metric", "cycle")
        )
        self.records = group_by_ticket(
            _load_rows(session, table_of(RecordRow), "ticket_id", first, last, "kind", "key")
        )
        self.visits = group_by_ticket(_load_rows(session, table_of(StatusSpan), "ticket_id", first, last, "n"))
        self.messages = group_by_ticket(_load_rows(session, table_of(Message), "ticket_id", first, last, "seq"))
        self.files = group_by_ticket(
            _load_rows(session, table_of(Attachment), "ticket_id", first, last, "seq", "place")
        )
        texts = _load_rows(session, table_of(PersonalText), "ticket_id", first, last)
        self.texts = {row["id"]: row for row in texts}
        self.people = _load_names(session, table_of(Contact), self.tickets, "requester_id")
        self.clients = _load_names(session, table_of(Organisation), self.tickets, "organisation_id")


def _load_rows(session: Session, table: Table, by: str, first: int, last: int, *order: str) -> list[Mapping[str, Any]]:
    """Load the rows of a range of ticket numbers. by: the column of the number; order: further columns to sort by."""
    column = table.c[by]
    statement = (
        select(table).where(column >= first, column <= last).order_by(column, *(table.c[name] for name in order))
    )
    try:
        return [dict(row) for row in session.execute(statement).mappings()]
    except (ValueError, TypeError):  # SQLite: somebody wrote something else into a column of instants
        return [
            _parse_instants(dict(row)) for row in session.execute(_select_instants_as_text(statement, table)).mappings()
        ]


def _select_instants_as_text(statement: Select[Any], table: Table) -> Select[Any]:
    """Select the rows of a statement with instants as the text that SQLite stores; their names get a prefix."""
    return statement.with_only_columns(
        *(
            type_coerce(column, String).label(f"{_TEXT_PREFIX}{column.name}") if _is_instant(column) else column
            for column in table.c
        )
    )


def _is_instant(column: Column[Any]) -> bool:
    return isinstance(column.type, UTCDateTime)


def _parse_instants(row: Mapping[str, Any]) -> dict[str, Any]:
    """Parse the instants of a row that was read as text. What is no instant stays as it is, so that it differs from
    every value that the events could give."""
    return {
        name.removeprefix(_TEXT_PREFIX): _parse_instant(value) if name.startswith(_TEXT_PREFIX) else value
        for name, value in row.items()
    }


def _parse_instant(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except (ValueError, TypeError):
        return value


def _load_names(session: Session, table: Table, tickets: Mapping[int, Mapping[str, Any]], by: str) -> dict[int, str]:
    """Load id → name of the contacts or organisations that tickets refer to in a column."""
    ids = sorted({row[by] for row in tickets.values() if row[by] is not None})
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):  # databases limit the parameters of a statement
        statement = select(table.c.id, table.c.name).where(table.c.id.in_(ids[start : start + 500]))
        found.update((id_, name) for id_, name in session.execute(statement))
    return found
