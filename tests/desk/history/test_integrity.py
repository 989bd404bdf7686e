"""The tables are what the events say; what was changed behind the desk's back shows."""

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


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = small_desk(store_url)
    register(made, subject="x", body="y", type="fault", severity="high", requester="Kim", now=at(0))
    messages.reply(made, 1001, "z", now=at(5))
    yield made
    made.store.close()


def tamper(desk: DeskSession, statement: str) -> None:
    with desk.store.writing() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket SET status = 'closed'",
        "UPDATE ticket SET subject = 'other'",
        "UPDATE clock SET due_at = NULL, state = 'met'",
        "DELETE FROM clock WHERE metric = 'resolution'",
        "DELETE FROM message WHERE seq = 2",
        "UPDATE message SET author = 'somebody'",
    ],
)
def test_a_row_that_differs_is_found_and_mended(desk: DeskSession, statement: str) -> None:
    tamper(desk, statement)
    found = check_integrity(desk.store)
    assert [finding.ticket for finding in found.findings] == [1001]
    assert all(finding.repaired for finding in check_integrity(desk.store, repair=True).findings)
    assert check_integrity(desk.store).findings == ()


def test_rows_of_an_older_fold_are_written_anew_and_an_interruption_is_gone_on_from(desk: DeskSession) -> None:
    for number in range(4):
        register(desk, subject=f"x{number}", type="fault", severity="high", now=at(10))
    tamper(desk, "UPDATE desk SET fold = 1")
    tamper(desk, "UPDATE clock SET due_at = NULL")
    seen: list[tuple[int, int]] = []

    def interrupt(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        refresh_projections(desk.store, interrupt, batch=2)
    assert seen == [(2, 5), (4, 5)]
    seen.clear()
    open_desk(desk.store, "ann", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 1)]
    assert not refresh_projections(desk.store)
    assert check_integrity(desk.store).findings == ()


def test_an_interruption_by_another_fold_is_not_gone_on_from(desk: DeskSession) -> None:
    tamper(desk, "UPDATE desk SET fold = 0, refolding = '1:1001'")
    tamper(desk, "UPDATE clock SET due_at = NULL")
    assert refresh_projections(desk.store)
    assert check_integrity(desk.store).findings == ()


def test_changed_words_show_by_their_digest(desk: DeskSession) -> None:
    tamper(desk, "UPDATE personal_text SET body = 'sweeter' WHERE body = 'z'")
    sentences = [finding.sentence for finding in check_integrity(desk.store).findings]
    assert sentences == ["the body of event 2 of ticket 1001 is not what was written: compare a backup"]


def test_a_changed_event_shows_by_its_chain(desk: DeskSession) -> None:
    with desk.store.writing() as session:
        if desk.store.dialect == "sqlite":
            names = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                session.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            session.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
        session.execute(text("UPDATE event SET actor = 'mallory' WHERE seq = 1"))
    sentences = [finding.sentence for finding in check_integrity(desk.store, repair=True).findings]
    assert sentences == ["event 1 of ticket 1001 is not what was written: compare a backup"]


ACTS = st.sampled_from(["reply", "ask", "answer", "note", "working", "solved", "closed", "high", "low", "tag", "sam"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(ACTS, st.integers(0, 600)), max_size=12))
def test_whatever_people_do_the_tables_are_what_the_events_say(desk: DeskSession, acts: list[tuple[str, int]]) -> None:
    number = register(desk, subject="x", type="fault", now=at(0)).number
    minute = 0
    for act, later in acts:
        minute += later
        try:
            do(desk, number, act, minute)
        except DeskError:
            continue
    assert check_integrity(desk.store).findings == ()


def do(desk: DeskSession, number: int, act: str, minute: int) -> None:
    now = at(minute)
    match act:
        case "reply":
            messages.reply(desk, number, "x", now=now)
        case "ask":
            messages.reply(desk, number, "x", status="waiting", now=now)
        case "answer":
            messages.record_customer_message(desk, number, "x", now=now)
        case "note":
            messages.add_note(desk, number, "x", now=now)
        case "working" | "solved" | "closed":
            update.move(desk, number, act, now=now)
        case "high" | "low":
            update.set_severity(desk, number, act, now=now)
        case "tag":
            update.tag(desk, number, [f"t{minute % 3}"], now=now)
        case _:
            assignment.assign(desk, number, act, now=now)
