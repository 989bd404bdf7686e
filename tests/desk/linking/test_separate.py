"""Tickets that were taken for one part again, whatever was said meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.directory.seed_people import seed_clients
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import duplicate, merge
from deskterm.desk.linking.separate import separate_ticket
from deskterm.desk.tickets import reopening
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from shipped_desk import shipped_desk
from small_desk import at, small_desk
from store_templates import load_shipped
from ticket_reads import read_ticket

JOINED: list[Callable[..., Any]] = [
    lambda desk, number, other, **more: duplicate.close_as_duplicate(desk, number, other, **more),
    lambda desk, number, other, **more: merge.merge_into(desk, number, other, **more),
]
pytestmark = pytest.mark.requirement("S1-33")


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = small_desk(store_url)
    yield made
    assert check_integrity(made.store).findings == ()
    with open_reader(made.store.url) as reader:
        assert verify_chains(reader, number=1001).faults == ()
    made.store.close()


def fault(desk: DeskSession, who: str, minute: float = 0, **more: Any) -> int:
    asked: dict[str, Any] = {"subject": who, "body": "It hurts.", "type": "fault", "email": f"{who}@larch.example"}
    return register(desk, requester=who, **asked | more, now=at(minute)).number


def names(desk: DeskSession, number: int) -> list[str]:
    """Who takes part."""
    with open_reader(desk.store.url) as reader:
        rows = reader.rows(
            "SELECT c.name FROM record r JOIN contact c ON CAST(c.id AS TEXT) = r.key"
            " WHERE r.ticket_id = :number AND r.kind = 'participant' ORDER BY c.name",
            {"number": number},
        )
    return [str(name) for (name,) in rows]


@pytest.mark.parametrize("join", JOINED, ids=["duplicate", "merge"])
def test_tickets_taken_for_one_are_parted_after_the_requester_wrote(
    desk: DeskSession, join: Callable[..., Any]
) -> None:
    first, second = fault(desk, "Kim"), fault(desk, "Lou", 5)
    join(desk, second, first, now=at(10))
    assert names(desk, first) == ["Lou"]
    assert messages.record_customer_message(desk, second, "Are you at it?", now=at(11)).number == first
    with pytest.raises(DeskError, match=f"or part the two: `deskterm ticket separate {second} WHY`"):
        undo_last_command(desk, second, now=at(12))
    with pytest.raises(DeskError, match=f"ticket separate {second} WHY"):
        reopening.reopen(desk, second, "called", now=at(12))
    done = separate_ticket(desk, second, "it is another matter", now=at(13))
    assert done.summary == (
        f"{second} is a ticket of its own again, now New; one person leaves {first}; what was said stays where it is"
    )
    here, there = read_ticket(desk, second), read_ticket(desk, first)
    assert (here.row.status, here.reopened) == ("new", 1)
    assert {"duplicate_of", "merged_into", "duplicates", "merged"}.isdisjoint([*here.fields, *there.fields])
    assert [clock.state for clock in here.clocks if clock.metric == "response"] == ["cancelled", "running"]
    assert [message.body for message in there.messages] == ["It hurts.", "Are you at it?"]
    assert [event.data["reason"] for event in here.events if event.kind == "separated"] == ["it is another matter"]
    assert names(desk, first) == []
    assert messages.record_customer_message(desk, second, "Hello?", now=at(14)).number == second


def test_what_is_written_to_a_duplicate_is_said_by_whoever_asked_there(desk: DeskSession) -> None:
    first, second = fault(desk, "Kim"), fault(desk, "Lou", 5)
    duplicate.close_as_duplicate(desk, second, first, now=at(10))
    messages.record_customer_message(desk, second, "Are you at it?", now=at(11))
    assert [message.author for message in read_ticket(desk, first).messages] == ["Kim", "Lou"]


def test_who_takes_part_for_another_reason_stays(desk: DeskSession) -> None:
    first, second, third = fault(desk, "Kim"), fault(desk, "Lou", 1), fault(desk, "Max", 2)
    for who in ("Max", "Ola", "Ora"):
        participants.add_participant(desk, second, who, email=f"{who}@larch.example", now=at(3))
    participants.add_participant(desk, first, "Pip", email="pip@larch.example", now=at(4))
    duplicate.close_as_duplicate(desk, second, first, now=at(5))
    duplicate.close_as_duplicate(desk, third, first, now=at(6))
    participants.remove_participant(desk, first, "Ola", now=at(7))
    participants.add_participant(desk, first, "Ola", now=at(8))
    separate_ticket(desk, second, "another door", now=at(9))
    assert names(desk, first) == ["Max", "Ola", "Pip"]
    assert read_ticket(desk, first).fields["duplicates"] == [third]


def test_one_that_was_closed_before_it_was_merged_stays_closed(desk: DeskSession) -> None:
    from deskterm.desk.tickets import update

    first, second = fault(desk, "Kim"), fault(desk, "Lou", 1)
    for status in ("working", "solved", "closed"):
        update.move(desk, first, status, now=at(2))
    merge.merge_into(desk, first, into=second, now=at(3))
    done = separate_ticket(desk, first, "another door", now=at(4))
    assert "still Closed, as it was before" in done.summary
    assert names(desk, second) == []


def test_parting_is_undone_on_both(desk: DeskSession) -> None:
    first, second = fault(desk, "Kim"), fault(desk, "Lou", 1)
    duplicate.close_as_duplicate(desk, second, first, now=at(2))
    before = read_ticket(desk, first).fields, read_ticket(desk, second).fields
    separate_ticket(desk, second, "another door", now=at(3))
    undo_last_command(desk, first, now=at(4))
    assert (read_ticket(desk, first).fields, read_ticket(desk, second).fields) == before
    assert names(desk, first) == ["Lou"]


def test_a_ticket_that_stands_for_itself_has_nothing_to_part_from(desk: DeskSession) -> None:
    number = fault(desk, "Kim")
    with pytest.raises(DeskError, match="neither a duplicate nor merged"):
        separate_ticket(desk, number, "x", now=at(1))
    with pytest.raises(UsageError, match="why it is a matter of its own"):
        separate_ticket(desk, number, "  ", now=at(1))


@pytest.mark.parametrize("join", JOINED, ids=["duplicate", "merge"])
def test_tickets_part_even_where_closed_is_for_good(store_url: str, join: Callable[..., Any]) -> None:
    desk = shipped_desk(store_url, "saas-platform")
    asked: dict[str, Any] = {"subject": "x", "body": "It fails.", "organisation": "larch", "incomplete": True}
    first, second = (
        register(desk, requester=who, **asked, now=at(minute)).number for minute, who in enumerate(("Kim", "Lou"))
    )
    status = read_ticket(desk, second).row.status
    join(desk, second, first, now=at(3))
    messages.record_customer_message(desk, second, "Any news?", now=at(4))
    separate_ticket(desk, second, "another matter", now=at(5))
    assert read_ticket(desk, second).row.status == status
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


@pytest.mark.parametrize(
    "name", ["software-vendor", "campus-it", "managed-services", "saas-platform", "web-agency", "open-source"]
)
@pytest.mark.parametrize("join", JOINED, ids=["duplicate", "merge"])
def test_who_asked_hears_in_which_ticket_it_goes_on(store_url: str, name: str, join: Callable[..., Any]) -> None:
    desk = shipped_desk(store_url, name)
    asked: dict[str, Any] = {"subject": "x", "body": "It fails.", "organisation": "larch", "incomplete": True}
    first, second = (
        register(desk, requester=who, **asked, now=at(minute)).number for minute, who in enumerate(("Kim", "Lou"))
    )
    join(desk, second, first, now=at(3))
    letter = next(
        event for event in read_ticket(desk, second).events if event.kind == "letter" and event.data["on"] == "merged"
    )
    words = next(message.body for message in read_ticket(desk, second).messages if message.seq == letter.seq)
    assert str(first) in words
    assert "{" not in words
    desk.store.close()


def test_where_no_notice_says_so_they_hear_it_in_plain_words(store_url: str) -> None:
    procedure = load_shipped("campus-it")
    desk = shipped_desk(store_url, "campus-it", notices=tuple(one for one in procedure.notices if one.on != "merged"))
    asked: dict[str, Any] = {"subject": "x", "body": "It fails.", "organisation": "larch", "incomplete": True}
    first, second = (register(desk, requester=who, **asked, now=at(1)).number for who in ("Kim", "Lou"))
    duplicate.close_as_duplicate(desk, second, first, now=at(3))
    said = [message.body for message in read_ticket(desk, second).messages]
    assert f"Your request {second} goes on in {first}, which is about the same matter." in said
    desk.store.close()


@pytest.mark.parametrize(("join", "command"), list(zip(JOINED, ("duplicate", "merge"), strict=True)))
def test_tickets_of_different_clients_are_joined_only_by_who_means_it(
    desk: DeskSession, join: Callable[..., Any], command: str
) -> None:
    clients = [{"key": "larch", "name": "Larch Ltd"}, {"key": "alder", "name": "Alder & Sons"}]
    seed_clients(desk, clients, now=at(0))
    first, second = fault(desk, "Kim", organisation="larch"), fault(desk, "Lou", 1, organisation="alder")
    third = fault(desk, "Max", 2, email="max@elsewhere.example")
    told = f"{second} is of Alder & Sons and {first} of Larch Ltd, .*ticket {command} {second} {first} --anyway`"
    with pytest.raises(DeskError, match=told):
        join(desk, second, first, now=at(3))
    with pytest.raises(DeskError, match=f"{third} is of no client and {first} of Larch Ltd"):
        join(desk, third, first, now=at(3))
    assert names(desk, first) == []
    join(desk, second, first, across_clients=True, now=at(4))
    assert names(desk, first) == ["Lou"]


def test_where_originals_are_looked_for_among_everybody_clients_are_not_asked_about(store_url: str) -> None:
    desk = shipped_desk(store_url, "open-source")
    seed_clients(desk, [{"key": "alder", "name": "Alder & Sons"}], now=at(0))
    first, second = (
        register(desk, subject="x", body="y", organisation=who, incomplete=True, now=at(1)).number
        for who in ("larch", "alder")
    )
    duplicate.close_as_duplicate(desk, second, first, now=at(2))
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, second)
    assert found is not None
    assert found.fields["duplicate_of"] == first
    desk.store.close()
