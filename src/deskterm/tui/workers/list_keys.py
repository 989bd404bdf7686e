"""The words that a list searches for."""

from __future__ import annotations

from deskterm.tui.workers.messages import QueueQuery


def list_query_words(query: QueueQuery) -> list[str]:
    """Return the words that the filters of a list look for."""
    texts = [text for text in (query.within, query.match) if text.strip()]
    if not texts:
        return []
    # As in the read thread: lists without a filter do not wait for the parser
    from deskterm.present.filters.scope import list_words  # noqa: PLC0415

    return [word for text in texts for word in list_words(text)]
