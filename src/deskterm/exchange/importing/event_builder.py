"""From the rows of a ticket to its events: the changes between one row of the log and the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.events import Event, TextRef
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.domain.state import State
from deskterm.desk.policy.request_fields import holds_personal_text
from deskterm.exchange.importing.contacts import ContactDirectory
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.row_groups import RowGroup, TicketRow
from deskterm.exchange.importing.row_reader import Cells, RowReader
from deskterm.procedure.compiled import CompiledProcedure

_WORK_FIELDS = ("status", "team", "assignee")
"""Fields that somebody's work on the ticket changes: their values hold from the instant of the row that shows them.
All other values describe the ticket, and hold from its opening."""

_REFERENCE_FIELDS = frozenset({"subject", "organisation", "requester", "email"})
"""Fields whose values are stored elsewhere: an event refers to them."""

_NO_CHANGES: Final[tuple[dict[str, tuple[Any, Any]], dict[str, TextRef]]] = ({}, {})

AddText = Callable[[str], TextRef]
"""Stores a personal text and returns the reference to it."""


class EventBuilder:
    """Builds the events of tickets from their rows, and folds them on the way. notes: rows that look odd.

    The first row registers the ticket at its opening. A log often begins later than that: then the ticket has the
    procedure's first status from its opening on, and the status, team and assignee of the row come with an event of
    their own at the row's instant, so that no clock stops before somebody is known to have worked. Every further row is
    an event, with or without a change: that somebody updated the ticket is part of its history.
    """

    def __init__(
        self,
        reader: RowReader,
        procedure: CompiledProcedure,
        contacts: ContactDirectory,
        add_text: AddText,
        source: str,
        actor: str,
        imported_at: int,
        behind: str = "",
    ) -> None:
        self._reader, self._procedure, self._contacts, self._add_text = reader, procedure, contacts, add_text
        self._actor = actor
        self.data: Final[Mapping[str, Any]] = {
            "source": source,
            "imported_by": actor,
            "imported_at": imported_at,
            **({"behind": behind} if behind else {}),
        }
        self.notes: list[BadRow] = []
        self._personal_fields = {
            f"fields.{part.key}" for part in procedure.definition.fields if holds_personal_text(part)
        }
        self._initial_values = {key: _build_initial_values(procedure, key) for key in (None, *procedure.types)}

    def build_events(self, key: str, group: RowGroup, imported_rows: int, fold: TicketFold) -> Iterator[Event]:
        """Yield the events of a ticket's rows after those that were imported before; each is folded in before the next
        is built. fold: the ticket as it is on the desk. Words that the mapping does not know go to `notes`."""
        values: dict[str, Any] = {}
        unknown: dict[str, str] = {}
        cells: Cells | None = None
        for number, row in enumerate(group.rows):
            changed: dict[str, Any] = {}
            if row.cells is not cells:  # rows with the same cells share them
                changed = self._reader.read_changes(row.cells, cells, values, unknown)
                cells = row.cells
            # Read nevertheless: the next row changes the values that have gathered up to here
            if number < imported_rows:
                continue
            if unknown:
                self.notes += [BadRow(row.line, reason) for reason in unknown.values()]
            if not fold.state.version:
                opening, changed = self._split_opening(key, group, row, changed)
                changes, texts = self._resolve(fold.state, opening)
                yield self._append(fold, "registered", group.opened, row.actor, changes, texts)
                if row.at == group.opened:
                    continue
            elif row.at < fold.state.updated_at:
                self.notes.append(BadRow(row.line, f"{key} was worked on after this row: dated like that work"))
            changes, texts = self._resolve(fold.state, changed) if changed else _NO_CHANGES
            yield self._append(fold, "imported", row.at, row.actor, changes, texts)

    def _split_opening(
        self, key: str, group: RowGroup, row: TicketRow, values: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the values of the first row that hold from the opening, and those that hold from the row only."""
        initial = self._initial_values[values.get("type")]
        opening = {**initial, "external_id": key, "received_at": group.opened, "subject": key}
        for name, value in values.items():
            if value is not None:
                opening[name] = value
        if row.at == group.opened:
            return opening, {}
        later = {name: opening.pop(name) for name in _WORK_FIELDS if name in values and name in opening}
        opening["status"] = initial["status"]
        return opening, later

    def _resolve(self, state: State, values: dict[str, Any]) -> tuple[dict[str, tuple[Any, Any]], dict[str, TextRef]]:
        """Return the changes against the ticket's state, and the references to its new texts. Names in `values` become
        contacts and clients, and personal texts are stored; both are removed from it."""
        texts = {}
        if not _REFERENCE_FIELDS.isdisjoint(values):
            subject = values.pop("subject", None)
            if subject:
                texts["subject"] = self._add_text(subject)
            if "organisation" in values:
                client = self._contacts.find_or_add_client(values.pop("organisation"))
                values["organisation_id"], values["organisation_key"] = client.id, client.key
                values["tenant"] = client.tenant
            if "requester" in values or "email" in values:
                organisation = values.get("organisation_id", state.organisation_id)
                values["requester_id"] = self._contacts.find_or_add_contact(
                    values.pop("requester", None), values.pop("email", None), organisation
                )
        for name in sorted(self._personal_fields.intersection(values)):
            if values[name] is not None:
                texts[name] = self._add_text(str(values.pop(name)))
        if not state.version:
            return {field: (None, value) for field, value in values.items() if value is not None}, texts
        changes = {}
        for field, value in values.items():
            before = _current_value(state, field)
            if before != value:
                changes[field] = (before, value)
        return changes, texts

    def _append(
        self,
        fold: TicketFold,
        kind: EventKind,
        at: int,
        actor: str,
        changes: Mapping[str, tuple[Any, Any]],
        texts: Mapping[str, TextRef],
    ) -> Event:
        """Build an event and fold it in. It is never dated before the last one."""
        event = Event(
            fold.state.version + 1,
            kind,
            max(at, fold.state.updated_at),
            actor or self._actor,
            self._procedure.version,
            changes,
            texts,
            self.data,
        )
        fold.step(event)
        return event


def _build_initial_values(procedure: CompiledProcedure, key: str | None) -> dict[str, Any]:
    """Return the values of a new ticket of a type. key: None for the procedure's first type."""
    part = procedure.types[key] if key is not None else next(iter(procedure.types.values()))
    severity = part.default_severity if part.has_severity else None
    return {
        "type": part.key,
        "status": procedure.find_initial_status(part.key).key,
        "department": part.department,
        "severity": severity,
    }


def _current_value(state: State, field: str) -> Any:
    """Return a field's value as a row would show it: an empty one is None."""
    if field == "tags":
        return list(state.tags) or None
    if field.startswith("fields."):
        return state.fields.get(field[7:])
    value = getattr(state, field)
    # 0 is the first tier, and for every other number nothing
    return None if value in ("", 0) and field != "tier" else value
