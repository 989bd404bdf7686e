"""What is split off: only what leaves something behind, once, and marked with what it lacks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import split
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from shipped_desk import shipped_desk
from small_desk import at
from ticket_reads import read_ticket

LIST = "Three things:\n1. The door\n2. The window\n3. The roof"


def fault(desk: DeskSession, body: str = LIST, **more: Any) -> int:
    asked: dict[str, Any] = {"subject": "Repairs", "type": "fault", "requester": "Kim", "email": "kim@larch.example"}
    return register(desk, body=body, **asked | more, now=at(0)).number


def letters(desk: DeskSession, number: int) -> list[tuple[str, str]]:
    """What letters are about, and how far they got."""
    with open_reader(desk.store.url) as reader:
        rows = reader.rows(
            "SELECT data FROM record WHERE ticket_id = :number AND kind = 'letter' ORDER BY key", {"number": number}
        )
    return [(values["on"], values["state"]) for values in (json.loads(data) for (data,) in rows)]


@pytest.mark.requirement("S5-06")
def test_the_only_message_is_not_split_off_as_a_whole(desk: DeskSession) -> None:
    number = fault(desk)
    with pytest.raises(DeskError, match=r"all that was asked for .* nothing would be left"):
        split.split_message(desk, number, 1, now=at(1))
    split.split_list_items(desk, number, 1, items=[3], now=at(2))
    messages.record_customer_message(desk, number, "By the way, the lamp.", now=at(3))
    other = fault(desk)
    messages.record_customer_message(desk, other, "And the lamp.", now=at(4))
    split.split_message(desk, other, 1, now=at(5))


@pytest.mark.requirement("S5-06")
def test_a_message_is_split_off_once_unless_that_was_taken_back(desk: DeskSession) -> None:
    number = fault(desk)
    lamp = messages.record_customer_message(desk, number, "By the way, the lamp.", now=at(1)).version
    made = split.split_message(desk, number, lamp, now=at(2)).number
    with pytest.raises(DeskError, match=f"Message {lamp} of {number} is ticket {made} already"):
        split.split_message(desk, number, lamp, now=at(3))
    undo_last_command(desk, number, now=at(4))
    assert split.split_message(desk, number, lamp, now=at(5)).number != made


@pytest.mark.requirement("S5-06")
def test_a_thing_of_a_list_is_split_off_once(desk: DeskSession) -> None:
    number = fault(desk)
    messages.record_customer_message(desk, number, "By the way, the lamp.", now=at(1))
    split.split_list_items(desk, number, 1, items=[2], now=at(2))
    (made,) = read_ticket(desk, number).fields["split_to"]
    with pytest.raises(DeskError, match=f"Thing 2 of message 1 of {number} is ticket {made} already: choose others"):
        split.split_list_items(desk, number, 1, now=at(3))
    with pytest.raises(DeskError, match=f"Thing 2 of message 1 of {number} is ticket {made} already: split off other"):
        split.split_message(desk, number, 1, now=at(3))
    split.split_list_items(desk, number, 1, items=[1, 3], now=at(4))
    assert len(read_ticket(desk, number).fields["split_to"]) == 3


def test_a_split_that_is_taken_back_sends_no_letters(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    number = fault(desk, type="technical-support", incomplete=True)
    split.split_list_items(desk, number, 1, now=at(1))
    made = read_ticket(desk, number).fields["split_to"]
    assert [letters(desk, one) for one in made] == [[("registered", "queued")]] * 3
    undo_last_command(desk, number, now=at(2))
    assert [letters(desk, one) for one in made] == [[("registered", "withdrawn")]] * 3
    assert letters(desk, number) == [("registered", "queued")]
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


@pytest.mark.requirement("S2-08")
def test_what_comes_of_another_ticket_is_marked_with_what_it_lacks(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    number = fault(desk, type=None, incomplete=True)
    lacking = read_ticket(desk, number)
    assert "incomplete" in lacking.flags
    split.split_list_items(desk, number, 1, items=[1], now=at(1))
    (made,) = read_ticket(desk, number).fields["split_to"]
    assert "incomplete" in read_ticket(desk, made).flags
    assert update.tag(desk, made, ["door"], now=at(2)).number == made
    assert check_integrity(desk.store).findings == ()
    desk.store.close()
