"""Procedures compiled for use: look-ups by key, and SLA terms."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from deskterm.procedure.sla_terms import compile_terms
from deskterm.procedure.stored_document import read_document

if TYPE_CHECKING:
    from deskterm.procedure.schema import Procedure, RequestType, Severity, Status

OPEN_CATEGORIES = frozenset({"new", "open", "waiting"})


class CompiledProcedure:
    """A procedure with look-ups by key and its SLA terms. version: its row in the store, 0 for a bare file."""

    def __init__(self, procedure: Procedure, version: int = 0) -> None:
        self.definition = procedure
        self.version = version
        self.statuses: dict[str, Status] = {status.key: status for status in procedure.statuses}
        self.types: dict[str, RequestType] = {kind.key: kind for kind in procedure.types}
        self.severities: dict[str, Severity] = {step.key: step for step in procedure.severities}
        self.priorities: dict[str, Severity] = {step.key: step for step in procedure.priority.scale}
        self.status_rank = {status.key: rank for rank, status in enumerate(procedure.statuses)}
        self.severity_rank = {step.key: rank for rank, step in enumerate(procedure.severities)}
        self.priority_rank = {step.key: rank for rank, step in enumerate(procedure.priority.scale)}
        self.terms = compile_terms(procedure, version)
        instants = [key for key in procedure.queue.by if key in ("due", "received")]
        self._is_ordered_by_due = not instants or instants[0] == "due"
        self._ranks: dict[tuple[str | None, str | None, str], int] = {}
        """Ranks that were computed, because every command and every fold asks for one."""

    @property
    def timezone(self) -> str:
        """Zone of the first calendar, in which instants without a zone are read."""
        return next(iter(self.definition.calendars.values())).timezone

    def find_initial_status(self, kind: str) -> Status:
        """Return the status that a new ticket of a type starts in."""
        initial = self.types[kind].initial
        if initial is not None:
            return self.statuses[initial]
        new = (
            status for status in self.statuses.values() if status.category == "new" and self.has_status(kind, status)
        )
        return next(new, None) or next(iter(self.statuses.values()))

    @staticmethod
    def has_status(kind: str, status: Status) -> bool:
        """Return True if tickets of a request type have a status."""
        return not status.types or kind in status.types

    def find_next_statuses(self, kind: str, status: str) -> list[Status]:
        """Return the statuses that may follow on one, in the file's order of the transitions."""
        here = self.statuses.get(status)
        targets = [self.statuses[key] for key in here.to] if here else []
        return [target for target in targets if self.has_status(kind, target)]

    def compute_rank(self, severity: str | None, priority: str | None, status: str) -> int:
        """Return the rank of a ticket in the order of work, smaller first and at most 10^9; instants decide among
        equals."""
        known = self._ranks.get((severity, priority, status))
        if known is not None:
            return known
        steps = {
            "urgent": 0 if self._is_urgent(severity, priority) else 1,
            # Two digits a step: whatever the scale does not have sorts last
            "severity": self.severity_rank.get(severity or "", 99),
            "priority": self.priority_rank.get(priority or "", 99),
            "status": self.status_rank.get(status, 99),
        }
        rank = 0
        for key in self.definition.queue.by:
            # `due` or `received`: from here on the instants of the row decide, which change without the rank
            if key not in steps:
                break
            rank = rank * 100 + steps[key]
        self._ranks[severity, priority, status] = rank
        return rank

    def _is_urgent(self, severity: str | None, priority: str | None) -> bool:
        steps = self.severities.get(severity or ""), self.priorities.get(priority or "")
        return any(step is not None and step.urgent for step in steps)

    def is_ordered_by_due(self) -> bool:
        """Return True when the order of work goes by due times rather than by arrival."""
        return self._is_ordered_by_due


def to_document(procedure: Procedure) -> str:
    """Return the canonical JSON of a procedure, which a store keeps and its digest is made of. Fields are in the order
    of the schema, keys of the file in the order of the file: the first calendar stays the first."""
    return json.dumps(procedure.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


def compute_digest(document_text: str) -> str:
    """Return the SHA-256 of a document, in hexadecimal digits."""
    return hashlib.sha256(document_text.encode()).hexdigest()


@lru_cache(maxsize=64)
def compile_document(text: str, version: int) -> CompiledProcedure:
    """Compile a stored procedure version, once a process."""
    return CompiledProcedure(read_document(text), version)
