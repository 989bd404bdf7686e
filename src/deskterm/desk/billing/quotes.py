"""Quotes, which a customer accepts before chargeable work begins (S4-20), and agreements without a quote (S1-32).

A quote is a record `quote`: `state` (a key of the procedure's), `means` (what the state means to the desk: `requested`,
`sent`, `accepted` or `declined`), `amount` and `currency` once it is priced, `who` made it. An agreement without a
quote is a record `agreement`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.money import format_money, require_payable
from deskterm.desk.domain.records import Record, build_record_change, find_next_key, records_of_kind
from deskterm.desk.policy.permissions import require_granted
from deskterm.desk.policy.status_graph import resolve_next_status
from deskterm.errors import DeskError
from deskterm.procedure.schema import QuoteState

QUOTE, AGREEMENT = "quote", "agreement"
Meaning = Literal["requested", "sent", "accepted", "declined"]
FLAG = "quote"
"""The flag of a ticket whose quote is not answered yet."""


def request_quote(
    desk: DeskSession, number: int, *, note: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """Request a quote. The ticket moves to the status in which it waits for a quote, where the procedure has one.
    Raises DeskError when a quote is pending already."""
    with desk.ticket(number, "quote", now, version) as work:
        _require_quotes(work)
        _require_no_pending_quote(work)
        waiting_status = work.procedure.definition.money.quote_status
        changes: dict[str, tuple[str, str]] = {}
        if waiting_status is not None and work.state.status != waiting_status:
            target = resolve_next_status(work.procedure, work.state.type, work.state.status, waiting_status)
            # In the event of the quote, so that undo takes both back
            changes["status"] = (work.state.status, target.key)
        key = find_next_key(work.state.records, QUOTE)
        _append_quote(work, key, "requested", note, changes)
        result = work.build_result(f"{number}: quote {key} requested{_format_move(work, changes)}")
    return result


def send_quote(
    desk: DeskSession, number: int, amount: Decimal, *, quote: str | None = None, note: str = "", now: datetime
) -> CommandResult:
    """Send a quote with an amount; for roles that the procedure lets quote.

    A quote that is not answered may be sent again with another amount: its earlier letter is withdrawn, unless it has
    gone out. amount: in the currency of the procedure. quote: its key, by default the pending one, or a new one. Raises
    DeskError when the quote is answered already."""
    # Every agent may request quotes and record answers (the act `quote` below); sending one needs the role.
    require_granted(desk.procedure.definition, desk.agent, "quote")
    with desk.ticket(number, "quote", now) as work:
        _require_quotes(work)
        record = _find_quote(work, quote, ("requested", "sent"), missing_ok=quote is None)
        key = record.key if record is not None else find_next_key(work.state.records, QUOTE)
        currency = work.procedure.definition.money.currency
        withdrawn, replaced = _withdraw_earlier_letters(work, record)
        _append_quote(
            work, key, "sent", note, withdrawn, amount=str(require_payable(amount, currency)), currency=currency
        )
        result = work.build_result(f"{number}: quote {key} of {format_money(amount, currency)} sent{replaced}")
    return result


def record_quote_answer(
    desk: DeskSession, number: int, accepted: bool, *, quote: str | None = None, note: str = "", now: datetime
) -> CommandResult:
    """Record the customer's answer to a quote; a ticket that waits for it moves where the procedure says. Raises
    DeskError when no quote waits for an answer."""
    with desk.ticket(number, "quote", now) as work:
        record = _find_quote(work, quote, ("sent",))
        if record is None:
            raise DeskError(f"Ticket {number} has no quote that waits for an answer.")
        part = work.procedure.definition.money
        next_status = part.accepted_to if accepted else part.declined_to
        changes: dict[str, tuple[Any, Any]] = {}
        # A ticket that went on meanwhile is not pulled back by a late answer
        if next_status is not None and work.state.status == part.quote_status:
            target = resolve_next_status(work.procedure, work.state.type, work.state.status, next_status)
            changes["status"] = (work.state.status, target.key)
        if accepted:
            changes |= _build_agreed_entries(work)
        _append_quote(work, record.key, "accepted" if accepted else "declined", note, changes)
        result = work.build_result(
            f"{number}: quote {record.key} {'accepted' if accepted else 'declined'}{_format_move(work, changes)}"
        )
    return result


def record_agreement(
    desk: DeskSession, number: int, *, amount: Decimal | None = None, note: str = "", now: datetime
) -> CommandResult:
    """Record that the customer agrees to be charged, without a quote (S1-32). amount: the limit they agreed to, if any;
    in the currency of the procedure."""
    with desk.ticket(number, "time", now, action="say that a customer agrees") as work:
        key = find_next_key(work.state.records, AGREEMENT)
        currency = work.procedure.definition.money.currency
        values = {} if amount is None else {"amount": str(require_payable(amount, currency)), "currency": currency}
        text_names = {"words": ["note"]} if note.strip() else {}
        texts = {"note": note.strip()} if note.strip() else {}
        changes = build_record_change(
            work.state.records, AGREEMENT, key, state="agreed", who=desk.agent.login, **values, **text_names
        )
        unpriced = 0
        changes |= _build_agreed_entries(work)
        for entry in records_of_kind(work.state.records, "entry"):
            unpriced += entry.state != "void" and "chargeable" in entry.values and "amount" not in entry.values
        work.append("agreed", changes, texts, agreement=key)
        details = f" up to {format_money(amount, currency)}" if amount is not None else ""
        if unpriced:
            details += f"; {unpriced} without a rate: `deskterm ticket time {number} --correct ENTRY --rate`"
        result = work.build_result(f"{number}: the customer agrees to be charged{details}")
    return result


def request_due_quote(work: TicketTransaction, event: Event) -> list[str]:
    """Request a quote when a ticket enters the status in which it waits for one, by whatever command; a reaction to the
    event. Return the lines for the summary."""
    part = work.procedure.definition.money
    status = event.changes.get("status", (None, None))[1]
    if not part.quotes or part.quote_status is None or status != part.quote_status:
        return []
    # request_quote() moves the ticket here itself: its own quote is already there when this reaction runs
    if any(_is_pending(record) for record in records_of_kind(work.state.records, QUOTE)):
        return []
    key = find_next_key(work.state.records, QUOTE)
    _append_quote(work, key, "requested", "", {})
    return [f"quote {key} requested"]


def _build_agreed_entries(work: TicketTransaction) -> dict[str, tuple[Any, Any]]:
    """Return the changes that take the flag from time that was recorded before the customer agreed to pay: an accepted
    quote is such an agreement as one that is only said."""
    changes: dict[str, tuple[Any, Any]] = {}
    for entry in records_of_kind(work.state.records, "entry"):
        if entry.values.get("flag"):
            changes |= build_record_change(work.state.records, "entry", entry.key, flag=None)
    return changes


def find_quote_state(states: tuple[QuoteState, ...], means: Meaning) -> str:
    """Find the key of the procedure's first quote state with a meaning; the meaning itself when it has none."""
    return next((state.key for state in states if state.means == means), means)


def _append_quote(
    work: TicketTransaction, key: str, means: Meaning, note: str, changes: dict[str, tuple[Any, Any]], **values: str
) -> None:
    """Append an event that gives a quote another state. values: further members of the record."""
    state = find_quote_state(work.procedure.definition.money.quote_states, means)
    pending = means in ("requested", "sent")
    text_names = {"words": ["note"]} if note.strip() else {}
    texts = {"note": note.strip()} if note.strip() else {}
    record = build_record_change(
        work.state.records,
        QUOTE,
        key,
        state=state,
        means=means,
        flag=FLAG if pending else None,
        who=work.context.agent.login,
        **values,
        **text_names,
    )
    work.append("quoted", record | changes, texts, quote=key, means=means)


def _withdraw_earlier_letters(work: TicketTransaction, record: Record | None) -> tuple[dict[str, tuple[Any, Any]], str]:
    """Return the changes that withdraw the unsent letters of a quote that is sent again, and words for the summary
    about the earlier amount."""
    if record is None or record.values.get("means") != "sent":
        return {}, ""
    changes: dict[str, tuple[Any, Any]] = {}
    letters = [
        record for record in records_of_kind(work.state.records, "letter") if record.values.get("on") == "quoted"
    ]
    for letter in letters:
        # What went out cannot be withdrawn; the customer must not get two amounts if it can be helped
        if letter.state in ("queued", "failed"):
            changes |= build_record_change(
                work.state.records, "letter", letter.key, state="withdrawn", reason="quoted anew"
            )
    before = format_money(record.values["amount"], record.values["currency"])
    outcome = "its letter is withdrawn" if changes else "its letter went out already" if letters else ""
    return changes, f" instead of {before}" + (f", {outcome}" if outcome else "")


def _format_move(work: TicketTransaction, changes: Mapping[str, tuple[str, str]]) -> str:
    """Format the new status of a ticket that moved with its quote; empty when it stayed."""
    return f", now {work.procedure.statuses[work.state.status].label}" if "status" in changes else ""


def _find_quote(
    work: TicketTransaction, key: str | None, allowed: tuple[Meaning, ...], *, missing_ok: bool = False
) -> Record | None:
    """Find the last quote with one of the allowed meanings; key: that of the quote, None for any.

    None when the ticket has no quote, or none with an allowed meaning and `missing_ok`. Raises DeskError for an unknown
    key, and otherwise for a quote with another meaning."""
    found = [record for record in records_of_kind(work.state.records, QUOTE) if key in (None, record.key)]
    if not found and key is not None:
        raise DeskError(f"Ticket {work.number} has no quote {key}.")
    matching = [record for record in found if record.values.get("means") in allowed]
    if matching:
        return matching[-1]
    if found and not missing_ok:
        last = found[-1]
        hint = "send it first" if last.values.get("means") == "requested" else "ask for another one"
        raise DeskError(f"Quote {last.key} of {work.number} is {last.state}: {hint}.")
    return None


def _is_pending(record: Record) -> bool:
    return record.values.get("means") in ("requested", "sent")


def _require_no_pending_quote(work: TicketTransaction) -> None:
    for record in records_of_kind(work.state.records, QUOTE):
        if _is_pending(record):
            raise DeskError(f"Quote {record.key} of {work.number} is {record.state} already.")


def _require_quotes(work: TicketTransaction) -> None:
    if not work.procedure.definition.money.quotes:
        raise DeskError("This procedure has no quotes: give it `quotes = true` under [money].")
