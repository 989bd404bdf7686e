"""Tickets: types, scales, statuses, fields, and how they end."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deskterm.procedure.schema.text_types import (
    AmountText,
    Category,
    ChannelKey,
    ChecklistKey,
    Choice,
    DepartmentKey,
    DurationText,
    FieldKey,
    ImpactKey,
    Key,
    MetricKey,
    OutcomeKey,
    Part,
    PriorityKey,
    ReasonKey,
    SeverityKey,
    StageKey,
    StatusKey,
    Text,
    TierLevel,
    TypeKey,
    UrgencyKey,
)


class RequestType(Part):
    """A type of request."""

    key: Key
    label: Text
    definition: Text
    """Shown where the type is chosen (S1-02)."""
    responsible: str = ""
    """The function that takes it on, shown where the type is chosen."""
    raised_by: str = ""
    """The people who may raise it, in words, shown where the type is chosen; `clients_only` is what is enforced."""
    initial: StatusKey | None = None
    """The status that a new ticket starts in; the first of category `new` where left out."""
    has_severity: bool = True
    """False: no severity is asked for, and policies do not look at it (S1-07)."""
    severity_by: Literal["requester", "agent"] = "agent"
    """The one who sets the severity. `requester`: the one that a request comes with is theirs, and stays on record
    beside the one that an agent confirms (S1-05); `agent`: it is the agent's judgement, which needs no confirmation."""
    default_severity: SeverityKey | None = None
    """The severity of a request that names none."""
    department: DepartmentKey | None = None
    """The department it goes to unless somebody names another."""
    chargeable: bool = False
    """Its time is charged."""
    clients_only: bool = False
    """Only organisations that are clients may raise it."""
    fields: tuple[FieldKey, ...] = ()
    """The fields of its form, beside subject and description."""
    required: tuple[FieldKey, ...] = ()
    """The fields among these that must be filled in."""
    examples: tuple[str, ...] = ()
    """Cases, shown where the type is chosen."""
    checklist: ChecklistKey | None = None
    """The checklist that every ticket of this type begins with (S5-07)."""


class Severity(Choice):
    """One step of a scale, the most severe first in the file."""

    urgent: bool = False
    """Marked in the queue, and first in it where the queue's order says `urgent`."""
    raise_to: Key | None = None
    """The step that a rise leads to; the step before it where left out."""


class PriorityPart(Part):
    """A scale apart from severity (S4-07, S2-12), if the desk has one; a table of impact and urgency may choose it."""

    scale: tuple[Severity, ...] = ()
    """Its steps, the most pressing first; left out, severity is the only scale."""
    default: PriorityKey | None = None
    """The step of a request that names none."""
    from_severity: bool = False
    """A ticket without a priority takes the one with its severity's key."""
    impacts: tuple[Choice, ...] = ()
    """The scale of how far a matter reaches."""
    urgencies: tuple[Choice, ...] = ()
    """The scale of how little it can wait."""
    matrix: dict[ImpactKey, dict[UrgencyKey, Key]] = Field(default={})
    """Impact → urgency → priority, or severity where the file has no priorities."""
    overrides: tuple[Choice, ...] = ()
    """Reasons that lift a ticket out of its order (S2-10)."""
    asks_number_affected: bool = False
    """Ask for the number of people who are affected."""
    affected_field: FieldKey | None = None
    """The field that says so."""
    notify_on_change: bool = False
    """Every change is told to the requester (S2-21)."""
    customer_may_dispute: bool = False
    """A customer may say that it is wrong (S3-05)."""


class StatusTimer(Part):
    """The end of a stay in a status."""

    span: DurationText
    """The length of the stay: `7c` calendar days, `3d` by the calendar."""
    to: StatusKey | None = None
    """The status that the ticket moves to when the stay ends."""
    remind: bool = False
    """The requester is reminded."""
    cancelled_by_reply: bool = True
    """A reply of the requester ends the wait."""


class Status(Part):
    """A status of a ticket."""

    key: Key
    label: Text
    short: str = ""
    """A form of nine characters or so for narrow columns, such as `Investig.`; the label where left out (C-10)."""
    category: Category
    """Its meaning to the desk: `new` nobody acted yet, `open` ours to act, `waiting` somebody else's, `solved` answered
    but not final, `closed` done."""
    definition: str = ""
    stage: StageKey | None = None
    """The group that it belongs to."""
    pauses: tuple[MetricKey, ...] = ()
    """Metrics that are paused here."""
    to: tuple[StatusKey, ...] = ()
    """The statuses that may follow, the usual one first; empty is none."""
    types: tuple[TypeKey, ...] = ()
    """Request types that know this status; empty is all."""
    on_reply: StatusKey | None = None
    """The status that a requester's reply moves it to."""
    on_reject: StatusKey | None = None
    """The status that follows when the requester does not confirm."""
    asks_reply: bool = False
    """Going here asks for a message to the requester, where the last word is theirs (rule 12)."""
    requires_checklist: ChecklistKey | None = None
    """The list that must be done before a ticket may come here (S1-28)."""
    requires_outcome: OutcomeKey | None = None
    """The outcome that the list must have."""
    requires_resolution: bool = False
    """A resolution must be said before a ticket may come here."""
    second_person: bool = False
    """A person who moves a ticket here is another one than the one who resolved it: who closes is not who fixed. Timers
    move it all the same, and so does a closing for a reason, without a resolution."""
    tier: TierLevel | None = None
    """The level of support that works on tickets here."""
    after: StatusTimer | None = None
    """The end of a stay here, without a person acting."""
    remind_before: AmountText = ""
    """The time before that end at which the requester is reminded."""


class Stage(Part):
    """A group of statuses under one name."""

    key: Key
    label: Text
    definition: str = ""


class FieldPart(Part):
    """A thing asked for at intake."""

    key: Key
    label: Text
    kind: Literal["text", "long-text", "number", "instant", "flag", "choice", "url", "email", "phone", "contacts"] = (
        "text"
    )
    """The kind of value that is accepted; `contacts` are people to be told."""
    required: bool = False
    """True: every type that asks for it needs it."""
    help: str = ""
    """A line beside the field."""
    choices: tuple[str, ...] = ()
    """The values of a `choice`."""
    past: bool = False
    """An `instant` at which something has happened: one that is still to come is refused."""
    personal: bool | None = None
    """Keep the value apart as somebody's words, so that it can be erased (S5-09). Left out, so are fields of kind
    `text`, `long-text`, `url`, `email` and `phone`; `false` is for what is nobody's: a version, a place."""
    who: Literal["caller", "notify", "participant"] = "notify"
    """The part that people in a field of kind `contacts` have in the ticket (S2-08): they called or wrote for somebody
    else, are told, or are on CC. The word `requester` in it stands for the requester."""
    needs: tuple[Literal["email", "phone"], ...] = ()
    """The facts that must be known of people in a field of kind `contacts`."""


class Resolution(Choice):
    """A kind of resolution."""

    state: Literal["permanent", "temporary"] | None = None
    """The permanence of the fix (S1-21): `temporary` while the permanent one is still to follow. Left out, the key says
    it where it is one of these two words, else whatever is said with it."""


class Closing(Part):
    """The end of a ticket, and its return."""

    on_reply_when_closed: Literal["reopen", "reopen-within", "new-linked", "ignore"] = "reopen"
    """The effect of a requester's reply to a closed ticket."""
    reopen_within: DurationText = ""
    """The time after closing in which a ticket may be reopened (S3-14), by the first calendar: `30c` is 30 times 24
    hours, `2d` two working days; afterwards a reply makes a new linked one."""
    immutable: bool = False
    """A closed ticket can no longer be changed (S4-15)."""
    thanks_keeps_closed: bool = False
    """A reply that only says thank you does not reopen (S5-12)."""
    thanks: dict[str, tuple[str, ...]] = Field(default={})
    """Language → phrases of thanks, beside those that come with deskterm: a message of mere thanks holds one of them.
    `data/phrases/thanks` says how alternatives are written."""
    courtesies: dict[str, tuple[str, ...]] = Field(default={})
    """Language → what may stand beside them, also beside deskterm's: greetings, closings, "sent from my phone"."""
    confirm_before_close: bool = False
    """The requester is asked whether all is well first."""
    sign_off_reminder: DurationText = ""
    """The time after the question at which it is asked again."""
    auto_close_after: DurationText = ""
    """The time that a solved ticket waits for an answer before it is closed; empty is for ever."""
    requires_resolution_note: bool = False
    """Ask for a note on the resolution, which is sent to the requester (S2-18)."""
    reopen_channels: tuple[ChannelKey, ...] = ()
    """Ways in by which a ticket may be reopened; empty is all."""
    reopen_to: StatusKey | None = None
    """The status of a ticket that came back; the first open one that may follow where left out."""
    resolutions: tuple[Resolution, ...] = ()
    """The kinds of resolution."""
    reasons: tuple[Choice, ...] = ()
    """Reasons for which a ticket may be closed without a resolution."""
    temporary_fix_stays_open: bool = False
    """A temporary fix leaves a mark that the permanent one is outstanding (S1-21)."""


class Duplicates(Part):
    """One problem in several tickets (S1-33)."""

    suggest: Literal["organisation", "all", "never"] = "organisation"
    """The tickets among which likely originals are looked for first: of the same client, or all; with `all`, tickets of
    different clients are joined without a question."""
    original: Literal["oldest", "chosen"] = "oldest"
    """The ticket that is kept of several: the oldest, or the one that the agent chooses."""
    reason: ReasonKey | None = None
    """The reason that a duplicate is closed with."""
    status: StatusKey | None = None
    """The status of a duplicate; the first `closed` one where left out."""
    add_participants: bool = True
    """The duplicate's people are on CC of the original."""
    notify: bool = True
    """True: they are told, by the notices of `merged`; in a few plain words where there is none for the requester, but
    others for people outside."""


class QueueView(Part):
    """A view of the queue beside those that every desk has; agents make their own (C-11)."""

    key: Key
    label: Text
    filter: str = ""
    """The tickets in it, in the filter language (docs/filters.md): `status:waiting -tag:spam`; of open ones, unless it
    says itself which. It names nobody but `me`."""
    order: Literal["order", "due", "received", "updated"] = "order"
    """The order: that of work, by due time, or the newest or last updated first."""
    columns: tuple[str, ...] = ()
    """Columns by the names that `deskterm ticket list --columns` takes; those that suit the width where left out."""


class QueueOrder(Part):
    """The order of work."""

    by: tuple[Literal["urgent", "severity", "priority", "due", "received", "status"], ...] = ("due", "received")
    """Keys in turn, each ascending: the most severe, the first due, the oldest first."""
    stale_after: DurationText = ""
    """Open tickets that nobody has touched for so long are listed as stale (S1-31)."""


class Retention(Part):
    """The time for which tickets are kept. Erasing a person leaves the ticket's skeleton."""

    years: int = Field(ge=0, le=100, default=6)
    """Years before which nothing is purged (S5-09)."""
    legal_hold: bool = True
    """Tickets may be held beyond that."""
    erase_persons: bool = True
    """A person's data may be erased on request."""
    log_accesses: bool = False
    """Reading is written down too (S4-25)."""
