"""Rows of the queue, page by page, as the read thread reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from deskterm.store.queries.queue import (
    QueueRow,
    Viewer,
    count_tickets,
    find_position,
    load_first_numbers,
    load_newest_number,
    load_queue_page,
    load_sort_key,
)
from deskterm.store.rows.list_orders import Scales, SortKey, SortOrder, fit_order, has_index
from deskterm.tui.panes.rows.page_cache import PAGE
from deskterm.tui.workers.messages import QueueQuery

if TYPE_CHECKING:
    from deskterm.store.db.reader import ReadConnection
    from deskterm.store.filters.conditions import Condition


MOST_WATCHED = 2_000
"""Number of tickets at the head of a list that are watched for arrivals."""

_NEAR_PAGES = 3
"""Number of pages at the head of a list that are read by skipping the rows before them, which is quick there."""


class ListReader:
    """The list in the queue. read_filter: returns the condition of a filter; scales: returns those of the procedure."""

    def __init__(self, read_filter: Callable[[str], Condition | None], scales: Callable[[], Scales]) -> None:
        self._read_filter, self._scales = read_filter, scales
        self.order: SortOrder = "order"
        """The order of the list: its default when it is too long for the requested one."""
        self._anchors: dict[int, QueueRow] = {}
        """Rows by their index in the list, from whose keys neighbouring pages are read."""
        self._fresh: dict[int, list[QueueRow]] = {}
        """The pages that the reading under way has read: far down in a list each takes long, and several steps of it
        look at the same one."""
        self._watched: QueueQuery | None = None
        """The list that is watched for arrivals."""
        self._known: set[int] = set()
        """The tickets of that list, or those of its head, when it was opened."""
        self._knows_all = False
        self._newest = 0
        """The greatest ticket number of the desk when it was opened."""

    def forget(self) -> None:
        """Forget the rows that were read: their keys lead to other places in the list as it is now."""
        self._anchors = {}

    def read(
        self, reader: ReadConnection, query: QueueQuery, viewer: Viewer
    ) -> tuple[QueueQuery, int, dict[int, list[QueueRow]], int]:
        """Read the pages in sight. Return the list with the ticket under the cursor, its number of rows, the pages, and
        the index of the cursor. The cursor keeps its ticket and its line on the screen where both are still there;
        where the ticket has left the list, the cursor keeps its index."""
        self.forget()
        self._fresh = {}
        condition = self._read_condition(query)
        total = count_tickets(reader, query.listed, viewer, condition=condition)
        self.order = fit_order(query.listed, query.order, total)
        cursor = self._find_cursor(reader, query, viewer, total)
        if query.then is not None and query.number is not None:
            beside = self._find_cursor(reader, query._replace(number=query.then), viewer, total)
            # Still neighbours: the act has moved neither, or both
            if abs(beside - cursor) != 1:
                query, cursor = query._replace(number=query.then), beside
        first = max(0, min(query.first + cursor - query.cursor, total - query.rows))
        last = max(min(first + query.rows, total) - 1, 0)
        in_sight = range(first // PAGE, last // PAGE + 1) if total else ()
        pages = {page: self._read_once(reader, query, viewer, page) for page in in_sight}
        numbers = [row.number for row in pages.get(cursor // PAGE, ())]
        if query.number in numbers:
            # Somebody may have written since the rows before it were counted
            cursor = cursor // PAGE * PAGE + numbers.index(query.number)
        else:
            cursor = max(0, min(query.cursor, total - 1))
            if total and cursor // PAGE not in pages:
                pages[cursor // PAGE] = self._read_once(reader, query, viewer, cursor // PAGE)
        return query, total, pages, cursor

    def _read_once(self, reader: ReadConnection, query: QueueQuery, viewer: Viewer, page: int) -> list[QueueRow]:
        if page not in self._fresh:
            self._fresh[page] = self.read_page(reader, query, viewer, page)
        return self._fresh[page]

    def find_arrivals(self, reader: ReadConnection, query: QueueQuery, viewer: Viewer) -> dict[int, int]:
        """Return the tickets that came into the list since it was opened, with their indexes (C-06). In a list that was
        long then, only tickets with new numbers count, because others may have moved up into its head."""
        condition, scales = self._read_condition(query), self._scales()
        is_another = self._watched is None or not self._watched.same_tickets(query)
        # Of the whole desk, because the head of the list has other tickets in another order; and before the list is
        # read, so that a ticket that comes in between is not missed for good
        newest = load_newest_number(reader) if is_another else self._newest
        numbers = load_first_numbers(
            reader, query.listed, viewer, MOST_WATCHED, order=self.order, condition=condition, scales=scales
        )
        if is_another:
            self._watched, self._known, self._newest = query, set(numbers), newest
            self._knows_all = len(numbers) < MOST_WATCHED
        return {
            number: index
            for index, number in enumerate(numbers)
            if number not in self._known and (self._knows_all or number > self._newest)
        }

    def read_page(self, reader: ReadConnection, query: QueueQuery, viewer: Viewer, page: int) -> list[QueueRow]:
        """Read a page by the key of its neighbour where that is known, else by skipping rows from the top, which takes
        longer the farther down it is."""
        before, after = self._anchors.get(page * PAGE - 1), self._anchors.get((page + 1) * PAGE)
        if before is not None:
            rows = self._load(reader, query, viewer, after=before.key, limit=PAGE)
        elif after is not None:
            rows = self._load(reader, query, viewer, before=after.key, limit=PAGE)
        else:
            rows = self._load(reader, query, viewer, offset=page * PAGE, limit=PAGE)
        self._keep_ends(page, rows)
        return rows

    def _keep_ends(self, page: int, rows: list[QueueRow]) -> None:
        if rows:
            self._anchors[page * PAGE] = rows[0]
            self._anchors[page * PAGE + len(rows) - 1] = rows[-1]

    def read_rows(
        self,
        reader: ReadConnection,
        query: QueueQuery,
        viewer: Viewer,
        *,
        offset: int,
        limit: int,
    ) -> list[QueueRow]:
        """Read rows of a list from an index on."""
        return self._load(reader, query, viewer, offset=offset, limit=limit)

    def _load(
        self,
        reader: ReadConnection,
        query: QueueQuery,
        viewer: Viewer,
        *,
        after: SortKey | None = None,
        before: SortKey | None = None,
        offset: int = 0,
        limit: int,
    ) -> list[QueueRow]:
        return load_queue_page(
            reader,
            query.listed,
            viewer,
            order=self.order,
            after=after,
            before=before,
            offset=offset,
            limit=limit,
            condition=self._read_condition(query),
            scales=self._scales(),
        )

    def _find_cursor(self, reader: ReadConnection, query: QueueQuery, viewer: Viewer, total: int) -> int:
        """Return the index that the ticket under the cursor has now. Near the top of the list, and where its order has
        no index, it is looked for on its old page first; elsewhere the tickets before it are counted."""
        if query.number is None or not total:
            return min(query.cursor, max(total - 1, 0))
        by_key = self._is_read_by_key(query)
        if not by_key or query.cursor // PAGE < _NEAR_PAGES:
            near = self._read_once(reader, query, viewer, query.cursor // PAGE)
            for place, row in enumerate(near):
                if row.number == query.number:
                    return query.cursor // PAGE * PAGE + place
        key = load_sort_key(reader, query.listed, self.order, query.number, self._scales())
        if key is None:
            return min(query.cursor, total - 1)
        condition, scales = self._read_condition(query), self._scales()
        cursor = find_position(reader, query.listed, viewer, self.order, key, condition=condition, scales=scales)
        page = cursor // PAGE
        if by_key and page >= _NEAR_PAGES and page not in self._fresh:
            self._fresh[page] = self._read_page_around(reader, query, viewer, cursor, key)
            self._keep_ends(page, self._fresh[page])
        return cursor

    def _is_read_by_key(self, query: QueueQuery) -> bool:
        """Return whether rows next to a key are found without reading the list up to them."""
        return has_index(query.listed, self.order) and self._read_condition(query) is None

    def _read_page_around(
        self, reader: ReadConnection, query: QueueQuery, viewer: Viewer, index: int, key: SortKey
    ) -> list[QueueRow]:
        """Read the page of an index that is past the first page, by the key that a row there has or would have."""
        from_start = index % PAGE
        above = self._load(reader, query, viewer, before=key, limit=max(from_start, 1))
        below = self._load(reader, query, viewer, after=above[-1].key if above else None, limit=PAGE - from_start)
        return [*above, *below] if from_start else below

    def _read_condition(self, query: QueueQuery) -> Condition | None:
        """Return the condition of the filter of a list's view, and of the one that narrows it further."""
        conditions = [one for one in map(self._read_filter, (query.within, query.match)) if one is not None]
        if len(conditions) < 2:
            return conditions[0] if conditions else None
        # As in `ReadWorker._read_filter`: lists without a filter do not wait for it
        from deskterm.store.filters.conditions import Every  # noqa: PLC0415

        return Every(tuple(conditions))
