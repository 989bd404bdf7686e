"""Arrivals in lists that are too long to be known whole (C-06)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.tickets import register, update
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
