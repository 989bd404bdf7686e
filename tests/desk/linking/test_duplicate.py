"""Closing a ticket as a duplicate of another one."""

from __future__ import annotations

from typing import Any

import pytest

from desk_story import Story
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_clients
from deskterm.desk.linking import duplicate
from deskterm.desk.linking.duplicate import close_as_duplicate
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from due_time_desk import epoch, open_fault
from linked_tickets import JOIN_COMMANDS, Join, participant_names, register_fault
from shipped_desk import shipped_desk
from small_desk import at
from store_templates import load_shipped
from ticket_reads import read_ticket


@pytest.mark.requirement("S1-33")
def test_the_people_of_a_duplicate_are_added_to_the_original_and_get_a_letter(store_url: str) -> None:
    clients = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
    story = Story(store_url, "software-vendor", "2026-11-23T09:00Z", clients=clients)
    ann = story.as_agent("ann")
    story.advance_to("2026-11-23T10:00Z")

    def register_report(requester: str) -> int:
        person: dict[str, Any] = {"requester": requester, "email": f"{requester.lower()}@larch.example"}
        product = ann.procedure.definition.products[0].key
        values: dict[str, Any] = {"product": product, "body": "The report is empty."}
        return register(ann, type="technical-support", subject="Empty report", **values, **person, now=story.now).number

    original, second = register_report("Kim"), register_report("Lou")
    result = close_as_duplicate(ann, second, original_number=original, now=story.now)
    assert result.summary.startswith(f"{second} closed as a duplicate of {original}, one person is on CC there")
    detail = story.read_ticket(second)
    assert (detail.row.status, detail.fields["duplicate_of"]) == ("closed", original)
    assert {clock.state for clock in detail.clocks} <= {"cancelled"}
    event = next(event for event in detail.events if event.kind == "duplicated")
    assert event.data["because"] == "duplicate"
    assert "merged" in story.letters(second)
    (participant,) = story.records(original, "participant")
    assert participant.state == "participant"
    assert story.letters(original).count("merged") == 0
    messages.reply(ann, original, "It is there again.", now=story.now)
    replied = [record for record in story.records(original, "letter") if record.values["on"] == "replied"]
    assert all(participant.values["contact"] in record.values["to"] for record in replied)
    story.verify()


def test_the_clocks_of_a_duplicate_are_cancelled_and_its_breaches_kept(clock_desk: DeskSession) -> None:
    older, number = open_fault(clock_desk), open_fault(clock_desk)
    messages.reply(clock_desk, number, "late", now=at(45))
    clock_desk.bring_up_to_date([older], at(50))
    before = read_ticket(clock_desk, older).clocks
    with pytest.raises(DeskError, match="1001 is the older of the two: close 1002"):
        duplicate.close_as_duplicate(clock_desk, older, original_number=number, now=at(50))
    duplicate.close_as_duplicate(clock_desk, number, original_number=older, now=at(50))
    found = {clock.metric: clock for clock in read_ticket(clock_desk, number).clocks}
    assert (found["response"].state, found["response"].breached_at) == ("late", epoch(30))
    assert found["resolution"].state == "cancelled"
    detail = read_ticket(clock_desk, number)
    assert (detail.row.status, detail.fields) == ("closed", {"duplicate_of": older})
    assert read_ticket(clock_desk, older).clocks == before
    assert read_ticket(clock_desk, older).fields == {"duplicates": [number]}
    with pytest.raises(DeskError, match="is a duplicate itself, of 1001"):
        duplicate.close_as_duplicate(clock_desk, open_fault(clock_desk), original_number=number, now=at(60))
    with pytest.raises(DeskError, match="is a duplicate of 1001 already"):
        duplicate.close_as_duplicate(clock_desk, number, original_number=older, now=at(60))


@pytest.mark.parametrize(
    "name", ["software-vendor", "campus-it", "managed-services", "saas-platform", "web-agency", "open-source"]
)
@pytest.mark.parametrize("join", JOIN_COMMANDS.values(), ids=JOIN_COMMANDS)
def test_the_requester_of_a_joined_ticket_learns_the_number_of_the_other(store_url: str, name: str, join: Join) -> None:
    desk = shipped_desk(store_url, name)
    values: dict[str, Any] = {"subject": "x", "body": "It fails.", "organisation": "larch", "incomplete": True}
    first, second = (
        register(desk, requester=requester, **values, now=at(minute)).number
        for minute, requester in enumerate(("Kim", "Lou"))
    )
    join(desk, second, first, now=at(3))
    letter = next(
        event for event in read_ticket(desk, second).events if event.kind == "letter" and event.data["on"] == "merged"
    )
    body = next(message.body for message in read_ticket(desk, second).messages if message.seq == letter.seq)
    assert str(first) in body
    assert "{" not in body
    desk.store.close()


def test_without_a_notice_for_it_the_requester_gets_a_standard_letter(store_url: str) -> None:
    procedure = load_shipped("campus-it")
    desk = shipped_desk(
        store_url, "campus-it", notices=tuple(notice for notice in procedure.notices if notice.on != "merged")
    )
    values: dict[str, Any] = {"subject": "x", "body": "It fails.", "organisation": "larch", "incomplete": True}
    first, second = (register(desk, requester=requester, **values, now=at(1)).number for requester in ("Kim", "Lou"))
    duplicate.close_as_duplicate(desk, second, first, now=at(3))
    bodies = [message.body for message in read_ticket(desk, second).messages]
    assert f"Your request {second} goes on in {first}, which is about the same matter." in bodies
    desk.store.close()


@pytest.mark.parametrize(("command", "join"), JOIN_COMMANDS.items(), ids=JOIN_COMMANDS)
def test_tickets_of_different_clients_are_joined_only_with_the_option_for_it(
    desk: DeskSession, join: Join, command: str
) -> None:
    clients = [{"key": "larch", "name": "Larch Ltd"}, {"key": "alder", "name": "Alder & Sons"}]
    seed_clients(desk, clients, now=at(0))
    first, second = (
        register_fault(desk, "Kim", organisation="larch"),
        register_fault(desk, "Lou", 1, organisation="alder"),
    )
    third = register_fault(desk, "Max", 2, email="max@elsewhere.example")
    refusal = f"{second} is of Alder & Sons and {first} of Larch Ltd, .*ticket {command} {second} {first} --anyway`"
    with pytest.raises(DeskError, match=refusal):
        join(desk, second, first, now=at(3))
    with pytest.raises(DeskError, match=f"{third} is of no client and {first} of Larch Ltd"):
        join(desk, third, first, now=at(3))
    assert participant_names(desk, first) == []
    join(desk, second, first, across_clients=True, now=at(4))
    assert participant_names(desk, first) == ["Lou"]


def test_a_procedure_that_suggests_originals_of_all_clients_joins_their_tickets(store_url: str) -> None:
    desk = shipped_desk(store_url, "open-source")
    seed_clients(desk, [{"key": "alder", "name": "Alder & Sons"}], now=at(0))
    first, second = (
        register(desk, subject="x", body="y", organisation=requester, incomplete=True, now=at(1)).number
        for requester in ("larch", "alder")
    )
    duplicate.close_as_duplicate(desk, second, first, now=at(2))
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, second)
    assert found is not None
    assert found.fields["duplicate_of"] == first
    desk.store.close()
