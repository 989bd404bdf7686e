"""Separating duplicates and merged tickets, whatever happened since they were joined."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import duplicate, merge
from deskterm.desk.linking.separate import separate_ticket
from deskterm.desk.tickets import reopening, update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from linked_tickets import JOIN_COMMANDS, Join, participant_names, register_fault
from shipped_desk import shipped_desk
from small_desk import at
from ticket_reads import read_ticket

pytestmark = pytest.mark.requirement("S1-33")


@pytest.mark.parametrize("join", JOIN_COMMANDS.values(), ids=JOIN_COMMANDS)
def test_joined_tickets_can_be_separated_after_the_requester_wrote(desk: DeskSession, join: Join) -> None:
    first, second = register_fault(desk, "Kim"), register_fault(desk, "Lou", 5)
    join(desk, second, first, now=at(10))
    assert participant_names(desk, first) == ["Lou"]
    assert messages.record_customer_message(desk, second, "Are you at it?", now=at(11)).number == first
    with pytest.raises(DeskError, match=f"or separate the two: `deskterm ticket separate {second} WHY`"):
        undo_last_command(desk, second, now=at(12))
    with pytest.raises(DeskError, match=f"ticket separate {second} WHY"):
        reopening.reopen(desk, second, "called", now=at(12))
    result = separate_ticket(desk, second, "it is another matter", now=at(13))
    assert result.summary == (
        f"{second} is a ticket of its own again, now New; one person leaves {first}; what was said stays where it is"
    )
    here, there = read_ticket(desk, second), read_ticket(desk, first)
    assert (here.row.status, here.reopened) == ("new", 1)
    assert {"duplicate_of", "merged_into", "duplicates", "merged"}.isdisjoint([*here.fields, *there.fields])
    assert [clock.state for clock in here.clocks if clock.metric == "response"] == ["cancelled", "running"]
    assert [message.body for message in there.messages] == ["It hurts.", "Are you at it?"]
    assert [event.data["reason"] for event in here.events if event.kind == "separated"] == ["it is another matter"]
    assert participant_names(desk, first) == []
    assert messages.record_customer_message(desk, second, "Hello?", now=at(14)).number == second


def test_participants_with_another_reason_stay(desk: DeskSession) -> None:
    first, second, third = register_fault(desk, "Kim"), register_fault(desk, "Lou", 1), register_fault(desk, "Max", 2)
    for who in ("Max", "Ola", "Ora"):
        participants.add_participant(desk, second, who, email=f"{who}@larch.example", now=at(3))
    participants.add_participant(desk, first, "Pip", email="pip@larch.example", now=at(4))
    duplicate.close_as_duplicate(desk, second, first, now=at(5))
    duplicate.close_as_duplicate(desk, third, first, now=at(6))
    participants.remove_participant(desk, first, "Ola", now=at(7))
    participants.add_participant(desk, first, "Ola", now=at(8))
    separate_ticket(desk, second, "another door", now=at(9))
    assert participant_names(desk, first) == ["Max", "Ola", "Pip"]
    assert read_ticket(desk, first).fields["duplicates"] == [third]


def test_a_ticket_that_was_closed_before_the_merge_stays_closed(desk: DeskSession) -> None:
    first, second = register_fault(desk, "Kim"), register_fault(desk, "Lou", 1)
    for status in ("working", "solved", "closed"):
        update.move(desk, first, status, now=at(2))
    merge.merge_into(desk, first, into=second, now=at(3))
    result = separate_ticket(desk, first, "another door", now=at(4))
    assert "still Closed, as it was before" in result.summary
    assert participant_names(desk, second) == []


def test_undoing_a_separation_joins_both_tickets_again(desk: DeskSession) -> None:
    first, second = register_fault(desk, "Kim"), register_fault(desk, "Lou", 1)
    duplicate.close_as_duplicate(desk, second, first, now=at(2))
    before = read_ticket(desk, first).fields, read_ticket(desk, second).fields
    separate_ticket(desk, second, "another door", now=at(3))
    undo_last_command(desk, first, now=at(4))
    assert (read_ticket(desk, first).fields, read_ticket(desk, second).fields) == before
    assert participant_names(desk, first) == ["Lou"]


def test_a_ticket_that_was_not_joined_cannot_be_separated(desk: DeskSession) -> None:
    number = register_fault(desk, "Kim")
    with pytest.raises(DeskError, match="neither a duplicate nor merged"):
        separate_ticket(desk, number, "x", now=at(1))
    with pytest.raises(UsageError, match="why it is a matter of its own"):
        separate_ticket(desk, number, "  ", now=at(1))


@pytest.mark.parametrize("join", JOIN_COMMANDS.values(), ids=JOIN_COMMANDS)
def test_joined_tickets_can_be_separated_although_closed_tickets_are_final(store_url: str, join: Join) -> None:
    desk = shipped_desk(store_url, "saas-platform")
    values: dict[str, Any] = {"subject": "x", "body": "It fails.", "organisation": "larch", "incomplete": True}
    first, second = (
        register(desk, requester=who, **values, now=at(minute)).number for minute, who in enumerate(("Kim", "Lou"))
    )
    status = read_ticket(desk, second).row.status
    join(desk, second, first, now=at(3))
    messages.record_customer_message(desk, second, "Any news?", now=at(4))
    separate_ticket(desk, second, "another matter", now=at(5))
    assert read_ticket(desk, second).row.status == status
    assert check_integrity(desk.store).findings == ()
    desk.store.close()
