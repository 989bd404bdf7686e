"""Rows that differ from their events, gathered for some hundred tickets and written anew at once: an opening that
projects a whole desk anew writes some rows of every ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, update
from sqlmodel import Session

from deskterm.store.db.tables import Ticket, table_of

_ticket = table_of(Ticket)


class RowRepairs:
    """Rows to be written in the transaction of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._values: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        """Columns of `ticket` → their values, and the number as `repaired_number`, of the tickets that differ."""
        self._removed: dict[Table, list[int]] = {}
        """Table → the tickets whose rows in it go."""
        self._added: dict[Table, list[dict[str, Any]]] = {}

    def update_ticket(self, number: int, values: Mapping[str, Any]) -> None:
        """Set columns of a ticket's own row."""
        self._values.setdefault(tuple(values), []).append({"repaired_number": number, **values})

    def replace_rows(
        self, table: Table, number: int, stored: Sequence[Mapping[str, Any]], expected: Sequence[Mapping[str, Any]]
    ) -> None:
        """Put the expected rows of a ticket in the place of those that a table has."""
        if stored:
            self._removed.setdefault(table, []).append(number)
        self._added.setdefault(table, []).extend(map(dict, expected))

    def write(self) -> None:
        """Write what was gathered."""
        connection = self._session.connection()
        for rows in self._values.values():
            connection.execute(update(_ticket).where(_ticket.c.id == bindparam("repaired_number")), rows)
        for table, numbers in self._removed.items():
            of_ticket = table.c.ticket_id == bindparam("repaired_number")
            connection.execute(delete(table).where(of_ticket), [{"repaired_number": number} for number in numbers])
        for table, rows in self._added.items():
            if rows:
                connection.execute(insert(table), rows)
        self._values, self._removed, self._added = {}, {}, {}
