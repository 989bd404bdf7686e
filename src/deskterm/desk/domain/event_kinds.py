"""What an event was, in a few words: for those who ask what happened since, and for the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deskterm.desk.domain.events import Changes
from deskterm.procedure.compiled import CompiledProcedure

_DEEDS = {
    "registered": "opened it",
    "replied": "answered",
    "noted": "wrote a note",
    "moved": "changed the status",
    "kept_back": "did not move it",
    "assigned": "assigned it",
    "severity_set": "set the severity",
    "priority_set": "set the priority",
    "tagged": "tagged it",
    "edited": "edited it",
    "imported": "brought it in",
    "due_set": "set a due time",
    "scheduled": "scheduled it",
    "waived": "let a miss pass",
    "noticed": "noted the time",
    "snoozed": "put it off",
    "work_started": "began to work on it",
    "work_stopped": "left off working on it",
    "transferred": "handed it over",
    "duplicated": "closed it as a duplicate",
    "split_from": "split it off",
    "linked": "linked it",
    "migrated": "brought it to another edition",
    "merged": "merged it",
    "separated": "let it go its own way again",
    "withdrawn": "took it back",
    "undone": "took a command back",
    "letter": "wrote a letter",
    "told": "told colleagues",
    "delivered": "delivered a letter",
    "participants": "changed who takes part",
    "checked": "worked on a checklist",
    "exempted": "changed whether it is exempt",
    "prioritised": "gave a reason for its priority",
    "suggested": "suggested something",
    "handed_off": "marked it for the client's own desk",
    "escalated": "escalated it",
    "reviewed": "decided on an escalation",
    "item_raised": "raised a development item",
    "item_moved": "moved a development item",
    "item_joined": "let it wait for a development item",
    "item_decided": "decided on the route of a development item",
    "item_scheduled": "scheduled a development item",
    "item_ended": "ended a development item",
    "released": "released it",
    "worked": "wrote down time",
    "quoted": "worked on a quote",
    "agreed": "wrote down that the customer agrees to the price",
    "feedback_asked": "asked how it was",
    "feedback": "wrote down an answer to a survey",
    "feedback_reviewed": "read an answer to a survey",
    "feedback_changed": "said what came of an answer",
    "article_sent": "sent an article",
    "thanked": "recorded thanks",
    "overruled": "overruled what was taken for thanks",
    "reminded": "reminded the requester",
    "held": "changed whether it is held",
    "erased": "erased somebody's words",
    "purged": "purged its words",
}

_SAID = frozenset({"requester"})
_TOLD = ("status", "severity", "priority", "impact", "urgency", "type", "assignee", "team", "department", "tier",
         "product", "topic", "tags", "sprint", "exempt", "held")  # fmt: skip
"""Changes that are worth a word, in this order."""


def event_phrase(kind: str, data: Mapping[str, Any]) -> str:
    """What somebody did by an event, as it goes on after a name: `changed the status (working → solved)`."""
    if data.get("author_kind") in _SAID and kind in ("replied", "thanked"):
        return "recorded a message of the requester"
    words = _DEEDS.get(kind, kind.replace("_", " "))
    if kind in ("duplicated", "merged", "separated", "linked", "split_from"):
        other = data.get("into") or data.get("ticket")
        words += f" ({other})" if other else ""
    elif kind == "handed_off" and data.get("passed"):
        words = "passed it to the client's own desk"
    elif kind == "kept_back":
        words += f" to {data.get('label', '')}: {data.get('why', '')}"
    elif kind == "undone":
        seqs = data.get("seqs", ())
        words += f" (event{'s' if len(seqs) > 1 else ''} {', '.join(str(seq) for seq in seqs)})"
    return words


_THINGS = {
    "duplicated": "the closing as a duplicate of {ticket}",
    "merged": "the merge into {into}",
    "separated": "the parting from {ticket}",
    "transferred": "the handing over",
    "escalated": "the escalation",
    "exempted": "the exemption",
    "disputed": "the disagreement over its priority",
    "replied": "the answer",
    "checked": "the work on a checklist",
    "item_raised": "the development item",
    "item_joined": "the wait for a development item",
    "worked": "the time that was written down",
    "agreed": "the customer's agreement to the price",
    "settled": "that the permanent fix is there",
    "overruled": "that it was no mere thanks",
}
_QUOTE = {
    "requested": "the request for a quote",
    "sent": "the quote",
    "accepted": "the quote's acceptance",
    "declined": "the quote's refusal",
}
_JOINED = {
    "duplicates": "the duplicate {ticket}",
    "merged": "the merge of {ticket}",
    "attached": "the attaching of {ticket}",
}


def undoable_act(kind: str, changes: Changes, data: Mapping[str, Any]) -> str:
    """What somebody did by an event, as something that can be taken back (`the merge into 1001`); empty where its
    changes say it all."""
    if kind == "quoted":
        return _QUOTE.get(str(data.get("means")), "the work on a quote")
    field = next((name[7:] for name in changes if name[:7] == "fields." and name[7:] in (*_JOINED, "split_to")), None)
    if field == "split_to" and kind == "linked":
        numbers = data.get("tickets") or [data.get("ticket")]
        return f"the splitting off of {', '.join(map(str, numbers))}"
    if field is not None and kind in ("linked", "merged"):
        return _JOINED[field].format(ticket=data.get("ticket"))
    words = _THINGS.get(kind, "")
    return words.format(ticket=data.get("ticket"), into=data.get("into")) if words else ""


def change_phrase(changes: Changes, procedure: CompiledProcedure) -> str:
    """The changes of an event that are worth a word, by the names of the procedure: `status Working on it → Solved,
    assignee none → sam`."""

    def told(name: str, value: Any) -> str:
        if value in (None, "", [], ()):
            return "none"
        labels = _labels(procedure, name)
        each = value if isinstance(value, (list, tuple)) else [value]
        return ", ".join(labels.get(str(one), str(one)) for one in each)

    return ", ".join(
        f"{name} {told(name, changes[name][0])} → {told(name, changes[name][1])}" for name in _TOLD if name in changes
    )


def _labels(procedure: CompiledProcedure, name: str) -> Mapping[str, str]:
    """Key → label of the values that a field of a ticket may have."""
    part = procedure.definition
    choices: Mapping[str, Iterable[Any]] = {
        "status": part.statuses,
        "severity": part.severities,
        "priority": part.priority.scale,
        "impact": part.priority.impacts,
        "urgency": part.priority.urgencies,
        "type": part.types,
        "team": part.teams,
        "department": part.departments,
        "product": part.products,
        "topic": part.topics,
        "exempt": part.sla.exempt_reasons,
    }
    if name == "tier":
        return {str(tier.level): tier.label for tier in part.tiers}
    return {one.key: one.label for one in choices.get(name, ())}
