"""A long list of which some pages are at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from deskterm.present.models import QueueLine

PAGE = 100
"""Rows a page."""

KEPT = 30
"""Pages kept, those nearest to what is looked at."""


class Pages:
    """The rows of a list by their index, as far as they have been read. A row that was not is None."""

    def __init__(self, count: int = 0, pages: Mapping[int, Sequence[QueueLine]] | None = None) -> None:
        self.count = count
        self._pages: dict[int, Sequence[QueueLine]] = dict(pages or {})

    def row(self, index: int) -> QueueLine | None:
        page = self._pages.get(index // PAGE)
        place = index % PAGE
        return page[place] if page is not None and 0 <= place < len(page) and index >= 0 else None

    def put(self, page: int, rows: Sequence[QueueLine], looking_at: int) -> None:
        """Take a page in, and let go of those farthest from a row."""
        self._pages[page] = rows
        if len(self._pages) > KEPT:
            middle = looking_at // PAGE
            for far in sorted(self._pages, key=lambda held: -abs(held - middle))[: len(self._pages) - KEPT]:
                del self._pages[far]

    def missing(self, first: int, last: int) -> list[int]:
        """The pages that rows from one index to another need and that are not at hand, within the list."""
        if self.count <= 0:
            return []
        first, last = max(first, 0), min(last, self.count - 1)
        return [page for page in range(first // PAGE, last // PAGE + 1) if page not in self._pages]

    def index_of(self, number: int) -> int | None:
        """Where a ticket stands, if its page is at hand."""
        for page, rows in self._pages.items():
            for place, row in enumerate(rows):
                if row.number == number:
                    return page * PAGE + place
        return None

    def lines(self) -> Iterable[QueueLine]:
        """All rows at hand."""
        for rows in self._pages.values():
            yield from rows
