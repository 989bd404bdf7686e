"""Notification of changes: a connection notices what another one wrote."""

from __future__ import annotations

from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Contact
from store.ticket_rows import change_arrives


def change(store: Store, ticket: int | None = 1042) -> None:
    """Write something, as a command does, and notify readers of it."""
    with store.writing() as session:
        session.add(Contact(name="kim"))
        notify_change(session, ticket)


def test_another_connection_notices_what_was_written(store: Store) -> None:
    with open_reader(store.url) as reader:
        assert not reader.has_changed()
        change(store)
        assert change_arrives(reader)
        assert not reader.has_changed()


def test_a_change_of_many_tickets_is_noticed_too(store: Store) -> None:
    with open_reader(store.url) as reader:
        change(store, None)
        assert change_arrives(reader)


def test_what_was_rolled_back_is_not_noticed(store: Store) -> None:
    with open_reader(store.url) as reader:
        try:
            with store.writing() as session:
                session.add(Contact(name="kim"))
                session.flush()
                notify_change(session, 2)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        assert not any(reader.has_changed() for _ in range(5) if reader.rows("SELECT 1"))


def test_the_notification_of_postgresql_names_the_ticket(store: Store) -> None:
    if store.dialect == "sqlite":
        return
    with open_reader(store.url) as reader:
        change(store, 1042)
        change(store, None)
        payloads = [one.payload for one in reader.driver_connection.notifies(timeout=5, stop_after=2)]
    assert payloads == ["1042", ""]
