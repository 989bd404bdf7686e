"""Words, topics and undoing of those kinds of events where they depend on what an event holds."""

from __future__ import annotations

from typing import Any

from deskterm.desk.domain.changes import Changes, find_changed_records
from deskterm.desk.domain.event_kinds.entry import Data
from deskterm.procedure.schema.text_types import NoticeTopic


def with_ticket(label: str, data: Data) -> str:
    """Name the other ticket that the event is about."""
    other = data.get("into") or data.get("ticket")
    return f"{label} ({other})" if other else label


def by_author(label: str, data: Data) -> str:
    """Say when a reply is one of the requester, which an agent recorded."""
    return "recorded a message of the requester" if data.get("author_kind") == "requester" else label


def with_confirmation(label: str, data: Data) -> str:
    """Say when thanks were a confirmation of the resolution too."""
    return "recorded that the requester confirmed" if data.get("confirmed") else by_author(label, data)


def with_rejection(label: str, data: Data) -> str:
    """Say when the requester rejected the resolution: their words may have moved the ticket before."""
    return "recorded that the requester rejected the resolution" if data.get("rejected") else label


def with_obstacle(label: str, data: Data) -> str:
    """Say where the ticket was not moved, and why."""
    return f"{label} to {data.get('label', '')}: {data.get('why', '')}"


def with_events(label: str, data: Data) -> str:
    """Name the events that are concerned."""
    seqs = data.get("seqs", ())
    return f"{label} (event{'s' if len(seqs) > 1 else ''} {', '.join(str(seq) for seq in seqs)})"


def with_handoff(label: str, data: Data) -> str:
    """Say when the ticket has been passed on already."""
    return "passed it to the client's own desk" if data.get("passed") else label


def reply_topics(changes: Changes, data: Data) -> tuple[NoticeTopic, ...]:
    """Return the topics that a reply is news of."""
    if data.get("author_kind") == "requester":
        # Mere thanks notify nobody (S5-12)
        return () if data.get("thanks") else ("customer-replied",)
    return () if data.get("automatic") else ("replied",)


def merge_topics(changes: Changes, data: Data) -> tuple[NoticeTopic, ...]:
    """Return the topics that a merge is news of."""
    # The ticket that takes another one in has the same kind of event, and nobody needs to be told there.
    return ("merged",) if data.get("into") else ()


def escalation_topics(changes: Changes, data: Data) -> tuple[NoticeTopic, ...]:
    """Return the topics that a step on a ladder is news of."""
    # Events of this kind also record decisions on escalations, which notify nobody
    opened = any(record.get("state") == "open" for record in find_changed_records(changes, "escalation"))
    return ("escalated",) if opened else ()


def survey_topics(changes: Changes, data: Data) -> tuple[NoticeTopic, ...]:
    """Return the topics that an answer to a survey is news of."""
    return ("feedback-given", "low-score") if data.get("low") else ("feedback-given",)


_UNDONE_QUOTES = {
    "requested": "no quote is requested for {number} now",
    "sent": "the quote for {number} is withdrawn",
    "accepted": "the quote for {number} waits for an answer again",
    "declined": "the quote for {number} waits for an answer again",
}
_UNDONE_LINKS = {
    "fields.duplicates": ("{ticket} is", "a duplicate of {number}"),
    "fields.merged": ("{ticket} is", "merged into {number}"),
    "fields.attached": ("{ticket} is", "attached to {number}"),
    "fields.incident": ("{number} is", "attached to {ticket}"),
}
"""Field of a link → subject and rest of the sentence about it."""


def after_quote(changes: Changes, data: Data) -> str:
    """Return what is true of the quotes once the event is undone."""
    return _UNDONE_QUOTES.get(str(data.get("means")), "the quotes for {number} are as they were")


def after_merge(changes: Changes, data: Data) -> str:
    """Return what is true of the two tickets once the event is undone; empty where it changed no link."""
    for name, (before, after) in changes.items():
        if name in _UNDONE_LINKS:
            who, what = _UNDONE_LINKS[name]
            # A link that the command took away is there again
            return f"{who} {what} again" if _count_links(before) > _count_links(after) else f"{who} no longer {what}"
    return ""


def _count_links(value: Any) -> int:
    return len(value) if isinstance(value, (list, tuple)) else int(value is not None)


def after_link(changes: Changes, data: Data) -> str:
    """Return what is true of the tickets once a link, or a split, is undone."""
    if "fields.split_to" in changes:
        parts = data.get("tickets") or [data.get("ticket")]
        verb = "is" if len(parts) == 1 else "are"
        return f"{', '.join(map(str, parts))} {verb} no longer split off from {{number}}"
    return after_merge(changes, data)


def after_snooze(changes: Changes, data: Data) -> str:
    """Return whether the ticket is snoozed once the event is undone."""
    before, _ = changes.get("snoozed_until", (None, None))
    return "{number} is no longer snoozed" if before is None else "{number} is snoozed again"
