"""A ticket's events, and the versions of the procedure that they name, read over a bare connection: without
SQLAlchemy, for the console and for commands that only read."""

from __future__ import annotations

from functools import partial

from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.desk.domain.events import Event, decode_event
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_procedure_document
from deskterm.store.queries.ticket_history import load_history


def read_events(reader: ReadConnection, number: int) -> list[Event]:
    """Read the events of a ticket in the order of their sequence; none for a ticket that does not exist."""
    return [decode_event(*row) for row in load_history(reader, number)]


def procedure_versions_from_reader(reader: ReadConnection) -> ProcedureVersions:
    """Return the look-up of the desk's procedure versions."""
    return ProcedureVersions(partial(load_procedure_document, reader))
