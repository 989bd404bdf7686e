"""From the history of a ticket to its events: what a log shows between one row and the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from deskterm.desk.domain.event_kinds import EventKind
from deskterm.desk.domain.events import Event, TextRef
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.domain.state import State
from deskterm.desk.policy.request_fields import holds_personal_text
from deskterm.exchange.importing.contacts import ContactDirectory
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.row_groups import RowGroup, TicketRow
from deskterm.exchange.importing.row_reader import Cells, RowReader
from deskterm.procedure.compiled import CompiledProcedure

_ACTED = ("status", "team", "assignee")
"""What somebody did to the ticket: true from the instant of the row that shows it. The rest is what the ticket is,
and holds from the opening."""

_NAMED = frozenset({"subject", "organisation", "requester", "email"})
"""Fields whose words stand elsewhere, and are referred to."""

_NOTHING: Final[tuple[dict[str, tuple[Any, Any]], dict[str, TextRef]]] = ({}, {})

Words = Callable[[str], TextRef]
"""Keeps somebody's words and gives the reference to them."""


class EventBuilder:
    """Tells histories as events, and folds them on the way.

    The first row registers the ticket at its opening. A log often begins later than that: then the ticket stands in
    the procedure's first status from the opening on, and what the row shows of status, team and assignee comes with
    an event of its own at the row's instant, so that no clock stops before somebody is known to have acted. Every
    further row is an event, changed or not: that somebody looked at the ticket is part of its history.
    """

    def __init__(
        self,
        observer: RowReader,
        procedure: CompiledProcedure,
        people: ContactDirectory,
        words: Words,
        source: str,
        actor: str,
    ) -> None:
        self._observer, self._procedure, self._people, self._words = observer, procedure, people, words
        self._actor = actor
        self.data: Final[Mapping[str, Any]] = {"source": source, "imported_by": actor}
        self.notes: list[BadRow] = []
        self._wordy = {f"fields.{part.key}" for part in procedure.definition.fields if holds_personal_text(part)}
        self._firsts = {kind: _first(procedure, kind) for kind in (None, *procedure.types)}

    def build_events(self, key: str, history: RowGroup, imported_rows: int, fold: TicketFold) -> Iterator[Event]:
        """The events of a ticket's rows after the first `known`, each folded in before the next. fold: the ticket as
        it stands on the desk. Words that the mapping does not know go to `notes`."""
        shown: dict[str, Any] = {}
        unknown: dict[str, str] = {}
        cells: Cells | None = None
        for number, row in enumerate(history.rows):
            fresh: dict[str, Any] = {}
            if row.cells is not cells:
                fresh = self._observer.read_changes(row.cells, cells, shown, unknown)
                cells = row.cells
            if number < imported_rows:
                continue
            if unknown:
                self.notes += [BadRow(row.line, reason) for reason in unknown.values()]
            if not fold.state.version:
                now, fresh = self._opening(key, history, row, fresh)
                yield self._event(fold, "registered", history.opened, row.actor, *self._resolved(fold.state, now))
                if row.at == history.opened:
                    continue
            elif row.at < fold.state.updated_at:
                self.notes.append(BadRow(row.line, f"{key} was worked on after this row: dated like that work"))
            changes, texts = self._resolved(fold.state, fresh) if fresh else _NOTHING
            yield self._event(fold, "imported", row.at, row.actor, changes, texts)

    def _opening(
        self, key: str, history: RowGroup, row: TicketRow, fresh: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What holds from the opening, and what only from the row."""
        first = self._firsts[fresh.get("type")]
        now = {**first, "external_id": key, "received_at": history.opened, "subject": key}
        for name, value in fresh.items():
            if value is not None:
                now[name] = value
        if row.at == history.opened:
            return now, {}
        later = {name: now.pop(name) for name in _ACTED if name in fresh and name in now}
        now["status"] = first["status"]
        return now, later

    def _resolved(self, state: State, wanted: dict[str, Any]) -> tuple[dict[str, tuple[Any, Any]], dict[str, TextRef]]:
        """Changes against the ticket as it stands. In `wanted`, names become contacts and clients, and a subject
        becomes kept words."""
        texts = {}
        if not _NAMED.isdisjoint(wanted):
            subject = wanted.pop("subject", None)
            if subject:
                texts["subject"] = self._words(subject)
            if "organisation" in wanted:
                client = self._people.find_or_add_client(wanted.pop("organisation"))
                wanted["organisation_id"], wanted["organisation_key"] = client.id, client.key
                wanted["tenant"] = client.tenant
            if "requester" in wanted or "email" in wanted:
                home = wanted.get("organisation_id", state.organisation_id)
                wanted["requester_id"] = self._people.find_or_add_contact(
                    wanted.pop("requester", None), wanted.pop("email", None), home
                )
        for name in sorted(self._wordy.intersection(wanted)):
            if wanted[name] is not None:
                texts[name] = self._words(str(wanted.pop(name)))
        if not state.version:
            return {field: (None, value) for field, value in wanted.items() if value is not None}, texts
        changes = {}
        for field, value in wanted.items():
            before = _standing(state, field)
            if before != value:
                changes[field] = (before, value)
        return changes, texts

    def _event(
        self,
        fold: TicketFold,
        kind: EventKind,
        at: int,
        actor: str,
        changes: Mapping[str, tuple[Any, Any]],
        texts: Mapping[str, TextRef],
    ) -> Event:
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


def _first(procedure: CompiledProcedure, kind: str | None) -> dict[str, Any]:
    """What a new ticket of a type has before anybody says more. kind: None for the procedure's first type."""
    part = procedure.types[kind] if kind is not None else next(iter(procedure.types.values()))
    severity = part.default_severity if part.has_severity else None
    return {
        "type": part.key,
        "status": procedure.find_initial_status(part.key).key,
        "department": part.department,
        "severity": severity,
    }


def _standing(state: State, field: str) -> Any:
    if field == "tags":
        return list(state.tags) or None
    if field.startswith("fields."):
        return state.fields.get(field[7:])
    value = getattr(state, field)
    return None if value in ("", 0) and field != "tier" else value
