"""The look at what is due, and the transactions that record it; `tests/desk/reactions/test_catch_up.py` says what."""

from __future__ import annotations

from deskterm.desk.core.catching_up import is_anything_due, record_due_events
from deskterm.desk.core.session import DeskSession
from deskterm.desk.reactions.catch_up import record_due_events as catch_up
from due_time_desk import epoch, open_fault
from small_desk import at


def is_due(desk: DeskSession, minute: float, *numbers: int) -> bool:
    with desk.store.reading() as session:
        return is_anything_due(session, numbers, epoch(minute))


def test_something_is_due_from_its_instant_on_until_it_is_recorded(clock_desk: DeskSession) -> None:
    first, second = open_fault(clock_desk), open_fault(clock_desk, "low")
    assert [is_due(clock_desk, minute, first, second) for minute in (29, 30)] == [False, True]
    assert not is_due(clock_desk, 30, second)
    with clock_desk.ticket(first, "note", at(30), catch_up=False) as work:
        steps = record_due_events(work, epoch(30), catch_up)
        assert [event.kind for step in steps for event in step.new_events][:1] == ["noticed"]
        assert {event.actor for step in steps for event in step.new_events} == {"deskterm"}
        assert work.new_events == []
    assert not is_due(clock_desk, 30, first, second)
