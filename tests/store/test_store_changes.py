"""The change feed: what one connection writes, another one sees."""

from __future__ import annotations

from datetime import UTC, datetime

from deskterm.store.changes import changed_since, last_change, note_change
from deskterm.store.engine import Store
from deskterm.store.reader import open_reader

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_another_connection_sees_which_ticket_was_written(store: Store) -> None:
    with open_reader(store.url) as reader:
        assert not reader.changed()
        with store.writing() as session:
            note_change(session, 1042, NOW)
        assert reader.changed()
        assert not reader.changed()
        tickets, last = changed_since(reader, 0)
        assert tickets == {1042}
        assert last == last_change(reader)
        assert changed_since(reader, last) == (frozenset(), last)
