"""What the shipped procedures wait for: half an hour of first-line work, and an answer to a quote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import events_of
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.domain.fold import UpcomingEvent, fold_events
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import work_sessions
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find
from small_desk import MONDAY, at

DAY = 1440


def shipped_desk(url: str, procedure: str) -> DeskSession:
    store = create_desk(url, load(find(procedure)).procedure, admin_login="ann", admin_name="Ann", now=MONDAY)
    desk = open_desk(store, "ann")
    seed_agents(desk, [{"login": "sam", "name": "Sam", "role": "agent", "tier": 1}], now=MONDAY)
    return open_desk(store, "sam")


@pytest.fixture
def provider(store_url: str) -> Iterator[DeskSession]:
    desk = shipped_desk(store_url, "managed-services")
    register(desk, type="problem", subject="x", impact="person", urgency="hindered", incomplete=True, now=at(0))
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


@pytest.fixture
def vendor(store_url: str) -> Iterator[DeskSession]:
    desk = shipped_desk(store_url, "saas-platform")
    register(desk, subject="x", incomplete=True, now=at(0))
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def upcoming(desk: DeskSession, metric: str) -> list[tuple[str, float]]:
    """What a metric will bring, and how many minutes after Monday 09:00."""
    with desk.store.reading() as session:
        events: list[UpcomingEvent] = fold_events(events_of(session, 1001), desk.editions(session)).upcoming_events()
    zero = int(at(0).timestamp())
    return [(event.what, (event.instant - zero) / 60) for event in events if event.metric == metric]


@pytest.mark.requirement("S3-06")
def test_the_effort_prompt_comes_at_25_and_at_30_minutes_of_first_line_work(provider: DeskSession) -> None:
    assert upcoming(provider, "effort") == [], "nobody works on it yet"
    work_sessions.start(provider, 1001, now=at(100))
    assert upcoming(provider, "effort") == [("warning", 125), ("breach", 130)]
    work_sessions.stop(provider, 1001, now=at(110))
    assert upcoming(provider, "effort") == []
    work_sessions.start(provider, 1001, now=at(900))  # at midnight: who works at night works
    assert upcoming(provider, "effort") == [("warning", 915), ("breach", 920)]
    work_sessions.stop(provider, 1001, now=at(910))
    update.move(provider, 1001, "in-progress", now=at(1000))  # where nobody kept the timer
    assert upcoming(provider, "effort") == [("warning", 1005), ("breach", 1010)]


@pytest.mark.requirement("S4-20")
def test_a_quote_is_waited_for_until_the_requester_answers(vendor: DeskSession) -> None:
    messages.reply(vendor, 1001, "We shall look at it.", now=at(10))
    for minute, status in ((20, "triage"), (30, "under-review"), (100, "quote-required")):
        update.move(vendor, 1001, status, now=at(minute))
    timer = "timer:status:quote-required"
    assert upcoming(vendor, timer) == [("timer", 100 + 14 * DAY)]
    messages.record_customer_message(vendor, 1001, "We accept.", now=at(100 + 3 * DAY))
    assert upcoming(vendor, timer) == []
