"""Payloads: the members that the data of an event may have, by kind of event.

All members are optional: a member without a value (None, False or an empty text) is not stored. Names are persisted in
every event and never change.
"""

from __future__ import annotations

from typing import Literal, TypedDict


class FileData(TypedDict):
    """A file that went with a message; its name is the text `file.PLACE` of the event."""

    type: str
    """Its media type, as `image/png`."""
    size: int
    """Bytes."""
    digest: str
    """Salted digest of the content (`deskterm.desk.core.attachments`)."""


class EventData(TypedDict, total=False):
    """Members that events of all kinds may have."""

    act: int
    """Number of the first event of the same command, where this is a later one."""
    bulk: str
    """Mark shared by the events of a command on several tickets."""
    macro: str
    """Label of the macro that the command was a step of."""
    behind: str
    """Login of the person who works in the actor's name."""
    reason: str
    """Explanation in a person's words, or a fixed one where the desk acts on its own."""
    by_rule: str
    """Key of the procedure's rule that caused the event."""


class MailedData(EventData, total=False):
    """Something that came by mail (M-67)."""

    mail: int
    """Key of the mail that it came as."""
    via: str
    """Letter of the rule by which the ticket of the mail was found (`desk.domain.received_mail`)."""
    verified: bool
    """The author of the mail is proved by the mail server (M-24)."""
    marks: list[str]
    """Signs by which the mail is an automatic one, so that it gets no letter by itself (M-35)."""


class MessageData(MailedData, total=False):
    """A message, or a note that accompanies an action."""

    author: str
    author_kind: Literal["agent", "requester", "system"]
    contact: int
    """Id of the person outside who wrote."""
    channel: str
    spoken_at: int
    """Instant at which the message arrived (epoch seconds), where that is not when it was recorded."""
    automatic: bool
    """No person wrote it, so it is no first response."""
    with_files: bool
    """Files came with the requester's message, so it was no mere thanks (S5-12)."""
    files: list[FileData]
    """Files that are kept with the message, in their order (C-22)."""


class ImportData(EventData, total=False):
    source: str
    """Name of the imported event log."""
    imported_by: str
    imported_at: int
    """Instant of the import (epoch seconds); the event itself is dated as it happened."""


class RegistrationData(MessageData, ImportData, total=False):
    pass


class VerdictData(EventData, total=False):
    """The requester's verdict on a resolution."""

    confirmed: bool
    rejected: bool


class ThanksData(MessageData, total=False):
    confirmed: bool
    """The words confirm a resolution that had closed the ticket; an agent has read them."""


class ReplyData(MessageData, VerdictData, total=False):
    next_steps: bool
    resolution: str
    """`permanent` or `temporary`, where the reply resolves the ticket."""
    news: str
    """Notice topic of the reply, where that is not the one of its kind."""
    metric: str
    cycle: int
    """Clock that a delay notice is about, with `metric`."""
    incident: int
    """Number of the incident whose update this reply passes on."""
    unaddressed: bool
    """Nobody outside got it: it is no answer, and stops no response clock (D-13)."""
    came_by: int
    """Number of the ticket that the message was addressed to, where it was merged into this one."""
    imported: bool
    """It came with an old mailbox: nobody waits for an answer to it, and no clock counts it (M-12)."""
    thanks: bool
    """The message only says thanks; stored by earlier editions, which had no kind `thanked`."""


class MoveData(VerdictData, total=False):
    channel: str
    because: str
    """Key of the closing reason."""
    by_itself: bool
    """A timer or a rule moved the ticket, not a person."""


class KeptBackData(EventData, total=False):
    """A move that a rule or timer wanted, and that the procedure does not allow."""

    status: str
    label: str
    why: str


class LevelData(EventData, total=False):
    automatic_raise: bool
    """A rule raised the level, so due times stay as they are (S3-08)."""


class ClockData(EventData, total=False):
    metric: str
    cycle: int


class NoticedData(ClockData, total=False):
    """A warning, a breach or the end of a timer."""

    what: Literal["warning", "breach", "timer"]
    threshold: str
    due: int
    """Due time at which the clock stood then, in epoch seconds."""
    instant: int
    """Instant at which it really happened, in epoch seconds."""


class WorkData(EventData, total=False):
    tier: int
    of: str
    """Login of the person whose work ended, where somebody else stopped it."""


class LinkData(EventData, total=False):
    ticket: int
    """Number of the other ticket."""
    tickets: list[int]
    into: int
    """Number of the ticket that this one was merged into."""
    because: str
    message: int
    """Number of the event whose message was split."""
    item: int
    known: bool
    """A letter about the ticket was sent, so people outside know of it."""


class MigrationData(EventData, total=False):
    to: int
    """Version of the procedure that clocks are judged by from now on."""


class UndoData(EventData, total=False):
    seqs: list[int]
    """Numbers of the events that no longer count."""
    timers: list[str]
    """Keys of the timers that start again at the undo, because it brought them back and their time was over."""


class LetterData(MessageData, total=False):
    to: list[int]
    """Contacts' ids, the main recipient first."""
    on: str
    """Notice topic."""
    template: str
    bare: bool
    """Says that there is news, without its content (S5-15)."""
    or_phone: bool
    metric: str
    cycle: int
    due: int
    """Earliest instant at which it may be sent, in epoch seconds."""
    covers: int
    """Number of the event whose message is the letter's text."""
    files_of: int
    """Number of the event whose files go with the letter."""
    words_of: int
    """Number of the event whose words, those of an agent, the letter contains: it is no letter by itself (M-55)."""


class ScheduledReplyData(MessageData, total=False):
    reply: str
    """Key of the record of the reply that is sent later."""
    changed: bool
    """Its words or its time were changed."""


class StaffNoticeData(EventData, total=False):
    who: str
    """Logins of the recipients, separated and enclosed by commas."""
    on: str
    """Notice topic, or the key of a rule."""
    what: str
    """Line that the recipients read."""
    template: str
    bare: bool
    due: int


class ChecklistData(EventData, total=False):
    checklist: str


class SuggestionData(EventData, total=False):
    rule: str


class CallData(EventData, total=False):
    """A call to colleagues that repeats until it is acknowledged."""

    rule: str
    """The rule whose next call is waited for; left out with the last one."""
    call: int
    """Number of the call, from 1."""


class HandoffData(MessageData, total=False):
    what: str
    passed: bool


class ItemData(EventData, total=False):
    """A development item."""

    item: str
    ticket: int
    """Number of the ticket that the item belongs to, where that is another one."""
    route: str
    before: str
    after: str
    decision: str
    release: str


class ReleaseData(EventData, total=False):
    release: str
    items: list[str]
    over: bool
    """The ticket was closed already, so nobody outside is told (S4-15)."""


class TimeEntryData(EventData, total=False):
    entry: str


class QuoteData(EventData, total=False):
    quote: str
    means: str
    agreement: str


class SurveyData(MailedData, total=False):
    feedback: str
    score: int
    low: bool
    complaint: bool


class ArticleData(EventData, total=False):
    article: str


class OverruleData(EventData, total=False):
    message: int
    """Number of the event that was taken for mere thanks."""
    counts_from: int
    """Instant from which clocks count the message as a request, in epoch seconds."""


class ErasureData(EventData, total=False):
    words: dict[str, str]
    """Id of an erased text → digest of what stands in its place, empty for nothing."""
    person: int
    fields: list[str]
    contents: list[list[int]]
    """Seq and place of each file whose content was erased."""
