"""The demo desk as a visitor finds it on its Monday morning, and the stories that it is made from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.history.integrity import check_integrity
from deskterm.errors import DeskError
from deskterm.exchange.demo.build import add_demo_tickets, build_demo_desk, find_working_morning
from deskterm.exchange.demo.story_loader import load_storybook
from deskterm.exchange.demo.story_schema import schedule_moments, subtract_open_time
from deskterm.present.views import VIEWS
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.shipped import data_folder
from deskterm.sla.calendar import Calendar
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.queries.desk_facts import load_agents, load_desk_facts
from deskterm.store.queries.queue import QueueRow, Viewer, count_tickets, load_queue_page, load_view_counts
from deskterm.store.queries.ticket_detail import load_ticket_detail
from deskterm.store.rows.list_orders import SortKey
from small_desk import MONDAY, small_desk
from store_templates import copy_store, load_shipped

MORNING = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
EVENING = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
"""The real time at which the demo is begun."""
NOW = int(MORNING.timestamp())
SAM = Viewer("sam", "customer-support", NOW)
BOOK = data_folder() / "demo"
OFFICE = Calendar("Etc/GMT", {day: [("08:00", "16:00")] for day in ("mon", "tue", "wed", "thu", "fri")})


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'desk.sqlite3'}"
    key = "demo", MORNING, EVENING, "sam"
    store = copy_store(
        url, key, lambda place: build_demo_desk(place, morning=MORNING, real_now=EVENING, admin_login="sam")
    )
    yield store
    store.close()


@pytest.fixture
def reader(demo: Store) -> Iterator[ReadConnection]:
    with open_reader(demo.url) as reader:
        yield reader


def load_queue(reader: ReadConnection, view: str = "open") -> list[QueueRow]:
    return load_queue_page(reader, view, SAM, limit=500)


def seconds_left(row: QueueRow) -> int | None:
    """Seconds from the morning to the next due instant."""
    return None if row.next_due is None else row.next_due - NOW


def load_content(reader: ReadConnection) -> list[tuple[object, ...]]:
    """All tickets and messages of a desk, without salts and hashes."""
    rows = [
        tuple(row._replace(key=SortKey(0, None, row.number)))
        for view in ("open", "closed")
        for row in load_queue(reader, view)
    ]
    messages = reader.rows("SELECT m.ticket_id, m.seq, m.author, t.body FROM message m JOIN personal_text t"
                       " ON t.id = m.text_id ORDER BY m.id")  # fmt: skip
    return rows + messages


# ---- the morning ----


def test_the_desk_is_simulated_and_its_clock_starts_on_the_morning(reader: ReadConnection) -> None:
    desk = load_desk_facts(reader)
    assert desk.simulated
    assert EVENING + timedelta(seconds=desk.clock_offset) == MORNING
    assert desk.name == "Quillmere Support"


def test_it_has_three_weeks_of_tickets(reader: ReadConnection) -> None:
    rows = load_queue(reader) + load_queue(reader, "closed")
    assert 130 <= len(rows) <= 150
    assert 45 <= len(load_queue(reader)) <= 60
    assert min(row.received for row in rows) > NOW - 22 * 86_400
    assert max(row.updated for row in rows) < NOW


def test_no_view_is_empty(reader: ReadConnection) -> None:
    assert all(load_view_counts(reader, SAM).values())
    assert all(count_tickets(reader, view.key, SAM) for view in VIEWS)


def test_my_team_sees_less_than_everybody_together(reader: ReadConnection) -> None:
    counts = load_view_counts(reader, SAM)
    assert 5 <= counts["mine"] < counts["team"] < counts["open"]


def test_one_ticket_is_twelve_minutes_late_and_it_is_the_visitors(reader: ReadConnection) -> None:
    (late,) = [row for row in load_queue(reader) if (seconds_left(row) or 0) < 0]
    assert (seconds_left(late), late.assignee, late.severity) == (-12 * 60, "sam", "highest")
    assert load_queue(reader)[0] == late


def test_the_next_breach_is_a_minute_or_three_away_and_the_visitors_too(reader: ReadConnection) -> None:
    first = load_queue(reader)[1]
    assert 60 <= (seconds_left(first) or 0) <= 180
    assert first.assignee == "sam"


def test_several_are_due_within_the_hour_from_minutes_to_nearly_all_of_it(reader: ReadConnection) -> None:
    minutes = [(seconds_left(row) or 0) / 60 for row in load_queue(reader, "due")]
    assert len(minutes) >= 8
    assert min(minutes) < 4
    assert max(minutes) > 54
    assert {row.next_metric for row in load_queue(reader, "due")} == {"response", "review", "resolution"}


def test_there_are_tickets_in_every_kind_of_waiting_status(reader: ReadConnection) -> None:
    rows = load_queue(reader)
    paused = [row for row in rows if row.status == "awaiting-client-info"]
    assert len(paused) >= 5
    assert all(row.next_due is None for row in paused)
    statuses = {row.status for row in rows + load_queue(reader, "closed")}
    assert {"raised-with-development", "fix-in-place", "client-sign-off", "in-progress", "open-issue"} <= statuses
    assert sum(row.assignee is None for row in rows) >= 5
    assert any(row.status == "client-sign-off" and row.assignee == "sam" for row in load_queue(reader, "closed"))


def test_some_texts_are_hard_to_display(reader: ReadConnection) -> None:
    subjects = " ".join(row.subject for row in load_queue(reader) + load_queue(reader, "closed"))
    for piece in ("[urgent]", "修了証", "🙏", "für", "Congés", "["):
        assert piece in subjects
    bodies = [body for (body,) in reader.rows("SELECT body FROM personal_text")]
    assert max(map(len, bodies)) > 1500
    assert any("```" in body for body in bodies)


def test_a_ticket_has_a_complete_history(reader: ReadConnection) -> None:
    (row,) = [row for row in load_queue(reader) if row.subject.startswith("THIRD TIME")]
    detail = load_ticket_detail(reader, row.number)
    assert detail is not None
    assert detail.reopened == 1
    assert [message.author_kind for message in detail.messages].count("requester") >= 3
    assert any(message.kind == "internal" for message in detail.messages)
    assert {clock.metric: clock.state for clock in detail.clocks}["response"] == "late"


def test_visitor_leads_agents_and_a_viewer_are_on_the_desk(reader: ReadConnection) -> None:
    people = {agent.login: agent for agent in load_agents(reader)}
    assert (people["sam"].name, people["sam"].role, people["sam"].team) == ("Sam", "admin", "customer-support")
    assert {agent.role for agent in people.values() if agent.active} == {"admin", "lead", "agent", "viewer"}
    assert not people["intake"].active


# ---- the making of the desk ----


def test_it_is_the_same_on_both_databases_and_at_any_real_time(store_url: str, reader: ReadConnection) -> None:
    long_ago = MORNING - timedelta(days=400, hours=7)
    store = build_demo_desk(store_url, morning=MORNING, real_now=long_ago, admin_login="sam")
    with open_reader(store_url) as other:
        assert load_content(other) == load_content(reader)
        assert load_desk_facts(other).clock_offset == 400 * 86_400 + 7 * 3600
    report = check_integrity(store)
    views = ("open", "snoozed", "closed")
    assert report.tickets == sum(len(load_queue(reader, view)) for view in views)
    assert report.findings == ()
    assert add_demo_tickets(open_desk(store, "sam"), MORNING) == 0
    store.close()


@pytest.mark.parametrize("login", ["priya", "jo.park"])
def test_the_visitor_may_have_any_login_also_one_of_the_stories(tmp_path: Path, login: str) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    build_demo_desk(url, morning=MORNING, real_now=EVENING, admin_login=login).close()
    with open_reader(url) as reader:
        viewer = Viewer(login, "customer-support", NOW)
        assert load_view_counts(reader, viewer)["mine"] >= 5
        (you,) = [agent for agent in load_agents(reader) if agent.login == login]
        assert you.role == "admin"


@pytest.mark.parametrize(
    ("real_now", "morning"),
    [
        (datetime(2026, 11, 26, 21, 30, tzinfo=UTC), datetime(2026, 11, 23, 9, 12, tzinfo=UTC)),
        (datetime(2026, 11, 23, 0, 5, tzinfo=UTC), datetime(2026, 11, 23, 9, 12, tzinfo=UTC)),
        (datetime(2026, 11, 29, 23, 59, tzinfo=UTC), datetime(2026, 11, 23, 9, 12, tzinfo=UTC)),
        (datetime(2026, 7, 8, 12, 0, tzinfo=UTC), datetime(2026, 7, 6, 9, 12, tzinfo=UTC)),
    ],
)
def test_by_default_it_begins_on_the_monday_of_this_week(real_now: datetime, morning: datetime) -> None:
    assert find_working_morning(OFFICE, real_now) == morning


def test_a_monday_that_is_a_holiday_is_skipped() -> None:
    closed = Calendar("Etc/GMT", {"mon": [("08:00", "16:00")]}, ["2026-11-23", "2026-11-16"])
    assert find_working_morning(closed, EVENING) == datetime(2026, 11, 9, 9, 12, tzinfo=UTC)


# ---- the tickets on another desk ----


def test_the_demos_tickets_can_be_added_to_a_simulated_desk_once(tmp_path: Path) -> None:
    """On PostgreSQL they are added with the whole demo desk above."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    procedure = load_shipped("software-vendor")
    afternoon = datetime(2026, 8, 26, 14, 40, tzinfo=UTC)
    store = create_desk(url, procedure, admin_login="ann", simulated=True, now=afternoon)
    assert 130 <= add_demo_tickets(open_desk(store, "ann"), afternoon) <= 150
    assert add_demo_tickets(open_desk(store, "ann"), afternoon) == 0
    with open_reader(url) as reader:
        viewer = Viewer("ann", "customer-support", int(afternoon.timestamp()))
        assert all(load_view_counts(reader, viewer).values())
        rows = load_queue_page(reader, "open", viewer, limit=500)
        assert min(row.next_due - viewer.now for row in rows if row.next_due) < 0
    assert check_integrity(store).findings == ()
    store.close()


def test_an_ordinary_desk_refuses_the_demos_tickets(tmp_path: Path) -> None:
    store = create_desk(
        f"sqlite:///{tmp_path / 'desk.sqlite3'}",
        load_shipped("software-vendor"),
        admin_login="ann",
        now=MORNING,
    )
    with pytest.raises(DeskError, match="is for real work"):
        add_demo_tickets(open_desk(store, "ann"), MORNING)
    store.close()


def test_a_desk_whose_procedure_lacks_a_word_of_the_stories_refuses_them(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", simulated=True)
    with pytest.raises(DeskError, match="speak of the team 'customer-support', which this desk's procedure does not"):
        add_demo_tickets(desk, MONDAY)
    desk.store.close()


def test_a_step_that_the_desk_refuses_is_reported_and_nothing_is_kept(tmp_path: Path) -> None:
    folder = copy_book(tmp_path)
    text = (folder / "open.toml").read_text(encoding="utf-8")
    (folder / "open.toml").write_text(text.replace('move = "under-investigation"', 'move = "fix-in-place"', 1))
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    store = create_desk(url, load_shipped("software-vendor"), admin_login="ann", simulated=True, now=MORNING)
    with pytest.raises(DeskError, match=r"open\.toml:\d+: From Open Issue a ticket cannot go to Fix in Place"):
        add_demo_tickets(open_desk(store, "ann"), MORNING, load_storybook(folder))
    store.close()
    with open_reader(open_store(url).url) as reader:
        assert count_tickets(reader, "open", SAM) + count_tickets(reader, "closed", SAM) == 0
        assert [agent.login for agent in load_agents(reader)] == ["ann"]


# ---- the book ----


def copy_book(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BOOK, tmp_path / "book"))


def test_all_steps_happen_before_the_morning_and_in_order() -> None:
    stories = load_storybook(BOOK).stories
    calendar = next(iter(CompiledProcedure(load_shipped("software-vendor")).terms.calendars.values()))
    played = schedule_moments(stories, calendar, MORNING)
    assert len(played) == sum(1 + len(item.story.steps) for item in stories)
    assert all(moment.at < MORNING for moment in played)
    assert [moment.at for moment in played] == sorted(moment.at for moment in played)


def test_steps_after_now_are_left_out() -> None:
    stories = load_storybook(BOOK).stories
    early = schedule_moments(stories, OFFICE, MORNING - timedelta(days=3, hours=3))
    assert all(moment.at <= MORNING for moment in early)
    assert len(early) < len(schedule_moments(stories, OFFICE, MORNING))


@pytest.mark.parametrize("seconds", [0, 1, 4320, 4321, 28_800, 86_400, 1_000_000])
def test_subtracted_open_time_adds_up_again(seconds: int) -> None:
    start = subtract_open_time(OFFICE, MORNING, seconds)
    assert OFFICE.between(start, MORNING) == seconds
    assert OFFICE.between(start + timedelta(seconds=1), MORNING) <= seconds


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("open.toml", 'requester = "Stu Ormerod"', 'requester = "Stu Omerod"', 'did you mean "Stu Ormerod"?'),
        ("open.toml", 'severity = "high"', 'severiti = "high"', 'unknown key "severiti"'),
        ("open.toml", 'who = "hana"', 'who = "hanna"', 'nobody has the login "hanna"; did you mean "hana"?'),
        ("open.toml", 'after = "16m"', 'after = "soon"', '"soon"'),
        ("open.toml", 'move = "under-investigation"', 'move = "closed", note = "x"', "this one is note and move"),
        ("open.toml", 'ago = "40m"', 'ago = "4h"', '"4h" ago is before what happened last'),
        ("open.toml", 'ago = "1d 5h"\n', "", "a story has one of ago and on"),
        ("templates.toml", "Hello {first},", "Hello {fist},", 'nothing stands for "{fist}"; did you mean "first"?'),
        ("people.toml", 'takers = ["marek"', 'takers = ["mark"', 'nobody has the login "mark"'),
        ("people.toml", '"Dougie Strand"', '"Alma Reeve"', '"Alma Reeve" is a contact on line'),
    ],
)
def test_a_mistake_in_a_story_is_reported_by_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    path = copy_book(tmp_path) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DeskError) as caught:
        load_storybook(path.parent)
    assert str(caught.value).startswith(f"{path}:")
    assert message in str(caught.value)
    line = int(str(caught.value).removeprefix(f"{path}:").partition(":")[0])
    assert 1 <= line <= text.count("\n")
