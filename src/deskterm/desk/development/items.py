"""Raising development items from a ticket, and joining further tickets to one (S1-28, S1-29, S4-12)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.ticket_lookup import require_ticket
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.development.item_transaction import (
    FLAG,
    ITEM,
    JOINED,
    MIRRORED,
    ItemTransaction,
    find_item,
    find_route,
    plan_ticket_move,
)
from deskterm.desk.domain.records import build_record_change, find_next_key, records_of_kind
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.workflow.checklists import format_tick_hint
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Development, DevRoute


def raise_item(
    desk: DeskSession,
    number: int,
    *,
    title: str = "",
    route: str | None = None,
    system: str = "",
    url: str = "",
    reference: str = "",
    allow_same: bool = False,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Raise a development item from a ticket.

    route: by key or label; by default the outcome of the checklist, where a route has its name. system, url, reference:
    the place of the item in the developers' own tool (S1-29). allow_same: raise it although the ticket has the same
    item in progress. Raises DeskError when the ticket is not open, the checklist is not done or its outcome does not
    lead to development (S1-28), or the same item is in progress."""
    with desk.ticket(number, "develop", now, version) as work:
        part = _require_development(work.procedure)
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is not open: move it back before you raise a {part.label} from it.")
        outcome = _require_checklist(work)
        selected = resolve_choice("route", route, part.routes) if route else None
        keys = {option.key for option in part.routes}
        route_key = selected.key if selected else outcome if outcome in keys else None
        if not allow_same:
            _require_new(work, route_key, title, url, reference)
        before = work.state.status
        item = _append_item(work, route_key, title=title, system=system, url=url, reference=reference)
        summary = f"{part.label} {item.key} raised{_format_route(item.route)}, {item.status.label}"
        result = work.build_result(f"{number}: {summary}{_format_move(work, before)}")
    return result


def raise_item_by_rule(work: TicketTransaction, route_key: str) -> str:
    """Raise an item as the action of a rule, whatever the checklist says. Return a line for the summary; empty when an
    item is in progress already, or the procedure has no development."""
    part = work.procedure.definition.development
    if not part.statuses or any("flag" in record.values for record in records_of_kind(work.state.records, ITEM)):
        return ""
    item = _append_item(work, route_key)
    return f"{part.label} {item.key} raised{_format_route(item.route)}"


def join_item(desk: DeskSession, number: int, origin: int, *, item: str | None = None, now: datetime) -> CommandResult:
    """Let a ticket wait for an item of another ticket. item: its number there, by default the one in progress. Raises
    DeskError when the ticket waits for it already, or is not open."""
    desk.require("develop")
    with desk.store.reading() as session:
        require_ticket(session, number)
    location = find_item(desk, origin, item)
    if number in (location.origin, *location.tickets):
        raise DeskError(f"Ticket {number} waits for item {location.key} of {location.origin} already.")
    # Both tickets keep the link, so both are locked, in one transaction
    with desk.tickets([location.origin, number], "develop", now) as (owner, work):
        found = ItemTransaction(location.key, owner, ())
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is not open: it has nothing to wait for.")
        status, values = found.status, found.record.values
        tickets = sorted({*values.get("tickets", ()), number})
        owner.append(
            "item_joined",
            build_record_change(owner.state.records, ITEM, location.key, tickets=tickets),
            item=location.key,
            ticket=number,
        )
        # Repeated here, because a ticket is shown from its own records alone
        mirrored = {name: values.get(name) for name in MIRRORED}
        name = f"{location.origin}-{location.key}"
        changes = build_record_change(
            work.state.records, JOINED, name, ticket=location.origin, item=location.key, **mirrored
        )
        before = work.state.status
        # It comes late to an item that is under way: it goes where the item's present status sends its tickets
        move = plan_ticket_move(work, status, owner)
        work.append("item_joined", changes | move.changes, item=location.key, ticket=location.origin)
        move.record_block(work)
        summary = f"{number} waits for item {location.key} of {location.origin}: {status.label}"
        result = work.build_result(f"{summary}{_format_move(work, before)}")
    return result


def _append_item(work: TicketTransaction, route: str | None, **values: str) -> ItemTransaction:
    """Append the event that raises an item in the first development status. values: its title and its place in the
    developers' tool. Raises UsageError for an address without a scheme."""
    first = work.procedure.definition.development.statuses[0]
    key = find_next_key(work.state.records, ITEM)
    texts = {name: _collapse_spaces(text) for name, text in values.items()}
    if texts.get("url") and "://" not in texts["url"]:
        raise UsageError(f"{texts['url']!r} is no address: write it with https:// in front.")
    record = build_record_change(
        work.state.records, ITEM, key, state=first.key, flag=FLAG if first.to else None, route=route, **texts
    )
    move = plan_ticket_move(work, first, work)
    work.append("item_raised", record | move.changes, item=key, route=route)
    move.record_block(work)
    return ItemTransaction(key, work, ())


def _require_new(work: TicketTransaction, route: str | None, title: str, url: str, reference: str) -> None:
    """Raise DeskError when the ticket has the same item in progress: one with the same reference or address, or, where
    these cannot be compared, one with the same title on the same route."""
    for record in records_of_kind(work.state.records, ITEM):
        values = record.values
        # Finished: a fault that comes back may well be a new item
        if "flag" not in values:
            continue
        pairs = [(new, str(values.get(name, ""))) for name, new in (("reference", reference), ("url", url))]
        comparable = [(new.strip(), existing) for new, existing in pairs if new.strip() and existing]
        same_title = _collapse_spaces(title).casefold() == str(values.get("title", "")).casefold()
        same = same_title and values.get("route") == route
        if any(new == existing for new, existing in comparable) or (same and not comparable):
            statuses = {status.key: status.label for status in work.procedure.definition.development.statuses}
            name = f" “{values['title']}”" if values.get("title") else ""
            raise DeskError(
                f"Ticket {work.number} has item {record.key}{name} already"
                f"{_format_route(find_route(work.procedure, record))}, {statuses.get(record.state, record.state)}: if"
                " another one is wanted, raise it again.",
                option="--again",
            )


def _collapse_spaces(text: str) -> str:
    return " ".join(text.split())


def _require_development(procedure: CompiledProcedure) -> Development:
    """Return the development part of the procedure. Raises DeskError when it has none."""
    part = procedure.definition.development
    if not part.statuses:
        raise DeskError("This procedure has no development: give it [development] with statuses.")
    return part


def _require_checklist(work: TicketTransaction) -> str | None:
    """Return the outcome of the checklist that comes before development; None when there is none (S1-28). Raises
    DeskError when it is not done, or its outcome does not lead to development."""
    part = work.procedure.definition.development
    if part.checklist is None:
        return None
    checklist = next(option for option in work.procedure.definition.checklists if option.key == part.checklist)
    record = work.state.records.get(("checklist", checklist.key))
    if record is None or record.state != "done":
        items = record.values.get("items", ()) if record is not None else ()
        done = {item.get("text") for item in items if item.get("done")}
        left = [item.text for item in checklist.items if item.required and item.text not in done]
        rest = f" Left: {' · '.join(text.rstrip('.') for text in left)}." if left else ""
        hint = format_tick_hint(work.procedure, work.number, checklist, record)
        raise DeskError(f"First go through “{checklist.label}”.{rest} {hint}")
    outcome = record.values.get("outcome")
    if part.outcomes and outcome not in part.outcomes:
        labels = {choice.key: choice.label for choice in checklist.outcomes}
        actual = labels.get(str(outcome), str(outcome or "nothing"))
        required = " or ".join(labels.get(key, key) for key in part.outcomes)
        raise DeskError(f"“{checklist.label}” ended in {actual}: only {required} goes to development.")
    return outcome


def _format_move(work: TicketTransaction, before: str) -> str:
    """Format the new status of a ticket that moved with its item; empty when it stayed."""
    status = work.state.status
    statuses = work.procedure.statuses
    return f"; the ticket is now {statuses[status].label}" if status != before and status in statuses else ""


def _format_route(route: DevRoute | None) -> str:
    return f" ({route.label})" if route is not None else ""
