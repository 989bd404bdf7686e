"""Lists that are read far from their head, and arrivals in lists that are too long to be known whole (C-06)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.tickets import register, update
from deskterm.desk.workflow.snooze import snooze
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.queue import Viewer
from deskterm.store.rows.list_orders import NO_SCALES, SortOrder
from deskterm.tui.workers import list_reading
from deskterm.tui.workers.list_reading import ListReader
from deskterm.tui.workers.messages import QueueQuery
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-06")


def test_old_tickets_at_the_head_of_a_long_list_are_no_arrivals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_reading, "MOST_WATCHED", 3)
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(url)

    def add() -> int:
        return register.register(desk, type="fault", severity="low", subject="Matter", now=at(1)).number

    numbers = [add() for _ in range(5)]
    lists = ListReader(lambda text: None, lambda: NO_SCALES)
    with open_reader(url) as reader:

        def find(order: SortOrder) -> dict[int, int]:
            query, viewer = QueueQuery(view="open", order=order), Viewer("sam", None, int(at(2).timestamp()))
            lists.read(reader, query, viewer)
            return lists.find_arrivals(reader, query, viewer)

        assert find("number") == {}
        # The head of the list has other tickets in this order, all older than the list
        assert find("-number") == {}
        new = add()
        assert find("-number") == {new: 0}
        # What remains is shorter than the head was, and has tickets that were behind it
        for number in numbers[:4]:
            update.move(desk, number, "solved", now=at(2))
        assert find("number") == {new: 1}
    desk.store.close()


@pytest.mark.parametrize("order", ["order", "-order", "updated", "due", "number"])
@pytest.mark.parametrize("view", ["open", "all", "closed", "unassigned"])
def test_a_list_that_is_read_in_its_middle_has_the_rows_that_it_has_when_read_from_the_top(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: str, order: SortOrder
) -> None:
    monkeypatch.setattr(list_reading, "PAGE", 4)
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(url)
    for place in range(42):
        severity = ("high", "low")[place % 2]
        number = register.register(
            desk, type="fault", severity=severity, subject="Matter", now=at(1 + place % 5 / 10)
        ).number
        if place % 3 == 0:
            update.move(desk, number, "solved", now=at(2))
            update.move(desk, number, "closed", now=at(2))
        elif place % 7 == 0:
            snooze(desk, number, at(30), now=at(2))
    viewer = Viewer("sam", None, int(at(3).timestamp()))
    lists = ListReader(lambda text: None, lambda: NO_SCALES)
    with open_reader(url) as reader:
        query = QueueQuery(view=view, order=order, rows=3)
        _, total, _, _ = lists.read(reader, query, viewer)
        numbers = [row.number for row in lists.read_rows(reader, query, viewer, offset=0, limit=100)]
        assert len(numbers) == total > 10
        for index, number in enumerate(numbers):
            # The cursor was on this row, or the ticket has come from, or stood at, some other place
            for cursor in (index, (index * 5 + 17) % total, 0, total - 1):
                asked = query._replace(number=number, cursor=cursor, first=max(cursor - 1, 0))
                found, count, pages, place = lists.read(reader, asked, viewer)
                assert (found.number, count, place) == (number, total, index)
                for page, rows in pages.items():
                    assert [row.number for row in rows] == numbers[page * 4 : page * 4 + 4]
                assert place // 4 in pages
        gone = next(number for number in range(1001, 1043) if number not in numbers) if view != "all" else 9999
        for cursor in range(total):
            _, _, pages, place = lists.read(reader, query._replace(number=gone, cursor=cursor, first=cursor), viewer)
            assert place == cursor
            assert [row.number for row in pages[place // 4]] == numbers[place // 4 * 4 : place // 4 * 4 + 4]
    desk.store.close()
