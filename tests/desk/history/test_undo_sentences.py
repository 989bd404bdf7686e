"""What undo says: what is true of the ticket now, for every kind of change (section 7 of the console's words)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.participants import add_participant
from deskterm.desk.domain.event_kinds.table import EVENT_KINDS
from deskterm.desk.history.retention import place_hold
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import incidents
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import work_sessions
from deskterm.desk.workflow.snooze import snooze
from due_time_desk import due_time_desk
from small_desk import at


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = due_time_desk(store_url)
    yield session
    session.store.close()


def register_fault(desk: DeskSession, minute: float = 0) -> int:
    return register(desk, subject="Login fails", body="Hm.", type="fault", severity="low", now=at(minute)).number


Act = Callable[[DeskSession, int], object]

CASES: dict[str, tuple[Act, str]] = {
    "assign": (lambda desk, number: assignment.assign(desk, number, "kim", now=at(5)), "is unassigned again"),
    "status": (lambda desk, number: update.move(desk, number, "working", now=at(5)), "is New again"),
    "tag": (
        lambda desk, number: update.tag(desk, number, ["a", "b"], [], now=at(5)),
        "no longer has the tags a, b",
    ),
    "snooze": (lambda desk, number: snooze(desk, number, at(90), now=at(5)), "is no longer snoozed"),
    "hold": (lambda desk, number: place_hold(desk, number, "a claim", now=at(5)), "is no longer held"),
    "severity": (
        lambda desk, number: update.update_ticket(desk, number, severity="high", now=at(5)),
        "has severity Low again",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_undo_says_what_is_true_now(desk: DeskSession, name: str) -> None:
    act, phrase = CASES[name]
    number = register_fault(desk)
    act(desk, number)
    assert undo_last_command(desk, number, now=at(6)).summary == f"Undone: {number} {phrase}"


def test_undo_of_a_second_assignment_names_who_has_it_again(desk: DeskSession) -> None:
    number = register_fault(desk)
    assignment.assign(desk, number, "kim", now=at(4))
    assignment.assign(desk, number, "ann", now=at(5))
    assert undo_last_command(desk, number, now=at(6)).summary == f"Undone: {number} is assigned to kim again"


def test_undo_of_several_changes_names_each(desk: DeskSession) -> None:
    number = register_fault(desk)
    update.update_ticket(desk, number, severity="high", status="working", add_tags=("vip",), now=at(5))
    assert undo_last_command(desk, number, now=at(6)).summary == (
        f"Undone: {number} is New again, has severity Low again and no longer has the tag vip"
    )


def test_undo_of_acts_beside_the_fields(desk: DeskSession) -> None:
    number, incident = register_fault(desk), register_fault(desk, 1)
    work_sessions.start_work(desk, number, now=at(5))
    work_sessions.stop_work(desk, number, now=at(6))
    assert undo_last_command(desk, number, now=at(7)).summary == (
        f"Undone: work on {number} is running again; the time entries of {number} are as they were"
    )
    add_participant(desk, number, "Lou Roe", email="lou@larch.example", now=at(8))
    assert undo_last_command(desk, number, now=at(9)).summary == f"Undone: the CC list of {number} is as it was"
    incidents.attach_ticket(desk, number, incident, now=at(10))
    incidents.detach_ticket(desk, number, now=at(11))
    for phrase in ("is attached to {} again", "is no longer attached to {}"):
        summary = undo_last_command(desk, number, now=at(12)).summary
        assert summary.startswith(f"Undone: {number} {phrase.format(incident)}")


def test_every_kind_that_can_be_undone_has_its_sentence_or_changes_fields() -> None:
    by_their_changes = {
        "moved", "assigned", "severity_set", "priority_set", "tagged", "edited", "scheduled", "exempted", "held",
        "split_from", "undone",
    }  # fmt: skip
    silent = {
        kind
        for kind, entry in EVENT_KINDS.items()
        if entry.category != "system" and not (entry.undone or entry.undone_by_case or entry.irreversible)
    }
    assert silent == by_their_changes
