"""Rules of automation: at which moment they act, for which tickets, and with what effect."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deskterm.procedure.schema.text_types import (
    Conditions,
    DepartmentKey,
    DevRouteKey,
    Key,
    LadderKey,
    MetricKey,
    Part,
    RotaKey,
    RuleTrigger,
    StatusKey,
    StepText,
    TeamKey,
    Text,
    Threshold,
    TierLevel,
)


class Rule(Part):
    """A rule that acts without a person."""

    key: Key
    label: Text
    definition: str = ""
    on: RuleTrigger
    """The moment: `effort` is hands-on work that reached an amount, `low-score` feedback at or under the low mark."""
    entered: StatusKey | None = None
    """The status whose entering is the moment of a `status` rule."""
    when: Conditions = Field(default={})
    """Facts, as in a policy."""
    metric: MetricKey | None = None
    """The clock that a warning, breach or effort rule is about; any where left out."""
    at: Threshold = ""
    """A share (`75%`) or an amount (`25m`) at which a warning or effort rule acts."""
    mode: Literal["automatic", "suggest", "lead-opt-in"] = "automatic"
    """`suggest` asks the agent; `lead-opt-in` suggests until a lead switches it on."""
    status: StatusKey | None = None
    """The status that it moves the ticket to."""
    tier: TierLevel | None = None
    """The level of support that takes the ticket."""
    tier_by: int = 0
    """Tiers up."""
    team: TeamKey | None = None
    """The team that takes it."""
    department: DepartmentKey | None = None
    """The department that takes it."""
    assign: Literal["", "by-severity-and-priority", "on-shift", "on-call"] = ""
    """The method of assignment: the most urgent to the agent who has least of that urgency (S4-16), the team on
    shift (S3-02), or whoever is on call by the `rota`."""
    rota: RotaKey | None = None
    """The rota whose person on call is told, beside `notify`."""
    raise_severity: int = 0
    """Steps up; never moves due times (S3-08)."""
    raise_priority: int = 0
    """Steps up; never moves due times."""
    ladder: LadderKey | None = None
    """The ladder that it starts; with each further warning or breach it takes the next level."""
    route: DevRouteKey | None = None
    """The way through development that it starts."""
    notify: tuple[str, ...] = ()
    """The recipients of a notice: `assignee`, `team`, `lead`, `tier`, `department`, or a role."""
    repeat: StepText = ""
    """The time, such as `10m`, after which the recipients are called again, day and night, until somebody acknowledges
    the call with `deskterm ticket acknowledge` or the ticket is solved; empty for one notice."""
    calls: int = Field(ge=2, le=100, default=12)
    """Calls at most, where they repeat. The leads are told with the last one."""
    ask: str = ""
    """The question put to the agent."""
