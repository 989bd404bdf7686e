"""The change feed: what one connection writes, another one sees."""

from __future__ import annotations

from datetime import UTC, datetime

from deskterm.store.db.change_feed import KEPT, changed_since, last_change, note_change
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from feed_watch import told_of_a_change

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def change(store: Store, *tickets: int | None) -> None:
    for ticket in tickets:
        with store.writing() as session:
            note_change(session, ticket, NOW)


def test_another_connection_sees_which_ticket_was_written(store: Store) -> None:
    with open_reader(store.url) as reader:
        assert not reader.changed()
        change(store, 1042)
        assert told_of_a_change(reader)
        assert not reader.changed()
        tickets, last = changed_since(reader, 0)
        assert tickets == frozenset({1042})
        assert last == last_change(reader)
        assert changed_since(reader, last) == (frozenset(), last)


def test_a_watcher_reads_on_from_where_it_was(store: Store) -> None:
    with open_reader(store.url) as reader:
        assert last_change(reader) == 0
        change(store, 1, 2)
        _, last = changed_since(reader, 0)
        change(store, 3, 3)
        assert changed_since(reader, last) == (frozenset({3}), last + 2)


def test_many_changes_at_once_are_everything(store: Store) -> None:
    change(store, 1, None, 2)
    with open_reader(store.url) as reader:
        assert changed_since(reader, 0) == (None, 3)


def test_a_change_that_was_rolled_back_is_no_gap(store: Store) -> None:
    change(store, 1)
    try:
        with store.writing() as session:
            note_change(session, 2, NOW)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    change(store, 3)
    with open_reader(store.url) as reader:
        tickets, _ = changed_since(reader, 1)
    assert tickets == frozenset({3})


def test_old_changes_go_and_who_slept_reads_everything(store: Store) -> None:
    change(store, 1)
    with store.bulk() as bulk:
        bulk.insert("change", ("id", "ticket_id", "at"), [(number, 7, NOW) for number in range(2, KEPT + 600)])
    change(store, *[8] * 300)
    with open_reader(store.url) as reader:
        ((kept,),) = reader.rows("SELECT count(*) FROM change")
        assert kept <= KEPT + 256
        assert changed_since(reader, 1)[0] is None
        assert changed_since(reader, KEPT + 600)[0] == frozenset({8})
