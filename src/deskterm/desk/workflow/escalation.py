"""Escalation: a ladder is climbed by hand, by a rule, or because a customer asks for it.

A step is a record `escalation.N` with the `ladder`, the `level` (from 1), its `label`, `who` (the role that is asked),
`by` or `by_rule` or `by_customer`, a short `reason`, and the impact in the customer's words where it was given. It is
`open` until it is `passed-on` to the next level, `reviewed`, or `over` because the ticket was closed; closing does not
end a step that was taken `afterwards`, on a ticket that was done. A ticket with an open step is marked `escalated`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory import tier_coverage
from deskterm.desk.domain.records import build_record_change, find_next_key
from deskterm.desk.workflow.ladder_levels import (
    describe_contact,
    describe_criteria,
    find_next_level,
    find_open_step,
    require_step,
    resolve_ladder,
    resolve_level,
)
from deskterm.errors import DeskError, MissingReason
from deskterm.procedure.schema import Ladder, LadderLevel, Status

ESCALATED = "escalated"


def escalate(
    desk: DeskSession,
    number: int,
    *,
    ladder: str | None = None,
    level: str | int | None = None,
    reason: str = "",
    impact: str = "",
    criterion: str = "",
    by_customer: bool = False,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Take the next step of a ladder, or the one that is named (S2-20, S4-23).

    ladder: key or label; level: as `resolve_level` takes it; left out, what `ladder_levels` resolves. impact: how it
    affects the customer's business, in their words (S4-22). criterion: how the criterion of the level is met, which a
    step that skips levels must say; levels are skipped only by roles that may (S4-23). by_customer: the customer asks
    for it, where the ladder is open to customers. Raises UsageError when neither reason nor impact is given.
    """
    with desk.ticket(number, "escalate", now, version) as work:
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is not open: reopen it before you escalate it.")
        chosen_ladder = resolve_ladder(work, ladder, by_customer=by_customer)
        if by_customer and not chosen_ladder.by_customer:
            raise DeskError(f"{chosen_ladder.label} is not for customers to ask for: escalate in the desk's own name.")
        position = resolve_level(work, chosen_ladder, level)
        step, definition = chosen_ladder.levels[position - 1], work.procedure.definition
        if not (reason.strip() or impact.strip()):
            criteria = describe_criteria(definition, step)
            hint = f" {step.label}: {criteria}." if criteria else ""
            raise MissingReason(f"Say why it is escalated: a reason, or the impact on the customer.{hint}")
        require_step(work, chosen_ladder, position, criterion)
        met = {"criterion": criterion.strip()} if criterion.strip() else {}
        phrase = take_step(
            work, chosen_ladder, position, reason=reason.strip(), impact=impact.strip(), by_customer=by_customer, **met
        )
        if phrase.startswith("escalated"):
            contact = describe_contact(definition, step)
            result = work.build_result(f"{number} {phrase}{f'; {contact}' if contact else ''}")
        else:
            result = work.build_result(f"{number}: {phrase}")
    return result


def begin_ladder(
    work: TicketTransaction,
    ladder_key: str,
    *,
    level: int | None = None,
    reason: str = "",
    by_rule: str | None = None,
    climbs: bool = False,
    afterwards: bool = False,
) -> str:
    """Start a ladder within the transaction of another command, and describe it in a few words; an empty string where
    the level was reached already or the ticket is not open.

    level: position, from 1; left out, the first. climbs: on a ladder that was started, take the next level. afterwards:
    on a ticket that is solved or closed too, whose status does not change (S4-21).
    """
    ladder = next((candidate for candidate in work.procedure.definition.ladders if candidate.key == ladder_key), None)
    if ladder is None or not (work.state.is_open or afterwards):
        return ""
    open_step = find_open_step(work, ladder.key)
    position = level or 1
    # A rule may act again and again, and must not climb each time
    if climbs and level is None and open_step is not None:
        next_level = find_next_level(work, ladder)
        if next_level is None:
            return ""
        position = next_level
    if open_step is not None and int(open_step.values["level"]) >= position:
        return ""
    return take_step(work, ladder, min(position, len(ladder.levels)), reason=reason, by_rule=by_rule)


def take_step(work: TicketTransaction, ladder: Ladder, position: int, *, impact: str = "", **values: Any) -> str:
    """Take a step of a ladder: the step before is passed on, the team of the new level takes over, and whoever the
    level names is notified. A level of support that is the client's own takes nothing from us: the ticket is only
    marked to be passed there (S3-12)."""
    level, records = ladder.levels[position - 1], work.state.records
    is_open = work.state.is_open
    if level.tier is not None and level.tier < (work.state.tier or 0):
        level = level.model_copy(update={"tier": None})  # an escalation never moves a ticket down
    if (
        is_open
        and level.tier is not None
        and (handoff_text := tier_coverage.mark_for_handoff(work, level.tier, by_rule=values.get("by_rule")))
    ):
        return handoff_text
    if is_open:
        _transfer_to_tier_team(work, level)
    before = find_open_step(work, ladder.key)
    changes: dict[str, tuple[Any, Any]] = {}
    if before is not None:
        changes |= build_record_change(records, "escalation", before.key, state="passed-on", flag=None)
    changes |= build_record_change(
        records, "escalation", find_next_key(records, "escalation"),
        state="open", flag=ESCALATED, ladder=ladder.key, level=position, label=level.label, who=level.role,
        by=work.context.agent.login, words=["body"] if impact else None, afterwards=not is_open, **values,
    )  # fmt: skip
    if is_open:
        if level.tier is not None:
            changes["tier"] = (work.state.tier, level.tier)
        status = _find_level_status(work, level)
        if status is not None:
            changes["status"] = (work.state.status, status.key)
    texts = {"body": impact} if impact else {}
    work.append(
        "escalated", changes, texts, author_kind="agent", author=work.context.agent.name,
        reason="; criterion met: ".join(filter(None, (values["reason"], values.get("criterion")))),
    )  # fmt: skip
    return f"escalated to {level.label}"


def _transfer_to_tier_team(work: TicketTransaction, level: LadderLevel) -> None:
    """Transfer the ticket to the team of the level's tier; no clock changes (rule 16)."""
    procedure, state = work.procedure.definition, work.state
    team = next((tier.team for tier in procedure.tiers if tier.level == level.tier), None)
    if team is None or team == state.team:
        return
    department = next((candidate.department for candidate in procedure.teams if candidate.key == team), None)
    changes: dict[str, tuple[Any, Any]] = {"team": (state.team, team), "assignee": (state.assignee, None)}
    if department is not None:
        changes["department"] = (state.department, department)
    work.append("transferred", changes, reason=f"escalated to {level.label}")


def _find_level_status(work: TicketTransaction, level: LadderLevel) -> Status | None:
    """Return the status that an escalation to a level moves the ticket to; None when it stays where it is.

    It is the status that the level names, whatever the status graph says. For a level without one it is the first
    status of the level's tier that may follow the present one. A status that requires a checklist is never chosen."""
    current = work.procedure.statuses.get(work.state.status)
    if level.status is not None:
        target = work.procedure.statuses[level.status]
        is_allowed = work.procedure.has_status(work.state.type, target) and not target.requires_checklist
        return target if is_allowed else None
    if level.tier is None or (current is not None and current.tier == level.tier):
        return None
    following = work.procedure.find_next_statuses(work.state.type, work.state.status)
    return next((status for status in following if status.tier == level.tier and not status.requires_checklist), None)
