"""People of the desk: departments, teams, tiers, roles, and the ladders of escalation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deskterm.procedure.schema.text_types import (
    CalendarKey,
    ChecklistKey,
    DepartmentKey,
    Key,
    Part,
    RoleKey,
    StatusKey,
    TeamKey,
    Text,
    TierLevel,
)


class Department(Part):
    """A queue with members: the agents whose team belongs to it; where the procedure has no teams, those whose `team`
    is its key (`deskterm seed agents`). On a desk where nobody is of any department, all who work on tickets are."""

    key: Key
    label: Text
    definition: str = ""
    clients_only: bool = False
    """Only organisations that are clients may come here; others are sent elsewhere (S5-01)."""
    notify: Literal["all", "assignee"] = "assignee"
    """The recipients of word about a new ticket or reply."""
    first_answer_owns: bool = False
    """Assign the ticket to the agent who answers first (S5-02)."""
    covers_absence: bool = False
    """Members see, and may take over, what an absent colleague left open (S5-03)."""
    asks_handover: bool = False
    """A ticket that is passed on from here takes a note along for those who get it (S5-05)."""
    members_only: bool = False
    """Only its members, a ticket's assignee and admins read and change what is here; others may register and transfer
    tickets into it (data protection, S5-01)."""


class Team(Part):
    """People who work from one queue."""

    key: Key
    label: Text
    definition: str = ""
    department: DepartmentKey | None = None
    """The department it belongs to."""
    tier: TierLevel | None = None
    """The level of support that it gives."""
    calendar: CalendarKey | None = None
    """Its own hours."""


class Tier(Part):
    """A level of support."""

    level: int = Field(ge=0, le=9)
    """0 is on site before the desk, 1 the first line."""
    label: Text
    definition: str = ""
    team: TeamKey | None = None
    """The team that takes what is escalated to this tier."""
    certified: bool = False
    """Agents need a certificate."""
    field_visits: bool = False
    """Its agents may come to the premises: the guide says so, and whoever escalates a ticket to this level is reminded
    to agree on a time (S3-11)."""


class Role(Part):
    """A role that the procedure names."""

    key: Key
    label: Text
    definition: str = ""
    may: tuple[
        Literal[
            "set-due", "approve-release", "review-code", "quote", "waive", "close", "retype", "skip-level", "oversee"
        ],
        ...,
    ] = ()
    """The acts it allows; an act that some role lists is for such roles only. `oversee`: see the tickets of whole teams
    (S2-23)."""
    teams: tuple[TeamKey, ...] = ()
    """The teams whose tickets it oversees; empty is all."""


class Coverage(Part):
    """For clients with a support team of their own: which tiers are ours (S3-12)."""

    per_client: bool = False
    """Each client says which tiers are ours."""
    default_tiers: tuple[TierLevel, ...] = ()
    """Our tiers for a client who has not named any."""
    handoff: str = ""
    """The instruction for a ticket of a tier that is the client's."""


class LadderLevel(Part):
    """A step of a ladder."""

    label: Text
    criteria: str = ""
    """The criteria for taking this step: shown to whoever is about to take it."""
    role: RoleKey | None = None
    """The role that is asked."""
    tier: TierLevel | None = None
    """The level of support that takes over."""
    status: StatusKey | None = None
    """The status that an open ticket moves to; left out, the status of the level of support."""
    contact: str = ""
    """The function to turn to, named when the step is taken; never a person: people are the desk's data."""


class Ladder(Part):
    """Steps of escalation, the first one first."""

    key: Key
    label: Text
    definition: str = ""
    levels: tuple[LadderLevel, ...] = Field(min_length=1)
    """The steps."""
    phrases: tuple[str, ...] = ()
    """Words in a customer's message that ask for it (S1-34); where one ladder alone has some, "escalate" and the like
    in seven languages do too. Negations, questions about it, quotations and signatures do not."""
    notify_requester: bool = False
    """Each step is told to the requester (S2-20)."""
    by_customer: bool = False
    """Customers may ask for it."""
    checklist: ChecklistKey | None = None
    """The checklist that the agent goes through who takes up an escalation and decides on it (S4-22)."""
