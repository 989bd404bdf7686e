"""Load the stored rows of many tickets at once, to compare them with what their events say.

They are read bare, as the driver returns them, and compared so: SQLite's instants are texts then. Only what differs is
made legible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any

from sqlalchemy import String
from sqlmodel import Session, SQLModel, UTCDateTime

from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.desk.core.row_mapping import ConvertInstant, to_datetime
from deskterm.desk.core.ticket_lookup import require_intact_document
from deskterm.desk.history.event_rows import Read, group_by_ticket, load_event_rows, load_texts
from deskterm.desk.history.file_checks import load_file_rows
from deskterm.store.db.instants import to_stored_text
from deskterm.store.db.reader import translate_parameters
from deskterm.store.db.tables import ClockRow, Message, RecordRow, StatusSpan, Ticket, table_of

ZONES = "zones"
"""The column with the version of the time zone database; of itself it makes no difference."""

_remember_stored_text = lru_cache(maxsize=4096)(to_stored_text)
"""Most instants of a ticket stand in several of its columns."""


class ProjectedTable:
    """A table that the fold fills. order: columns by which the rows of a ticket are sorted; left_out: columns that
    follow from no event."""

    def __init__(self, model: type[SQLModel], *order: str, number: str = "ticket_id", left_out: str = "") -> None:
        self.table = table_of(model)
        columns = {column.name: column for column in self.table.c if column.name != left_out}
        self._compared = [number, *(name for name in columns if name not in (number, ZONES))]
        # The zones come last, so that they are easily left out of a comparison
        self.columns = [*self._compared, ZONES] if ZONES in columns else self._compared
        self._instants = [name for name, column in columns.items() if isinstance(column.type, UTCDateTime)]
        self._take_compared = itemgetter(*self._compared)
        self._number = number
        self._order = [(name, isinstance(columns[name].type, String)) for name in order]

    def load(self, read: Read, dialect: str, first: int, last: int) -> dict[int, list[Sequence[Any]]]:
        """Load the rows of the tickets from one number to another: number → values by `columns`."""
        # The rows they are compared with are sorted as Python sorts texts, whatever the language of a server
        collation = ' COLLATE "C"' if dialect == "postgresql" else ""
        order = (f"{name}{collation}" if is_text else name for name, is_text in self._order)
        number = self._number
        return group_by_ticket(
            read(
                f"SELECT {', '.join(self.columns)} FROM {self.table.name} "
                f"WHERE {number} >= :first AND {number} <= :last ORDER BY {', '.join((number, *order))}",
                {"first": first, "last": last},
            )
        )

    def holds(self, stored: Sequence[Sequence[Any]], expected: Sequence[Mapping[str, Any]]) -> bool:
        """Return whether stored rows are those that are expected, whatever the versions of their time zones."""
        if len(stored) != len(expected):
            return False
        end = len(self._compared)
        take = self._take_compared
        return all(tuple(row[:end]) == take(values) for row, values in zip(stored, expected, strict=True))

    def to_mapping(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return column → value of a stored row, with aware instants. What is no instant stays as it is, so that it
        differs from every value that the events could give."""
        found = dict(zip(self.columns, row, strict=True))
        return found | {name: _parse_instant(found[name]) for name in self._instants}


TICKETS = ProjectedTable(Ticket, number="id")
CLOCKS = ProjectedTable(ClockRow, "metric", "cycle")
RECORDS = ProjectedTable(RecordRow, "kind", "key")
VISITS = ProjectedTable(StatusSpan, "n")
# The numbers of these rows are the database's own
MESSAGES = ProjectedTable(Message, "seq", left_out="id")


class StoredProcedures:
    """The procedures of a desk for a check, each compiled once: `versions` by number."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.versions = ProcedureVersions(partial(_load_document, read))

    def load_current(self) -> Any:
        """Load the procedure that is in force."""
        ((version,),) = self._read("SELECT procedure_version FROM desk", {})
        return self.versions(version)


class StoredRows:
    """All stored rows of some hundred tickets, by ticket number; texts by their id.

    read: of one state of the store. procedures: version → the compiled procedure. current: the procedure in force.
    convert_instant: makes values as they are read."""

    def __init__(self, read: Read, dialect: str, procedures: StoredProcedures, first: int, last: int) -> None:
        self.procedures = procedures.versions
        self.current = procedures.load_current()
        self.convert_instant: ConvertInstant = _remember_stored_text if dialect == "sqlite" else to_datetime
        self.events = load_event_rows(read, first, last)
        self.texts = load_texts(read, first, last)
        self.files = load_file_rows(read, first, last)
        self.tickets, self.clocks, self.records, self.visits, self.messages = (
            table.load(read, dialect, first, last) for table in (TICKETS, CLOCKS, RECORDS, VISITS, MESSAGES)
        )
        self.people = _load_names(read, "contact", "requester_id", first, last)
        self.clients = _load_names(read, "organisation", "organisation_id", first, last)


def read_in_session(session: Session, dialect: str) -> Read:
    """Return a function that reads bare rows in the transaction of a session."""
    connection = session.connection()

    def read(sql: str, params: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        statement = translate_parameters(sql) if dialect == "postgresql" else sql
        return connection.exec_driver_sql(statement, dict(params)).all()

    return read


def _load_document(read: Read, version: int) -> str:
    found = read("SELECT document, digest FROM procedure_version WHERE id = :version", {"version": version})
    return require_intact_document(version, found[0] if found else None)


def _load_names(read: Read, table: str, by: str, first: int, last: int) -> dict[int, str]:
    """Load id → name of the contacts or organisations that tickets refer to in a column."""
    found = read(
        f"SELECT id, name FROM {table} WHERE id IN (SELECT {by} FROM ticket WHERE id >= :first AND id <= :last)",
        {"first": first, "last": last},
    )
    return {row[0]: row[1] for row in found}


def _parse_instant(value: Any) -> Any:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
