"""Quotes: requested, sent, accepted or declined, and what they do to clocks and letters."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from deskterm.desk.api import open_system_desk
from deskterm.desk.billing import quotes, time_entries
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.notify.letters import record_delivery
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.queries.ticket_detail import RecordView
from shipped_desk import as_agent, shipped_desk
from small_desk import at
from ticket_reads import read_ticket


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = shipped_desk(store_url, "saas-platform")
    register(session, subject="New logo on invoices", requester="Ida", organisation="larch",
             type="guidance", now=at(0))  # fmt: skip
    update.move(session, 1001, "triage", now=at(1))
    yield session
    assert check_integrity(session.store).findings == ()
    session.store.close()


def read_quote(desk: DeskSession) -> RecordView:
    (record,) = (record for record in read_ticket(desk).records if record.kind == "quote")
    return record


def resolution_state(desk: DeskSession) -> str:
    return next(clock.state for clock in read_ticket(desk).clocks if clock.metric == "resolution")


@pytest.mark.requirement("S4-20")
def test_the_resolution_clock_is_paused_from_the_request_of_a_quote_to_its_acceptance(desk: DeskSession) -> None:
    quotes.request_quote(as_agent(desk, "sam"), 1001, note="A new logo on 4 forms", now=at(2))
    assert (read_quote(desk).state, read_ticket(desk).row.status, resolution_state(desk)) == (
        "requested",
        "quote-required",
        "paused",
    )
    assert "quote" in read_ticket(desk).flags
    with pytest.raises(DeskError, match="is requested: send it first"):
        quotes.record_quote_answer(desk, 1001, True, now=at(3))
    with pytest.raises(DeskError, match="Only somebody with the role Professional Services may quote a price here"):
        quotes.send_quote(as_agent(desk, "sam"), 1001, Decimal("480.00"), now=at(3))
    result = quotes.send_quote(as_agent(desk, "professional-services"), 1001, Decimal("1480.00"), now=at(3))
    assert result.summary.startswith("1001: quote 1 of GBP 1,480.00 sent")
    assert (read_quote(desk).values["amount"], read_quote(desk).values["currency"]) == ("1480.00", "GBP")
    quotes.record_quote_answer(as_agent(desk, "sam"), 1001, True, note="order 7", now=at(60))
    assert (read_quote(desk).state, read_ticket(desk).row.status, resolution_state(desk)) == (
        "accepted",
        "work-in-progress",
        "running",
    )
    assert "quote" not in read_ticket(desk).flags


@pytest.mark.requirement("S4-20")
def test_a_move_to_the_status_that_waits_for_a_quote_requests_one(desk: DeskSession) -> None:
    result = update.move(desk, 1001, "quote-required", now=at(2))
    assert "quote 1 requested" in result.summary
    assert read_quote(desk).values["means"] == "requested"
    with pytest.raises(DeskError, match="Quote 1 of 1001 is requested already"):
        quotes.request_quote(desk, 1001, now=at(3))


@pytest.mark.requirement("S4-20")
def test_a_declined_quote_leaves_the_ticket_where_it_is(desk: DeskSession) -> None:
    quotes.request_quote(desk, 1001, now=at(2))
    quotes.send_quote(as_agent(desk, "professional-services"), 1001, Decimal("480"), now=at(3))
    quotes.send_quote(as_agent(desk, "professional-services"), 1001, Decimal("430"), now=at(4))
    quotes.record_quote_answer(desk, 1001, False, now=at(5))
    assert (read_quote(desk).state, read_quote(desk).values["amount"]) == ("declined", "430")
    assert read_ticket(desk).row.status == "quote-required"
    with pytest.raises(DeskError, match="is declined: ask for another one"):
        quotes.record_quote_answer(desk, 1001, True, now=at(6))


def test_a_procedure_without_quotes_refuses_them(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    register(desk, subject="x", body="y", type="support-query", product="platform", now=at(0))
    with pytest.raises(DeskError, match="has no quotes"):
        quotes.request_quote(desk, 1001, now=at(1))
    desk.store.close()


@pytest.mark.parametrize("amount", ["NaN", "-5", "1e12", "Infinity"])
def test_impossible_amounts_are_refused(desk: DeskSession, amount: str) -> None:
    with pytest.raises(UsageError, match=r"is no amount|is the most"):
        quotes.send_quote(as_agent(desk, "professional-services"), 1001, Decimal(amount), now=at(3))
    with pytest.raises(UsageError, match=r"is no amount|is the most"):
        quotes.record_agreement(desk, 1001, amount=Decimal(amount), now=at(4))
    with pytest.raises(UsageError, match=r"is no hour's price|is the most"):
        time_entries.add_entry(desk, 1001, 600, chargeable=True, rate=Decimal(amount), now=at(5))


@pytest.mark.requirement("S4-20")
def test_sending_a_quote_again_withdraws_its_first_letter(desk: DeskSession) -> None:
    desk = as_agent(desk, "professional-services")
    quotes.send_quote(desk, 1001, Decimal("100"), now=at(2))
    result = quotes.send_quote(desk, 1001, Decimal("1200.50"), now=at(3))
    assert "quote 1 of GBP 1,200.50 sent instead of GBP 100, its letter is withdrawn" in result.summary
    letters = [
        record for record in read_ticket(desk).records if record.kind == "letter" and record.values["on"] == "quoted"
    ]
    assert [record.state for record in letters] == ["withdrawn", "queued"]


def test_sending_a_quote_again_says_that_its_first_letter_has_gone_out(desk: DeskSession) -> None:
    seller = as_agent(desk, "professional-services")
    quotes.send_quote(seller, 1001, Decimal("100"), now=at(2))
    (key,) = [
        record.key
        for record in read_ticket(desk).records
        if record.kind == "letter" and record.values["on"] == "quoted"
    ]
    record_delivery(open_system_desk(desk.store), 1001, key, "sent", now=at(3))
    assert "its letter went out already" in quotes.send_quote(seller, 1001, Decimal("90"), now=at(4)).summary
