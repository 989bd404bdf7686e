"""Timers: what ends by itself, and when; on the small desk and the shipped procedures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.api import open_desk
from deskterm.desk.billing import quotes
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import load_events
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.domain.fold import UpcomingEvent, fold_events
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import reopening, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import work_sessions
from deskterm.errors import DeskError
from due_time_desk import DUE_TIME_PROCEDURE, epoch, last_cycle, open_fault, upcoming_events
from shipped_desk import as_agent
from small_desk import MONDAY, at, small_procedure
from store_templates import create_desk, load_shipped
from ticket_reads import notices_to, read_ticket

DAY = 1440


def first_line_desk(url: str, procedure: str) -> DeskSession:
    """A desk by a shipped procedure, open for sam, an agent of the first line."""
    store = create_desk(url, load_shipped(procedure), admin_login="ann", admin_name="Ann", now=MONDAY)
    desk = open_desk(store, "ann")
    seed_agents(desk, [{"login": "sam", "name": "Sam", "role": "agent", "tier": 1}], now=MONDAY)
    return open_desk(store, "sam")


@pytest.fixture
def provider(store_url: str) -> Iterator[DeskSession]:
    desk = first_line_desk(store_url, "managed-services")
    register(desk, type="problem", subject="x", impact="person", urgency="hindered", incomplete=True, now=at(0))
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


@pytest.fixture
def platform(store_url: str) -> Iterator[DeskSession]:
    desk = first_line_desk(store_url, "saas-platform")
    register(desk, subject="x", requester="Ida", incomplete=True, now=at(0))
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def upcoming_minutes(desk: DeskSession, metric: str) -> list[tuple[str, float]]:
    """What a metric or timer will bring, and how many minutes after Monday 09:00."""
    with desk.store.reading() as session:
        events: list[UpcomingEvent] = fold_events(
            load_events(session, 1001), desk.build_procedure_lookup(session)
        ).upcoming_events()
    zero = int(at(0).timestamp())
    return [(event.what, (event.instant - zero) / 60) for event in events if event.metric == metric]


@pytest.mark.requirement("S3-06")
def test_first_line_work_warns_at_25_and_runs_out_at_30_minutes(provider: DeskSession) -> None:
    assert upcoming_minutes(provider, "effort") == [], "nobody works on it yet"
    work_sessions.start_work(provider, 1001, now=at(100))
    assert upcoming_minutes(provider, "effort") == [("warning", 125), ("breach", 130)]
    work_sessions.stop_work(provider, 1001, now=at(110))
    assert upcoming_minutes(provider, "effort") == []
    work_sessions.start_work(provider, 1001, now=at(900))  # at midnight: who works at night works
    assert upcoming_minutes(provider, "effort") == [("warning", 915), ("breach", 920)]
    work_sessions.stop_work(provider, 1001, now=at(910))
    update.move(provider, 1001, "in-progress", now=at(1000))  # where nobody kept the timer
    assert upcoming_minutes(provider, "effort") == [("warning", 1005), ("breach", 1010)]


@pytest.mark.requirement("S4-20")
def test_the_wait_for_a_quote_ends_with_the_requesters_answer(platform: DeskSession) -> None:
    messages.reply(platform, 1001, "We shall look at it.", now=at(10))
    for minute, status in ((20, "triage"), (30, "under-review"), (100, "quote-required")):
        update.move(platform, 1001, status, now=at(minute))
    timer = "timer:status:quote-required"
    assert upcoming_minutes(platform, timer) == [("timer", 100 + 14 * DAY)]
    messages.record_customer_message(platform, 1001, "We accept.", now=at(100 + 3 * DAY))
    assert upcoming_minutes(platform, timer) == []


def test_the_timer_of_a_status_ends_with_a_message_of_the_requester(
    clock_desk: DeskSession,
) -> None:
    open_fault(clock_desk)
    update.move(clock_desk, 1001, "working", now=at(1))
    messages.reply(clock_desk, 1001, "Which browser?", status="waiting", now=at(10))
    waits = last_cycle(clock_desk, "timer:status:waiting")
    assert (waits.state, waits.due) == ("running", epoch(10) + 7 * 86_400)
    assert waits.metric not in {clock.metric for clock in read_ticket(clock_desk).clocks}
    assert read_ticket(clock_desk).row.next_due is None
    (warning, end) = upcoming_events(clock_desk)
    assert (warning.what, end.what, end.instant) == ("warning", "timer", waits.due)
    messages.record_customer_message(clock_desk, 1001, "Firefox", now=at(70))
    assert last_cycle(clock_desk, "timer:status:waiting").state == "met"
    assert not read_ticket(clock_desk).row.breached


def test_a_solved_ticket_is_closed_by_a_timer_and_has_a_period_for_reopening(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    update.move(clock_desk, 1001, "solved", now=at(10))
    (closes,) = upcoming_events(clock_desk)
    assert (closes.metric, closes.instant) == ("timer:auto-close", epoch(10) + 5 * 86_400)
    update.move(clock_desk, 1001, "closed", now=at(20))
    assert last_cycle(clock_desk, "timer:auto-close").state == "met"
    assert last_cycle(clock_desk, "timer:reopen-window").due == epoch(20) + 30 * 86_400
    assert upcoming_events(clock_desk) == []


@pytest.mark.requirement("S4-20")
def test_an_unanswered_quote_is_brought_to_its_assignee_when_its_time_is_over(saas: DeskSession) -> None:
    seed_agents(saas, [{"login": "pro", "name": "Pro", "team": "quoting"}], now=at(0))
    number = register(saas, subject="Sweep", type="guidance", requester="Ida", incomplete=True, now=at(0)).number
    update.move(saas, number, "triage", now=at(1))
    done = quotes.request_quote(saas, number, now=at(2))
    assert done.summary.startswith(f"{number}: quote 1 requested, now Quote Required")
    quotes.send_quote(as_agent(saas, "professional-services"), number, Decimal("480"), now=at(3))
    runner = Runner(saas.store)
    list(runner.step(at(2) + timedelta(days=14) - timedelta(seconds=1)))
    assert "Quote Required: it has waited its time, look at it" not in notices_to(saas, "pro")
    list(runner.step(at(2) + timedelta(days=14)))
    assert notices_to(saas, "pro").count("Quote Required: it has waited its time, look at it") == 1
    assert read_ticket(saas, number).row.status == "quote-required", "it stays where it is"
    done = quotes.record_quote_answer(saas, number, True, now=at(3) + timedelta(days=15))
    assert done.summary.startswith(f"{number}: quote 1 accepted, now Work in Progress")


@pytest.mark.parametrize(
    ("span", "minutes"),
    [
        ("30c", 30 * DAY),
        ("2d", 2 * DAY),
        ("10h", 8 * 60 + 2 * 60 + DAY - 8 * 60),
        ("3 working dates", 3 * DAY),
        ("1d end of day", DAY + 7 * 60 - 20),
    ],
)
def test_a_ticket_may_come_back_until_the_timer_of_its_window_ends(store_url: str, span: str, minutes: int) -> None:
    # D-15, its family: `2d` were 48 hours for the command and two working days for the timer; working dates were none
    text = DUE_TIME_PROCEDURE.replace(
        'reopen_within = "30c"', f'on_reply_when_closed = "reopen-within"\nreopen_within = "{span}"'
    )
    desk = open_desk(
        create_desk(store_url, small_procedure(text), admin_login="ann", admin_name="Ann", now=MONDAY), "ann"
    )
    open_fault(desk)
    update.move(desk, 1001, "solved", now=at(10))
    update.move(desk, 1001, "closed", now=at(20))
    ends = last_cycle(desk, "timer:reopen-window").due
    assert ends == epoch(20 + minutes)
    late = datetime.fromtimestamp(ends + 1, UTC)
    with pytest.raises(DeskError, match=r"Ticket 1001 was closed more than .* ago and stays closed"):
        reopening.reopen(desk, 1001, "It is back", now=late)
    reopening.reopen(desk, 1001, "It is back", now=datetime.fromtimestamp(ends, UTC))
    assert read_ticket(desk).row.status == "working"
    desk.store.close()
