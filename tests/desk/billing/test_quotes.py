"""Quotes: asked for, sent by those who may, answered; the promise rests meanwhile."""

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
    made = shipped_desk(store_url, "saas-platform")
    register(made, subject="New logo on invoices", requester="Ida", organisation="larch",
             type="guidance", now=at(0))  # fmt: skip
    update.move(made, 1001, "triage", now=at(1))
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


def quote(desk: DeskSession) -> RecordView:
    (found,) = (record for record in read_ticket(desk).records if record.kind == "quote")
    return found


def resolution(desk: DeskSession) -> str:
    return next(clock.state for clock in read_ticket(desk).clocks if clock.metric == "resolution")


@pytest.mark.requirement("S4-20")
def test_a_quote_is_asked_for_sent_and_accepted_and_the_promise_rests_meanwhile(desk: DeskSession) -> None:
    quotes.request_quote(as_agent(desk, "sam"), 1001, note="A new logo on 4 forms", now=at(2))
    assert (quote(desk).state, read_ticket(desk).row.status, resolution(desk)) == (
        "requested",
        "quote-required",
        "paused",
    )
    assert "quote" in read_ticket(desk).flags
    with pytest.raises(DeskError, match="is requested: send it first"):
        quotes.record_quote_answer(desk, 1001, True, now=at(3))
    with pytest.raises(DeskError, match="Only somebody with the role Professional Services may quote a price here"):
        quotes.send_quote(as_agent(desk, "sam"), 1001, Decimal("480.00"), now=at(3))
    done = quotes.send_quote(as_agent(desk, "professional-services"), 1001, Decimal("1480.00"), now=at(3))
    assert done.summary.startswith("1001: quote 1 of GBP 1,480.00 sent")
    assert (quote(desk).values["amount"], quote(desk).values["currency"]) == ("1480.00", "GBP")
    quotes.record_quote_answer(as_agent(desk, "sam"), 1001, True, note="order 7", now=at(60))
    assert (quote(desk).state, read_ticket(desk).row.status, resolution(desk)) == (
        "accepted",
        "work-in-progress",
        "running",
    )
    assert "quote" not in read_ticket(desk).flags


@pytest.mark.requirement("S4-20")
def test_going_to_where_a_quote_is_awaited_asks_for_one(desk: DeskSession) -> None:
    done = update.move(desk, 1001, "quote-required", now=at(2))
    assert "quote 1 requested" in done.summary
    assert quote(desk).values["means"] == "requested"
    with pytest.raises(DeskError, match="Quote 1 of 1001 is requested already"):
        quotes.request_quote(desk, 1001, now=at(3))


@pytest.mark.requirement("S4-20")
def test_a_declined_quote_leaves_the_request_to_somebody(desk: DeskSession) -> None:
    quotes.request_quote(desk, 1001, now=at(2))
    quotes.send_quote(as_agent(desk, "professional-services"), 1001, Decimal("480"), now=at(3))
    quotes.send_quote(as_agent(desk, "professional-services"), 1001, Decimal("430"), now=at(4))
    quotes.record_quote_answer(desk, 1001, False, now=at(5))
    assert (quote(desk).state, quote(desk).values["amount"]) == ("declined", "430")
    assert read_ticket(desk).row.status == "quote-required"
    with pytest.raises(DeskError, match="is declined: ask for another one"):
        quotes.record_quote_answer(desk, 1001, True, now=at(6))


def test_a_procedure_without_quotes_says_so(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    register(desk, subject="x", body="y", type="support-query", product="platform", now=at(0))
    with pytest.raises(DeskError, match="has no quotes"):
        quotes.request_quote(desk, 1001, now=at(1))
    desk.store.close()


@pytest.mark.parametrize("amount", ["NaN", "-5", "1e12", "Infinity"])
def test_an_amount_that_cannot_be_meant_is_not_quoted(desk: DeskSession, amount: str) -> None:
    with pytest.raises(UsageError, match=r"is no amount|is the most"):
        quotes.send_quote(as_agent(desk, "professional-services"), 1001, Decimal(amount), now=at(3))
    with pytest.raises(UsageError, match=r"is no amount|is the most"):
        quotes.record_agreement(desk, 1001, amount=Decimal(amount), now=at(4))
    with pytest.raises(UsageError, match=r"is no hour's price|is the most"):
        time_entries.add_entry(desk, 1001, 600, chargeable=True, rate=Decimal(amount), now=at(5))


@pytest.mark.requirement("S4-20")
def test_a_quote_that_is_sent_again_takes_its_first_letter_back(desk: DeskSession) -> None:
    desk = as_agent(desk, "professional-services")
    quotes.send_quote(desk, 1001, Decimal("100"), now=at(2))
    done = quotes.send_quote(desk, 1001, Decimal("1200.50"), now=at(3))
    assert "quote 1 of GBP 1,200.50 sent instead of GBP 100, its letter is withdrawn" in done.summary
    letters = [one for one in read_ticket(desk).records if one.kind == "letter" and one.values["on"] == "quoted"]
    assert [one.state for one in letters] == ["withdrawn", "queued"]


def test_a_quote_whose_letter_went_out_says_so_when_it_is_sent_again(desk: DeskSession) -> None:
    seller = as_agent(desk, "professional-services")
    quotes.send_quote(seller, 1001, Decimal("100"), now=at(2))
    (key,) = [one.key for one in read_ticket(desk).records if one.kind == "letter" and one.values["on"] == "quoted"]
    record_delivery(open_system_desk(desk.store), 1001, key, "sent", now=at(3))
    assert "its letter went out already" in quotes.send_quote(seller, 1001, Decimal("90"), now=at(4)).summary
