"""The words that tables of a procedure file are made of: keys, spans, durations, targets, and what refers to what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

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
"""What a metric may start or stop at."""

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
"""What a `when` may look at, and the table whose keys it may have; None where any text will do."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a key that must stand in a table of the same file."""

    table: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a kind of text is called in the reference."""

    words: str


def _lasting(text: str) -> str:
    if text and not parse_target(text, 86_400).is_length:
        raise ValueError(f'"{text}" is no length of time: write it as 30m, 4h, 2d or 7c')
    return text


def _target(text: str) -> str:
    parse_target(text, 86_400)
    return text


def _threshold(text: str) -> str:
    if text and not re.fullmatch(r"[1-9]\d?%", text):
        try:
            parse_target(text, 86_400)
        except ValueError:
            raise ValueError(
                f'"{text}" is no moment to warn: write a share such as 75%, or a time such as 30m'
            ) from None
    return text


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
SpanText = Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d(:\d\d)?-\d\d:\d\d(:\d\d)?$"), Written("span")]
Lasting = Annotated[str, AfterValidator(_lasting), Written("length of time")]
"""A length of time: open time (`30m`, `4h`, `2d`) or calendar days (`7c`); empty for none."""
TargetText = Annotated[Text, AfterValidator(_target), Written("target")]
"""A target, as `deskterm.sla.targets` reads it."""
Threshold = Annotated[str, AfterValidator(_threshold), Written("share or time")]
"""A share of a target (`75%`) or the open time left of it (`30m`)."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Category = Literal["new", "open", "waiting", "solved", "closed"]
"""What a status means to the desk, whatever it is called: `new` nobody acted yet, `open` ours to act, `waiting`
somebody else's, `solved` answered but not final, `closed` done."""
Moment = Literal[
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
"""When rules act. `effort`: hands-on work reached an amount; `low-score`: feedback at or under the low mark."""
News = Literal[
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
"""What people are told of. `delayed`: a due time will be missed; `changed-by-feedback`: what came of their answers."""
When = dict[str, str | bool | tuple[str, ...]]
"""Facts and what they must be; a list means any of it. All must hold; an empty table holds always."""

TypeKey = Annotated[Key, Ref("types")]
SeverityKey = Annotated[Key, Ref("severities")]
PriorityKey = Annotated[Key, Ref("priorities")]
ImpactKey = Annotated[Key, Ref("impacts")]
UrgencyKey = Annotated[Key, Ref("urgencies")]
StatusKey = Annotated[Key, Ref("statuses")]
StageKey = Annotated[Key, Ref("stages")]
FieldKey = Annotated[Key, Ref("fields")]
MetricKey = Annotated[Key, Ref("metrics")]
CalendarKey = Annotated[Key, Ref("calendars")]
DepartmentKey = Annotated[Key, Ref("departments")]
TeamKey = Annotated[Key, Ref("teams")]
TierLevel = Annotated[int, Ref("tiers")]
RoleKey = Annotated[Key, Ref("roles")]
LadderKey = Annotated[Key, Ref("ladders")]
ChecklistKey = Annotated[Key, Ref("checklists")]
OutcomeKey = Annotated[Key, Ref("outcomes")]
CadenceKey = Annotated[Key, Ref("cadences")]
TemplateKey = Annotated[Key, Ref("templates")]
ReasonKey = Annotated[Key, Ref("reasons")]
ChannelKey = Annotated[Key, Ref("channels")]
DevStatusKey = Annotated[Key, Ref("dev-statuses")]
DevRouteKey = Annotated[Key, Ref("dev-routes")]


class Part(BaseModel):
    """Every table of the file: nothing unknown, nothing changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Choice(Part):
    """A value with its meaning."""

    key: Key
    label: Text
    definition: str = ""
    """What it means, shown where it is chosen."""
    example: str = ""
    """A case in which one would choose it."""
    short: str = ""
    """Three characters or so for narrow columns; the label where left out."""
