"""What other desks got wrong where time, people and the store meet: each shown right here, on both databases.

Those that are a matter of the clocks alone stand with them, in tests/sla.
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


def made(url: str, text: str = WATCHED) -> DeskSession:
    store = create_desk(url, small_procedure(text), admin_login="ann", simulated=True, now=MONDAY)
    desk = open_desk(store, "ann")
    people = [("lea", "lead", "first-line"), ("sam", "agent", "first-line"), ("sun", "agent", "sunday")]
    rows = [{"login": login, "name": login, "role": role, "team": team} for login, role, team in people]
    seed_agents(desk, rows, now=MONDAY)
    return desk


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    desk = made(store_url)
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def seen(store: Store, number: int = 1001) -> TicketDetail:
    with open_reader(store.url) as reader:
        found_sheet = load_ticket_detail(reader, number)
    assert found_sheet is not None
    return found_sheet


def shown(store: Store, view: str, now: datetime) -> list[int]:
    viewer = Viewer("ann", None, int(now.timestamp()))
    with open_reader(store.url) as reader:
        numbers = [row.number for row in load_queue_page(reader, view, viewer)]
        assert load_view_counts(reader, viewer)[view] == len(numbers) == count_tickets(reader, view, viewer)
    return numbers


def test_bug_09_an_escalation_reaches_views_rules_and_people_from_end_to_end(desk: DeskSession) -> None:
    """Views and triggers of escalation that silently stopped working: here a clock is followed all the way."""
    register(desk, subject="x", type="fault", severity="high", team="first-line", now=at(0))
    runner = Runner(desk.store)
    assert list(runner.step(at(29))) == []
    assert (shown(desk.store, "due", at(29)), shown(desk.store, "breached", at(29))) == ([1001], [])
    assert [fired.what for fired in runner.step(at(31))] == ["breach"]
    assert shown(desk.store, "breached", at(31)) == [1001]
    assert seen(desk.store).row.team == "sunday"
    with open_reader(desk.store.url) as reader:
        assert [one.what for one in load_notices(reader, "lea")][:1] == ["Response is missed"]
    assert list(runner.step(at(32))) == []


def test_bug_11_nobody_is_reminded_at_midnight_or_on_a_weekend(desk: DeskSession) -> None:
    """The instant of a reminder is the true one; what goes out waits for the recipient's working time."""
    for _ in range(2):
        number = register(
            desk, subject="x", type="fault", requester="Ida", email="ida@larch.example", assignee="sam",
            team="first-line", now=at(0),
        ).number  # fmt: skip
        update.move(desk, number, "working", now=at(1))
        update.move(desk, number, "waiting", now=at(2), reason="asked by telephone")
    register(desk, subject="y", type="fault", severity="low", assignee="sam", team="sunday", now=at(0))
    came = list(Runner(desk.store).step(at(0) + timedelta(days=5)))
    assert len(summarize_alerts(came)) == 1
    with open_reader(desk.store.url) as reader:
        letters, notices = load_letters(reader), load_notices(reader, "sun")
    assert [letter.not_before for letter in letters] == [None, None]  # reminded on Tuesday in working time: at once
    (near,) = [one for one in notices if one.on == "warned"]
    assert datetime.fromtimestamp(near.at, UTC).weekday() == 1
    assert near.not_before == int((MONDAY + timedelta(days=6, hours=1)).timestamp())  # Sunday 10:00, when they are in


def test_bug_11_what_a_weekend_brings_is_held_until_monday_as_one(store_url: str) -> None:
    around = WATCHED.replace('span = "2d"', 'span = "7c"').replace('remind_before = "1d"', 'remind_before = "1c"')
    desk = made(store_url, around)
    sunday = at(0) + timedelta(days=6, hours=14)
    for number in (1001, 1002):
        register(desk, subject="x", type="fault", requester="Ida", email="ida@larch.example", now=at(0))
        update.move(desk, number, "working", now=sunday)
        update.move(desk, number, "waiting", now=sunday, reason="asked by telephone")
    saturday = sunday + timedelta(days=6)  # 23:00, a calendar day before the week is over
    came = list(Runner(desk.store).step(saturday + timedelta(minutes=1)))
    reminded = [fired.instant for fired in came if fired.what == "warning" and fired.metric.startswith("timer:")]
    assert reminded == [int(saturday.timestamp())] * 2
    monday = int((MONDAY + timedelta(days=14, hours=-1)).timestamp())
    with open_reader(desk.store.url) as reader:
        assert [(letter.on, letter.not_before) for letter in load_letters(reader)] == [("reminded", monday)] * 2
    desk.store.close()


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/Los_Angeles"])
def test_bug_22_the_clock_of_machine_and_database_decides_nothing(
    store_url: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What closes by itself after a time does so by the desk's one clock, wherever the server and its session think
    that they are."""
    with monkeypatch.context() as there:
        there.setenv("PGTZ", zone)
        there.setenv("TZ", zone)
        time.tzset()
        desk = made(store_url)
        register(desk, subject="x", type="fault", now=at(0))
        update.move(desk, 1001, "working", now=at(60))
        update.move(desk, 1001, "waiting", now=at(60), reason="asked by telephone")
        runner = Runner(desk.store)
        list(runner.step(at(60) + timedelta(days=2, seconds=-1)))
        assert seen(desk.store).row.status == "waiting"
        list(runner.step(at(60) + timedelta(days=2)))
        assert seen(desk.store).solved == int((at(60) + timedelta(days=2)).timestamp())
        desk.store.close()
    time.tzset()


def test_bug_27_what_is_put_off_by_working_days_ends_on_none_that_is_closed(desk: DeskSession) -> None:
    """Two working days from Friday noon are over on Tuesday noon, and the reminder a day before is Monday's."""
    register(desk, subject="x", type="fault", now=at(0) + FRIDAY)
    update.move(desk, 1001, "working", now=at(180) + FRIDAY)
    update.move(desk, 1001, "waiting", now=at(180) + FRIDAY, reason="asked by telephone")
    came = list(Runner(desk.store).step(at(0) + timedelta(days=9)))
    timers = [(fired.what, fired.instant) for fired in came if fired.metric.startswith("timer:")]
    noon = at(180) + FRIDAY
    assert timers == [
        ("warning", int((noon + timedelta(days=3)).timestamp())),
        ("timer", int((noon + timedelta(days=4)).timestamp())),
    ]


def test_bug_34_what_only_tells_or_rehearses_changes_nothing(desk: DeskSession) -> None:
    """A rule that may only suggest leaves the severity, and a rehearsal leaves no trace at all."""
    register(desk, subject="x", type="fault", severity="low", team="first-line", now=at(0))
    messages.reply(desk, 1001, "On it", now=at(1))
    before = seen(desk.store)
    assert preview_due_changes(desk, 1001, severity="high", now=at(2)) != []
    assert migrate_tickets(desk, at(2), dry_run=True) == []
    update.update_ticket(desk, 1001, severity="high", now=at(2), dry_run=True)
    assert seen(desk.store) == before
    near = [fired for fired in Runner(desk.store).step(at(0) + timedelta(days=1)) if fired.what == "warning"]
    after = seen(desk.store)
    assert [fired.threshold for fired in near] == ["50%"]
    assert (after.row.severity, [clock.target for clock in after.clocks]) == (
        "low",
        [clock.target for clock in before.clocks],
    )
    assert [record.kind for record in after.records if record.kind == "suggestion"] == ["suggestion"]


def test_bug_37_lengths_are_kept_in_seconds_and_rounded_only_to_be_read(desk: DeskSession) -> None:
    """Averages of whole hours say nothing of a desk that answers in minutes."""
    answered = (7, 59, 61)
    for seconds in answered:
        number = register(desk, subject="x", type="fault", now=at(0)).number
        messages.reply(desk, number, "On it", now=at(0) + timedelta(seconds=seconds))
    used = [
        next(clock.consumed for clock in seen(desk.store, number).clocks if clock.metric == "response")
        for number in (1001, 1002, 1003)
    ]
    assert (tuple(used), sum(used) / len(used)) == (answered, 127 / 3)
