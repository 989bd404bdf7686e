"""Check of a range of tickets, some hundred at once, as they stand at one instant."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.desk.history.checking.row_repairs import RowRepairs
from deskterm.desk.history.checking.stored_rows import StoredProcedures, StoredRows
from deskterm.desk.history.checking.ticket_check import Finding, check_ticket
from deskterm.store.db.reader import ReadConnection


class CheckedRange(NamedTuple):
    """The result of a check: numbers of tickets and events, and the differences in the order of the tickets."""

    tickets: int
    events: int
    findings: tuple[Finding, ...]


class RangeCheck:
    """Checks ranges of the tickets of a desk over a connection of its own."""

    def __init__(self, reader: ReadConnection) -> None:
        self._reader = reader
        self._procedures = StoredProcedures(reader.rows)

    def check(self, first: int, last: int) -> CheckedRange:
        """Check the tickets from one number to another. What others write meanwhile is not seen, so that no rows are
        compared with events of later. Raises the DeskErrors of `ReadConnection.rows`, and DeskError where an edition of
        the procedure is missing or not what was put in force."""
        with self._reader.snapshot():
            stored = StoredRows(self._reader.rows, self._reader.dialect, self._procedures, first, last)
        return check_rows(stored)


def check_rows(stored: StoredRows, repairs: RowRepairs | None = None) -> CheckedRange:
    """Check all tickets of stored rows. repairs: takes the rows that differ."""
    findings = tuple(finding for number in stored.tickets for finding in check_ticket(stored, number, repairs))
    events = sum(len(stored.events.get(number, ())) for number in stored.tickets)
    return CheckedRange(len(stored.tickets), events, findings)
