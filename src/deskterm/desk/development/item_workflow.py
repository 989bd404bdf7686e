"""How a development item gets on: from status to status with the signatures that these want, by a decision on its
route, into a release, to its end (S4-12, S4-18)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from deskterm.desk.core.row_mapping import moment
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.development.items import ENDED, ITEM, ItemTransaction, find_item, open_item
from deskterm.desk.policy.permissions import NamedAct, require_named
from deskterm.desk.policy.status_graph import chosen
from deskterm.desk.workflow.transition_rules import MOVE_BLOCKED
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.sla_terms import releases
from deskterm.sla.targets import parse_target
from deskterm.store.db.tables import RecordRow, table_of

if TYPE_CHECKING:
    from deskterm.procedure.compiled import CompiledProcedure
    from deskterm.procedure.schema import DevStatus

_SIGNING: tuple[NamedAct, ...] = ("review-code", "approve-release")


def move_item(
    desk: DeskSession, number: int, status: str, *, item: str | None = None, reason: str = "", now: datetime
) -> CommandResult:
    """Move an item along the development statuses; its tickets go where the new one says. Going on from a status that
    wants a signature takes somebody of that role; going back lapses what was signed since, and the release. number: any
    ticket that waits for it. DeskError lists where it may go."""
    with open_item(desk, number, item, "develop", now) as found:
        part = found.origin.procedure.definition.development
        here, target = found.status, chosen("development status", status, part.statuses)
        order = [known.key for known in part.statuses]
        if target.key not in here.to:
            ways = ", ".join(known.label for known in part.statuses if known.key in here.to) or "nowhere, it is final"
            raise DeskError(f"From {here.label} an item cannot go to {target.label}; it can go to: {ways}.")
        forward = order.index(target.key) > order.index(here.key)
        approvals = list(found.record.values.get("approvals", ()))
        if forward and here.ready and part.release_cadence is not None:
            raise DeskError(
                f"{target.label} is said by a release: schedule the item, then `deskterm release out DATE`."
            )
        if forward and here.approval is not None:
            _require_signature(desk, here)
            approvals.append({"status": here.key, "who": desk.agent.login, "at": found.origin.at})
        if not forward:
            kept = order[: order.index(target.key)]
            approvals = [signed for signed in approvals if signed["status"] in kept]
        lapsed = {} if forward else {"release": None, "due": None}
        found.update(
            "item_moved",
            target,
            {"before": here.key, "after": target.key, "reason": reason.strip()},
            approvals=approvals or None,
            **lapsed,
        )
        done = _done(found, number, f"item {found.key}: {here.label} → {target.label}")
    return done


def list_next_statuses(desk: DeskSession, number: int, item: str | None = None) -> list[DevStatus]:
    """Where the item of a ticket may go from where it stands, in the order of the file."""
    place = find_item(desk, number, item)
    table = table_of(RecordRow)
    with desk.store.reading() as session:
        state = session.execute(
            select(table.c.state).where(
                table.c.ticket_id == place.origin, table.c.kind == ITEM, table.c.key == place.key
            )
        ).scalar_one_or_none()
    statuses = desk.procedure.definition.development.statuses
    here = next((status for status in statuses if status.key == state), None)
    return [] if here is None else [status for status in statuses if status.key in here.to]


def decide_item(
    desk: DeskSession, number: int, answer: bool, *, item: str | None = None, reason: str = "", now: datetime
) -> CommandResult:
    """Answer the question of the item's route: a yes leads to another route where the procedure says so, a no to what
    it says in words (S4-18)."""
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
            after = found.route
            leads = f"goes on as {after.label}" if after is not None else ""
        else:
            found.update("item_decided", None, data, decision=word)
            leads = route.when_no
        done = _done(found, number, f"item {found.key}: {route.decision} {word}. {leads}".rstrip())
    return done


def schedule_item(
    desk: DeskSession, number: int, day: str | None, *, item: str | None = None, now: datetime
) -> CommandResult:
    """Schedule an item to the release of a day (`2026-11-26`), or to none. Only what stands in a status that is ready
    for release, which takes the signatures on the way there; its tickets that are promised by their release are due
    then (S4-18, S4-19)."""
    with open_item(desk, number, item, "develop", now) as found:
        if found.record.values.get("release") == day:
            raise DeskError(f"Item {found.key} is scheduled so already.")
        due = None
        if day is not None:
            _require_ready(found)
            due = find_release_instant(found.origin.procedure, day, found.origin.at)
        found.update("item_scheduled", None, {"release": day}, release=day, due=due)
        for work in found.transactions:
            targets = [parse_target(clock.target, 86_400) for clock in work.fold.clocks() if clock.stopped_at is None]
            if work.state.is_open and any(target.is_scheduled and target.cadence == "release" for target in targets):
                work.append("scheduled", {"sprint": (work.state.sprint, day)})
        done = _done(found, number, f"item {found.key} " + (f"goes out on {day}" if day else "is in no release now"))
    return done


def end_item(desk: DeskSession, number: int, *, item: str | None = None, reason: str, now: datetime) -> CommandResult:
    """End an item that takes no release (any more): a correction that is done and validated, a wish that went on the
    roadmap or was not taken up. reason: what became of it."""
    words = reason.strip()
    if not words:
        raise UsageError("Say what became of it: an item is not ended without a reason.")
    with open_item(desk, number, item, "develop", now) as found:
        if not found.status.to:
            raise DeskError(f"Item {found.key} is {found.status.label} already.")
        found.update("item_ended", None, {"reason": words}, state=ENDED, flag=None, release=None, due=None)
        done = _done(found, number, f"item {found.key} ended: {words}")
    return done


def find_release_instant(procedure: CompiledProcedure, day: str, at: int) -> int:
    """When the release of a day goes out, epoch seconds. DeskError when the procedure has releases and none to come is
    that day's; without a cadence of them any day to come will do."""
    cadence = releases(procedure.definition, procedure.terms)
    if cadence is not None:
        found = cadence.starting(day)
        if found is None or found[1] <= at:
            raise DeskError(
                f"No release to come is on {day!r}: choose from {', '.join(cadence.upcoming_dates(at, 4))}."
            )
        return found[0]
    try:
        wanted = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    except ValueError as error:
        raise UsageError(f"{day!r} is no date: write it as 2026-11-26.") from error
    if wanted.date() < moment(at).date():
        raise UsageError(f"{day} is over: a release lies ahead.")
    return int(wanted.timestamp())


def _require_ready(found: ItemTransaction) -> None:
    part, route = found.origin.procedure.definition.development, found.route
    if not found.status.ready:
        ready = " or ".join(known.label for known in part.statuses if known.ready) or "no status"
        raise DeskError(
            f"Item {found.key} is {found.status.label}: only what is {ready} can be scheduled to a release."
        )
    if route is not None and route.decision and "decision" not in found.record.values:
        raise DeskError(f"First answer “{route.decision}” with `deskterm item decide`.")
    if route is not None and part.routes and not route.requires_release:
        raise DeskError(f"{route.label} does not end with a release: end the item when it is done.")


def _require_signature(desk: DeskSession, status: DevStatus) -> None:
    """Who signs must hold the role that the status names, which is more than being allowed to."""
    roles = {role.key: role for role in desk.procedure.definition.roles}
    wanted = roles[cast("str", status.approval)]
    act = next((act for act in _SIGNING if act in wanted.may), None)
    if act is not None:
        require_named(desk.procedure.definition, desk.agent, act, wanted.key)
    elif wanted.key not in desk.agent.roles.split(","):
        raise DeskError(f"Only somebody with the role {wanted.label} may sign what is {status.label}: ask one of them.")


def _done(found: ItemTransaction, number: int, words: str) -> CommandResult:
    """The answer for the ticket that was named, with what kept others back; every other one follows its own rules and
    notices as it is written."""
    kept = [
        f"{work.number}: {event.data['why']}"
        for work in found.transactions
        for event in work.happened
        if event.kind == MOVE_BLOCKED and work.number != number
    ]
    named = next((work for work in found.transactions if work.number == number), found.origin)
    return named.done("; ".join([f"{named.number}: {words}", *kept]))
