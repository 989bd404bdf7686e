"""Duplicates, merged tickets and what is split off: nothing is said twice, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_story import Story
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking import split
from deskterm.desk.linking.duplicate import close_as_duplicate
from deskterm.desk.linking.list_items import parse_list_items
from deskterm.desk.linking.merge import merge_into
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from small_desk import at
from ticket_reads import read_ticket


def fault(desk: DeskSession, minute: float = 0, **more: Any) -> int:
    more = {"subject": "Login fails", "body": "It hurts.", "type": "fault"} | more
    return register(desk, **more, now=at(minute)).number


def said(desk: DeskSession, number: int) -> list[tuple[int | None, str]]:
    return [(message.ticket, message.body) for message in read_ticket(desk, number).messages]


@pytest.mark.requirement("S1-33")
def test_the_people_of_a_duplicate_take_part_in_the_original_and_are_told(store_url: str) -> None:
    clients = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
    story = Story(store_url, "software-vendor", "2026-11-23T09:00Z", clients=clients)
    ann = story.as_agent("ann")
    story.advance_to("2026-11-23T10:00Z")

    def fault(who: str) -> int:
        person: dict[str, Any] = {"requester": who, "email": f"{who.lower()}@larch.example"}
        asked: dict[str, Any] = {
            "product": story.as_agent("ann").procedure.definition.products[0].key,
            "body": "The report is empty.",
        }
        done = register(ann, type="technical-support", subject="Empty report", **asked, **person, now=story.now)
        return done.number

    original, second = fault("Kim"), fault("Lou")
    done = close_as_duplicate(ann, second, original_number=original, now=story.now)
    assert done.summary.startswith(f"{second} closed as a duplicate of {original}, one person takes part there")
    sheet = story.read_ticket(second)
    assert (sheet.row.status, sheet.fields["duplicate_of"]) == ("closed", original)
    assert {clock.state for clock in sheet.clocks} <= {"cancelled"}
    closed = next(event for event in sheet.events if event.kind == "duplicated")
    assert closed.data["because"] == "duplicate"
    assert "merged" in story.letters(second)
    (participant,) = story.records(original, "participant")
    assert participant.state == "participant"
    assert story.letters(original).count("merged") == 0
    messages.reply(ann, original, "It is there again.", now=story.now)
    replied = [record for record in story.records(original, "letter") if record.values["on"] == "replied"]
    assert all(participant.values["contact"] in record.values["to"] for record in replied)
    story.verify()


def test_a_merged_ticket_goes_on_in_the_other_with_all_its_words(desk: DeskSession) -> None:
    first = fault(desk, requester="Kim Doe", email="kim@larch.example")
    second = fault(desk, 5, body="Mine too.", requester="Lou Roe", email="lou@larch.example")
    messages.record_customer_message(desk, first, "Since Monday.", now=at(10))
    messages.reply(desk, second, "We look into it.", now=at(15))
    before = read_ticket(desk, second).clocks
    done = merge_into(desk, first, into=second, reason="same thing", now=at(20))
    assert done.summary == f"{first} merged into {second}"
    assert said(desk, second) == [
        (first, "It hurts."),
        (None, "Mine too."),
        (first, "Since Monday."),
        (None, "We look into it."),
    ]
    assert said(desk, first) == [(None, "It hurts."), (None, "Since Monday.")]
    assert (read_ticket(desk, first).row.status, read_ticket(desk, first).fields) == ("closed", {"merged_into": second})
    assert {clock.state for clock in read_ticket(desk, first).clocks} == {"cancelled"}
    assert (read_ticket(desk, second).clocks, read_ticket(desk, second).fields) == (before, {"merged": [first]})
    assert [record.kind for record in read_ticket(desk, second).records if record.kind == "participant"] == [
        "participant"
    ]


def test_a_chain_of_merged_tickets_shows_where_it_ends(desk: DeskSession) -> None:
    one, two, three = (fault(desk, minute, body=f"ticket {minute}") for minute in range(3))
    merge_into(desk, one, into=two, now=at(10))
    merge_into(desk, two, into=three, now=at(11))
    assert said(desk, three) == [(one, "ticket 0"), (two, "ticket 1"), (None, "ticket 2")]
    four = fault(desk, 12, body="ticket 12")
    assert merge_into(desk, four, into=one, now=at(13)).summary == f"{four} merged into {three}, where {one} had gone"
    assert said(desk, three)[-1] == (four, "ticket 12")


def test_a_ticket_goes_into_no_circle_and_only_once(desk: DeskSession) -> None:
    one, two = fault(desk), fault(desk, 1)
    merge_into(desk, one, into=two, now=at(10))
    with pytest.raises(DeskError, match=f"Ticket {one} has gone into {two} already: it cannot take {two} in"):
        merge_into(desk, two, into=one, now=at(11))
    with pytest.raises(DeskError, match=f"Ticket {one} was merged into {two} already"):
        merge_into(desk, one, into=fault(desk, 2), now=at(12))
    with pytest.raises(DeskError, match=f"Ticket {one} is merged into {two}: name that"):
        close_as_duplicate(desk, fault(desk, 3), original_number=one, now=at(13))
    with pytest.raises(UsageError, match="into itself"):
        merge_into(desk, two, into=two, now=at(14))


@pytest.mark.requirement("S5-06", "S5-07")
def test_each_thing_that_a_message_lists_becomes_a_ticket_of_its_own(store_url: str) -> None:
    clients = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
    story = Story(store_url, "web-agency", "2026-11-23T09:00Z", clients=clients)
    ann = story.as_agent("ann")
    body = "Hello,\n\nthree things:\n1. The logo\n   on the home page\n2. The form\n3. Our hours\n\nKim"
    asked: dict[str, Any] = {"requester": "Kim Doe", "email": "kim@larch.example", "fields": {"details": "see below"}}
    number = register(ann, type="work-request", subject="Changes", body=body, **asked, now=story.now).number
    assert split.preview_list_items(ann, number, 1, now=story.now) == [
        "The logo\non the home page",
        "The form",
        "Our hours",
    ]
    later = story.advance_to("2026-11-23T11:00Z")
    done = split.split_list_items(ann, number, 1, items=[1, 3], now=later)
    made = story.read_ticket(number).fields["split_to"]
    assert done.summary.startswith(f"{number} split into {made[0]}, {made[1]}")
    found = [story.read_ticket(one) for one in made]
    assert [(one.row.subject, one.messages[0].body) for one in found] == [
        ("The logo", "The logo\non the home page"),
        ("Our hours", "Our hours"),
    ]
    source = story.read_ticket(number)
    for one in found:
        assert (one.row.requester, one.row.type, one.fields["split_from"]) == ("Kim Doe", "work-request", number)
        assert one.row.received == source.row.received
    assert source.messages[0].body == body
    story.verify()


def test_a_list_is_asked_for_what_it_has(desk: DeskSession) -> None:
    number = fault(desk, body="- a\n- b")
    with pytest.raises(UsageError, match="lists 2 things: choose from 1 to 2"):
        split.split_list_items(desk, number, 1, items=[3], now=at(5))
    with pytest.raises(DeskError, match="lists nothing: split it off as a whole"):
        split.split_list_items(desk, fault(desk), 1, now=at(5))
    assert split.preview_list_items(desk, fault(desk), 1, now=at(5)) == []


@pytest.mark.parametrize(
    ("body", "things"),
    [
        ("Hi,\n1. foo\n2) bar\n   more\n\nThanks\nKim", ["foo", "bar\nmore"]),
        ("- a\n- b\n  - c\n- d", ["a", "b\n- c", "d"]),
        ("a) x\nb) y", ["x", "y"]),
        ("• x\n* y\n– z", ["x", "y", "z"]),
        ("1. foo\n\nand so on\n\n2. bar\n\n   inner\n\nbye", ["foo\n\nand so on", "bar\n\ninner"]),
        ("> 1. x\n> 2. y", []),
        ("- only one", []),
        ("The price is\n1.50 or\n2.50", []),
        ("", []),
    ],
)
def test_what_a_text_lists(body: str, things: list[str]) -> None:
    assert parse_list_items(body) == things


@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs", "Z")), min_size=1).filter(str.strip), min_size=2))
def test_what_is_written_as_a_list_is_read_as_one(things: list[str]) -> None:
    assert parse_list_items("\n".join(f"{place % 90 + 1}. {thing}" for place, thing in enumerate(things))) == things


@given(st.text())
def test_any_text_can_be_asked_what_it_lists(body: str) -> None:
    assert len(parse_list_items(body)) != 1
