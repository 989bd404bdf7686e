"""The contents of a procedure file: one frozen model a table of the file. Keys are small words with hyphens; times of
day `08:00`, spans `08:00-16:00`, durations `30m`, `4h`, `2d`, targets as in `sla.targets`. References between tables
are checked in `deskterm.procedure.checking.references`, habits that are lawful but unwise in
`deskterm.procedure.checking.warnings`."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from deskterm.procedure.schema.automation import Rule
from deskterm.procedure.schema.backup import Backup
from deskterm.procedure.schema.billing import Money, QuoteState
from deskterm.procedure.schema.calendars import CadencePart, CalendarPart, HolidayRegion, NamedDay, Rota, Shift
from deskterm.procedure.schema.checklists import Checklist, ChecklistItem
from deskterm.procedure.schema.development import Development, DevRoute, DevStatus
from deskterm.procedure.schema.feedback import Feedback
from deskterm.procedure.schema.messages import Files, ReplyPart, SendGuard
from deskterm.procedure.schema.notifications import LetterCheck, Letters, Notice, Template
from deskterm.procedure.schema.people import Coverage, Department, Ladder, LadderLevel, Role, Team, Tier
from deskterm.procedure.schema.sla import Figures, MetricPart, Objective, PolicyPart, Report, SlaPart
from deskterm.procedure.schema.text_types import Category, Choice, Key, Part, Text, TypeKey
from deskterm.procedure.schema.tickets import (
    Closing,
    Duplicates,
    FieldPart,
    PriorityPart,
    QueueOrder,
    QueueView,
    RequestType,
    Resolution,
    Retention,
    Severity,
    Stage,
    Status,
    StatusTimer,
)

__all__ = [
    "About",
    "Backup",
    "CadencePart",
    "CalendarPart",
    "Category",
    "Checklist",
    "ChecklistItem",
    "Choice",
    "Closing",
    "Coverage",
    "Department",
    "DevRoute",
    "DevStatus",
    "Development",
    "Duplicates",
    "Feedback",
    "FieldPart",
    "Figures",
    "Files",
    "HolidayRegion",
    "Ladder",
    "LadderLevel",
    "LetterCheck",
    "Letters",
    "MetricPart",
    "Money",
    "NamedDay",
    "Notice",
    "Objective",
    "Part",
    "PolicyPart",
    "PriorityPart",
    "Procedure",
    "QueueOrder",
    "QueueView",
    "QuoteState",
    "ReplyPart",
    "Report",
    "RequestType",
    "Resolution",
    "Retention",
    "Role",
    "Rota",
    "Rule",
    "SendGuard",
    "Severity",
    "Shift",
    "SlaPart",
    "Stage",
    "Status",
    "StatusTimer",
    "Team",
    "Template",
    "Tier",
]


class About(Part):
    """The company whose procedure this is, and its edition (S1-47)."""

    key: Key
    name: Text
    """The title of the procedure."""
    description: str = ""
    """A line or two for lists."""
    organisation: str = "Support"
    """The name on the console's first line."""
    source: str = ""
    """The document that the file follows."""
    approved_by: str = ""
    """A function or a name."""
    effective_from: date | None = None
    """The day from which it holds; putting it in force on another day says so."""
    next_review: date | None = None
    """The day by which it is to be looked at again; `deskterm doctor` says when it is over."""
    default_type: TypeKey | None = None
    """The type of a request that names none."""
    intake: str = ""
    """The text that a person reads before registering a request (S5-14, S4-24)."""


class Procedure(Part):
    """A whole support procedure."""

    about: About
    calendars: dict[Key, CalendarPart] = Field(min_length=1)
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
    rotas: tuple[Rota, ...] = ()
    coverage: Coverage = Coverage()
    ladders: tuple[Ladder, ...] = ()
    rules: tuple[Rule, ...] = ()
    closing: Closing = Closing()
    duplicates: Duplicates = Duplicates()
    checklists: tuple[Checklist, ...] = ()
    objectives: tuple[Objective, ...] = ()
    reports: tuple[Report, ...] = ()
    figures: Figures = Figures()
    retention: Retention = Retention()
    backup: Backup = Backup()
    cadences: tuple[CadencePart, ...] = ()
    development: Development = Development()
    money: Money = Money()
    feedback: Feedback = Feedback()
    notices: tuple[Notice, ...] = ()
    templates: tuple[Template, ...] = ()
    letters: Letters = Letters()
    letter_checks: tuple[LetterCheck, ...] = ()
    files: Files = Files()
    send_guard: SendGuard = SendGuard()
    queue: QueueOrder = QueueOrder()
    views: tuple[QueueView, ...] = ()
    channels: tuple[Key, ...] = Field(min_length=1, default=("email", "phone", "portal"))
    """Ways in, the usual one first."""
    products: tuple[Choice, ...] = ()
    topics: tuple[Choice, ...] = ()
    """The subjects that requests are about (S2-06, S4-08): for reports and for search."""
    glossary: tuple[Choice, ...] = ()
    """Words of the trade that agents and customers should mean the same by (S4-25): `deskterm procedure guide`, and
    `:guide` in the console, find them."""
    links: dict[Key, str] = Field(default={})
    """Addresses to send people to: knowledge base, status page (S4-17). The guide shows them, and `{link:KEY}` puts one
    into a letter."""
    articles: tuple[Key, ...] = ()
    """The links under which articles stand: which article a reply names is kept (S1-30)."""
