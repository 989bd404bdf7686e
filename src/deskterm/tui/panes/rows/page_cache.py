"""A long list of which some pages are in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from deskterm.present.models import QueueLine

PAGE = 100
"""Rows a page."""

KEPT = 30
"""Pages kept: those nearest to the cursor."""


class Pages:
    """The rows of a list by their index, as far as they have been read."""

    def __init__(self, count: int = 0, pages: Mapping[int, Sequence[QueueLine]] | None = None) -> None:
        self.count = count
        self._pages: dict[int, Sequence[QueueLine]] = dict(pages or {})

    def row(self, index: int) -> QueueLine | None:
        """Return a row; None for one whose page has not been read."""
        page = self._pages.get(index // PAGE)
        place = index % PAGE
        return page[place] if page is not None and 0 <= place < len(page) and index >= 0 else None

    def add(self, page: int, rows: Sequence[QueueLine], cursor: int) -> None:
        """Keep a page that was read, and drop those farthest from the cursor."""
        self._pages[page] = rows
        if len(self._pages) > KEPT:
            middle = cursor // PAGE
            for far in sorted(self._pages, key=lambda kept: -abs(kept - middle))[: len(self._pages) - KEPT]:
                del self._pages[far]

    def missing(self, first: int, last: int) -> list[int]:
        """Return the pages, within the list, that rows from one index to another are on and that were not read."""
        if self.count <= 0:
            return []
        first, last = max(first, 0), min(last, self.count - 1)
        return [page for page in range(first // PAGE, last // PAGE + 1) if page not in self._pages]

    def index_of(self, number: int) -> int | None:
        """Return the index of a ticket; None where its page has not been read."""
        for page, rows in self._pages.items():
            for place, row in enumerate(rows):
                if row.number == number:
                    return page * PAGE + place
        return None

    def lines(self) -> Iterable[QueueLine]:
        """Yield all rows that have been read."""
        for rows in self._pages.values():
            yield from rows
