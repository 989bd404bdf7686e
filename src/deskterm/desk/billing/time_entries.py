"""Time entries: the time worked on a ticket, and its price (S1-32, S5-11).

An entry is a record `entry`: `state` (`valid` or `void`), `who`, `tier`, `started`, `seconds`, `charged` (seconds,
rounded up to the billing step), `chargeable`, and with a rate `rate`, `currency` and `amount` as decimal text; `note`
is the id of its text. `corrects` is the key of the entry that it replaces: an entry is never changed, only voided.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from deskterm.desk.core.row_mapping import to_epoch as epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.money import (
    Price,
    compute_charged_seconds,
    compute_excess,
    compute_price,
    format_money,
    format_time_worked,
    require_payable_rate,
    sum_entries,
)
from deskterm.desk.domain.records import Record, build_record_change, find_next_key, records_of_kind
from deskterm.desk.policy.permissions import is_allowed
from deskterm.desk.policy.support_tiers import find_agent_tier
from deskterm.errors import DeskError, MissingReason, UsageError
from deskterm.sla.zones import format_local_time

ENTRY = "entry"
VALID, VOID = "valid", "void"
UNAGREED = "unagreed"
"""The flag of a ticket with chargeable work that the customer has not agreed to."""
_DAY_SECONDS = 86_400


def add_entry(
    desk: DeskSession,
    number: int,
    seconds: int,
    *,
    note: str = "",
    chargeable: bool | None = None,
    rate: Decimal | None = None,
    started: datetime | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Record time that was worked. seconds: the duration.

    chargeable: by default as the request type says. rate: the price of an hour, by default the procedure's. started:
    the start of the work, by default `seconds` ago. Raises UsageError for work in the future, before the ticket was
    received or longer than a day, and DeskError for chargeable time to which the customer must agree first."""
    if started is not None and epoch(started) + seconds > epoch(now):
        raise UsageError("Work that is written down has been done: give a time that is over.")
    _require_at_most_a_day(seconds)
    with desk.ticket(number, "time", now, version) as work:
        if started is not None and epoch(started) < work.state.received_at:
            received = format_local_time(work.state.received_at, desk.timezone)
            raise UsageError(f"Ticket {number} was received on {received}: work on it cannot have begun before.")
        if rate is not None:
            require_payable_rate(rate, work.procedure.definition.money.currency)
        request_type = work.procedure.types.get(work.state.type)
        by_default = request_type is not None and request_type.chargeable
        charged = chargeable if chargeable is not None else by_default
        if charged and _needs_agreement(work):
            raise DeskError(
                f"The customer has not agreed to a price for {number} yet: `deskterm ticket price {number} --agreed`,"
                " or write the time down as not chargeable."
            )
        started_at = epoch(started) if started is not None else max(work.at - seconds, 0)
        tier = find_agent_tier(work.procedure.definition, desk.agent.tier, desk.agent.team)
        values = _build_entry(work, desk.agent.login, tier, started_at, seconds, charged, rate)
        key = _append_entry(work, values, note)
        result = work.build_result(
            f"{number}: {_format_entry(values)} written down as entry {key}{_format_excess(work)}"
            f"{_format_uncounted(work, tier)}"
        )
    return result


def correct_entry(
    desk: DeskSession,
    number: int,
    key: str,
    *,
    seconds: int | None = None,
    chargeable: bool | None = None,
    rate: Decimal | None = None,
    reason: str,
    now: datetime,
) -> CommandResult:
    """Void an entry and record another one in its place; that of somebody else is for leads. key: that of the entry.
    Raises UsageError without a reason or without anything to correct, and DeskError for a void or unknown entry."""
    reason = _require_reason(reason)
    with desk.ticket(number, "time", now, action="correct time") as work:
        before = _require_valid_entry(work, key)
        if rate is not None:
            require_payable_rate(rate, work.procedure.definition.money.currency)
        if seconds is not None:
            _require_at_most_a_day(seconds)
        if (seconds, chargeable, rate) == (None, None, None):
            raise UsageError("Say what is to be another: the time, whether it is charged, or the rate.")
        old_rate = Decimal(before.values["rate"]) if "rate" in before.values else None
        values = _build_entry(
            work,
            # The work stays that of whoever did it, whoever corrects it
            before.who,
            before.values.get("tier"),
            before.values["started"],
            before.values["seconds"] if seconds is None else seconds,
            bool(before.values.get("chargeable")) if chargeable is None else chargeable,
            rate if rate is not None else old_rate,
        )
        new_key = find_next_key(work.state.records, ENTRY)
        # The text of the note is not copied: both entries refer to the same one.
        values |= {"corrects": key} | {name: before.values[name] for name in ("note",) if name in before.values}
        # Struck out and written anew in one event: an invoice never sees both or neither
        changes = build_record_change(work.state.records, ENTRY, key, state=VOID, flag=None)
        changes |= build_record_change(work.state.records, ENTRY, new_key, **values)
        work.append("worked", changes, entry=new_key, reason=reason)
        result = work.build_result(f"{number}: entry {key} is now {new_key}: {_format_entry(values)}")
    return result


def void_entry(desk: DeskSession, number: int, key: str, *, reason: str, now: datetime) -> CommandResult:
    """Void an entry, which stays in the history; that of somebody else is for leads. Raises as `correct_entry` does."""
    reason = _require_reason(reason)
    with desk.ticket(number, "time", now, action="strike time out") as work:
        _require_valid_entry(work, key)
        work.append(
            "worked",
            build_record_change(work.state.records, ENTRY, key, state=VOID, flag=None),
            entry=key,
            reason=reason,
        )
        result = work.build_result(f"{number}: entry {key} struck out")
    return result


def record_finished_work(work: TicketTransaction) -> list[str]:
    """Record the time of agents whose work on the ticket ended in this command, because they stopped or the ticket was
    resolved. Return a line for each entry."""
    if any(event.kind == "undone" for event in work.command_events):  # work that was undone no longer counts
        return []
    lines = []
    for login, (tier, since) in list(work.earlier_workers.items()):
        # Still at it, or begun and ended in the same second
        if login in work.state.workers or work.at <= since:
            continue
        # This runs after each event of a command, so what is recorded must not be found again.
        del work.earlier_workers[login]
        request_type = work.procedure.types.get(work.state.type)
        charged = request_type is not None and request_type.chargeable
        values = _build_entry(work, login, tier, since, work.at - since, charged, None)
        if charged and _needs_agreement(work):
            # Refused above when typed by hand, but a timer cannot ask: the time is kept, and flagged
            values["flag"] = UNAGREED
        key = _append_entry(work, values, "")
        lines.append(f"{_format_entry(values)} written down as entry {key}")
    return lines


def note_reached_work(work: TicketTransaction, event: Event) -> None:
    """Note the warnings and the end of a clock of work that time which was written down has brought it to, while nobody
    works: no runner will meet them, since nothing is reached in a pause (S3-06)."""
    if event.kind != "worked":
        return
    for reached in work.fold.reached_by_logged_work():
        work.append_noticed(reached)


def calculate_price(work: TicketTransaction) -> Price:
    """Calculate the price of all valid time on a ticket."""
    return sum_entries(_entry_values(work))


def _entry_values(work: TicketTransaction) -> Iterator[dict[str, Any]]:
    return (dict(record.values) for record in records_of_kind(work.state.records, ENTRY))


def _build_entry(
    work: TicketTransaction,
    who: str,
    tier: int | None,
    started: int,
    seconds: int,
    chargeable: bool,
    rate: Decimal | None,
) -> dict[str, Any]:
    """Build the members of an entry; its price is set only when it is chargeable and has a rate."""
    part = work.procedure.definition.money
    values: dict[str, Any] = {"state": VALID, "who": who, "tier": tier, "started": started, "seconds": seconds}
    if not chargeable:
        return values
    values |= {"chargeable": True, "charged": compute_charged_seconds(seconds, part)}
    hourly = rate if rate is not None else part.rate
    if hourly is not None:
        # The price is of the rounded time, which is what the invoice shows (S1-32)
        amount = compute_price(values["charged"], hourly, part.currency)
        # Amounts are decimal text: a number in JSON would come back as a float.
        values |= {"rate": str(hourly), "currency": part.currency, "amount": str(amount)}
    return values


def _append_entry(work: TicketTransaction, values: dict[str, Any], note: str) -> str:
    """Append an event that adds an entry, and return the key of the entry."""
    key = find_next_key(work.state.records, ENTRY)
    note = " ".join(note.split())
    text_names = {"words": ["note"]} if note else {}
    texts = {"note": note} if note else {}
    work.append("worked", build_record_change(work.state.records, ENTRY, key, **values, **text_names), texts, entry=key)
    return key


def _require_valid_entry(work: TicketTransaction, key: str) -> Record:
    """Return an entry that the agent may change. Raises DeskError when there is none, it is void, or it is somebody
    else's and the agent is no lead."""
    record = work.state.records.get((ENTRY, key))
    if record is None:
        keys = ", ".join(entry.key for entry in records_of_kind(work.state.records, ENTRY)) or "none"
        raise DeskError(f"Ticket {work.number} has no entry {key}: it has {keys}.")
    if record.state == VOID:
        raise DeskError(f"Entry {key} of {work.number} is struck out already.")
    if record.who != work.context.agent.login and not is_allowed(work.context.agent.role, "review"):
        raise DeskError(f"Entry {key} of {work.number} is {record.who}'s: ask them, or somebody with the role lead.")
    return record


def _needs_agreement(work: TicketTransaction) -> bool:
    """Return whether the customer has to agree to a price first, and has neither accepted a quote nor agreed
    otherwise."""
    if not work.procedure.definition.money.approval:
        return False
    agreed = any(record.state == "agreed" for record in records_of_kind(work.state.records, "agreement"))
    return not agreed and not any(
        record.values.get("means") == "accepted" for record in records_of_kind(work.state.records, "quote")
    )


def _require_at_most_a_day(seconds: int) -> None:
    """Raise UsageError for more time than a day has: such a number is a typing error, and would be charged."""
    if seconds > _DAY_SECONDS:
        raise UsageError(f"{format_time_worked(seconds)} is more than a day: write it down day by day.")


def _format_excess(work: TicketTransaction) -> str:
    """Format the amount by which the time on a ticket exceeds the agreement; empty when it does not."""
    agreed = [record.values for record in records_of_kind(work.state.records, "agreement") if record.state == "agreed"]
    excess = compute_excess(agreed[-1] if agreed else {}, calculate_price(work))
    return f"; {format_money(excess[0], excess[1])} more than the customer agreed to" if excess is not None else ""


def _format_uncounted(work: TicketTransaction, tier: int | None) -> str:
    """Format a note on running clocks that count work, but not that of the agent's level of support (S3-06, D-03):
    without it, minutes that do not move such a clock would seem lost. Empty when there is none."""
    definition = work.procedure.definition
    running = {clock.metric for clock in work.fold.clocks() if clock.stopped_at is None}
    levels = {part.level: part.label for part in definition.tiers}
    return "".join(
        f"; not counted as {metric.label}: only minutes of {levels.get(metric.tier, f'tier {metric.tier}')} are"
        for metric in definition.metrics
        if metric.counts_work and metric.tier not in (None, tier) and metric.key in running
    )


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise MissingReason("Say why: time that was written down is not changed without a reason.")
    return reason.strip()


def _format_entry(values: dict[str, Any]) -> str:
    """Format duration and price, such as `1h 40m (charged 1h 45m: GBP 70.00)`."""
    text = format_time_worked(values["seconds"])
    if values.get("chargeable"):
        text += f" (charged {format_time_worked(values['charged'])}"
        text += (
            f": {format_money(values['amount'], values['currency'])})" if "amount" in values else ", without a rate)"
        )
    return text
