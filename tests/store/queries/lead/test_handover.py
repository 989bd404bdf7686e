"""What stands on the hand-over sheet: open tickets, promises that hold, and who waits (C-15)."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets import assignment, register, update
from deskterm.desk.workflow import due_times, snooze
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.lead.handover import HandoverFacts, PromiseRow, load_handover
from small_desk import at, small_desk


def epoch(minutes: float) -> int:
    return int(at(minutes).timestamp())


def read(desk: DeskSession, teams: list[str] | None = None, minutes: float = 100) -> HandoverFacts:
    with open_reader(desk.store.url) as reader:
        return load_handover(reader, teams, epoch(minutes))


def open_ticket(desk: DeskSession, minute: float, **facts: object) -> int:
    return register.register(
        desk,
        type="fault",
        severity="low",
        subject=f"Matter {minute:.0f}",
        body="It is broken",
        requester="Kim Novak",
        email="kim@larch.example",
        now=at(minute),
        **facts,  # type: ignore[arg-type]
    ).number


@pytest.mark.law("C-15")
def test_promises_are_those_that_still_hold(store_url: str) -> None:
    desk = small_desk(store_url)
    kept, cleared, undone, moved = (open_ticket(desk, minute) for minute in range(4))
    for number in (kept, cleared, undone, moved):
        due_times.set_due(desk, number, "resolution", at(300), reason="said on the phone", now=at(10))
    due_times.clear_due(desk, cleared, "resolution", reason="not so", now=at(11))
    undo_last_command(desk, undone, now=at(12))
    due_times.set_due(desk, moved, "resolution", at(400), reason="they agreed", now=at(13))
    found = read(desk).promises
    assert found == (
        PromiseRow(kept, "due", epoch(300), "ann", "resolution", "said on the phone"),
        PromiseRow(moved, "due", epoch(400), "ann", "resolution", "they agreed"),
    )
    desk.store.close()


@pytest.mark.law("C-15")
def test_it_says_who_waits_for_what_and_since_when(store_url: str) -> None:
    desk = small_desk(store_url)
    unanswered, answered, asked_again, waiting, asleep, closed = (open_ticket(desk, minute) for minute in range(6))
    for number in (answered, asked_again):
        messages.reply(desk, number, "We look at it", now=at(20))
    messages.record_customer_message(desk, asked_again, "And now?", now=at(30))
    messages.record_customer_message(desk, asked_again, "Hello?", now=at(40))
    update.move(desk, waiting, "working", anyway=True, now=at(41))
    update.move(desk, waiting, "waiting", now=at(41))
    snooze.snooze(desk, asleep, at(500), now=at(42))
    update.move(desk, closed, "solved", anyway=True, now=at(43))
    assignment.assign(desk, unanswered, "sam", team="first-line", now=at(44))
    found = read(desk)
    assert {(one.ticket, one.kind, one.since) for one in found.waits if one.kind != "snooze"} == {
        (unanswered, "answer", epoch(0)),
        (asked_again, "answer", epoch(30)),
        (waiting, "status", epoch(41)),
        (asleep, "answer", epoch(4)),
    }
    assert [(one.ticket, one.until) for one in found.waits if one.kind == "snooze"] == [(asleep, epoch(500))]
    assert [one.since for one in found.waits] == sorted(one.since for one in found.waits)
    assert {one.number for one in found.tickets} == {unanswered, answered, asked_again, waiting, asleep}
    assert [one.number for one in read(desk, ["first-line"]).tickets] == [unanswered]
    assert {one.ticket for one in read(desk, ["first-line"]).waits} == {unanswered}
    assert read(desk, []) == HandoverFacts((), (), ())
    assert [(one.ticket, one.at, one.body) for one in found.replies] == [
        (answered, epoch(20), "We look at it"),
        (asked_again, epoch(20), "We look at it"),
    ]
    desk.store.close()
