"""Everything the desk knows about a kind of event, in one table.

A new kind needs its name in `EventKind` (`names`), an entry in `EVENT_KINDS` and, where its data has members of its
own, a payload in `payloads`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deskterm.desk.domain.event_kinds import cases, payloads
from deskterm.desk.domain.event_kinds.entry import EventKindEntry
from deskterm.desk.domain.event_kinds.names import EventKind

EVENT_KINDS: Final[Mapping[EventKind, EventKindEntry]] = {
    "registered": EventKindEntry(
        label="opened it",
        payload=payloads.RegistrationData,
        message_kind="public",
        topics=lambda changes, data: ("registered",),
        trigger="create",
        irreversible="the request has been made; close it with a reason",
    ),
    "replied": EventKindEntry(
        label="answered",
        phrase=cases.by_author,
        payload=payloads.ReplyData,
        message_kind="public",
        topics=cases.reply_topics,
        undone="the reply on {number} is taken back, and its letter is withdrawn",
        irreversible="the requester has been told",
    ),
    "reply_scheduled": EventKindEntry(
        label="scheduled a reply",
        phrase=lambda label, data: "changed a scheduled reply" if data.get("changed") else label,
        payload=payloads.ScheduledReplyData,
        has_reactions=False,
        undone_by_case=lambda changes, data: (
            "the scheduled reply to {number} is as it was"
            if data.get("changed")
            else "the reply to {number} is no longer scheduled"
        ),
    ),
    "reply_held": EventKindEntry(
        label="held a scheduled reply back",
        payload=payloads.ScheduledReplyData,
        category="system",
        has_reactions=False,
    ),
    "reply_called_off": EventKindEntry(
        label="called a scheduled reply off",
        payload=payloads.ScheduledReplyData,
        has_reactions=False,
        undone="the reply to {number} is scheduled again",
    ),
    "noted": EventKindEntry(
        label="wrote a note",
        payload=payloads.MessageData,
        message_kind="internal",
        undone="the note on {number} is taken back",
        irreversible="notes stay on record",
    ),
    "moved": EventKindEntry(label="changed the status", phrase=cases.with_rejection, payload=payloads.MoveData),
    "kept_back": EventKindEntry(
        label="did not move it",
        phrase=cases.with_obstacle,
        payload=payloads.KeptBackData,
        category="system",
        has_reactions=False,
    ),
    "assigned": EventKindEntry(label="assigned it"),
    "severity_set": EventKindEntry(label="set the severity", payload=payloads.LevelData),
    "priority_set": EventKindEntry(label="set the priority", payload=payloads.LevelData),
    "tagged": EventKindEntry(label="tagged it"),
    "edited": EventKindEntry(label="edited it"),
    "imported": EventKindEntry(
        label="imported it",
        payload=payloads.ImportData,
        message_kind="public",
        has_reactions=False,
        irreversible="imported tickets stay as they came",
    ),
    "due_set": EventKindEntry(
        label="set a due time", undone="the due time of {number} is as it was", payload=payloads.ClockData
    ),
    "scheduled": EventKindEntry(label="scheduled it"),
    "waived": EventKindEntry(
        label="waived a breach", undone="the breach on {number} counts again", payload=payloads.ClockData
    ),
    "noticed": EventKindEntry(
        label="noted the time", payload=payloads.NoticedData, category="system", has_reactions=False
    ),
    "snoozed": EventKindEntry(label="snoozed it", undone_by_case=cases.after_snooze),
    "work_started": EventKindEntry(
        label="started work on it", undone="the start of work on {number} is withdrawn", payload=payloads.WorkData
    ),
    "work_stopped": EventKindEntry(
        label="stopped work on it", undone="work on {number} is running again", payload=payloads.WorkData
    ),
    "transferred": EventKindEntry(
        label="handed it over",
        payload=payloads.MessageData,
        message_kind="internal",
        undone="{number} is no longer handed over",
    ),
    "duplicated": EventKindEntry(
        label="closed it as a duplicate",
        phrase=cases.with_ticket,
        payload=payloads.LinkData,
        topics=lambda changes, data: ("merged",),
        is_merge=True,
        undone="{number} is no longer a duplicate of {ticket}",
    ),
    "split_from": EventKindEntry(label="split it off", phrase=cases.with_ticket, payload=payloads.LinkData),
    "linked": EventKindEntry(
        label="linked it", phrase=cases.with_ticket, payload=payloads.LinkData, undone_by_case=cases.after_link
    ),
    "migrated": EventKindEntry(
        label="moved it to another edition",
        payload=payloads.MigrationData,
        has_reactions=False,
        irreversible="a ticket is brought to another edition, not back",
    ),
    "merged": EventKindEntry(
        label="merged it",
        phrase=cases.with_ticket,
        payload=payloads.LinkData,
        topics=cases.merge_topics,
        is_merge=True,
        undone="{number} is no longer merged into {into}",
        undone_by_case=cases.after_merge,
    ),
    "separated": EventKindEntry(
        label="separated it",
        phrase=cases.with_ticket,
        payload=payloads.LinkData,
        undone="{number} and {ticket} are one again",
    ),
    "withdrawn": EventKindEntry(
        label="withdrew it",
        payload=payloads.LinkData,
        has_reactions=False,
        irreversible="it was undone already",
    ),
    "undone": EventKindEntry(
        label="undid a command", phrase=cases.with_events, payload=payloads.UndoData, has_reactions=False
    ),
    "letter": EventKindEntry(
        label="wrote a letter",
        payload=payloads.LetterData,
        category="system",
        message_kind="system",
        has_reactions=False,
    ),
    "told": EventKindEntry(
        label="notified colleagues", payload=payloads.StaffNoticeData, category="system", has_reactions=False
    ),
    "delivered": EventKindEntry(label="delivered a letter", category="system", has_reactions=False),
    "participants": EventKindEntry(label="changed the CC list", undone="the CC list of {number} is as it was"),
    "checked": EventKindEntry(
        label="worked on a checklist", payload=payloads.ChecklistData, undone="the checklist of {number} is as it was"
    ),
    "exempted": EventKindEntry(label="changed whether it is exempt"),
    "prioritised": EventKindEntry(
        label="gave a reason for its priority", undone="the priority of {number} has no special reason now"
    ),
    "suggested": EventKindEntry(
        label="suggested something", payload=payloads.SuggestionData, category="system", has_reactions=False
    ),
    "called": EventKindEntry(
        label="called colleagues", payload=payloads.CallData, category="system", has_reactions=False
    ),
    "acknowledged": EventKindEntry(
        label="acknowledged a call",
        payload=payloads.CallData,
        has_reactions=False,
        undone="the call for {number} is unacknowledged again",
    ),
    "handed_off": EventKindEntry(
        label="marked it for the client's own desk",
        undone="{number} is no longer marked for the client's own desk",
        phrase=cases.with_handoff,
        payload=payloads.HandoffData,
        message_kind="internal",
    ),
    "escalated": EventKindEntry(
        label="escalated it",
        payload=payloads.MessageData,
        message_kind="internal",
        topics=cases.escalation_topics,
        trigger="escalation",
        undone="the escalation of {number} is as it was",
    ),
    "disputed": EventKindEntry(
        label="disputed its priority",
        payload=payloads.MessageData,
        message_kind="internal",
        undone="the priority of {number} is no longer disputed",
    ),
    "reviewed": EventKindEntry(
        label="decided on an escalation",
        undone="the escalation of {number} is undecided again",
        payload=payloads.MessageData,
        message_kind="internal",
    ),
    "item_raised": EventKindEntry(
        label="raised a development item",
        payload=payloads.ItemData,
        undone="the development item of {number} is withdrawn",
    ),
    "item_moved": EventKindEntry(
        label="moved a development item",
        undone="the development item of {number} is as it was",
        payload=payloads.ItemData,
    ),
    "item_joined": EventKindEntry(
        label="linked it to a development item",
        payload=payloads.ItemData,
        undone="{number} no longer waits for the development item",
    ),
    "item_decided": EventKindEntry(
        label="decided on the route of a development item",
        undone="the development item of {number} is undecided again",
        payload=payloads.ItemData,
    ),
    "item_scheduled": EventKindEntry(
        label="scheduled a development item",
        undone="the development item of {number} is scheduled as it was",
        payload=payloads.ItemData,
    ),
    "item_ended": EventKindEntry(
        label="ended a development item",
        undone="the development item of {number} is open again",
        payload=payloads.ItemData,
    ),
    "released": EventKindEntry(
        label="released it",
        payload=payloads.ReleaseData,
        topics=lambda changes, data: () if data.get("over") else ("released",),
        trigger="release",
        letter_note="notes",
        irreversible="a release that went out stays out",
    ),
    "worked": EventKindEntry(
        label="logged time", payload=payloads.TimeEntryData, undone="the time entries of {number} are as they were"
    ),
    "quoted": EventKindEntry(
        label="worked on a quote",
        payload=payloads.QuoteData,
        topics=lambda changes, data: ("quoted",) if data.get("means") == "sent" else (),
        undone_by_case=cases.after_quote,
    ),
    "agreed": EventKindEntry(
        label="recorded that the customer agrees to the price",
        payload=payloads.QuoteData,
        undone="the customer's agreement to the price of {number} is withdrawn",
    ),
    "feedback_asked": EventKindEntry(
        label="asked for feedback",
        undone="the survey for {number} is withdrawn",
        payload=payloads.SurveyData,
        topics=lambda changes, data: ("feedback-asked",),
    ),
    "feedback": EventKindEntry(
        label="recorded feedback",
        payload=payloads.SurveyData,
        topics=cases.survey_topics,
        irreversible="what the requester answered stays",
    ),
    "feedback_reviewed": EventKindEntry(
        label="reviewed feedback", undone="the feedback on {number} waits for review again", payload=payloads.SurveyData
    ),
    "feedback_changed": EventKindEntry(
        label="said what the feedback changed",
        undone="the feedback on {number} is as it was",
        payload=payloads.SurveyData,
        topics=lambda changes, data: ("changed-by-feedback",),
        letter_note="changed",
    ),
    "article_sent": EventKindEntry(
        label="sent an article", undone="the article on {number} is withdrawn", payload=payloads.ArticleData
    ),
    "received": EventKindEntry(
        label="received an automatic letter",
        payload=payloads.MessageData,
        category="system",
        message_kind="public",
        has_reactions=False,
        irreversible="a letter that came stays on record",
    ),
    "thanked": EventKindEntry(
        label="recorded thanks",
        phrase=cases.with_confirmation,
        payload=payloads.ThanksData,
        message_kind="public",
        irreversible="what the requester wrote stays",
    ),
    "overruled": EventKindEntry(
        label="overruled what was taken for thanks",
        payload=payloads.OverruleData,
        undone="the message on {number} counts as thanks again",
    ),
    "settled": EventKindEntry(
        label="recorded the permanent fix", undone="the permanent fix for {number} is outstanding again"
    ),
    "held": EventKindEntry(label="changed whether it is held", category="retention"),
    "erased": EventKindEntry(
        label="erased somebody's words",
        payload=payloads.ErasureData,
        category="retention",
        has_reactions=False,
        erases_texts=True,
        irreversible="what was erased is gone",
    ),
    "purged": EventKindEntry(
        label="purged its words",
        payload=payloads.ErasureData,
        category="retention",
        has_reactions=False,
        erases_texts=True,
        irreversible="what was purged is gone",
    ),
}

SYSTEM_EVENTS: Final = frozenset(kind for kind, entry in EVENT_KINDS.items() if entry.category == "system")
"""Kinds that follow from other events or from the time: they do not make a ticket younger."""

RETENTION_EVENTS: Final = frozenset(kind for kind, entry in EVENT_KINDS.items() if entry.category == "retention")
"""Kinds that concern how long a ticket is kept, and what of it."""

ERASURE_EVENTS: Final = frozenset(kind for kind, entry in EVENT_KINDS.items() if entry.erases_texts)
"""Kinds whose events list the texts that were erased, as `words`."""

MERGE_EVENTS: Final = frozenset(kind for kind, entry in EVENT_KINDS.items() if entry.is_merge)
"""Kinds that join two tickets into one."""

LEVEL_EVENTS: Final[Mapping[str, EventKind]] = {"severity": "severity_set", "priority": "priority_set"}
"""Field → kind that sets it."""


def find_entry(kind: str) -> EventKindEntry:
    """Return the entry of a kind; a bare one for a kind that is not in the table, which somebody else wrote."""
    return EVENT_KINDS.get(kind) or EventKindEntry(label=kind.replace("_", " "))  # type: ignore[call-overload]
