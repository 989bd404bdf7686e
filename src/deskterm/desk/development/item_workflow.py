"""The workflow of a development item: statuses with their signatures, the decision on its route, its release and its
end (S4-12, S4-18)."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import select

from deskterm.desk.core.row_mapping import to_datetime
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.development.item_transaction import ENDED, ITEM, ItemTransaction, find_item, open_item
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.permissions import GrantableAct, require_granted
from deskterm.desk.workflow.transition_rules import MOVE_BLOCKED
from deskterm.errors import DeskError, MissingReason, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import DevStatus
from deskterm.procedure.sla_terms import find_release_cadence
from deskterm.sla.targets import parse_target
from deskterm.store.db.tables import RecordRow, table_of

_SIGNING_ACTS: tuple[GrantableAct, ...] = ("review-code", "approve-release")


def move_item(
    desk: DeskSession, number: int, status: str, *, item: str | None = None, reason: str = "", now: datetime
) -> CommandResult:
    """Move an item to another development status; its tickets move where that status says.

    A move forward from a status that wants a signature is for agents with that role. A move back drops the signatures
    of the later statuses, and the release. number: any ticket that waits for the item. Raises DeskError with the
    possible statuses when this one may not follow."""
    with open_item(desk, number, item, "develop", now) as found:
        part = found.origin.procedure.definition.development
        here, target = found.status, resolve_choice("development status", status, part.statuses)
        # `to` names moves in both directions: forward is what comes later in the file
        order = [option.key for option in part.statuses]
        if target.key not in here.to:
            options = (
                ", ".join(option.label for option in part.statuses if option.key in here.to) or "nowhere, it is final"
            )
            raise DeskError(f"From {here.label} an item cannot go to {target.label}; it can go to: {options}.")
        forward = order.index(target.key) > order.index(here.key)
        approvals = list(found.record.values.get("approvals", ()))
        # Where releases have a cadence only they move on what is ready, with their notes (S4-18)
        if forward and here.ready and part.release_cadence is not None:
            raise DeskError(
                f"{target.label} is said by a release: schedule the item, then `deskterm release out DATE`."
            )
        if forward and here.approval is not None:
            _require_signature(desk, here)
            approvals.append({"status": here.key, "who": desk.agent.login, "at": found.origin.at})
        if not forward:  # what was signed at or after the new status has to be signed again
            earlier = order[: order.index(target.key)]
            approvals = [approval for approval in approvals if approval["status"] in earlier]
        unscheduled = {} if forward else {"release": None, "due": None}
        found.update(
            "item_moved",
            target,
            {"before": here.key, "after": target.key, "reason": reason.strip()},
            # None and not an empty list, because only None removes a member of a record
            approvals=approvals or None,
            **unscheduled,
        )
        result = _build_result(found, number, f"item {found.key}: {here.label} → {target.label}")
    return result


def list_next_statuses(desk: DeskSession, number: int, item: str | None = None) -> list[DevStatus]:
    """Return the statuses that the item of a ticket may move to, in the order of the procedure."""
    location = find_item(desk, number, item)
    table = table_of(RecordRow)
    # Without a lock: this only fills a list of choices, and the move itself checks again
    with desk.store.reading() as session:
        state = session.execute(
            select(table.c.state).where(
                table.c.ticket_id == location.origin, table.c.kind == ITEM, table.c.key == location.key
            )
        ).scalar_one_or_none()
    statuses = desk.procedure.definition.development.statuses
    here = next((status for status in statuses if status.key == state), None)
    return [] if here is None else [status for status in statuses if status.key in here.to]


def decide_item(
    desk: DeskSession, number: int, answer: bool, *, item: str | None = None, reason: str = "", now: datetime
) -> CommandResult:
    """Answer the question of the item's route (S4-18). answer: a yes may lead to another route; a no leads to what the
    procedure says in words. Raises DeskError when the route asks no question, or it is answered."""
    with open_item(desk, number, item, "develop", now) as found:
        route = found.route
        if route is None or not route.decision:
            raise DeskError(f"The route of item {found.key} asks for no decision.")
        if "decision" in found.record.values:
            raise DeskError(f"“{route.decision}” was answered already: {found.record.values['decision']}.")
        word = "yes" if answer else "no"
        data = {"decision": word, "route": route.key, "reason": reason.strip()}
        if answer and route.when_yes is not None:
            found.update("item_decided", None, data, decision=word, route=route.when_yes)
            new_route = found.route
            consequence = f"goes on as {new_route.label}" if new_route is not None else ""
        else:
            found.update("item_decided", None, data, decision=word)
            consequence = route.when_no
        result = _build_result(found, number, f"item {found.key}: {route.decision} {word}. {consequence}".rstrip())
    return result


def schedule_item(
    desk: DeskSession, number: int, day: str | None, *, item: str | None = None, now: datetime
) -> CommandResult:
    """Schedule an item to a release, or take it off. Open tickets whose target is their release are due then (S4-18,
    S4-19).

    day: the day of the release (`2026-11-26`); None for no release. Raises DeskError when the item is not in a status
    that is ready for release, which needs the signatures on the way there, or no release is on that day."""
    with open_item(desk, number, item, "develop", now) as found:
        if found.record.values.get("release") == day:
            raise DeskError(f"Item {found.key} is scheduled so already.")
        due = None
        if day is not None:
            _require_ready(found)
            due = find_release_instant(found.origin.procedure, day, found.origin.at)
        found.update("item_scheduled", None, {"release": day}, release=day, due=due)
        for work in found.transactions:
            # Only the kind of a target is read here, so the length of a working day does not matter.
            targets = [parse_target(clock.target, 86_400) for clock in work.fold.clocks() if clock.stopped_at is None]
            if work.state.is_open and any(target.is_scheduled and target.cadence == "release" for target in targets):
                work.append("scheduled", {"sprint": (work.state.sprint, day)})
        result = _build_result(
            found, number, f"item {found.key} " + (f"goes out on {day}" if day else "is in no release now")
        )
    return result


def end_item(desk: DeskSession, number: int, *, item: str | None = None, reason: str, now: datetime) -> CommandResult:
    """End an item that needs no release: a correction that was validated, a wish that went onto the roadmap or was
    declined. reason: what became of it. Raises DeskError when the item is in a final status."""
    reason = reason.strip()
    if not reason:
        raise MissingReason("Say what became of it: an item is not ended without a reason.")
    with open_item(desk, number, item, "develop", now) as found:
        if not found.status.to:
            raise DeskError(f"Item {found.key} is {found.status.label} already.")
        found.update("item_ended", None, {"reason": reason}, state=ENDED, flag=None, release=None, due=None)
        result = _build_result(found, number, f"item {found.key} ended: {reason}")
    return result


def find_release_instant(procedure: CompiledProcedure, day: str, at: int) -> int:
    """Return the instant of the release of a day, in UTC epoch seconds. at: now, epoch seconds.

    Raises DeskError when the procedure has a cadence of releases and none to come is on that day. Without a cadence any
    day to come is allowed; raises UsageError for another one."""
    cadence = find_release_cadence(procedure.definition, procedure.terms)
    if cadence is not None:
        found = cadence.find_starting(day)
        if found is None or found[1] <= at:
            raise DeskError(
                f"No release to come is on {day!r}: choose from {', '.join(cadence.upcoming_dates(at, 4))}."
            )
        return found[0]
    try:
        instant = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(procedure.timezone))
    except ValueError as error:
        raise UsageError(f"{day!r} is no date: write it as 2026-11-26.") from error
    if instant.date() < to_datetime(at).astimezone(instant.tzinfo).date():
        raise UsageError(f"{day} is over: a release lies ahead.")
    return int(instant.timestamp())


def _require_ready(found: ItemTransaction) -> None:
    """Raise DeskError unless an item can be scheduled: its status is ready, its question answered, and its route ends
    with a release."""
    part, route = found.origin.procedure.definition.development, found.route
    if not found.status.ready:
        ready = " or ".join(option.label for option in part.statuses if option.ready) or "no status"
        raise DeskError(
            f"Item {found.key} is {found.status.label}: only what is {ready} can be scheduled to a release."
        )
    if route is not None and route.decision and "decision" not in found.record.values:
        raise DeskError(f"First answer “{route.decision}” with `deskterm item decide`.")
    if route is not None and part.routes and not route.requires_release:
        raise DeskError(f"{route.label} does not end with a release: end the item when it is done.")


def _require_signature(desk: DeskSession, status: DevStatus) -> None:
    """Raise DeskError unless the agent holds the role that signs this status; being allowed to move items is not
    enough."""
    roles = {option.key: option for option in desk.procedure.definition.roles}
    role = roles[cast("str", status.approval)]
    act = next((act for act in _SIGNING_ACTS if act in role.may), None)
    if act is not None:
        require_granted(desk.procedure.definition, desk.agent, act, role.key)
    elif role.key not in desk.agent.roles.split(","):
        raise DeskError(f"Only somebody with the role {role.label} may sign what is {status.label}: ask one of them.")


def _build_result(found: ItemTransaction, number: int, summary: str) -> CommandResult:
    """Build the result for the ticket that was named, with the reasons why other tickets of the item were not moved.
    The rules and notices of the other tickets apply when they are written."""
    blocked = [
        f"{work.number}: {event.data['why']}"
        for work in found.transactions
        for event in work.command_events
        if event.kind == MOVE_BLOCKED and work.number != number
    ]
    named = next((work for work in found.transactions if work.number == number), found.origin)
    return named.build_result("; ".join([f"{named.number}: {summary}", *blocked]))
