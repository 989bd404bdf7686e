"""The integrity check: the tables hold what the events say, and changes by others are found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity, refresh_projections
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from small_desk import at, small_desk
from tampering import tamper


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = small_desk(store_url)
    register(session, subject="x", body="y", type="fault", severity="high", requester="Kim", now=at(0))
    messages.reply(session, 1001, "z", now=at(5))
    yield session
    session.store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket SET status = 'closed'",
        "UPDATE ticket SET subject = 'other'",
        "UPDATE clock SET due_at = NULL, state = 'met'",
        "DELETE FROM clock WHERE metric = 'resolution'",
        "DELETE FROM message WHERE seq = 2",
        "UPDATE message SET author = 'somebody'",
        "UPDATE status_span SET since = since + 1",
        "UPDATE status_span SET until = since + 60, team = 'other'",
        "DELETE FROM status_span",
        "UPDATE ticket SET last_event_at = received_at",
    ],
)
def test_a_row_that_differs_from_its_events_is_found_and_repaired(desk: DeskSession, statement: str) -> None:
    tamper(desk, statement)
    report = check_integrity(desk.store)
    assert [finding.ticket for finding in report.findings] == [1001]
    assert all(finding.repaired for finding in check_integrity(desk.store, repair=True).findings)
    assert check_integrity(desk.store).findings == ()


def test_wrong_and_missing_visits_are_named_and_rebuilt_from_the_events(desk: DeskSession) -> None:
    """R-56"""
    update.move(desk, 1001, "working", now=at(6))
    update.move(desk, 1001, "solved", now=at(9))
    kept = "SELECT * FROM status_span ORDER BY ticket_id, n"
    with desk.store.reading() as session:
        before = session.execute(text(kept)).all()
    assert len(before) == 3
    for statement in ("DELETE FROM status_span WHERE n = 2", "UPDATE status_span SET hand_offs = 7 WHERE n = 1"):
        tamper(desk, statement)
        sentences = [finding.sentence for finding in check_integrity(desk.store, repair=True).findings]
        assert sentences == ["the visits of statuses of ticket 1001 differ from its events"]
        with desk.store.reading() as session:
            assert session.execute(text(kept)).all() == before


def test_rows_of_an_older_projection_are_rewritten_and_an_interruption_is_continued(desk: DeskSession) -> None:
    for number in range(4):
        register(desk, subject=f"x{number}", type="fault", severity="high", now=at(10))
    tamper(desk, "UPDATE desk SET fold = 1")
    tamper(desk, "UPDATE clock SET due_at = NULL")
    progress: list[tuple[int, int]] = []

    def interrupt(done: int, total: int) -> None:
        progress.append((done, total))
        if done == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        refresh_projections(desk.store, interrupt, batch=2)
    assert progress == [(2, 5), (4, 5)]
    progress.clear()
    open_desk(desk.store, "ann", progress=lambda done, total: progress.append((done, total)))
    assert progress == [(1, 1)]
    assert not refresh_projections(desk.store)
    assert check_integrity(desk.store).findings == ()


def test_an_interruption_of_another_projection_is_not_continued(desk: DeskSession) -> None:
    tamper(desk, "UPDATE desk SET fold = 0, refolding = '1:1001'")
    tamper(desk, "UPDATE clock SET due_at = NULL")
    assert refresh_projections(desk.store)
    assert check_integrity(desk.store).findings == ()


def test_a_changed_text_is_found_by_its_digest(desk: DeskSession) -> None:
    tamper(desk, "UPDATE personal_text SET body = 'sweeter' WHERE body = 'z'")
    sentences = [finding.sentence for finding in check_integrity(desk.store).findings]
    assert sentences == [
        "the body of event 2 of ticket 1001 is not what was written: restore a backup with `deskterm restore FILE`"
    ]


def test_a_changed_event_is_found_by_its_chain(desk: DeskSession) -> None:
    tamper(desk, "UPDATE event SET actor = 'mallory' WHERE seq = 1")
    sentences = [finding.sentence for finding in check_integrity(desk.store, repair=True).findings]
    assert sentences == [
        "event 1 of ticket 1001 is not what was written: restore a backup with `deskterm restore FILE`"
    ]


ACTIONS = st.sampled_from(
    ["reply", "ask", "answer", "note", "working", "solved", "closed", "high", "low", "tag", "sam"]
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(st.tuples(ACTIONS, st.integers(0, 600)), max_size=12))
def test_the_tables_hold_what_the_events_say_after_any_commands(
    desk: DeskSession, actions: list[tuple[str, int]]
) -> None:
    number = register(desk, subject="x", type="fault", now=at(0)).number
    minute = 0
    for action, minutes in actions:
        minute += minutes
        try:
            perform(desk, number, action, minute)
        except DeskError:
            continue
    assert check_integrity(desk.store).findings == ()


def perform(desk: DeskSession, number: int, action: str, minute: int) -> None:
    now = at(minute)
    match action:
        case "reply":
            messages.reply(desk, number, "x", now=now)
        case "ask":
            messages.reply(desk, number, "x", status="waiting", now=now)
        case "answer":
            messages.record_customer_message(desk, number, "x", now=now)
        case "note":
            messages.add_note(desk, number, "x", now=now)
        case "working" | "solved" | "closed":
            update.move(desk, number, action, now=now)
        case "high" | "low":
            update.set_severity(desk, number, action, now=now)
        case "tag":
            update.tag(desk, number, [f"t{minute % 3}"], now=now)
        case _:
            assignment.assign(desk, number, action, now=now)
