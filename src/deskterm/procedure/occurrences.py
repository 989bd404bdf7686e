"""Occurrences at which metrics start and stop, in words for people."""

from __future__ import annotations

from deskterm.procedure.compiled import CompiledProcedure

_WORDS = {
    "received": "the receipt of the ticket",
    "agent_reply": "a reply to the requester",
    "auto_reply": "an automatic reply",
    "customer_message": "a message of the requester",
    "answered": "the first answer",
    "next_steps": "a reply that says what happens next",
    "resolution": "a resolution",
    "reopened": "its reopening",
    "confirmed": "the requester's confirmation",
    "assigned": "its assignment",
    "cancelled": "its end without a resolution",
    "work_started": "the start of work on it",
    "work_stopped": "a pause in the work on it",
}
_CATEGORIES = {
    "new": "being new again",
    "open": "being taken up",
    "waiting": "waiting for somebody",
    "solved": "being solved",
    "closed": "being closed",
}


def describe_occurrence(procedure: CompiledProcedure, occurrence: str) -> str:
    """Return an occurrence in words: `a reply to the requester`, `the status Waiting for customer`."""
    name, sign, key = occurrence.partition(":")
    if not sign:
        return _WORDS.get(occurrence, occurrence)
    if name == "category":
        return _CATEGORIES.get(key, key)
    label = procedure.statuses[key].label if key in procedure.statuses else key
    return f"leaving the status {label}" if name == "leaves" else f"the status {label}"
