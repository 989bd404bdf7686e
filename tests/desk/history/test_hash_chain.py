"""Verifying the chain of events, and the texts that events refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.erasing import erasure
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from small_desk import at, small_desk
from tampering import tamper

KIM = "kim@larch.example"


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = small_desk(store_url)
    yield session
    session.store.close()


def find_faults(desk: DeskSession) -> list[tuple[int, int | None, str, str]]:
    with open_reader(desk.store.url) as reader:
        return [(fault.ticket, fault.seq, fault.kind, fault.what) for fault in verify_chains(reader).faults]


def register_fault(desk: DeskSession, minute: float = 0, **values: Any) -> int:
    defaults: dict[str, Any] = {"subject": "Login fails for Kim Doe", "body": "Kim Doe here.", "type": "fault"}
    return register(desk, **(defaults | {"requester": "Kim Doe", "email": KIM} | values), now=at(minute)).number


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE event SET actor = 'mallory' WHERE ticket_id = 1001 AND seq > 1", (1001, 2, "replied", "changed")),
        ("UPDATE event SET data = '{}' WHERE ticket_id = 1002 AND seq = 1", (1002, 1, "registered", "changed")),
        ("UPDATE event SET data = '{not json' WHERE ticket_id = 1002", (1002, 1, "registered", "changed")),
        ("UPDATE event SET data = '[]' WHERE ticket_id = 1001 AND seq = 2", (1001, 2, "replied", "changed")),
        ("DELETE FROM event WHERE ticket_id = 1001 AND seq = 2", (1001, 2, "", "missing")),
        ("DELETE FROM event WHERE ticket_id = 1001 AND seq = 3", (1001, 3, "", "missing")),
        ("DELETE FROM event WHERE ticket_id = 1002", (1002, 1, "", "missing")),
        ("UPDATE ticket SET hash = 'x' WHERE id = 1002", (1002, None, "", "changed")),
        ("UPDATE personal_text SET body = 'sweeter' WHERE body = 'z'", (1001, 2, "replied", "words")),
        ("UPDATE personal_text SET body = '', salt = '' WHERE body = 'z'", (1001, 2, "replied", "words")),
    ],
)
def test_the_first_changed_event_or_text_of_a_chain_is_reported(
    desk: DeskSession, statement: str, expected: tuple[int, int | None, str, str]
) -> None:
    register_fault(desk)
    messages.reply(desk, 1001, "z", now=at(5))
    update.tag(desk, 1001, ["vip"], now=at(6))
    register_fault(desk, 7)
    assert find_faults(desk) == []
    tamper(desk, statement)
    assert find_faults(desk) == [expected]


@pytest.mark.parametrize("traces", [True, False])
def test_a_ticket_that_was_deleted_with_all_its_events_is_reported(desk: DeskSession, traces: bool) -> None:
    for minute in range(3):
        register_fault(desk, minute)
    statements = [
        f"DELETE FROM {table} WHERE ticket_id = 1002"
        for table in ("event", "clock", "message", "record", "status_span")
    ]
    statements += [
        f"DELETE FROM {table} WHERE ticket_id = 1002" for table in ("personal_text", "ticket_number")[: 2 - traces]
    ]
    tamper(desk, *statements, "DELETE FROM ticket WHERE id = 1002")
    # Without another row that names it, PostgreSQL cannot tell it from a number that a failed command used up.
    assert find_faults(desk) == ([(1002, None, "", "missing")] if traces or desk.store.dialect == "sqlite" else [])


def test_a_text_written_in_the_place_of_an_erased_one_is_reported(desk: DeskSession) -> None:
    number = register_fault(desk)
    messages.reply(desk, number, "Dear Kim Doe", now=at(5))
    erasure.erase_person(desk, KIM, now=at(6))
    statement = "UPDATE personal_text SET body = 'I agree.', salt = 's' WHERE body = ''"
    tamper(desk, statement)
    assert {what for *_, what in find_faults(desk)} == {"words"}
    tamper(desk, "UPDATE personal_text SET body = 'Dear Mr Roe' WHERE body = 'Dear (erased)'")
    assert len(find_faults(desk)) == 3
