"""A ticket's events, and the editions of the procedure that they name, read with a bare connection."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.desk.domain.events import Event, decode_event
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_procedure_document
from deskterm.store.queries.ticket_history import load_history


def read_events(reader: ReadConnection, number: int) -> list[Event]:
    """What happened to a ticket, in the order of its sequence; nothing for a ticket that does not exist."""
    return [decode_event(*row) for row in load_history(reader, number)]


def build_procedure_lookup(reader: ReadConnection) -> Callable[[int], CompiledProcedure]:
    """Version → that edition of the desk's procedure, compiled once. DeskError for one that it never had."""
    known: dict[int, CompiledProcedure] = {}

    def edition(version: int) -> CompiledProcedure:
        if version not in known:
            known[version] = compile_document(load_procedure_document(reader, version), version)
        return known[version]

    return edition
