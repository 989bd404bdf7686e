"""How the work is done: rules, notices, letters, checklists, development, money and feedback."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from deskterm.procedure.schema.words import (
    CadenceKey,
    ChecklistKey,
    Choice,
    DepartmentKey,
    DevRouteKey,
    DevStatusKey,
    Key,
    LadderKey,
    Lasting,
    MetricKey,
    Moment,
    News,
    Part,
    RoleKey,
    StatusKey,
    TeamKey,
    TemplateKey,
    Text,
    Threshold,
    TierLevel,
    When,
)


class Rule(Part):
    """What happens by itself."""

    key: Key
    label: Text
    definition: str = ""
    on: Moment
    """The moment: `effort` is hands-on work that reached an amount, `low-score` feedback at or under the low mark."""
    entered: StatusKey | None = None
    """The status whose entering is the moment of a `status` rule."""
    when: When = Field(default={})
    """Facts, as in a policy."""
    metric: MetricKey | None = None
    """The clock that a warning, breach or effort rule is about; any where left out."""
    at: Threshold = ""
    """A share (`75%`) or an amount (`25m`) at which a warning or effort rule acts."""
    mode: Literal["automatic", "suggest", "lead-opt-in"] = "automatic"
    """`suggest` asks the agent; `lead-opt-in` suggests until a lead switches it on."""
    status: StatusKey | None = None
    """Where it moves the ticket."""
    tier: TierLevel | None = None
    """The level of support that takes the ticket."""
    tier_by: int = 0
    """Tiers up."""
    team: TeamKey | None = None
    """The team that takes it."""
    department: DepartmentKey | None = None
    """The department that takes it."""
    assign: Literal["", "by-severity-and-priority", "on-shift"] = ""
    """Who gets it: the most urgent to whoever has least of that urgency (S4-16), or the team on shift (S3-02)."""
    raise_severity: int = 0
    """Steps up; never moves due times (S3-08)."""
    raise_priority: int = 0
    """Steps up; never moves due times."""
    ladder: LadderKey | None = None
    """The ladder that it starts."""
    route: DevRouteKey | None = None
    """The way through development that it starts."""
    notify: tuple[str, ...] = ()
    """Who is told: `assignee`, `team`, `lead`, `tier`, `department`, or a role."""
    ask: str = ""
    """The question put to the agent."""


class Notice(Part):
    """Who is told of what, and from which template."""

    on: News
    """What has happened. `delayed`: a due time will be missed; `changed-by-feedback`: what came of people's
    answers."""
    to: tuple[Literal["requester", "participants", "assignee", "team", "department", "lead", "role", "tier"], ...]
    """Who is told."""
    when: When = Field(default={})
    metric: MetricKey | None = None
    """The clock that it is about; any where left out."""
    at: Threshold = ""
    """The warning at which it goes: a share (`75%`) or the time left (`30m`). Left out, `warned` goes at each of them,
    and `delayed` when the time is over (S3-07)."""
    entered: StatusKey | None = None
    """The status whose entering is the moment of a `status` notice."""
    role: RoleKey | None = None
    """Who is told where `to` says `role`."""
    template: TemplateKey | None = None
    """The letter."""
    include_body: bool = True
    """False: the letter says that there is news, not what it is: its subject and what people wrote stay out of it
    (S5-15)."""
    or_phone: bool = False
    """A logged phone call will do instead."""


class Template(Part):
    """A letter. Placeholders in braces: {number}, {subject}, {requester}, {client} (their organisation), {agent},
    {organisation} (ours), {status}, {priority}, {severity}, {department}, {team}, {tier}, {level} (of an escalation),
    {due}, {resolution}, {release}, {amount} (of a quote), {other} (the ticket that a duplicate or merged one goes on
    in), and {note}: what an agent adds, the notes of a release, what came of people's answers. A sentence that wants
    what there is none of is left out, and so is a line of nothing but that, and what leads up to it with a colon; a
    greeting stays, without the name."""

    key: Key
    label: Text
    subject: str = ""
    """The letter's subject; the ticket's own where left out."""
    body: Text
    """What it says."""
    states_next_steps: bool = False
    """A reply made from it tells the requester what happens next."""


class LetterCheck(Part):
    """What a resolution letter must hold (S2-19)."""

    key: Key
    label: Text
    definition: str = ""
    words: tuple[str, ...] = ()
    """Any of these shows it."""


class ChecklistItem(Part):
    """A thing to be done."""

    text: Text
    """What is to be done."""
    required: bool = True
    """False: it helps, but nothing waits for it."""


class Checklist(Part):
    """Things to be done in a row."""

    key: Key
    label: Text
    definition: str = ""
    items: tuple[ChecklistItem, ...]
    """The things, in order."""
    outcomes: tuple[Choice, ...] = ()
    """What it may end in; one is chosen."""


class DevStatus(Part):
    """Where a development item stands."""

    key: Key
    label: Text
    definition: str = ""
    to: tuple[DevStatusKey, ...] = ()
    """Where an item may go from here."""
    approval: RoleKey | None = None
    """The role that must sign before it may go on from here; going back takes no signature."""
    ready: bool = False
    """Items here may be scheduled to a release, and go out with it to the first status of `to`."""
    moves_ticket_to: StatusKey | None = None
    """Where the support ticket goes when an item comes here."""


class DevRoute(Part):
    """A way through development."""

    key: Key
    label: Text
    definition: str = ""
    steps: tuple[Text, ...] = ()
    """In order, in words."""
    decision: str = ""
    """The question on the way."""
    when_yes: DevRouteKey | None = None
    """The route that a yes leads to."""
    when_no: str = ""
    """What a no leads to."""
    requires_release: bool = False
    """It ends with a release."""


class Development(Part):
    """Linked development items (S1-29, S4-12, S4-18)."""

    label: str = "Development item"
    statuses: tuple[DevStatus, ...] = ()
    """Where an item may stand, in order."""
    routes: tuple[DevRoute, ...] = ()
    """Ways through development."""
    checklist: ChecklistKey | None = None
    """To be done before one is raised."""
    outcomes: tuple[Key, ...] = ()
    """What that list must have ended in (S1-28); empty is anything."""
    release_cadence: CadenceKey | None = None
    """When releases go out."""


class QuoteState(Choice):
    """Where a quote may stand."""

    means: Literal["requested", "sent", "accepted", "declined"] = "requested"
    """What it is to the desk, whatever it is called."""


class Money(Part):
    """Chargeable work (S1-32, S4-20)."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "GBP"
    """ISO 4217."""
    rate: Decimal | None = None
    """An hour's price."""
    rounding: Lasting = ""
    """Time is charged in steps of this."""
    quotes: bool = False
    """Work is quoted before it is done."""
    quote_states: tuple[QuoteState, ...] = ()
    """Where a quote may stand, in order; the four meanings under their own names where left out."""
    quote_status: StatusKey | None = None
    """Where a ticket waits for its quote: going there asks for one, and asking for one goes there (S4-20)."""
    accepted_to: StatusKey | None = None
    """Where it goes from there when the customer accepts."""
    declined_to: StatusKey | None = None
    """Where it goes from there when the customer declines."""
    approval: bool = False
    """The customer agrees to the price before work begins."""


class Feedback(Part):
    """Asking how it was (S3-15, S4-21)."""

    ask: Literal["never", "resolved", "closed"] = "never"
    """When people are asked."""
    scale: int = Field(ge=2, le=10, default=5)
    """The best answer; the worst is 1."""
    low: int = Field(ge=1, le=9, default=2)
    """Answers up to this are flagged."""
    complaint_is_immediate: bool = False
    """A complaint becomes a task at once."""
    question: str = ""
    """What is asked."""
    review: bool = True
    """Answers are listed until somebody has read them."""
