"""Phrases for events and their changes, as the history, the audit and undo show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.event_kinds.table import find_entry
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.ticket_fields import BY_NAME, HISTORY_FIELDS, list_choices

_NOUNS: Mapping[str, str] = {
    "registered": "opening of",
    "replied": "reply to",
    "reply_scheduled": "scheduled reply to",
    "reply_called_off": "scheduled reply to",
    "noted": "note on",
    "due_set": "due time of",
    "waived": "waiver for",
    "snoozed": "snooze of",
    "work_started": "start of work on",
    "work_stopped": "end of work on",
    "transferred": "transfer of",
    "duplicated": "duplicate mark of",
    "split_from": "split of",
    "linked": "link of",
    "merged": "merge of",
    "separated": "separation of",
    "participants": "CC of",
    "checked": "checklist of",
    "exempted": "exemption of",
    "prioritised": "priority of",
    "acknowledged": "call for",
    "handed_off": "handing over of",
    "escalated": "escalation of",
    "disputed": "dispute on",
    "reviewed": "review of",
    "item_raised": "item of",
    "item_moved": "item of",
    "item_joined": "item of",
    "item_decided": "item of",
    "item_scheduled": "item of",
    "item_ended": "item of",
    "worked": "time on",
    "quoted": "quote for",
    "agreed": "price of",
    "feedback_asked": "survey for",
    "feedback_reviewed": "feedback on",
    "feedback_changed": "feedback on",
    "article_sent": "article for",
    "overruled": "thanks on",
    "settled": "fix for",
}
"""Kind → noun phrase of its event, followed by a ticket's number: `reply to` (1042). Events of other kinds are named by
the field that they change."""
_FIELD_NOUNS = {"organisation_id": "client of", "requester_id": "requester of"}
"""Field that the history does not show → noun phrase of its change."""


def name_event(kind: str, changes: Changes) -> str:
    """Return the noun phrase of an event, to be followed by a ticket's number: `severity of`, `reply to`."""
    if kind in _NOUNS:
        return _NOUNS[kind]
    labels = [f"{field.label.lower()} of" for field in HISTORY_FIELDS if field.name in changes]
    labels += [noun for name, noun in _FIELD_NOUNS.items() if name in changes]
    return labels[0] if labels else "change of"


def describe_event(kind: str, data: Mapping[str, Any]) -> str:
    """Return what the actor did, to follow their name: `closed it as a duplicate (1001)`; for a step of a macro, with
    the macro's label."""
    entry = find_entry(kind)
    phrase = entry.label if entry.phrase is None else entry.phrase(entry.label, data)
    return f"{phrase} (macro {data['macro']})" if data.get("macro") else phrase


def describe_undone_act(kind: str, changes: Changes, data: Mapping[str, Any], number: int) -> str:
    """Return what is true of a ticket once an event is undone (`1002 is no longer merged into 1001`); empty where its
    changes say enough."""
    entry = find_entry(kind)
    special = "" if entry.undone_by_case is None else entry.undone_by_case(changes, data)
    return (special or entry.undone).format(number=number, ticket=data.get("ticket"), into=data.get("into"))


def describe_undone_changes(changes: Changes, procedure: CompiledProcedure) -> str:
    """Return what is true of a ticket once changes are undone, to go on after its number, by the procedure's labels:
    `is New again and is unassigned again`."""
    phrases = [
        phrase
        for name in (field.name for field in HISTORY_FIELDS)
        if name in changes and changes[name][0] != changes[name][1]
        for phrase in _describe_restored_value(procedure, name, *changes[name])
    ]
    return " and ".join(filter(None, (", ".join(phrases[:-1]), *phrases[-1:])))


def _describe_restored_value(procedure: CompiledProcedure, name: str, value: Any, undone: Any) -> list[str]:
    """Return what is true of a field that has its earlier value again. undone: the value that it had meanwhile."""
    shown = _format_value(procedure, name, value)
    is_empty = value in (None, "", [], ())
    label = BY_NAME[name].label.lower()
    match name:
        case "status":
            return [f"is {shown} again"]
        case "assignee":
            return ["is unassigned again" if is_empty else f"is assigned to {shown} again"]
        case "tags":
            gone = [tag for tag in undone or () if tag not in (value or ())]
            back = [tag for tag in value or () if tag not in (undone or ())]
            return [
                *([f"no longer has {_name_tags(gone)}"] if gone else []),
                *([f"has {_name_tags(back)} again"] if back else []),
            ]
        case "sprint":
            return ["is no longer scheduled" if is_empty else f"is scheduled to {shown} again"]
        case "exempt":
            return ["is no longer exempt" if is_empty else f"is exempt again ({shown})"]
        case "held":
            return ["is no longer held" if is_empty else "is held again"]
    return [f"has no {label} again" if is_empty else f"has {label} {shown} again"]


def _name_tags(tags: Sequence[str]) -> str:
    return f"the tag{'' if len(tags) == 1 else 's'} {', '.join(tags)}"


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
