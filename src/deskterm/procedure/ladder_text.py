"""Steps of a ladder in words: when one takes them, and to whom one turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskterm.procedure.schema import LadderLevel, Procedure


def describe_criteria(procedure: Procedure, level: LadderLevel) -> str:
    """Return the criteria of a step and whom to turn to; empty where the procedure says neither."""
    return "; ".join(part for part in (level.criteria.rstrip("."), describe_contact(procedure, level)) if part)


def describe_contact(procedure: Procedure, level: LadderLevel) -> str:
    """Return whom to turn to at a step: the function that it names, else the role that it asks. An agent of a level of
    support that comes to the premises is agreed on a time with (S3-11)."""
    role = next((part.label for part in procedure.roles if part.key == level.role), "")
    who = level.contact or role
    visits = any(tier.level == level.tier and tier.field_visits for tier in procedure.tiers)
    parts = (
        f"turn to {who}" if who and who.casefold() != level.label.casefold() else "",
        "agree on a time if somebody has to go there" if visits else "",
    )
    return ", ".join(part for part in parts if part)
