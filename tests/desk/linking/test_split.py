"""Splitting messages, and items of their lists, off as tickets of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desk_story import Story
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import split
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from due_time_desk import epoch, last_cycle, open_fault
from shipped_desk import shipped_desk
from small_desk import at
from ticket_reads import read_ticket

LIST = "Three things:\n1. The door\n2. The window\n3. The roof"


def register_ticket(desk: DeskSession, body: str = LIST, **overrides: Any) -> int:
    values: dict[str, Any] = {"subject": "Repairs", "type": "fault", "requester": "Kim", "email": "kim@larch.example"}
    return register(desk, body=body, **values | overrides, now=at(0)).number


def letter_states(desk: DeskSession, number: int) -> list[tuple[str, str]]:
    """Return notice kind and state of each letter of a ticket."""
    with open_reader(desk.store.url) as reader:
        rows = reader.rows(
            "SELECT data FROM record WHERE ticket_id = :number AND kind = 'letter' ORDER BY key", {"number": number}
        )
    return [(values["on"], values["state"]) for values in (json.loads(data) for (data,) in rows)]


@pytest.mark.requirement("S5-06")
def test_the_only_message_cannot_be_split_off_as_a_whole(desk: DeskSession) -> None:
    number = register_ticket(desk)
    with pytest.raises(DeskError, match=r"all that was asked for .* nothing would be left"):
        split.split_message(desk, number, 1, now=at(1))
    split.split_list_items(desk, number, 1, items=[3], now=at(2))
    messages.record_customer_message(desk, number, "By the way, the lamp.", now=at(3))
    other = register_ticket(desk)
    messages.record_customer_message(desk, other, "And the lamp.", now=at(4))
    split.split_message(desk, other, 1, now=at(5))


@pytest.mark.requirement("S5-06")
def test_a_message_is_split_off_once_unless_that_was_undone(desk: DeskSession) -> None:
    number = register_ticket(desk)
    messages.record_customer_message(desk, number, "By the way, the lamp.", now=at(1))
    lamp = read_ticket(desk, number).messages[-1].seq
    part = split.split_message(desk, number, lamp, now=at(2)).number
    with pytest.raises(DeskError, match=f"Message {lamp} of {number} is ticket {part} already"):
        split.split_message(desk, number, lamp, now=at(3))
    undo_last_command(desk, number, now=at(4))
    assert split.split_message(desk, number, lamp, now=at(5)).number != part


@pytest.mark.requirement("S5-06")
def test_an_item_of_a_list_is_split_off_once(desk: DeskSession) -> None:
    number = register_ticket(desk)
    messages.record_customer_message(desk, number, "By the way, the lamp.", now=at(1))
    split.split_list_items(desk, number, 1, items=[2], now=at(2))
    (part,) = read_ticket(desk, number).fields["split_to"]
    with pytest.raises(DeskError, match=f"Thing 2 of message 1 of {number} is ticket {part} already: choose others"):
        split.split_list_items(desk, number, 1, now=at(3))
    with pytest.raises(DeskError, match=f"Thing 2 of message 1 of {number} is ticket {part} already: split off other"):
        split.split_message(desk, number, 1, now=at(3))
    split.split_list_items(desk, number, 1, items=[1, 3], now=at(4))
    assert len(read_ticket(desk, number).fields["split_to"]) == 3


def test_undoing_a_split_withdraws_the_letters_of_the_new_tickets(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    number = register_ticket(desk, type="technical-support", incomplete=True)
    split.split_list_items(desk, number, 1, now=at(1))
    parts = read_ticket(desk, number).fields["split_to"]
    assert [letter_states(desk, part) for part in parts] == [[("registered", "queued")]] * 3
    undo_last_command(desk, number, now=at(2))
    assert [letter_states(desk, part) for part in parts] == [[("registered", "withdrawn")]] * 3
    assert letter_states(desk, number) == [("registered", "queued")]
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


@pytest.mark.requirement("S2-08")
def test_a_ticket_that_is_split_off_with_missing_fields_is_flagged_as_incomplete(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    number = register_ticket(desk, type=None, incomplete=True)
    source = read_ticket(desk, number)
    assert "incomplete" in source.flags
    split.split_list_items(desk, number, 1, items=[1], now=at(1))
    (part,) = read_ticket(desk, number).fields["split_to"]
    assert "incomplete" in read_ticket(desk, part).flags
    assert update.tag(desk, part, ["door"], now=at(2)).number == part
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


@pytest.mark.requirement("S5-06", "S5-07")
def test_each_item_of_a_list_becomes_a_ticket_of_its_own(store_url: str) -> None:
    clients = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
    story = Story(store_url, "web-agency", "2026-11-23T09:00Z", clients=clients)
    ann = story.as_agent("ann")
    body = "Hello,\n\nthree things:\n1. The logo\n   on the home page\n2. The form\n3. Our hours\n\nKim"
    values: dict[str, Any] = {"requester": "Kim Doe", "email": "kim@larch.example", "fields": {"details": "see below"}}
    number = register(ann, type="work-request", subject="Changes", body=body, **values, now=story.now).number
    assert split.preview_list_items(ann, number, 1, now=story.now) == [
        "The logo\non the home page",
        "The form",
        "Our hours",
    ]
    later = story.advance_to("2026-11-23T11:00Z")
    result = split.split_list_items(ann, number, 1, items=[1, 3], now=later)
    parts = story.read_ticket(number).fields["split_to"]
    assert result.summary.startswith(f"{number} split into {parts[0]}, {parts[1]}")
    details = [story.read_ticket(part) for part in parts]
    assert [(part.row.subject, part.messages[0].body) for part in details] == [
        ("The logo", "The logo\non the home page"),
        ("Our hours", "Our hours"),
    ]
    source = story.read_ticket(number)
    for part in details:
        assert (part.row.requester, part.row.type, part.fields["split_from"]) == ("Kim Doe", "work-request", number)
        assert part.row.received == source.row.received
    assert source.messages[0].body == body
    story.verify()


def test_items_beyond_the_list_are_refused(desk: DeskSession) -> None:
    number = register_ticket(desk, body="- a\n- b")
    with pytest.raises(UsageError, match="lists 2 things: choose from 1 to 2"):
        split.split_list_items(desk, number, 1, items=[3], now=at(5))
    with pytest.raises(DeskError, match="lists nothing: split it off as a whole"):
        split.split_list_items(desk, register_ticket(desk, "It hurts."), 1, now=at(5))
    assert split.preview_list_items(desk, register_ticket(desk, "It hurts."), 1, now=at(5)) == []


def test_the_clocks_of_a_ticket_that_is_split_off_start_when_its_message_arrived(clock_desk: DeskSession) -> None:
    number = open_fault(clock_desk, requester="Kim Doe", email="kim@larch.example")
    messages.reply(clock_desk, number, "hello", now=at(5))
    messages.record_customer_message(clock_desk, number, "By the way:\nthe printer burns.", now=at(50))
    messages.reply(clock_desk, number, "I see", now=at(55))
    with pytest.raises(DeskError, match="the desk's own"):
        split.split_message(clock_desk, number, read_ticket(clock_desk, number).messages[-1].seq, now=at(60))
    result = split.split_message(clock_desk, number, read_ticket(clock_desk, number).messages[-2].seq, now=at(90))
    details = read_ticket(clock_desk, result.number)
    assert (details.row.subject, details.row.received, details.row.requester) == ("By the way:", epoch(50), "Kim Doe")
    assert last_cycle(clock_desk, "response", result.number).started == epoch(50)
    assert details.fields == {"split_from": number}
    assert details.messages[0].body == "By the way:\nthe printer burns."
    assert read_ticket(clock_desk, number).fields == {"split_to": [result.number]}
