"""What a procedure file can say.

One frozen model a table of the file. Keys are kebab-case words; times of day `08:00`, spans `08:00-16:00`,
durations `30m`, `4h`, `2d`, targets as in `deskterm.sla.targets`. References between tables are checked in
`deskterm.procedure.load`, habits that are lawful but unwise in `deskterm.procedure.lint`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
SpanText = Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d(:\d\d)?-\d\d:\d\d(:\d\d)?$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Category = Literal["new", "open", "waiting", "solved", "closed"]
"""What a status means to the desk, whatever it is called: `new` nobody acted yet, `open` ours to act, `waiting`
somebody else's, `solved` answered but not final, `closed` done."""


class Part(BaseModel):
    """Every table of the file: nothing unknown, nothing changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class About(Part):
    """Whose procedure this is and which edition. S1-47: who approved it, from when, and when it is looked at again."""

    key: Key
    name: Text
    description: str = ""
    organisation: str = "Support"
    """The name on the console's first line."""
    source: str = ""
    approved_by: str = ""
    effective_from: date | None = None
    next_review: date | None = None
    default_type: Key | None = None
    intake: str = ""
    """What a person reads before registering (S5-14, S4-24)."""


class NamedDay(Part):
    date: date
    name: Text = "holiday"


class HolidayRegion(Part):
    """Public holidays of a country, as the `holidays` package knows them: ISO 3166 codes."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: str = ""


class CalendarPart(Part):
    """Working hours. week: weekday → spans of wall-clock time in `timezone`; a span that closes at or before it
    opens runs into the next day. exceptions: date → spans that replace that day's."""

    label: str = ""
    timezone: Text
    week: dict[Weekday, tuple[SpanText, ...]]
    holidays: tuple[NamedDay, ...] = ()
    region: HolidayRegion | None = None
    no_holidays: bool = False
    """Said out loud: this calendar works on public holidays too."""
    exceptions: dict[date, tuple[SpanText, ...]] = {}
    day_length: str | None = None


class Choice(Part):
    """A value with its meaning: severities, priorities, impacts, urgencies, resolution codes, close reasons."""

    key: Key
    label: Text
    definition: str = ""
    example: str = ""
    short: str = ""
    """Three characters or so for narrow columns; the label where left out."""


class Severity(Choice):
    """One step of a scale, the most severe first in the file. urgent steps are marked in the queue and go first
    where the queue order says so."""

    urgent: bool = False
    raise_to: Key | None = None
    """What a rise by one step leads to; the step before it where left out."""


class FieldPart(Part):
    """A thing asked for at intake. kind says what is accepted; `who` fields hold a contact."""

    key: Key
    label: Text
    kind: Literal["text", "long-text", "number", "instant", "flag", "choice", "url", "email", "phone", "contacts"] = "text"
    required: bool = False
    help: str = ""
    choices: tuple[str, ...] = ()
    personal: bool = False


class Status(Part):
    """Where a ticket stands. pauses: metrics that rest here. to: statuses it may go to next; empty is nowhere.
    types: request types that know it; empty is all. on_reply: the status a requester's reply moves it to.
    after: what happens by itself when it stays here that long."""

    key: Key
    label: Text
    category: Category
    definition: str = ""
    stage: Key | None = None
    pauses: tuple[Key, ...] = ()
    to: tuple[Key, ...] = ()
    types: tuple[Key, ...] = ()
    on_reply: Key | None = None
    on_reject: Key | None = None
    asks_reply: bool = False
    """Going here without a public message asks for one (rule 12)."""
    requires_checklist: Key | None = None
    requires_resolution: bool = False
    tier: int | None = None
    after: StatusTimer | None = None
    remind_before: str = ""


class StatusTimer(Part):
    """After so long in a status (`7c` calendar days, `3d` by the calendar), move, ask or remind."""

    span: Text
    to: Key | None = None
    remind: bool = False
    cancelled_by_reply: bool = True


class Stage(Part):
    """A group of statuses under one name."""

    key: Key
    label: Text
    definition: str = ""


class RequestType(Part):
    """What is asked for. initial: the status a new ticket starts in; the first `new` one where left out."""

    key: Key
    label: Text
    definition: Text
    responsible: str = ""
    raised_by: str = ""
    initial: Key | None = None
    has_severity: bool = True
    default_severity: Key | None = None
    department: Key | None = None
    chargeable: bool = False
    clients_only: bool = False
    fields: tuple[Key, ...] = ()
    required: tuple[Key, ...] = ()
    examples: tuple[str, ...] = ()
    checklist: Key | None = None
    """Comes with every ticket of this type (S5-07)."""


class MetricPart(Part):
    """A clock. start and stop are lists of conditions, any of which is enough; a condition is one occurrence, or
    several joined by ` and `. Occurrences: received, agent_reply, auto_reply, customer_message, answered, next_steps,
    resolution, reopened, confirmed, assigned, status:KEY, leaves:KEY, category:KEY, work_started, work_stopped."""

    key: Key
    label: Text
    definition: str = ""
    start: tuple[Text, ...]
    stop: tuple[Text, ...]
    each: bool = False
    continues: bool = False
    warn: tuple[Text, ...] = ()
    """When to warn: `75%` of the target, or `30m` of open time before it ends."""
    counts_work: bool = False
    """Runs on time entries, not on the calendar (S3-06)."""
    work_in: tuple[Key, ...] = ()
    """Statuses whose time counts as work where nobody kept a timer (S3-06)."""
    tier: int | None = None


class PolicyPart(Part):
    """Targets for some tickets. The first policy whose `when` holds is the one. targets: metric → target;
    by_severity: severity → metric → target; by_priority: the same, for desks that go by priority (S2-16, S3-09)."""

    key: Key
    label: Text
    when: dict[str, str | bool | tuple[str, ...]] = {}
    calendar: Key
    calendars: dict[Key, Key] = {}
    targets: dict[Key, Text] = {}
    by_severity: dict[Key, dict[Key, Text]] = {}
    by_priority: dict[Key, dict[Key, Text]] = {}
    from_change: bool = False


class Department(Part):
    """A queue with members. clients_only False lets people without a contract in (S5-01)."""

    key: Key
    label: Text
    definition: str = ""
    clients_only: bool = True
    notify: Literal["all", "assignee"] = "assignee"
    first_answer_owns: bool = False
    asks_handover: bool = False
    """A ticket that is passed on from here takes a note along for those who get it (S5-05)."""


class Team(Part):
    key: Key
    label: Text
    definition: str = ""
    department: Key | None = None
    tier: int | None = None
    calendar: Key | None = None


class Tier(Part):
    """A level of support: 0 is on site before the desk, 1 the first line."""

    level: int = Field(ge=0, le=9)
    label: Text
    definition: str = ""
    team: Key | None = None
    certified: bool = False
    field_visits: bool = False


class Role(Part):
    """A role that the procedure names, with what only it may do."""

    key: Key
    label: Text
    definition: str = ""
    may: tuple[Literal["set-due", "approve-release", "review-code", "quote", "waive", "close", "retype"], ...] = ()


class Shift(Part):
    """Who answers when: spans of wall-clock time in the calendar's zone (S3-02)."""

    key: Key
    label: Text
    team: Key
    timezone: Text
    week: dict[Weekday, tuple[SpanText, ...]]


class LadderLevel(Part):
    label: Text
    criteria: str = ""
    role: Key | None = None
    tier: int | None = None
    contact: str = ""
    """A function, never a person: people are the desk's data."""


class Ladder(Part):
    """Steps of escalation, the first one first."""

    key: Key
    label: Text
    levels: tuple[LadderLevel, ...]
    phrases: tuple[str, ...] = ()
    """Words in a customer's message that ask for it (S1-34)."""
    notify_requester: bool = False
    by_customer: bool = False
    checklist: Key | None = None
    """What whoever takes up an escalation goes through and decides (S4-22)."""


class Rule(Part):
    """What happens by itself. on: the moment; when: facts as in a policy; the rest are acts. metric: the clock that
    a warning, breach or effort rule is about, any where left out. raise_severity, raise_priority: steps up a scale."""

    key: Key
    label: Text
    on: Literal[
        "create", "warning", "breach", "severity-change", "priority-change", "escalation", "reply", "effort", "status"
    ]
    entered: Key | None = None
    """The status whose entering is the moment of a `status` rule."""
    when: dict[str, str | bool | tuple[str, ...]] = {}
    metric: Key | None = None
    at: str = ""
    """A share (`75%`) or an amount (`25m`) at which a warning or effort rule acts."""
    mode: Literal["automatic", "suggest", "lead-opt-in"] = "automatic"
    """lead-opt-in: a suggestion until a lead switches it on (S3-08)."""
    status: Key | None = None
    tier: int | None = None
    tier_by: int = 0
    raise_severity: int = 0
    raise_priority: int = 0
    assign: Literal["", "by-severity-and-priority", "on-shift"] = ""
    """Who gets it: the most urgent to whoever has least of that urgency (S4-16), or the team on shift (S3-02)."""
    ladder: Key | None = None
    department: Key | None = None
    notify: tuple[str, ...] = ()
    ask: str = ""


class Closing(Part):
    """How a ticket ends and whether it comes back. S1.6: the rows of `where the seeds disagree`."""

    on_reply_when_closed: Literal["reopen", "reopen-within", "new-linked", "ignore"] = "reopen"
    reopen_within: str = ""
    immutable: bool = False
    thanks_keeps_closed: bool = False
    thanks: dict[str, tuple[str, ...]] = {}
    """Language → words that a message of mere thanks is made of (S5-12)."""
    confirm_before_close: bool = False
    sign_off_reminder: str = ""
    auto_close_after: str = ""
    requires_resolution_note: bool = False
    reopen_channels: tuple[str, ...] = ()
    reopen_to: Key | None = None
    resolutions: tuple[Choice, ...] = ()
    reasons: tuple[Choice, ...] = ()
    temporary_fix_stays_open: bool = False


class ChecklistItem(Part):
    text: Text
    required: bool = True


class Checklist(Part):
    key: Key
    label: Text
    items: tuple[ChecklistItem, ...]
    outcomes: tuple[Choice, ...] = ()


class Objective(Part):
    """A promise about many tickets: `mean`, `share` or `attainment` of a metric or measure."""

    key: Key
    label: Text
    measure: Text
    statistic: Literal["mean", "median", "share", "attainment"]
    target: Text
    calendar: Key | None = None
    when: dict[str, str | bool | tuple[str, ...]] = {}


class Retention(Part):
    """How long tickets are kept: at least `years` (S5-09); erasing a person leaves the skeleton."""

    years: int = Field(ge=0, le=100, default=6)
    legal_hold: bool = True
    erase_persons: bool = True
    log_accesses: bool = False


class Cadence(Part):
    """Sprints or releases: an RFC 5545 rule, the first start, and how long one lasts (S1-15, S4-19)."""

    key: Key
    label: Text
    kind: Literal["sprint", "release"]
    rule: Text
    first: date
    length: Text = "14c"
    notes: bool = False


class DevStatus(Part):
    key: Key
    label: Text
    definition: str = ""
    to: tuple[Key, ...] = ()
    approval: Key | None = None
    """The role that must sign before it may leave here."""
    moves_ticket_to: Key | None = None


class DevRoute(Part):
    key: Key
    label: Text
    definition: str = ""
    steps: tuple[Text, ...] = ()
    decision: str = ""
    when_yes: Key | None = None
    requires_release: bool = False


class Development(Part):
    """Linked development items (S4-12, S4-18)."""

    statuses: tuple[DevStatus, ...] = ()
    routes: tuple[DevRoute, ...] = ()
    checklist: Key | None = None
    release_cadence: Key | None = None


class Money(Part):
    """Chargeable work (S1-32, S4-20). rate: an hour's price; quote: the states of an offer."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "GBP"
    rate: Decimal | None = None
    rounding: str = ""
    quotes: bool = False
    quote_states: tuple[Choice, ...] = ()
    approval: bool = False


class Feedback(Part):
    """Asking how it was (S3-15, S4-21)."""

    ask: Literal["never", "resolved", "closed"] = "never"
    scale: int = 5
    low: int = 2
    complaint_is_immediate: bool = False
    question: str = ""
    review: bool = True


class Notice(Part):
    """Who is told of what, and from which template."""

    on: Text
    to: tuple[Literal["requester", "participants", "assignee", "team", "department", "lead", "role", "tier"], ...]
    role: Key | None = None
    template: Key | None = None
    include_body: bool = True


class Template(Part):
    """A letter. Placeholders in braces: {number}, {subject}, {requester}, {agent}, {status}, {due}, {resolution},
    {severity}, {priority}, {release}."""

    key: Key
    label: Text
    subject: str = ""
    body: Text
    states_next_steps: bool = False


class LetterCheck(Part):
    """What a resolution letter must hold (S2-19), each a name and words of which one shows it."""

    key: Key
    label: Text
    words: tuple[str, ...] = ()


class QueueOrder(Part):
    """The order of work: keys in turn, each ascending."""

    by: tuple[Literal["urgent", "severity", "priority", "due", "received", "status"], ...] = ("due", "received")
    stale_after: str = ""


class PriorityPart(Part):
    """A scale apart from severity (S4-07, S2-12), optionally by impact and urgency."""

    scale: tuple[Severity, ...] = ()
    default: Key | None = None
    from_severity: bool = False
    impacts: tuple[Choice, ...] = ()
    urgencies: tuple[Choice, ...] = ()
    matrix: dict[Key, dict[Key, Key]] = {}
    """impact → urgency → priority."""
    overrides: tuple[Choice, ...] = ()
    """Reasons that lift a ticket out of its order (S2-10)."""
    asks_number_affected: bool = False
    notify_on_change: bool = False


class SlaPart(Part):
    count_auto_ack: bool = False
    """S1-19: whether an automatic letter answers."""
    exempt_reasons: tuple[Choice, ...] = ()
    """S2-14."""


class Coverage(Part):
    """For clients with a support team of their own: which tiers are ours (S3-12)."""

    per_client: bool = False
    default_tiers: tuple[int, ...] = ()
    handoff: str = ""


class Procedure(Part):
    """A whole support procedure."""

    about: About
    calendars: dict[Key, CalendarPart]
    types: tuple[RequestType, ...] = Field(min_length=1)
    severities: tuple[Severity, ...] = ()
    priority: PriorityPart = PriorityPart()
    statuses: tuple[Status, ...] = Field(min_length=1)
    stages: tuple[Stage, ...] = ()
    fields: tuple[FieldPart, ...] = ()
    metrics: tuple[MetricPart, ...] = ()
    policies: tuple[PolicyPart, ...] = ()
    sla: SlaPart = SlaPart()
    departments: tuple[Department, ...] = ()
    teams: tuple[Team, ...] = ()
    tiers: tuple[Tier, ...] = ()
    roles: tuple[Role, ...] = ()
    shifts: tuple[Shift, ...] = ()
    coverage: Coverage = Coverage()
    ladders: tuple[Ladder, ...] = ()
    rules: tuple[Rule, ...] = ()
    closing: Closing = Closing()
    checklists: tuple[Checklist, ...] = ()
    objectives: tuple[Objective, ...] = ()
    retention: Retention = Retention()
    cadences: tuple[Cadence, ...] = ()
    development: Development = Development()
    money: Money = Money()
    feedback: Feedback = Feedback()
    notices: tuple[Notice, ...] = ()
    templates: tuple[Template, ...] = ()
    letter_checks: tuple[LetterCheck, ...] = ()
    queue: QueueOrder = QueueOrder()
    channels: tuple[Key, ...] = ("email", "phone", "portal")
    products: tuple[Choice, ...] = ()
    topics: tuple[Choice, ...] = ()
    """What requests are about (S2-06, S4-08): for reports and for finding."""
    glossary: tuple[Choice, ...] = ()
    """Words of this desk and what they mean here (S4-25)."""
    links: dict[Key, str] = {}
    """Addresses a console may show: knowledge base, status page."""


Status.model_rebuild()
