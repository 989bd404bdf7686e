"""Erasing and purging by the shipped procedures: nothing of a person's texts is left, whatever field holds them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history import retention
from deskterm.desk.history.erasing import erasure
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.policy.request_fields import holds_personal_text
from deskterm.desk.tickets.register import register
from deskterm.exchange.exporting.exports import export
from deskterm.procedure.schema import FieldPart
from deskterm.procedure.shipped import list_procedure_names
from deskterm.procedure.ticket_fields import REQUEST_FIELDS
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from shipped_desk import shipped_desk
from small_desk import at

SECRET = "zyxomat"
NAME = "Kimbrix"
KIM, LOU = f"{NAME}@larch.example", f"lou.{NAME}@larch.example"
VALUES = {
    "number": 7,
    "instant": "2026-11-20T10:00",
    "flag": True,
    "url": f"https://larch.example/{SECRET}",
    "email": f"{SECRET}@larch.example",
    "phone": "0131 496 0000",
    "contacts": f"Lou {NAME} <{LOU}> 0131 496 0001",
}
"""Kind of field → a value for it; texts and choices are built."""


@pytest.fixture
def desks(store_url: str) -> Iterator[list[DeskSession]]:
    opened: list[DeskSession] = []
    yield opened
    for desk in opened:
        assert check_integrity(desk.store).findings == ()
        with open_reader(desk.store.url) as reader:
            assert verify_chains(reader).faults == ()
        desk.store.close()


def dump_tables(desk: DeskSession) -> str:
    """Return all rows of all tables but that of procedures, as text without case."""
    found = []
    with desk.store.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            if table.name != "procedure_version":
                found += [str(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{table.name}"'))]
    return "\n".join(found).casefold()


def build_value(part: FieldPart) -> Any:
    if part.kind == "choice":
        return part.choices[0]
    if part.kind in VALUES:
        return VALUES[part.kind]
    return f"{part.label}: {SECRET} and I" if holds_personal_text(part) else "North wing"


def register_request(desk: DeskSession, kind: str, minute: float = 0) -> int:
    """Register a request of a type by Kimbrix Doe, with the secret in each field of the procedure."""
    procedure = desk.procedure.definition
    fields = {part.key: build_value(part) for part in procedure.fields}
    result = register(
        desk,
        type=kind,
        subject=f"About {SECRET}",
        body=f"I am {SECRET}.",
        requester=f"{NAME} Doe",
        email=KIM,
        phone="0131 496 0000",
        organisation="larch",
        fields=fields,
        incomplete=True,
        now=at(minute),
    )
    return result.number


@pytest.mark.requirement("S5-09")
@pytest.mark.parametrize("name", list_procedure_names())
def test_an_erasure_leaves_nothing_of_the_texts_in_any_field(
    store_url: str, desks: list[DeskSession], name: str
) -> None:
    desk = shipped_desk(store_url, name)
    desks.append(desk)
    numbers = [register_request(desk, kind.key, index) for index, kind in enumerate(desk.procedure.definition.types)]
    parts = desk.procedure.definition.fields
    text_fields = {part.key for part in parts if SECRET in str(build_value(part))} - REQUEST_FIELDS.keys()
    with open_reader(store_url) as reader:
        tickets = [load_ticket_detail(reader, number) for number in numbers]
    assert all(SECRET in one.fields[key] for one in tickets if one is not None for key in text_fields)
    assert SECRET in dump_tables(desk)
    found = erasure.erase_person(desk, KIM, now=at(60))
    assert (found.tickets, found.remaining_mentions) == (numbers, [])
    if any(part.kind == "contacts" for part in parts):
        erasure.erase_person(desk, LOU, now=at(61))
    assert SECRET not in dump_tables(desk)
    assert not [word for word in (NAME.casefold(), "0131 496") if word in dump_tables(desk)]


@pytest.mark.requirement("S5-09")
@pytest.mark.parametrize("name", list_procedure_names())
def test_a_purge_leaves_nothing_of_the_texts_in_any_field(store_url: str, desks: list[DeskSession], name: str) -> None:
    desk = shipped_desk(store_url, name)
    desks.append(desk)
    number = register_request(desk, desk.procedure.definition.types[0].key)
    closed = next(status.key for status in desk.procedure.statuses.values() if status.category == "closed")
    with desk.ticket(number, "move", at(5)) as work:
        work.append("moved", {"status": (work.state.status, closed)})
    later = at(5) + timedelta(days=366 * (desk.procedure.definition.retention.years + 1))
    with open_reader(store_url) as reader:
        assert [ticket.number for ticket in retention.purge_expired_tickets(desk, reader, now=later)] == [number]
    assert SECRET not in dump_tables(desk)


@pytest.mark.requirement("S5-09")
def test_texts_that_events_contain_leave_the_ticket_and_the_events_are_reported(
    store_url: str, desks: list[DeskSession]
) -> None:
    desk = shipped_desk(store_url, "web-agency")
    desks.append(desk)
    number = register_request(desk, "billing-question")
    with desk.ticket(number, "edit", at(1)) as work:
        edited = work.append("edited", {"fields.details": (None, f"As {SECRET} said"), "fields.page": (None, "x")})
    found = erasure.erase_person(desk, KIM, now=at(2), dry_run=True)
    assert found.remaining_mentions == [(number, edited.seq)]
    erasure.erase_person(desk, KIM, now=at(3))
    with open_reader(store_url) as reader:
        after = load_ticket_detail(reader, number)
    assert after is not None
    assert set(after.fields.values()) == {""}
    assert not {"details", "page"} & after.fields.keys()


def test_quoted_lines_and_the_subject_in_letters_are_erased(store_url: str, desks: list[DeskSession]) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    desks.append(desk)
    number = register_request(desk, desk.procedure.definition.types[0].key)
    messages.record_customer_message(desk, number, "It never works.\nMy cat died.", now=at(1))
    messages.reply(desk, number, f"About {SECRET}: sorry.\n> > My cat died.\n> Your words.", now=at(2))
    erasure.erase_person(desk, KIM, now=at(3))
    with open_reader(store_url) as reader:
        after = load_ticket_detail(reader, number)
    assert after is not None
    answers = [message.body for message in after.messages if message.author_kind == "agent"]
    assert answers == [f"About {SECRET}: sorry.\n> (erased)\n> Your words."]
    letters = [message.body for message in after.messages if message.kind == "system"]
    assert not [body for body in letters if SECRET in body]


def test_a_second_erasure_erases_what_was_written_since_the_first(store_url: str, desks: list[DeskSession]) -> None:
    desk = shipped_desk(store_url, "web-agency")
    desks.append(desk)
    number = register_request(desk, "billing-question")
    person = str(erasure.erase_person(desk, KIM, now=at(1)).person)
    assert (erasure.erase_person(desk, person, now=at(2)).emptied, erased_times(desk, number)) == (0, 1)
    messages.record_customer_message(desk, number, f"{SECRET} again", now=at(3))
    assert (erasure.erase_person(desk, person, now=at(4)).emptied, erased_times(desk, number)) == (1, 2)
    assert SECRET not in dump_tables(desk)


def erased_times(desk: DeskSession, number: int) -> int:
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return [event.kind for event in found.events].count("erased")


def test_an_export_contains_the_texts_of_fields(store_url: str, desks: list[DeskSession]) -> None:
    desk = shipped_desk(store_url, "campus-it")
    desks.append(desk)
    register_request(desk, desk.procedure.definition.types[0].key)
    for form in ("csv", "jsonl"):
        out = io.StringIO()
        with open_reader(store_url) as reader:
            export(reader, "tickets", form, out)
        assert f"Institute: {SECRET} and I" in out.getvalue()
        assert f"Lou {NAME} <{LOU.casefold()}>" in out.getvalue()
        assert '"text"' not in out.getvalue()


def test_a_description_field_is_stored_beside_the_body(store_url: str, desks: list[DeskSession]) -> None:
    desk = shipped_desk(store_url, "campus-it")
    desks.append(desk)
    number = register_request(desk, desk.procedure.definition.types[0].key)
    with open_reader(store_url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    assert found.messages[0].body == f"I am {SECRET}."
    assert found.fields["description"] == f"Description: {SECRET} and I"
