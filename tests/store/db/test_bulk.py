"""Bulk writing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from deskterm.errors import DeskError
from deskterm.store.db.bulk import bulk_transaction
from deskterm.store.db.engine import Store
from deskterm.store.db.instants import NEVER, seconds_from_stored, to_stored_text
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Contact, Ticket
from store.ticket_rows import NOW, change_arrives, put_tickets

INSTANT = datetime.fromtimestamp(NOW, UTC)


@pytest.mark.parametrize(
    "instant", [NOW, INSTANT, INSTANT.astimezone(timezone(timedelta(hours=-3))), to_stored_text(NOW)]
)
def test_every_form_of_an_instant_is_stored_alike(store: Store, instant: object) -> None:
    put_tickets(store, [{"received_at": instant}])
    with store.reading() as session:
        ticket = session.exec(select(Ticket)).one()
    assert (ticket.received_at, ticket.next_due_at, ticket.solved_at) == (INSTANT, NEVER, None)
    with open_reader(store.url) as reader:
        ((raw,),) = reader.rows("SELECT received_at FROM ticket")
    assert seconds_from_stored(raw) == NOW


def test_bulk_and_sessions_write_the_same_form(store: Store) -> None:
    put_tickets(store, [{}])
    with store.writing() as session:
        session.add(
            Ticket(
                type="query", subject="Help", status="open", category="open", received_at=INSTANT, updated_at=INSTANT
            )
        )
    with open_reader(store.url) as reader:
        assert reader.rows("SELECT order_at FROM ticket WHERE id = 1001") == reader.rows(
            "SELECT order_at FROM ticket WHERE id = 1002"
        )


def test_the_next_number_follows_the_reserved_ones(store: Store) -> None:
    assert put_tickets(store, [{}, {}]) == [1001, 1002]
    assert put_tickets(store, [{}]) == [1003]
    with store.writing() as session:
        ticket = Ticket(type="q", subject="", status="open", category="open", received_at=INSTANT, updated_at=INSTANT)
        session.add(ticket)
    assert ticket.id == 1004


def test_numbers_that_were_reserved_for_nothing_are_given_to_the_next_writer(store: Store) -> None:
    def reserve_and_fail() -> None:
        with store.bulk() as bulk:
            assert bulk.reserve_ids("ticket", 5) == range(1001, 1006)
            assert bulk.reserve_ids("ticket", 2) == range(1006, 1008)
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            reserve_and_fail()
    assert put_tickets(store, [{}]) == [1001]
    with store.bulk() as bulk:
        assert bulk.reserve_ids("ticket", 1) == range(1002, 1003)
    assert put_tickets(store, [{}]) == [1002]


def test_ids_that_were_inserted_are_not_used_again(store: Store) -> None:
    with store.bulk() as bulk:
        bulk.insert("contact", ("id", "name", "phone"), [(70, "kim", "")])
    with store.writing() as session:
        contact = Contact(name="lee")
        session.add(contact)
    assert contact.id == 71


def test_text_with_special_characters_is_stored_unchanged(store: Store) -> None:
    hostile = "tab\there, new\nline, back\\slash, \\N, quote \", 'single', é, 汉, 🖨"
    put_tickets(store, [{"subject": hostile}])
    with open_reader(store.url) as reader:
        assert reader.rows("SELECT subject FROM ticket") == [(hostile,)]


def test_an_error_rolls_back_what_was_not_committed(store: Store) -> None:
    def write() -> None:
        with store.bulk() as bulk:
            bulk.insert("contact", ("name", "phone"), [("kim", "")])
            bulk.commit()
            bulk.insert("contact", ("name", "phone"), [("lee", "")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    with open_reader(store.url) as reader:
        assert reader.rows("SELECT name FROM contact") == [("kim",)]


def test_other_statements_may_be_executed(store: Store) -> None:
    with store.bulk() as bulk:
        assert bulk.insert("contact", ("name", "phone"), [("kim", ""), ("lee", "")]) == 2
        assert bulk.execute("DELETE FROM contact WHERE name = :name", {"name": "lee"}) == []
        assert bulk.execute("SELECT name, ':x' FROM contact") == [("kim", ":x")]


def test_readers_are_notified_of_a_bulk_write(store: Store) -> None:
    with open_reader(store.url) as reader:
        with store.bulk() as bulk:
            bulk.insert("contact", ("name", "phone"), [("kim", "")])
            bulk.notify_change()
        assert change_arrives(reader)


def test_a_bulk_transaction_waits_no_longer_than_its_timeout(store: Store) -> None:
    def write() -> None:
        with bulk_transaction(store.url, lock_timeout=0.05) as other:
            other.reserve_ids("ticket", 1)

    with store.bulk() as holding:
        holding.reserve_ids("ticket", 1)
        with pytest.raises(DeskError, match="locked"):
            write()


def test_a_statement_of_a_bulk_may_take_as_long_as_it_needs(store: Store) -> None:
    if store.dialect == "postgresql":
        with store.bulk() as bulk:
            assert bulk.execute("SHOW statement_timeout") == [("0",)]


def test_two_people_do_not_have_one_address(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as session:
        session.add_all(
            [Contact(name="kim", email="kim@larch.example"), Contact(name="lou", email="kim@larch.example")]
        )
