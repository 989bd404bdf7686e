"""Time that was worked on a ticket, and what it costs (S1-32, S5-11).

An entry is a record `entry`: `state` (`valid` or `void`), `who`, `tier`, `started`, `seconds`, `charged` (in begun
steps), `chargeable`, and where it has a rate `rate`, `currency` and `amount` as decimal text; `note` is the number of
its words. `corrects` is the entry that it stands for instead. What was written is never changed, only struck out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from deskterm.desk.core.row_mapping import seconds as epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
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
from deskterm.desk.policy.permissions import may
from deskterm.errors import DeskError, UsageError
from deskterm.sla.zones import on_the_wall

ENTRY = "entry"
VALID, VOID = "valid", "void"
UNAGREED = "unagreed"
_DAY = 86_400
"""Marks a ticket on which work is charged that the customer has not agreed to."""


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
    """Write down time that was worked. chargeable: as the request type says where left out; rate: an hour's price, the
    procedure's where left out; started: when it began, `seconds` ago where left out. DeskError for chargeable time that
    the customer has to agree to first, where the procedure wants that."""
    if started is not None and epoch(started) + seconds > epoch(now):
        raise UsageError("Work that is written down has been done: give a time that is over.")
    _of_a_day(seconds)
    with desk.ticket(number, "time", now, version) as work:
        if started is not None and epoch(started) < work.state.received_at:
            came = on_the_wall(work.state.received_at, desk.timezone)
            raise UsageError(f"Ticket {number} was received on {came}: work on it cannot have begun before.")
        if rate is not None:
            require_payable_rate(rate, work.procedure.definition.money.currency)
        kind = work.procedure.types.get(work.state.type)
        charged = chargeable if chargeable is not None else kind is not None and kind.chargeable
        if charged and _unagreed(work):
            raise DeskError(
                f"The customer has not agreed to a price for {number} yet: `deskterm ticket price {number} --agreed`,"
                " or write the time down as not chargeable."
            )
        begun = epoch(started) if started is not None else max(work.at - seconds, 0)
        values = _entry(work, desk.agent.login, desk.agent.tier, begun, seconds, charged, rate)
        key = _keep(work, values, note)
        done = work.done(f"{number}: {_told(values)} written down as entry {key}{_agreement(work)}")
    return done


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
    """Strike an entry out and write another one in its place. Of somebody else's time: leads."""
    why = _reason(reason)
    with desk.ticket(number, "time", now, doing="correct time") as work:
        before = _valid(work, key)
        if rate is not None:
            require_payable_rate(rate, work.procedure.definition.money.currency)
        if seconds is not None:
            _of_a_day(seconds)
        if (seconds, chargeable, rate) == (None, None, None):
            raise UsageError("Say what is to be another: the time, whether it is charged, or the rate.")
        old_rate = Decimal(before.values["rate"]) if "rate" in before.values else None
        values = _entry(
            work,
            before.who,
            before.values.get("tier"),
            before.values["started"],
            before.values["seconds"] if seconds is None else seconds,
            bool(before.values.get("chargeable")) if chargeable is None else chargeable,
            rate if rate is not None else old_rate,
        )
        fresh = find_next_key(work.state.records, ENTRY)
        values |= {"corrects": key} | {name: before.values[name] for name in ("note",) if name in before.values}
        changes = build_record_change(work.state.records, ENTRY, key, state=VOID, flag=None)
        changes |= build_record_change(work.state.records, ENTRY, fresh, **values)
        work.append("worked", changes, entry=fresh, reason=why)
        done = work.done(f"{number}: entry {key} is now {fresh}: {_told(values)}")
    return done


def void_entry(desk: DeskSession, number: int, key: str, *, reason: str, now: datetime) -> CommandResult:
    """Strike an entry out; it stays in the history. Of somebody else's time: leads."""
    why = _reason(reason)
    with desk.ticket(number, "time", now, doing="strike time out") as work:
        _valid(work, key)
        work.append(
            "worked", build_record_change(work.state.records, ENTRY, key, state=VOID, flag=None), entry=key, reason=why
        )
        done = work.done(f"{number}: entry {key} struck out")
    return done


def record_finished_work(work: TicketTransaction) -> list[str]:
    """Write down the time of those who left off in this command, by themselves or because the ticket was done; what
    was written, in a few words each."""
    if any(event.kind == "undone" for event in work.happened):
        return []
    said = []
    for login, (tier, since) in list(work.at_work.items()):
        if login in work.state.workers or work.at <= since:
            continue
        del work.at_work[login]
        kind = work.procedure.types.get(work.state.type)
        charged = kind is not None and kind.chargeable
        values = _entry(work, login, tier, since, work.at - since, charged, None)
        if charged and _unagreed(work):
            values["flag"] = UNAGREED
        key = _keep(work, values, "")
        said.append(f"{_told(values)} written down as entry {key}")
    return said


def calculate_price(work: TicketTransaction) -> Price:
    """What the time on a ticket comes to."""
    return sum_entries(_values(work))


def _values(work: TicketTransaction) -> Iterator[dict[str, Any]]:
    return (dict(record.values) for record in records_of_kind(work.state.records, ENTRY))


def _entry(
    work: TicketTransaction,
    who: str,
    tier: int | None,
    started: int,
    seconds: int,
    chargeable: bool,
    rate: Decimal | None,
) -> dict[str, Any]:
    part = work.procedure.definition.money
    values: dict[str, Any] = {"state": VALID, "who": who, "tier": tier, "started": started, "seconds": seconds}
    if not chargeable:
        return values
    values |= {"chargeable": True, "charged": compute_charged_seconds(seconds, part)}
    hourly = rate if rate is not None else part.rate
    if hourly is not None:
        amount = compute_price(values["charged"], hourly, part.currency)
        values |= {"rate": str(hourly), "currency": part.currency, "amount": str(amount)}
    return values


def _keep(work: TicketTransaction, values: dict[str, Any], note: str) -> str:
    key = find_next_key(work.state.records, ENTRY)
    words = " ".join(note.split())
    said = {"words": ["note"]} if words else {}
    texts = {"note": words} if words else {}
    work.append("worked", build_record_change(work.state.records, ENTRY, key, **values, **said), texts, entry=key)
    return key


def _valid(work: TicketTransaction, key: str) -> Record:
    record = work.state.records.get((ENTRY, key))
    if record is None:
        known = ", ".join(entry.key for entry in records_of_kind(work.state.records, ENTRY)) or "none"
        raise DeskError(f"Ticket {work.number} has no entry {key}: it has {known}.")
    if record.state == VOID:
        raise DeskError(f"Entry {key} of {work.number} is struck out already.")
    if record.who != work.context.agent.login and not may(work.context.agent.role, "review"):
        raise DeskError(f"Entry {key} of {work.number} is {record.who}'s: ask them, or somebody with the role lead.")
    return record


def _unagreed(work: TicketTransaction) -> bool:
    """Whether the customer has to agree to a price, and has not: by a quote that was accepted, or in so many words."""
    if not work.procedure.definition.money.approval:
        return False
    agreed = any(record.state == "agreed" for record in records_of_kind(work.state.records, "agreement"))
    return not agreed and not any(
        record.values.get("means") == "accepted" for record in records_of_kind(work.state.records, "quote")
    )


def _of_a_day(seconds: int) -> None:
    """UsageError for more work than a day has hours: such a number is a slip of the pen, and would be charged."""
    if seconds > _DAY:
        raise UsageError(f"{format_time_worked(seconds)} is more than a day: write it down day by day.")


def _agreement(work: TicketTransaction) -> str:
    """By how much the time on a ticket is more than what the customer agreed to, in words; empty where it is not."""
    agreed = [one.values for one in records_of_kind(work.state.records, "agreement") if one.state == "agreed"]
    most = compute_excess(agreed[-1] if agreed else {}, calculate_price(work))
    return f"; {format_money(most[0], most[1])} more than the customer agreed to" if most is not None else ""


def _reason(reason: str) -> str:
    if not reason.strip():
        raise UsageError("Say why: time that was written down is not changed without a reason.")
    return reason.strip()


def _told(values: dict[str, Any]) -> str:
    words = format_time_worked(values["seconds"])
    if values.get("chargeable"):
        words += f" (charged {format_time_worked(values['charged'])}"
        words += (
            f": {format_money(values['amount'], values['currency'])})" if "amount" in values else ", without a rate)"
        )
    return words
