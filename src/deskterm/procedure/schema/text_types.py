"""Types of the texts in a procedure file: keys, spans, durations, targets, and references from table to table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from deskterm.sla.durations import match_duration
from deskterm.sla.targets import parse_target

OCCURRENCES = (
    "received",
    "agent_reply",
    "auto_reply",
    "customer_message",
    "answered",
    "next_steps",
    "resolution",
    "reopened",
    "confirmed",
    "assigned",
    "cancelled",
    "work_started",
    "work_stopped",
    "status:KEY",
    "leaves:KEY",
    "category:KEY",
)
"""Occurrences that a metric may start or stop at."""

FACTS = {
    "type": "types",
    "severity": "severities",
    "priority": "priorities",
    "department": "departments",
    "product": "products",
    "channel": "channels",
    "topic": "topics",
    "organisation": None,
    "tenant": None,
    "tags": None,
    "exempt": None,
}
"""Facts that a `when` may look at, each with the table whose keys it may have; None where any text will do."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a key that must stand in a table of the same file."""

    table: str


@dataclass(frozen=True, slots=True)
class ValueName:
    """The name of a kind of text in the reference."""

    words: str


def _check_duration(text: str) -> str:
    # Any length of a day will do: only the form is checked
    if text and not parse_target(text, 86_400).is_length:
        raise ValueError(f'"{text}" is no length of time: write it as 30m, 4h, 2d or 7c')
    return text


def _check_amount(text: str) -> str:
    if text and not _is_amount_of_time(text):
        raise ValueError(f'"{text}" is no amount of time: write it as 30m, 4h, 2d or 7c')
    return text


def _check_step(text: str) -> str:
    # Time is charged by the clock: a day of it has 24 hours, whatever the calendar's day is
    if text and match_duration(text, 86_400) is None:
        raise ValueError(f'"{text}" is no step of time: write it as 15m, 30m or 1h')
    return text


def _check_zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError(f'"{text}" is no time zone: write an IANA name such as Europe/London')
    return text


def _check_target(text: str) -> str:
    parse_target(text, 86_400)
    return text


def _check_threshold(text: str) -> str:
    if text and not re.fullmatch(r"[1-9]\d?%", text) and not _is_amount_of_time(text):
        raise ValueError(f'"{text}" is no moment to warn: write a share such as 75%, or a time such as 30m')
    return text


def _is_amount_of_time(text: str) -> bool:
    try:
        target = parse_target(text, 86_400)
    except ValueError:
        return False
    return target.is_length and target.seconds > 0


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
SpanText = Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d(:\d\d)?-\d\d:\d\d(:\d\d)?$"), ValueName("span")]
DurationText = Annotated[str, AfterValidator(_check_duration), ValueName("length of time")]
"""A length of time: open time (`30m`, `4h`, `2d`), calendar days (`7c`) or dates (`3 working dates`); empty for
none."""
AmountText = Annotated[str, AfterValidator(_check_amount), ValueName("amount of time")]
"""A length of time that is so many seconds, whenever it begins: `30m`, `4h`, `2d`, `7c`; empty for none."""
StepText = Annotated[str, AfterValidator(_check_step), ValueName("step of time")]
"""A step of time on the clock, such as `15m`; empty for none."""
TimeText = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), ValueName("time of day")]
ZoneText = Annotated[str, AfterValidator(_check_zone), ValueName("time zone")]
TargetText = Annotated[Text, AfterValidator(_check_target), ValueName("target")]
"""A target, as `deskterm.sla.targets` reads it."""
Threshold = Annotated[str, AfterValidator(_check_threshold), ValueName("share or time")]
"""A share of a target (`75%`) or the open time left of it (`30m`)."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Category = Literal["new", "open", "waiting", "solved", "closed"]
"""The meaning of a status to the desk, whatever it is called: `new` nobody acted yet, `open` ours to act, `waiting`
somebody else's, `solved` answered but not final, `closed` done."""
RuleTrigger = Literal[
    "create",
    "reply",
    "customer-reply",
    "status",
    "severity-change",
    "priority-change",
    "department-change",
    "escalation",
    "warning",
    "breach",
    "effort",
    "shift-change",
    "release",
    "low-score",
]
"""Moments at which rules act. `effort`: hands-on work reached an amount; `low-score`: feedback at or under the low
mark."""
NoticeTopic = Literal[
    "registered",
    "replied",
    "customer-replied",
    "status",
    "assigned",
    "severity-changed",
    "priority-changed",
    "department-changed",
    "escalated",
    "warned",
    "breached",
    "delayed",
    "reminded",
    "resolved",
    "closed",
    "reopened",
    "merged",
    "quoted",
    "released",
    "feedback-asked",
    "feedback-given",
    "low-score",
    "changed-by-feedback",
]
"""Topics of notices. `delayed`: a due time will be missed; `changed-by-feedback`: the result of people's answers."""
Conditions = dict[str, str | bool | tuple[str, ...]]
"""Facts and the values that they must have; a list means any of it. All must hold; an empty table holds always."""

TypeKey = Annotated[Key, Reference("types")]
SeverityKey = Annotated[Key, Reference("severities")]
PriorityKey = Annotated[Key, Reference("priorities")]
ImpactKey = Annotated[Key, Reference("impacts")]
UrgencyKey = Annotated[Key, Reference("urgencies")]
StatusKey = Annotated[Key, Reference("statuses")]
StageKey = Annotated[Key, Reference("stages")]
FieldKey = Annotated[Key, Reference("fields")]
MetricKey = Annotated[Key, Reference("metrics")]
CalendarKey = Annotated[Key, Reference("calendars")]
DepartmentKey = Annotated[Key, Reference("departments")]
TeamKey = Annotated[Key, Reference("teams")]
TierLevel = Annotated[int, Reference("tiers")]
RoleKey = Annotated[Key, Reference("roles")]
LadderKey = Annotated[Key, Reference("ladders")]
ChecklistKey = Annotated[Key, Reference("checklists")]
OutcomeKey = Annotated[Key, Reference("outcomes")]
CadenceKey = Annotated[Key, Reference("cadences")]
TemplateKey = Annotated[Key, Reference("templates")]
ReasonKey = Annotated[Key, Reference("reasons")]
ChannelKey = Annotated[Key, Reference("channels")]
DevStatusKey = Annotated[Key, Reference("dev-statuses")]
RotaKey = Annotated[Key, Reference("rotas")]
DevRouteKey = Annotated[Key, Reference("dev-routes")]


class Part(BaseModel):
    """A table of the file. Unknown keys are refused, and nothing changes after loading."""

    # Validators are built when a file is read: most starts read a stored procedure and need none
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Choice(Part):
    """A value with its meaning."""

    key: Key
    label: Text
    definition: str = ""
    """The meaning, shown where it is chosen."""
    example: str = ""
    """A case in which one would choose it."""
    short: str = ""
    """Three characters or so for narrow columns; the label where left out."""
