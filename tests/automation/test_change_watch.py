"""A look at whether anybody has written to a SQLite desk (C-44)."""

from __future__ import annotations

from pathlib import Path

from deskterm.automation.change_watch import ChangeWatch
from deskterm.desk.tickets import assignment, register
from small_desk import at, small_desk


def test_writes_are_noticed_once_and_reads_are_none(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    number = register.register(desk, type="fault", subject="x", now=at(0)).number
    watch = ChangeWatch(desk.store.url)
    assert watch.has_changed(), "what was written before the first look is not known"
    assert not watch.has_changed()
    with desk.store.reading() as session:
        session.connection()
    assert not watch.has_changed()
    assignment.assign(desk, number, "sam", now=at(1))
    assert watch.has_changed()
    assert not watch.has_changed()
    watch.close()
    assert ChangeWatch(f"sqlite:///{tmp_path / 'none.sqlite3'}").has_changed()
    assert ChangeWatch("postgresql://nobody@localhost/none").has_changed()
