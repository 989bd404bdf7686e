"""Ladders of escalation and their levels: which ladder and which level an escalation of a ticket goes to."""

from __future__ import annotations

import re
from typing import NamedTuple

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.records import Record, records_of_kind
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.permissions import require_granted
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Ladder, LadderLevel, Procedure


def find_open_step(work: TicketTransaction, ladder: str) -> Record | None:
    """Return the open step of a ladder; None if the ladder was not started."""
    return next(
        (
            record
            for record in records_of_kind(work.state.records, "escalation")
            if record.state == "open" and record.values.get("ladder") == ladder
        ),
        None,
    )


def resolve_ladder(work: TicketTransaction, ladder: str | None, *, by_customer: bool) -> Ladder:
    """Return the named ladder; else the one that was started, else the one whose next level is the lowest level of
    support above the ticket's (S2-07), else the only one.

    by_customer: consider only ladders that customers may ask for. Raises UsageError when several are possible.
    """
    ladders = work.procedure.definition.ladders
    if not ladders:
        raise DeskError("This procedure has no ladder to escalate on: give it one under [[ladders]].")
    if ladder is not None:
        return resolve_choice("ladder", ladder, ladders)
    allowed = [candidate for candidate in ladders if candidate.by_customer or not by_customer]
    if not allowed:
        raise DeskError("No ladder of this desk is for customers to ask for: escalate in the desk's own name.")
    started = [candidate for candidate in allowed if find_open_step(work, candidate.key)]
    # A ladder that was started goes first, unless it is at its end
    for group in (started, allowed):
        # Ladders to the same, nearest level of support tie; so do all those that lead to none.
        tiers = [
            (candidate, _find_next_tier(work, candidate)) for candidate in group if find_next_level(work, candidate)
        ]
        nearest = min((tier for _, tier in tiers if tier is not None), default=None)
        nearest_ladders = [candidate for candidate, tier in tiers if tier == nearest]
        if len(nearest_ladders) == 1:
            return nearest_ladders[0]
        if nearest_ladders:
            raise UsageError(f"Say which ladder: {', '.join(candidate.key for candidate in nearest_ladders)}.")
    # All are at their end, which `resolve_level` says of this one
    return (started or allowed)[0]


def find_next_level(work: TicketTransaction, ladder: Ladder) -> int | None:
    """Return the position of a ladder's next level, from 1, skipping levels of support where the ticket is or has been;
    None if there is none."""
    step, current_tier = find_open_step(work, ladder.key), work.state.tier
    last_level = int(step.values["level"]) if step else 0
    remaining = list(enumerate(ladder.levels, 1))[last_level:]
    return next(
        (
            position
            for position, level in remaining
            if level.tier is None or current_tier is None or level.tier > current_tier
        ),
        None,
    )


def _find_next_tier(work: TicketTransaction, ladder: Ladder) -> int | None:
    """Return the level of support that a ladder leads to next, if it is above the ticket's. A ticket without a level of
    support counts as being at the first."""
    levels = [tier.level for tier in work.procedure.definition.tiers]
    current_tier = work.state.tier if work.state.tier is not None else 1 if 1 in levels else min(levels, default=0)
    position = find_next_level(work, ladder)
    tier = ladder.levels[position - 1].tier if position else None
    return tier if tier is not None and tier > current_tier else None


def find_level(ladder: Ladder, text: str) -> int | None:
    """Return the position, from 1, of the level of a ladder that a text names: by its label, an unambiguous beginning
    of it, or its number; None for no level or several. A number means the one in the labels, or else the level of
    support that takes over, and the position only on a ladder whose levels have neither: nobody means the level
    labelled 3 by "2" because it comes second (D-05)."""
    wanted, levels = " ".join(text.split()).casefold(), ladder.levels
    labels = [level.label.casefold() for level in levels]
    if not wanted:
        return None
    if wanted.isdecimal():
        number = int(wanted)
        in_labels = [{int(digits) for digits in re.findall(r"\d{1,4}", label)} for label in labels]
        if any(in_labels):
            matches = [number in numbers for numbers in in_labels]
        elif any(level.tier is not None for level in levels):
            matches = [level.tier == number for level in levels]
        else:
            matches = [place == number for place in range(1, len(levels) + 1)]
    elif wanted in labels:
        matches = [label == wanted for label in labels]
    else:
        matches = [label.startswith(wanted) for label in labels]
    return matches.index(True) + 1 if sum(matches) == 1 else None


def resolve_level(work: TicketTransaction, ladder: Ladder, level: str | int | None) -> int:
    """Return the position, from 1, of the level that is named as `find_level` takes it, or by its position; left out,
    the next one. Levels may be skipped, but none is taken twice and none leads down (S2-07)."""
    labels, step = [level_definition.label for level_definition in ladder.levels], find_open_step(work, ladder.key)
    last_level, current_tier = int(step.values["level"]) if step else 0, work.state.tier
    if level is None:
        next_level = find_next_level(work, ladder)
        if next_level is None and last_level:
            raise DeskError(f"{ladder.label} is at its last level, {labels[last_level - 1]}: review it.")
        if next_level is None:
            raise DeskError(f"Ticket {work.number} is at {_format_tier(work)} already, where {ladder.label} ends.")
        return next_level
    position = level if isinstance(level, int) else find_level(ladder, level)
    if position is None:
        raise DeskError(f"{ladder.label} has no level {level!r}: its levels are {', '.join(labels)}.")
    if position <= last_level:
        raise DeskError(f"{ladder.label} is at {labels[last_level - 1]} already: name a level above it.")
    tier = ladder.levels[position - 1].tier
    if tier is not None and current_tier is not None and tier < current_tier:
        raise DeskError(
            f"Ticket {work.number} is at {_format_tier(work)} already, above {labels[position - 1]}: name a level above"
            " it."
        )
    return position


class LevelChoice(NamedTuple):
    """A level that a ticket can be escalated to. skips: levels lie between it and the next one."""

    position: int
    label: str
    criteria: str
    skips: bool


def list_levels(work: TicketTransaction, ladder: str | None = None, *, named: str = "") -> list[LevelChoice]:
    """List the levels of the ladder that a ticket can be escalated to, the next one first. ladder: as `resolve_ladder`
    takes it; named: only the level that this names, as `find_level` takes it."""
    chosen = resolve_ladder(work, ladder, by_customer=False)
    wanted = find_level(chosen, named) if named else None
    next_level = find_next_level(work, chosen)
    if next_level is None:
        return []
    return [
        LevelChoice(position, level.label, level.criteria, skips=position > next_level)
        for position, level in enumerate(chosen.levels, 1)
        if position >= next_level and (not named or position == wanted)
    ]


def require_step(work: TicketTransaction, ladder: Ladder, position: int, criterion: str) -> None:
    """Raise DeskError when a step would skip levels and the agent may not, and UsageError when nothing says that the
    criterion of the level it goes to is met (S4-23)."""
    next_level = find_next_level(work, ladder)
    if next_level is None or position <= next_level:
        return
    level = ladder.levels[position - 1]
    require_granted(work.procedure.definition, work.context.agent, "skip-level")
    if level.criteria and not criterion.strip():
        following = ladder.levels[next_level - 1].label
        raise UsageError(
            f"{level.label} comes after {following}, and is for: {level.criteria.rstrip('.')}."
            " Say how that is met, or leave the level out.",
            option="--criterion",
        )


def _format_tier(work: TicketTransaction) -> str:
    current_tier = work.state.tier
    return next(
        (tier.label for tier in work.procedure.definition.tiers if tier.level == current_tier), f"tier {current_tier}"
    )


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
