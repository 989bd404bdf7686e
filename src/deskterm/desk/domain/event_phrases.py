"""Phrases for events and their changes, as the history, the audit and undo show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.event_kinds import find_entry
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.ticket_fields import BY_NAME, HISTORY_FIELDS, list_choices


def describe_event(kind: str, data: Mapping[str, Any]) -> str:
    """Return what the actor did, to go on after a name: `closed it as a duplicate (1001)`."""
    entry = find_entry(kind)
    return entry.label if entry.phrase is None else entry.phrase(entry.label, data)


def describe_undo(kind: str, changes: Changes, data: Mapping[str, Any]) -> str:
    """Return the act as something that can be undone (`the merge into 1001`); empty where its changes say enough."""
    entry = find_entry(kind)
    special = "" if entry.undo_phrase is None else entry.undo_phrase(changes, data)
    return special or entry.undo_noun.format(ticket=data.get("ticket"), into=data.get("into"))


def describe_changes(changes: Changes, procedure: CompiledProcedure) -> str:
    """Return the changes that are worth showing, by the procedure's labels: `status Working on it → Solved, assignee
    none → sam`."""
    return ", ".join(
        f"{name} {_format_value(procedure, name, before)} → {_format_value(procedure, name, after)}"
        for name in (field.name for field in HISTORY_FIELDS)
        if name in changes
        for before, after in (changes[name],)
    )


def _format_value(procedure: CompiledProcedure, field: str, value: Any) -> str:
    if value in (None, "", [], ()):
        return "none"
    labels = _load_labels(procedure, field)
    values = value if isinstance(value, (list, tuple)) else [value]
    return ", ".join(labels.get(str(one), str(one)) for one in values)


def _load_labels(procedure: CompiledProcedure, name: str) -> Mapping[str, str]:
    """Return key → label of the values that a field of a ticket may have."""
    if name == "tier":
        return {str(tier.level): tier.label for tier in procedure.definition.tiers}
    return {choice.key: choice.label for choice in list_choices(procedure.definition, BY_NAME[name].choices)}
