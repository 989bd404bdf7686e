"""Finding the last command in the events of a ticket."""

from __future__ import annotations

from typing import Any

from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.events import Event
from deskterm.desk.history.last_command import LastCommand, find_last_command


def event(seq: int, kind: EventKind, **data: Any) -> Event:
    return Event(seq, kind, seq * 60, "ann", 1, data=data)


def find_seqs(*events: Event) -> list[int]:
    command = find_last_command(events)
    return [] if command is None else [event.seq for event in command.events]


def test_a_command_is_its_first_event_and_those_that_name_it() -> None:
    first = event(1, "registered"), event(2, "letter", act=1)
    assert find_seqs(*first, event(3, "moved"), event(4, "tagged", act=3), event(5, "letter", act=3)) == [3, 4, 5]


def test_events_of_the_system_are_no_commands_but_follow_one() -> None:
    moved, noticed = event(2, "moved"), event(3, "noticed")
    assert find_last_command([event(1, "registered"), moved, noticed]) == LastCommand((moved,), None, (noticed,))
    assert find_last_command([event(1, "noticed")]) is None


def test_after_an_undo_the_command_before_is_the_last() -> None:
    events = event(1, "registered"), event(2, "moved"), event(3, "tagged"), event(4, "undone", seqs=[3])
    assert find_seqs(*events) == [2]
    assert find_seqs(*events, event(5, "undone", seqs=[2])) == [1]


def test_the_parts_of_a_command_on_several_tickets_are_one_up_to_another_command() -> None:
    parts = event(2, "moved", bulk="m"), event(3, "tagged", bulk="m")
    command = find_last_command([event(1, "registered"), *parts])
    assert command is not None
    assert (command.bulk, command.events) == ("m", parts)
    assert find_seqs(event(1, "registered"), parts[0], event(3, "noted"), event(4, "tagged", bulk="m")) == [4]


def test_a_ticket_that_was_split_off_is_recognised() -> None:
    command = find_last_command([event(1, "registered"), event(2, "split_from", act=1, ticket=1001)])
    assert command is not None
    assert command.is_split_off
