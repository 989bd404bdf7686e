"""Reads a ticket's events, and the procedure versions that they name, with a bare connection."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.desk.domain.events import Event, decode_event
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_procedure_document
from deskterm.store.queries.ticket_history import load_history


def read_events(reader: ReadConnection, number: int) -> list[Event]:
    """Return the events of a ticket by number; none for a ticket that does not exist."""
    return [decode_event(*row) for row in load_history(reader, number)]


def build_procedure_lookup(reader: ReadConnection) -> Callable[[int], CompiledProcedure]:
    """Return a look-up of procedure versions that compiles each once. It raises DeskError for an unknown version."""
    compiled: dict[int, CompiledProcedure] = {}

    def look_up(version: int) -> CompiledProcedure:
        if version not in compiled:
            compiled[version] = compile_document(load_procedure_document(reader, version), version)
        return compiled[version]

    return look_up
