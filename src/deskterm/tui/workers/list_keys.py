"""The place of a ticket in the order of a list, and the words that a list looks for."""

from __future__ import annotations

from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.queue import QueueRow, SortKey
from deskterm.tui.workers.messages import QueueQuery


def find_sort_key(reader: ReadConnection, query: QueueQuery, row: QueueRow) -> SortKey:
    """Return the sort key that a ticket has in a list, whether or not it is in it."""
    if query.order == "received":
        return SortKey(0, reader.instant(row.received), row.number)
    if query.listed == "closed" or query.order == "updated":
        return SortKey(0, reader.instant(row.updated), row.number)
    if query.order == "due":
        due = reader.never if row.next_due is None else reader.instant(row.next_due)
        return SortKey(0, due, row.number)
    return row.key


def list_query_words(query: QueueQuery) -> list[str]:
    """Return the words that the filters of a list look for."""
    texts = [text for text in (query.within, query.match) if text.strip()]
    if not texts:
        return []
    # As in the read thread: lists without a filter do not wait for the parser
    from deskterm.present.filters.scope import list_words  # noqa: PLC0415

    return [word for text in texts for word in list_words(text)]
