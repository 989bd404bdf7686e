"""Merging a ticket into another one."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking.duplicate import close_as_duplicate
from deskterm.desk.linking.merge import merge_into
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from small_desk import at
from ticket_reads import read_ticket


def register_ticket(desk: DeskSession, minute: float = 0, **values: Any) -> int:
    values = {"subject": "Login fails", "body": "It hurts.", "type": "fault"} | values
    return register(desk, **values, now=at(minute)).number


def messages_of(desk: DeskSession, number: int) -> list[tuple[int | None, str]]:
    return [(message.ticket, message.body) for message in read_ticket(desk, number).messages]


def test_a_merged_ticket_continues_in_the_other_with_all_its_messages(desk: DeskSession) -> None:
    first = register_ticket(desk, requester="Kim Doe", email="kim@larch.example")
    second = register_ticket(desk, 5, body="Mine too.", requester="Lou Roe", email="lou@larch.example")
    messages.record_customer_message(desk, first, "Since Monday.", now=at(10))
    messages.reply(desk, second, "We look into it.", now=at(15))
    before = read_ticket(desk, second).clocks
    result = merge_into(desk, first, into=second, reason="same thing", now=at(20))
    assert result.summary == f"{first} merged into {second}"
    assert messages_of(desk, second) == [
        (first, "It hurts."),
        (None, "Mine too."),
        (first, "Since Monday."),
        (None, "We look into it."),
    ]
    assert messages_of(desk, first) == [(None, "It hurts."), (None, "Since Monday.")]
    assert (read_ticket(desk, first).row.status, read_ticket(desk, first).fields) == ("closed", {"merged_into": second})
    assert {clock.state for clock in read_ticket(desk, first).clocks} == {"cancelled"}
    assert (read_ticket(desk, second).clocks, read_ticket(desk, second).fields) == (before, {"merged": [first]})
    assert [record.kind for record in read_ticket(desk, second).records if record.kind == "participant"] == [
        "participant"
    ]


def test_the_last_ticket_of_a_chain_of_merges_shows_all_messages(desk: DeskSession) -> None:
    one, two, three = (register_ticket(desk, minute, body=f"ticket {minute}") for minute in range(3))
    merge_into(desk, one, into=two, now=at(10))
    merge_into(desk, two, into=three, now=at(11))
    assert messages_of(desk, three) == [(one, "ticket 0"), (two, "ticket 1"), (None, "ticket 2")]
    four = register_ticket(desk, 12, body="ticket 12")
    assert merge_into(desk, four, into=one, now=at(13)).summary == f"{four} merged into {three}, where {one} had gone"
    assert messages_of(desk, three)[-1] == (four, "ticket 12")


def test_a_ticket_is_merged_only_once_and_never_into_itself(desk: DeskSession) -> None:
    one, two = register_ticket(desk), register_ticket(desk, 1)
    merge_into(desk, one, into=two, now=at(10))
    with pytest.raises(DeskError, match=f"Ticket {one} has gone into {two} already: it cannot take {two} in"):
        merge_into(desk, two, into=one, now=at(11))
    with pytest.raises(DeskError, match=f"Ticket {one} was merged into {two} already"):
        merge_into(desk, one, into=register_ticket(desk, 2), now=at(12))
    with pytest.raises(DeskError, match=f"Ticket {one} is merged into {two}: name that"):
        close_as_duplicate(desk, register_ticket(desk, 3), original_number=one, now=at(13))
    with pytest.raises(UsageError, match="into itself"):
        merge_into(desk, two, into=two, now=at(14))
