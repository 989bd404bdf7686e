"""Bugs of other support desks that involve people and the store, each tested on both databases.

Those of the clocks alone are in tests/sla.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from deskterm.automation.runner import Runner, summarize_alerts
from deskterm.desk.admin.procedure_migration import migrate_tickets
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.preview import preview_due_changes
from deskterm.desk.tickets.register import register
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import load_letters, load_notices
from deskterm.store.queries.queue import Viewer, count_tickets, load_queue_page, load_view_counts
from deskterm.store.queries.ticket_detail import TicketDetail, load_ticket_detail
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure
from store_templates import create_desk

FRIDAY = timedelta(days=4)
WATCHED = (
    SMALL_PROCEDURE.replace('label = "Resolution"\n', 'label = "Resolution"\nwarn = ["50%"]\n')
    .replace('key = "waiting"\n', 'key = "waiting"\nremind_before = "1d"\nafter = { span = "2d", to = "solved" }\n', 1)
    .replace('key = "low"\n', 'key = "low"\nurgent = false\n', 1)
    + """
[[teams]]
key = "sunday"
label = "Weekend"
calendar = "weekend"
[calendars.weekend]
timezone = "Europe/London"
no_holidays = true
[calendars.weekend.week]
sun = ["10:00-12:00"]
[[rules]]
key = "near"
label = "Near its limit"
on = "warning"
metric = "resolution"
at = "50%"
mode = "suggest"
raise_severity = 1
[[rules]]
key = "missed"
label = "Missed"
on = "breach"
metric = "response"
team = "sunday"
notify = ["lead"]
[[notices]]
on = "warned"
to = ["assignee", "team"]
[[notices]]
on = "reminded"
to = ["requester", "assignee"]
[[notices]]
on = "breached"
to = ["lead"]
"""
)


def create_watched_desk(url: str, text: str = WATCHED) -> DeskSession:
    store = create_desk(url, small_procedure(text), admin_login="ann", simulated=True, now=MONDAY)
    desk = open_desk(store, "ann")
    people = [("lea", "lead", "first-line"), ("sam", "agent", "first-line"), ("sun", "agent", "sunday")]
    rows = [{"login": login, "name": login, "role": role, "team": team} for login, role, team in people]
    seed_agents(desk, rows, now=MONDAY)
    return desk


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    desk = create_watched_desk(store_url)
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def read_detail(store: Store, number: int = 1001) -> TicketDetail:
    with open_reader(store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return found


def list_numbers(store: Store, view: str, now: datetime) -> list[int]:
    viewer = Viewer("ann", None, int(now.timestamp()))
    with open_reader(store.url) as reader:
        numbers = [row.number for row in load_queue_page(reader, view, viewer)]
        assert load_view_counts(reader, viewer)[view] == len(numbers) == count_tickets(reader, view, viewer)
    return numbers


def test_bug_09_a_breach_reaches_views_rules_and_people(desk: DeskSession) -> None:
    """Elsewhere, views and triggers of escalation silently stopped working: here a clock is followed to the end."""
    register(desk, subject="x", type="fault", severity="high", team="first-line", now=at(0))
    runner = Runner(desk.store)
    assert list(runner.step(at(29))) == []
    assert (list_numbers(desk.store, "due", at(29)), list_numbers(desk.store, "breached", at(29))) == ([1001], [])
    assert [fired.what for fired in runner.step(at(31))] == ["breach"]
    assert list_numbers(desk.store, "breached", at(31)) == [1001]
    assert read_detail(desk.store).row.team == "sunday"
    with open_reader(desk.store.url) as reader:
        assert [notice.what for notice in load_notices(reader, "lea")][:1] == ["Response is missed"]
    assert list(runner.step(at(32))) == []


def test_bug_11_reminders_wait_for_the_working_time_of_their_recipient(desk: DeskSession) -> None:
    """A reminder is recorded at its true instant; the notice waits for the working time of the recipient."""
    for _ in range(2):
        number = register(
            desk, subject="x", type="fault", requester="Ida", email="ida@larch.example", assignee="sam",
            team="first-line", now=at(0),
        ).number  # fmt: skip
        update.move(desk, number, "working", now=at(1))
        update.move(desk, number, "waiting", now=at(2), reason="asked by telephone")
    register(desk, subject="y", type="fault", severity="low", assignee="sam", team="sunday", now=at(0))
    fired_events = list(Runner(desk.store).step(at(0) + timedelta(days=5)))
    assert len(summarize_alerts(fired_events)) == 1
    with open_reader(desk.store.url) as reader:
        letters, notices = load_letters(reader), load_notices(reader, "sun")
    assert [letter.not_before for letter in letters] == [None, None]  # reminded on Tuesday in working time: at once
    (warning,) = [notice for notice in notices if notice.on == "warned"]
    assert datetime.fromtimestamp(warning.at, UTC).weekday() == 1
    sunday_10_00 = MONDAY + timedelta(days=6, hours=1)  # the team works on Sundays only
    assert warning.not_before == int(sunday_10_00.timestamp())


def test_bug_11_reminders_of_a_weekend_wait_until_monday(store_url: str) -> None:
    procedure = WATCHED.replace('span = "2d"', 'span = "7c"').replace('remind_before = "1d"', 'remind_before = "1c"')
    desk = create_watched_desk(store_url, procedure)
    sunday = at(0) + timedelta(days=6, hours=14)
    for number in (1001, 1002):
        register(desk, subject="x", type="fault", requester="Ida", email="ida@larch.example", now=at(0))
        update.move(desk, number, "working", now=sunday)
        update.move(desk, number, "waiting", now=sunday, reason="asked by telephone")
    saturday = sunday + timedelta(days=6)  # 23:00, one calendar day before the seven days end
    fired_events = list(Runner(desk.store).step(saturday + timedelta(minutes=1)))
    reminded = [
        fired.instant for fired in fired_events if fired.what == "warning" and fired.metric.startswith("timer:")
    ]
    assert reminded == [int(saturday.timestamp())] * 2
    monday = int((MONDAY + timedelta(days=14, hours=-1)).timestamp())
    with open_reader(desk.store.url) as reader:
        assert [(letter.on, letter.not_before) for letter in load_letters(reader)] == [("reminded", monday)] * 2
    desk.store.close()


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/Los_Angeles"])
def test_bug_22_the_time_zones_of_machine_and_database_have_no_effect(
    store_url: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An automatic closure happens by the clock of the desk, whatever the time zones of the server and its session."""
    with monkeypatch.context() as environment:
        environment.setenv("PGTZ", zone)
        environment.setenv("TZ", zone)
        time.tzset()
        desk = create_watched_desk(store_url)
        register(desk, subject="x", type="fault", now=at(0))
        update.move(desk, 1001, "working", now=at(60))
        update.move(desk, 1001, "waiting", now=at(60), reason="asked by telephone")
        runner = Runner(desk.store)
        list(runner.step(at(60) + timedelta(days=2, seconds=-1)))
        assert read_detail(desk.store).row.status == "waiting"
        list(runner.step(at(60) + timedelta(days=2)))
        assert read_detail(desk.store).solved == int((at(60) + timedelta(days=2)).timestamp())
        desk.store.close()
    time.tzset()


def test_bug_27_a_timer_of_working_days_ends_on_a_working_day(desk: DeskSession) -> None:
    """Two working days from Friday noon end on Tuesday noon, and the reminder one day earlier is due on Monday."""
    register(desk, subject="x", type="fault", now=at(0) + FRIDAY)
    update.move(desk, 1001, "working", now=at(180) + FRIDAY)
    update.move(desk, 1001, "waiting", now=at(180) + FRIDAY, reason="asked by telephone")
    fired_events = list(Runner(desk.store).step(at(0) + timedelta(days=9)))
    timers = [(fired.what, fired.instant) for fired in fired_events if fired.metric.startswith("timer:")]
    noon = at(180) + FRIDAY
    assert timers == [
        ("warning", int((noon + timedelta(days=3)).timestamp())),
        ("timer", int((noon + timedelta(days=4)).timestamp())),
    ]


def test_bug_34_suggestions_and_dry_runs_change_nothing(desk: DeskSession) -> None:
    """A rule that may only suggest leaves the severity as it is, and a dry run leaves no trace."""
    register(desk, subject="x", type="fault", severity="low", team="first-line", requester="Ida", now=at(0))
    messages.reply(desk, 1001, "On it", now=at(1))
    before = read_detail(desk.store)
    assert preview_due_changes(desk, 1001, severity="high", now=at(2)) != []
    assert migrate_tickets(desk, at(2), dry_run=True) == []
    update.update_ticket(desk, 1001, severity="high", now=at(2), dry_run=True)
    assert read_detail(desk.store) == before
    warning = [fired for fired in Runner(desk.store).step(at(0) + timedelta(days=1)) if fired.what == "warning"]
    after = read_detail(desk.store)
    assert [fired.threshold for fired in warning] == ["50%"]
    assert (after.row.severity, [clock.target for clock in after.clocks]) == (
        "low",
        [clock.target for clock in before.clocks],
    )
    assert [record.kind for record in after.records if record.kind == "suggestion"] == ["suggestion"]


def test_bug_37_durations_are_stored_in_seconds(desk: DeskSession) -> None:
    """Averages of whole hours say nothing about a desk that answers in minutes."""
    seconds_to_answer = (7, 59, 61)
    for seconds in seconds_to_answer:
        number = register(desk, subject="x", type="fault", requester="Ida", now=at(0)).number
        messages.reply(desk, number, "On it", now=at(0) + timedelta(seconds=seconds))
    consumed = [
        next(clock.consumed for clock in read_detail(desk.store, number).clocks if clock.metric == "response")
        for number in (1001, 1002, 1003)
    ]
    assert (tuple(consumed), sum(consumed) / len(consumed)) == (seconds_to_answer, 127 / 3)
