"""Clocks of duplicates and of tickets that are split off."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking import duplicate, split
from deskterm.errors import DeskError
from due_time_desk import epoch, last_cycle, open_fault
from small_desk import at
from ticket_reads import read_ticket


def test_a_duplicate_loses_its_clocks_and_keeps_its_misses(clock_desk: DeskSession) -> None:
    older, number = open_fault(clock_desk), open_fault(clock_desk)
    messages.reply(clock_desk, number, "late", now=at(45))
    before = read_ticket(clock_desk, older).clocks
    with pytest.raises(DeskError, match="1001 is the older of the two: close 1002"):
        duplicate.close_as_duplicate(clock_desk, older, original_number=number, now=at(50))
    duplicate.close_as_duplicate(clock_desk, number, original_number=older, now=at(50))
    found = {clock.metric: clock for clock in read_ticket(clock_desk, number).clocks}
    assert (found["response"].state, found["response"].breached_at) == ("late", epoch(30))
    assert found["resolution"].state == "cancelled"
    assert (read_ticket(clock_desk, number).row.status, read_ticket(clock_desk, number).fields) == (
        "closed",
        {"duplicate_of": older},
    )
    assert read_ticket(clock_desk, older).clocks == before
    assert read_ticket(clock_desk, older).fields == {"duplicates": [number]}
    with pytest.raises(DeskError, match="is a duplicate itself, of 1001"):
        duplicate.close_as_duplicate(clock_desk, open_fault(clock_desk), original_number=number, now=at(60))
    with pytest.raises(DeskError, match="is a duplicate of 1001 already"):
        duplicate.close_as_duplicate(clock_desk, number, original_number=older, now=at(60))


def test_a_matter_split_off_starts_when_its_message_came(clock_desk: DeskSession) -> None:
    number = open_fault(clock_desk, requester="Kim Doe", email="kim@larch.example")
    messages.reply(clock_desk, number, "hello", now=at(5))
    messages.record_customer_message(clock_desk, number, "By the way:\nthe printer burns.", now=at(50))
    messages.reply(clock_desk, number, "I see", now=at(55))
    with pytest.raises(DeskError, match="the desk's own"):
        split.split_message(clock_desk, number, 4, now=at(60))
    done = split.split_message(clock_desk, number, 3, now=at(90))
    found = read_ticket(clock_desk, done.number)
    assert (found.row.subject, found.row.received, found.row.requester) == ("By the way:", epoch(50), "Kim Doe")
    assert last_cycle(clock_desk, "response", done.number).started == epoch(50)
    assert found.fields == {"split_from": number}
    assert found.messages[0].body == "By the way:\nthe printer burns."
    assert read_ticket(clock_desk, number).fields == {"split_to": [done.number]}
