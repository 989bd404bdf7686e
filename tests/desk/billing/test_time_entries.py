"""Time entries: from work sessions and by hand, charged, corrected, voided, and agreed to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from deskterm.desk.billing import quotes, time_entries
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.update import move
from deskterm.desk.workflow import work_sessions
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Money
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import RecordView, load_records
from shipped_desk import as_agent, shipped_desk
from small_desk import at


def start_desk(url: str, **money: object) -> DeskSession:
    """Start a desk by the software-vendor procedure with a service task, whose time is chargeable."""
    part = Money(rate=Decimal("60"), rounding="15m", **money)  # type: ignore[arg-type]
    desk = shipped_desk(url, "software-vendor", money=part)
    register(desk, subject="Load our courses", body="All twelve", requester="Ida", organisation="larch",
             type="service-task", product="e-learning", now=at(0))  # fmt: skip
    return desk


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = start_desk(store_url)
    yield session
    assert check_integrity(session.store).findings == ()
    session.store.close()


def read_entries(desk: DeskSession, number: int = 1001) -> list[RecordView]:
    with open_reader(desk.store.url) as reader:
        return load_records(reader, number, "entry")


@pytest.mark.requirement("S1-32")
def test_a_work_session_leaves_an_entry_with_its_price(desk: DeskSession) -> None:
    sam = as_agent(desk, "sam")
    work_sessions.start_work(sam, 1001, now=at(5))
    result = work_sessions.stop_work(sam, 1001, now=at(25))
    assert result.summary == "1001: work stopped; 20m (charged 30m: GBP 30.00) written down as entry 1"
    (entry,) = read_entries(desk)
    assert (entry.state, entry.who) == ("valid", "sam")
    assert entry.values == {
        "state": "valid", "who": "sam", "started": int(at(5).timestamp()), "seconds": 1200, "charged": 1800,
        "chargeable": True, "rate": "60", "currency": "GBP", "amount": "30.00",
    }  # fmt: skip


def test_a_work_session_that_a_resolution_ends_leaves_an_entry_too(desk: DeskSession) -> None:
    sam = as_agent(desk, "sam")
    move(sam, 1001, "under-investigation", now=at(1))
    work_sessions.start_work(sam, 1001, now=at(5))
    messages.reply(desk, 1001, "All twelve are there", status="client-sign-off", now=at(15))
    assert [(entry.who, entry.values["seconds"]) for entry in read_entries(desk)] == [("sam", 600)]


@pytest.mark.requirement("S1-32", "S5-11")
def test_entries_are_charged_at_their_own_rate_or_that_of_the_procedure(desk: DeskSession) -> None:
    result = time_entries.add_entry(as_agent(desk, "kim"), 1001, 1500, note="Loaded 12 courses", now=at(60))
    assert result.summary == "1001: 25m (charged 30m: GBP 30.00) written down as entry 1"
    time_entries.add_entry(as_agent(desk, "kim"), 1001, 600, chargeable=False, started=at(40), now=at(61))
    time_entries.add_entry(as_agent(desk, "sam"), 1001, 600, rate=Decimal("99.99"), now=at(62))
    with desk.ticket(1001, "time", at(63)) as work:
        assert time_entries.calculate_price(work).describe() == "45m, charged 45m: GBP 55.00"
    with pytest.raises(UsageError, match="has been done"):
        time_entries.add_entry(desk, 1001, 600, started=at(60), now=at(63))


@pytest.mark.requirement("S1-32")
def test_an_entry_is_corrected_by_another_and_never_changed(desk: DeskSession) -> None:
    kim = as_agent(desk, "kim")
    time_entries.add_entry(kim, 1001, 1500, note="Loaded courses", now=at(60))
    with pytest.raises(UsageError, match="not changed without a reason"):
        time_entries.correct_entry(kim, 1001, "1", seconds=600, reason=" ", now=at(61))
    with pytest.raises(DeskError, match="is kim's: ask them, or somebody with the role lead"):
        time_entries.correct_entry(as_agent(desk, "sam"), 1001, "1", seconds=600, reason="x", now=at(61))
    time_entries.correct_entry(kim, 1001, "1", seconds=600, reason="a slip of the pen", now=at(61))
    first, second = read_entries(desk)
    assert (first.state, first.values["seconds"]) == ("void", 1500)
    assert (second.state, second.values["amount"], second.values["corrects"]) == ("valid", "15.00", "1")
    assert second.values["note"] == first.values["note"]
    time_entries.void_entry(as_agent(desk, "lea"), 1001, "2", reason="another ticket's", now=at(62))
    with pytest.raises(DeskError, match="struck out already"):
        time_entries.void_entry(kim, 1001, "2", reason="x", now=at(63))
    with pytest.raises(DeskError, match=r"has no entry 7: it has 1, 2\."):
        time_entries.void_entry(kim, 1001, "7", reason="x", now=at(63))


@pytest.mark.requirement("S1-32")
def test_chargeable_time_needs_the_agreement_of_the_customer_where_the_procedure_asks_for_it(store_url: str) -> None:
    desk = start_desk(store_url, approval=True)
    with pytest.raises(DeskError, match="The customer has not agreed to a price for 1001 yet"):
        time_entries.add_entry(desk, 1001, 600, now=at(10))
    time_entries.add_entry(desk, 1001, 600, chargeable=False, now=at(10))
    work_sessions.start_work(desk, 1001, now=at(11))
    work_sessions.stop_work(desk, 1001, now=at(21))  # the time is recorded, and the ticket flagged
    assert read_entries(desk)[-1].values["flag"] == "unagreed"
    result = quotes.record_agreement(desk, 1001, amount=Decimal("120.00"), note="Ida, by telephone", now=at(22))
    assert result.summary == "1001: the customer agrees to be charged up to GBP 120.00"
    assert "flag" not in read_entries(desk)[-1].values
    time_entries.add_entry(desk, 1001, 600, now=at(60))
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def test_an_accepted_quote_is_an_agreement_to_time_that_was_flagged_before(store_url: str) -> None:
    # D-15, its family: only an agreement without a quote took the flag away
    desk = start_desk(store_url, approval=True, quotes=True)
    work_sessions.start_work(desk, 1001, now=at(1))
    work_sessions.stop_work(desk, 1001, now=at(11))
    assert read_entries(desk)[-1].values["flag"] == "unagreed"
    quotes.send_quote(desk, 1001, Decimal("120.00"), now=at(20))
    quotes.record_quote_answer(desk, 1001, True, now=at(30))
    assert "flag" not in read_entries(desk)[-1].values
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def test_entries_longer_than_a_day_or_before_the_ticket_was_received_are_refused(desk: DeskSession) -> None:
    with pytest.raises(UsageError, match="99h is more than a day"):
        time_entries.add_entry(desk, 1001, 99 * 3600, now=at(10))
    with pytest.raises(UsageError, match=r"1001 was received on .* cannot have begun before"):
        time_entries.add_entry(desk, 1001, 600, started=at(-60), now=at(10))
    time_entries.add_entry(desk, 1001, 1800, now=at(10))  # a call of half an hour before the ticket was registered
    with pytest.raises(UsageError, match="is more than a day"):
        time_entries.correct_entry(desk, 1001, "1", seconds=25 * 3600, reason="a slip", now=at(11))


@pytest.mark.requirement("S1-32")
def test_the_summary_names_the_amount_beyond_the_agreement(desk: DeskSession) -> None:
    quotes.record_agreement(desk, 1001, amount=Decimal("100"), now=at(1))
    assert "more than" not in time_entries.add_entry(desk, 1001, 3600, now=at(70)).summary
    result = time_entries.add_entry(desk, 1001, 3600, now=at(140))
    assert "; GBP 20.00 more than the customer agreed to" in result.summary


def test_an_agreement_counts_the_entries_without_a_rate(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor", money=Money())
    register(desk, subject="Load", body="x", requester="Ida", organisation="larch", type="service-task",
             product="e-learning", now=at(0))  # fmt: skip
    time_entries.add_entry(desk, 1001, 600, now=at(10))
    assert (
        "1 without a rate: `deskterm ticket time 1001 --correct"
        in quotes.record_agreement(desk, 1001, now=at(11)).summary
    )
    desk.store.close()
