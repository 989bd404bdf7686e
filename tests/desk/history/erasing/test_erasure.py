"""Erasing a person on single tickets: messages, names in the texts of others, and what prevents it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.history import retention
from deskterm.desk.history.erasing import erasure
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import split
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from small_desk import at, small_desk
from ticket_reads import read_ticket

KIM = "kim@larch.example"


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = small_desk(store_url)
    yield session
    session.store.close()


def verify(desk: DeskSession) -> None:
    """Verify tables, events and texts."""
    assert check_integrity(desk.store).findings == ()
    with open_reader(desk.store.url) as reader:
        assert verify_chains(reader).faults == ()


def register_fault(desk: DeskSession, minute: float = 0, **values: Any) -> int:
    defaults: dict[str, Any] = {"subject": "Login fails for Kim Doe", "body": "Kim Doe here.", "type": "fault"}
    return register(desk, **(defaults | {"requester": "Kim Doe", "email": KIM} | values), now=at(minute)).number


def dump_tables(desk: DeskSession, without: tuple[str, ...] = ()) -> str:
    """Return all rows of the tables of tickets, as text."""
    found = []
    with desk.store.reading() as session:
        for table in ("contact", "ticket", "event", "personal_text", "message", "record"):
            if table not in without:
                found += [str(tuple(row)) for row in session.execute(text(f"SELECT * FROM {table}"))]
    return "\n".join(found)


def test_texts_and_names_of_a_person_are_erased_and_the_history_stays(desk: DeskSession) -> None:
    number = register_fault(desk, phone="0131 496 0000")
    messages.reply(desk, number, "Dear Kim Doe, we look into it. KIM DOE: 0131 496 0000", now=at(5))
    messages.record_customer_message(desk, number, "Thanks, Kim", now=at(6))
    messages.add_note(desk, number, "Kim called again; kim@larch.example", now=at(7))
    update.move(desk, number, "solved", now=at(8))
    before = [event.kind for event in read_ticket(desk, number).events]
    found = erasure.erase_person(desk, KIM, now=at(60))
    assert (found.tickets, found.emptied, found.redacted, found.remaining_mentions) == ([number], 3, 2, [])
    after = read_ticket(desk, number)
    assert [event.kind for event in after.events] == [*before, "erased"]
    assert [(message.author, message.body) for message in after.messages] == [
        ("(erased)", ""),
        ("Ann", "Dear (erased), we look into it. (erased): (erased)"),
        ("(erased)", ""),
        ("Ann", "(erased) called again; (erased)"),
    ]
    assert (after.row.subject, after.row.requester, after.row.status) == ("", "(erased)", "solved")
    dump = dump_tables(desk)
    assert "Doe" not in dump
    assert KIM not in dump
    verify(desk)
    with pytest.raises(DeskError, match="what was erased is gone"):
        undo_last_command(desk, number, now=at(61))


def test_the_subject_of_a_request_without_a_message_is_erased(desk: DeskSession) -> None:
    number = register_fault(desk, body="")
    assert erasure.erase_person(desk, KIM, now=at(3)).tickets == [number]
    assert read_ticket(desk, number).row.subject == ""
    verify(desk)


def test_a_participant_who_wrote_is_erased_too(desk: DeskSession) -> None:
    number = register_fault(desk)
    participants.add_participant(desk, number, "Lou Roe", email="lou@larch.example", now=at(1))
    messages.record_customer_message(desk, number, "I am Lou.", author="lou@larch.example", now=at(2))
    found = erasure.erase_person(desk, "Lou Roe", now=at(3))
    assert (found.tickets, found.emptied) == ([number], 1)
    assert [(message.author, message.body) for message in read_ticket(desk, number).messages] == [
        ("Kim Doe", "Kim Doe here."),
        ("(erased)", ""),
    ]
    verify(desk)


def test_tickets_that_were_split_off_are_erased_too(desk: DeskSession) -> None:
    number = register_fault(desk, body="- the door\n- the window")
    split.split_list_items(desk, number, 1, now=at(5))
    assert len(erasure.erase_person(desk, "kim doe", now=at(9)).tickets) == 3
    assert "window" not in dump_tables(desk)
    verify(desk)


def test_a_dry_run_reports_the_effect_and_erases_nothing(desk: DeskSession) -> None:
    number = register_fault(desk)
    before = dump_tables(desk)
    found = erasure.erase_person(desk, KIM, now=at(5), dry_run=True)
    assert (found.tickets, found.emptied, found.redacted) == ([number], 2, 0)
    assert dump_tables(desk) == before


def test_nobody_is_erased_while_a_ticket_of_theirs_is_on_hold(desk: DeskSession) -> None:
    number = register_fault(desk)
    retention.place_hold(open_desk(desk.store, "lea"), number, "claim 7", now=at(5))
    with pytest.raises(DeskError, match=f"Kim Doe cannot be erased while tickets are held: {number}"):
        erasure.erase_person(desk, KIM, now=at(6))
    with pytest.raises(DeskError, match="is held already: claim 7"):
        retention.place_hold(desk, number, "again", now=at(7))
    retention.release_hold(desk, number, now=at(8))
    erasure.erase_person(desk, KIM, now=at(9))
    verify(desk)


def test_a_name_of_several_people_or_of_nobody_is_refused(desk: DeskSession) -> None:
    register_fault(desk)
    register_fault(desk, email="kim@birch.example")
    with pytest.raises(DeskError, match="Several people are called Kim Doe: name one by number"):
        erasure.erase_person(desk, "Kim Doe", now=at(1))
    with pytest.raises(DeskError, match="Nobody outside is known as 'lou'"):
        erasure.erase_person(desk, "lou", now=at(1))


def test_a_person_is_found_whatever_the_case_of_the_letters(desk: DeskSession) -> None:
    number = register_fault(desk, requester="Élodie Ångström", email="elodie@larch.example")
    assert erasure.erase_person(desk, "éLODIE åNGSTRÖM", now=at(3)).tickets == [number]


def test_a_participant_is_removed_whatever_the_case_of_the_letters(desk: DeskSession) -> None:
    number = register_fault(desk)
    participants.add_participant(desk, number, "Élodie Ångström", email="elodie@larch.example", now=at(1))
    assert "taken off CC" in participants.remove_participant(desk, number, "ÉLODIE ÅNGSTRÖM", now=at(2)).summary
