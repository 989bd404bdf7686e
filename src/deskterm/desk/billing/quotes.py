"""Prices that a customer agrees to before work begins: quotes (S4-20), and a word of agreement (S1-32).

A quote is a record `quote`: `state` (a key of the procedure's), `means` (what that is to the desk: `requested`,
`sent`, `accepted` or `declined`), `amount` and `currency` once it has them, `who` made it. An agreement without one is
a record `agreement`.
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
from deskterm.desk.policy.permissions import require_named
from deskterm.desk.policy.status_graph import checked_move
from deskterm.errors import DeskError
from deskterm.procedure.schema import QuoteState

QUOTE, AGREEMENT = "quote", "agreement"
Meaning = Literal["requested", "sent", "accepted", "declined"]
FLAG = "quote"
"""Marks a ticket whose quote is not answered yet."""


def request_quote(
    desk: DeskSession, number: int, *, note: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """Ask for a quote; the ticket goes to where the procedure lets it wait for one, and its clocks rest as that status
    says."""
    with desk.ticket(number, "quote", now, version) as work:
        _quoting(work)
        _no_other(work)
        waits = work.procedure.definition.money.quote_status
        changes: dict[str, tuple[str, str]] = {}
        if waits is not None and work.state.status != waits:
            target = checked_move(work.procedure, work.state.type, work.state.status, waits)
            changes["status"] = (work.state.status, target.key)
        key = find_next_key(work.state.records, QUOTE)
        _set(work, key, "requested", note, changes)
        done = work.done(f"{number}: quote {key} requested{_now(work, changes)}")
    return done


def send_quote(
    desk: DeskSession, number: int, amount: Decimal, *, quote: str | None = None, note: str = "", now: datetime
) -> CommandResult:
    """Send a quote, for roles that the procedure lets quote. amount: of the procedure's currency. A quote that was sent
    may be sent again with another amount, as long as nobody answered: the letter of the one before is withdrawn, if it
    has not gone out."""
    require_named(desk.procedure.definition, desk.agent, "quote")
    with desk.ticket(number, "quote", now) as work:
        _quoting(work)
        record = _open(work, quote, ("requested", "sent"), missing_ok=quote is None)
        key = record.key if record is not None else find_next_key(work.state.records, QUOTE)
        currency = work.procedure.definition.money.currency
        withdrawn, instead = _replaced(work, record)
        _set(work, key, "sent", note, withdrawn, amount=str(require_payable(amount, currency)), currency=currency)
        done = work.done(f"{number}: quote {key} of {format_money(amount, currency)} sent{instead}")
    return done


def record_quote_answer(
    desk: DeskSession, number: int, accepted: bool, *, quote: str | None = None, note: str = "", now: datetime
) -> CommandResult:
    """Record what the customer said to a quote; a ticket that waits for it goes where the procedure says."""
    with desk.ticket(number, "quote", now) as work:
        record = _open(work, quote, ("sent",))
        if record is None:
            raise DeskError(f"Ticket {number} has no quote that waits for an answer.")
        part = work.procedure.definition.money
        wanted = part.accepted_to if accepted else part.declined_to
        changes: dict[str, tuple[str, str]] = {}
        if wanted is not None and work.state.status == part.quote_status:
            target = checked_move(work.procedure, work.state.type, work.state.status, wanted)
            changes["status"] = (work.state.status, target.key)
        _set(work, record.key, "accepted" if accepted else "declined", note, changes)
        done = work.done(f"{number}: quote {record.key} {'accepted' if accepted else 'declined'}{_now(work, changes)}")
    return done


def record_agreement(
    desk: DeskSession, number: int, *, amount: Decimal | None = None, note: str = "", now: datetime
) -> CommandResult:
    """Record that the customer agrees to be charged, where there is no quote (S1-32). amount: up to which, if that was
    said."""
    with desk.ticket(number, "time", now, doing="say that a customer agrees") as work:
        key = find_next_key(work.state.records, AGREEMENT)
        currency = work.procedure.definition.money.currency
        values = {} if amount is None else {"amount": str(require_payable(amount, currency)), "currency": currency}
        words = {"words": ["note"]} if note.strip() else {}
        texts = {"note": note.strip()} if note.strip() else {}
        changes = build_record_change(
            work.state.records, AGREEMENT, key, state="agreed", who=desk.agent.login, **values, **words
        )
        unpriced = 0
        for entry in list(records_of_kind(work.state.records, "entry")):
            if entry.values.get("flag"):
                changes |= build_record_change(work.state.records, "entry", entry.key, flag=None)
            unpriced += entry.state != "void" and "chargeable" in entry.values and "amount" not in entry.values
        work.append("agreed", changes, texts, agreement=key)
        told = f" up to {format_money(amount, currency)}" if amount is not None else ""
        if unpriced:
            told += f"; {unpriced} without a rate: `deskterm ticket time {number} --correct ENTRY --rate`"
        done = work.done(f"{number}: the customer agrees to be charged{told}")
    return done


def request_due_quote(work: TicketTransaction, event: Event) -> list[str]:
    """Ask for a quote when a ticket comes to where it waits for one, by whatever way; what was done, in a few words."""
    part = work.procedure.definition.money
    entered = event.changes.get("status", (None, None))[1]
    if not part.quotes or part.quote_status is None or entered != part.quote_status:
        return []
    if any(_is_open(record) for record in records_of_kind(work.state.records, QUOTE)):
        return []
    key = find_next_key(work.state.records, QUOTE)
    _set(work, key, "requested", "", {})
    return [f"quote {key} requested"]


def find_quote_state(states: tuple[QuoteState, ...], means: Meaning) -> str:
    """The key of the first state of the file that means this; the meaning itself where the file has none."""
    return next((state.key for state in states if state.means == means), means)


def _set(
    work: TicketTransaction, key: str, means: Meaning, note: str, changes: dict[str, tuple[Any, Any]], **values: str
) -> None:
    state = find_quote_state(work.procedure.definition.money.quote_states, means)
    waits = means in ("requested", "sent")
    said = {"words": ["note"]} if note.strip() else {}
    texts = {"note": note.strip()} if note.strip() else {}
    record = build_record_change(
        work.state.records,
        QUOTE,
        key,
        state=state,
        means=means,
        flag=FLAG if waits else None,
        who=work.context.agent.login,
        **values,
        **said,
    )
    work.append("quoted", record | changes, texts, quote=key, means=means)


def _replaced(work: TicketTransaction, record: Record | None) -> tuple[dict[str, tuple[Any, Any]], str]:
    """The letters that a quote which is sent again leaves in the outbox, as withdrawn; and what becomes of the one
    before, in words."""
    if record is None or record.values.get("means") != "sent":
        return {}, ""
    changes: dict[str, tuple[Any, Any]] = {}
    letters = [one for one in records_of_kind(work.state.records, "letter") if one.values.get("on") == "quoted"]
    for letter in letters:
        if letter.state in ("queued", "failed"):
            changes |= build_record_change(
                work.state.records, "letter", letter.key, state="withdrawn", reason="quoted anew"
            )
    before = format_money(record.values["amount"], record.values["currency"])
    became = "its letter is withdrawn" if changes else "its letter went out already" if letters else ""
    return changes, f" instead of {before}" + (f", {became}" if became else "")


def _now(work: TicketTransaction, changes: Mapping[str, tuple[str, str]]) -> str:
    """Where a ticket went with its quote, in words; empty where it stays."""
    return f", now {work.procedure.statuses[work.state.status].label}" if "status" in changes else ""


def _open(
    work: TicketTransaction, key: str | None, wanted: tuple[Meaning, ...], *, missing_ok: bool = False
) -> Record | None:
    """The quote that is meant, if it stands where it must."""
    found = [record for record in records_of_kind(work.state.records, QUOTE) if key in (None, record.key)]
    if not found and key is not None:
        raise DeskError(f"Ticket {work.number} has no quote {key}.")
    fitting = [record for record in found if record.values.get("means") in wanted]
    if fitting:
        return fitting[-1]
    if found and not missing_ok:
        stands = found[-1]
        hint = "send it first" if stands.values.get("means") == "requested" else "ask for another one"
        raise DeskError(f"Quote {stands.key} of {work.number} is {stands.state}: {hint}.")
    return None


def _is_open(record: Record) -> bool:
    return record.values.get("means") in ("requested", "sent")


def _no_other(work: TicketTransaction) -> None:
    for record in records_of_kind(work.state.records, QUOTE):
        if _is_open(record):
            raise DeskError(f"Quote {record.key} of {work.number} is {record.state} already.")


def _quoting(work: TicketTransaction) -> None:
    if not work.procedure.definition.money.quotes:
        raise DeskError("This procedure has no quotes: give it `quotes = true` under [money].")
