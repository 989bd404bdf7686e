"""What happens by itself, on both databases: each thing once, in order, at its true instant."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

import psycopg
import pytest

import postgres
from deskterm.automation import runner
from deskterm.automation.runner import ClockAlert, Runner, run_until_stopped, summarize_alerts
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.snooze import snooze
from deskterm.store.db.connection import connect_sqlite
from deskterm.store.db.engine import open_store
from deskterm.store.db.location import dialect
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import TicketDetail, load_ticket_detail
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure
from store_templates import create_desk

RUNNING = SMALL_PROCEDURE.replace('label = "Response"', 'label = "Response"\nwarn = ["50%", "5m"]').replace(
    'category = "solved"', 'category = "solved"\nafter = { span = "7c", to = "closed" }\nremind_before = "1c"'
)


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    store = create_desk(store_url, small_procedure(RUNNING), admin_login="ann", simulated=True, now=MONDAY)
    yield open_desk(store, "ann")
    assert check_integrity(store).findings == ()
    store.close()


def read_detail(desk: DeskSession, number: int = 1001) -> TicketDetail:
    with open_reader(desk.store.url) as reader:
        ticket = load_ticket_detail(reader, number)
    assert ticket is not None
    return ticket


def list_alerts(alerts: list[ClockAlert]) -> list[tuple[int, str, str, int]]:
    """Ticket, what, threshold, and minutes after Monday 09:00."""
    return [(one.number, one.what, one.threshold, (one.instant - int(MONDAY.timestamp())) // 60) for one in alerts]


def test_warnings_and_the_miss_come_once_each_in_order_of_time(desk: DeskSession) -> None:
    register(desk, subject="one", type="fault", severity="high", now=at(0))
    register(desk, subject="two", type="fault", severity="high", now=at(10))
    runner = Runner(desk.store)
    assert runner.next_at() == at(15)
    assert list(runner.step(at(14))) == []
    assert list_alerts(list(runner.step(at(41)))) == [
        (1001, "warning", "50%", 15),
        (1001, "warning", "5m", 25),
        (1002, "warning", "50%", 25),
        (1001, "breach", "", 30),
        (1002, "warning", "5m", 35),
        (1002, "breach", "", 40),
    ]
    assert list(runner.step(at(41))) == []


def test_an_answer_leaves_nothing_to_warn_of(desk: DeskSession) -> None:
    register(desk, subject="one", type="fault", severity="high", requester="Ida", now=at(0))
    messages.reply(desk, 1001, "On it.", now=at(5))
    assert [one for one in Runner(desk.store).step(at(60)) if one.metric == "response"] == []


def test_two_runners_on_one_store_say_everything_once(desk: DeskSession) -> None:
    for minute in range(12):
        register(desk, subject="x", type="fault", severity="high", now=at(minute))
    alerts: list[ClockAlert] = []
    lock = threading.Lock()

    def run() -> None:
        store = open_store(desk.store.url)
        for alert in Runner(store).step(at(60)):
            with lock:
                alerts.append(alert)
        store.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(alerts) == len(set(list_alerts(alerts))) == 36


def test_a_solved_ticket_is_closed_when_its_time_is_over_and_not_when_somebody_looks(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(0))
    update.move(desk, 1001, "solved", now=at(30))
    runner = Runner(desk.store)
    alerts = list(runner.step(at(30) + timedelta(days=9)))
    assert [(one.what, one.late // 86_400) for one in alerts] == [("warning", 3), ("timer", 2)]
    ticket = read_detail(desk)
    assert ticket.row.status == "closed"
    assert ticket.closed == int((at(30) + timedelta(days=7)).timestamp())


def test_a_word_of_the_requester_keeps_a_ticket_from_closing(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(0))
    update.move(desk, 1001, "solved", now=at(30))
    messages.record_customer_message(desk, 1001, "It is back.", now=at(60))
    assert [one for one in Runner(desk.store).step(at(30) + timedelta(days=9)) if one.what == "timer"] == []
    assert read_detail(desk).row.status == "working"


def test_a_ticket_that_was_put_off_is_taken_up_again(desk: DeskSession) -> None:
    register(desk, subject="x", type="question", now=at(0))
    snooze(desk, 1001, at(120), now=at(10))
    runner = Runner(desk.store)
    assert runner.next_at() == at(120)
    assert [one.sentence for one in runner.step(at(121))] == ["1001: Snoozed: time is over, taken up again"]
    assert runner.next_at() is None


def test_the_facts_are_the_same_whether_the_runner_was_away_or_not(desk: DeskSession) -> None:
    for minute in (0, 7):
        register(desk, subject="x", type="fault", severity="high", requester="Ida", now=at(minute))
    attentive = Runner(desk.store)
    for minute in range(0, 50, 5):
        list(attentive.step(at(minute)))
    clocks = [read_detail(desk, number).clocks for number in (1001, 1002)]
    messages.reply(desk, 1001, "Late.", now=at(60))
    messages.reply(desk, 1002, "Late.", now=at(60))
    for number, before in zip((1001, 1002), clocks, strict=True):
        response = next(clock for clock in read_detail(desk, number).clocks if clock.metric == "response")
        running = next(clock for clock in before if clock.metric == "response")
        assert (response.state, response.breached_at) == ("late", running.due)


def test_what_came_while_nobody_looked_is_one_line(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="high", now=at(0))
    alerts = list(Runner(desk.store).step(at(600)))
    assert summarize_alerts(alerts) == [
        "While nobody looked, since Mon 23 Nov 2026 09:15 GMT: 2 warnings, 2 missed targets."
    ]


def test_it_keeps_running_until_it_is_stopped(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="high", now=at(0))
    minutes = iter(range(0, 1000, 4))
    stop = threading.Event()
    alerts: list[ClockAlert] = []

    def clock() -> datetime:
        return at(next(minutes))

    def report(new_alerts: object) -> None:
        alerts.extend(new_alerts)  # type: ignore[arg-type]
        if len(alerts) >= 3:
            stop.set()

    run_until_stopped(Runner(desk.store), clock, stop, report)
    assert [one.what for one in alerts] == ["warning", "warning", "breach"]


@contextmanager
def unavailable(url: str) -> Iterator[None]:
    """Keep a desk locked (SQLite) or closed to everybody (PostgreSQL)."""
    if dialect(url) == "sqlite":
        with closing(connect_sqlite(url)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
        return
    name = postgres.database_name(url)
    with psycopg.connect(postgres.with_database(url, "postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def test_it_waits_for_a_desk_that_is_away_and_goes_on(desk: DeskSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """D-42: it ended with exit code 1 when the server was away for 4 s, or the file locked for 10."""
    monkeypatch.setattr(runner, "LONGEST_DELAY", 0.1)
    register(desk, subject="x", type="fault", severity="high", now=at(0))
    store = open_store(desk.store.url, lock_timeout=0.2)
    stop, away, back = threading.Event(), threading.Event(), threading.Event()
    alerts: list[ClockAlert] = []
    sentences: list[str] = []
    failures: list[BaseException] = []

    def report_absence(sentence: str) -> None:
        sentences.append(sentence)
        (back if away.is_set() else away).set()

    def run() -> None:
        try:
            run_until_stopped(working, lambda: at(60), stop, alerts.extend, report_absence)
        except BaseException as error:
            failures.append(error)
            away.set()
            back.set()

    working = Runner(store)
    thread = threading.Thread(target=run)
    with unavailable(desk.store.url):
        thread.start()
        assert away.wait(20)
    assert back.wait(20)
    stop.set()
    thread.join(20)
    store.close()
    assert failures == []
    assert sentences[0].endswith("Trying again until it is back.")
    assert sentences[1].startswith("The desk is back after")
    assert [one.what for one in alerts] == ["warning", "warning", "breach"]
