"""The lines that are pushed: a ticket's number, the kind of event, its severity and when it is due; a customer's words
only where the settings ask for them."""

from __future__ import annotations

import re
from typing import get_args

from deskterm.mail.settings.schema import PushTopic
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.zones import format_local_time
from deskterm.store.queries.mail.notices import DueNotice

_KINDS: dict[PushTopic, str] = {
    "registered": "a new ticket",
    "replied": "answered",
    "customer-replied": "the requester wrote",
    "status": "another status",
    "assigned": "assigned",
    "severity-changed": "another severity",
    "priority-changed": "another priority",
    "department-changed": "handed to another department",
    "escalated": "escalated",
    "warned": "a target is near",
    "breached": "a target is missed",
    "delayed": "a target will be missed",
    "reminded": "a reminder",
    "resolved": "resolved",
    "closed": "closed",
    "reopened": "reopened",
    "merged": "closed as a duplicate",
    "quoted": "a quote was sent",
    "released": "a release is out",
    "feedback-asked": "feedback was asked for",
    "feedback-given": "feedback came",
    "low-score": "a low score, or a complaint",
    "changed-by-feedback": "changed by feedback",
    "mentioned": "mentioned",
    "undelivered": "a letter did not arrive",
    "kept_back": "a move was kept back",
    "timer": "its time of waiting is over",
    "scheduled-reply": "a scheduled reply was held back",
    "rule": "a rule",
}
_TOPICS = frozenset(get_args(PushTopic))
_CALLING = re.compile(r"([@<])")


def find_topic(notice: DueNotice) -> str:
    """Return the kind of a notice. Its topic is the key of a rule where a rule of the procedure wrote it."""
    return notice.on if notice.on in _TOPICS else "rule"


def format_line(notice: DueNotice, procedure: CompiledProcedure, timezone: str, *, text: bool) -> str:
    """Format a notice as a line. text: with the subject of the ticket and the words of the notice."""
    severity = procedure.severities.get(notice.severity or "")
    parts = [f"{notice.number}: {_find_kind(notice, procedure)}"]
    if text:
        parts = [f"{notice.number} {_quote(notice.subject)}: {_quote(notice.what)}"]
    if severity is not None:
        parts.append(severity.label)
    if notice.due_at is not None:
        parts.append(f"due {format_local_time(notice.due_at, timezone)}")
    return ", ".join(parts)


def format_rest(number: int, *, is_alone: bool) -> str:
    """Format what was not pushed. is_alone: nothing else is pushed with it."""
    them = "it" if number == 1 else "them"
    if is_alone:
        return f"{number} notice{'s' if number > 1 else ''} more: `deskterm notices` lists {them}"
    return f"and {number} more: `deskterm notices` lists {them}"


def _find_kind(notice: DueNotice, procedure: CompiledProcedure) -> str:
    rule = next((rule for rule in procedure.definition.rules if rule.key == notice.on), None)
    if find_topic(notice) == "rule" and rule is not None:
        return rule.label
    return next(words for topic, words in _KINDS.items() if topic == find_topic(notice))


def _quote(text: str) -> str:
    """Return words from outside as one line that calls nobody: `@everyone` and `<!channel>` would, in some services."""
    return _CALLING.sub("\\1\N{WORD JOINER}", " ".join(text.split()))
