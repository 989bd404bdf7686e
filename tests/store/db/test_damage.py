"""A damaged file is called damaged, with its table, and no text of it is repeated."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskterm.store.db.engine import create_store
from deskterm.store.db.errors import DamagedDesk, find_damage
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Desk

PAGE = 4096


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a closed store with a desk."""
    store = create_store(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with store.writing() as session:
        session.add(Desk(name="Secret name", created_at=datetime(2026, 11, 23, 9, tzinfo=UTC)))
    store.checkpoint()
    store.close()
    return tmp_path / "desk.sqlite3"


@pytest.mark.parametrize("table", ["desk", "ticket", "event", "message"])
def test_the_table_of_a_damaged_page_is_named(file: Path, table: str) -> None:
    """D-47"""
    with sqlite3.connect(file) as connection:
        ((page,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    connection.close()
    content = bytearray(file.read_bytes())
    content[(page - 1) * PAGE : page * PAGE] = b"\xa5" * PAGE
    file.write_bytes(content)
    expected = rf"is damaged \(table {table}(, page {page})?\): restore a backup"
    with pytest.raises(DamagedDesk, match=expected), open_reader(f"sqlite:///{file}") as reader:
        reader.rows(f"SELECT * FROM {table}")


def test_a_text_that_is_none_is_damage_and_is_not_repeated(file: Path) -> None:
    """D-47: SQLite itself finds nothing wrong with it, and the driver's message shows the whole text."""
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE desk SET name = CAST(x'536563726574ff' AS TEXT)")
    connection.close()
    with open_reader(f"sqlite:///{file}") as reader, pytest.raises(DamagedDesk) as refused:
        reader.rows("SELECT name FROM desk")
    assert "(table desk, column name)" in str(refused.value)
    assert "Secret" not in str(refused.value)


def test_nothing_is_found_in_a_sound_file(file: Path) -> None:
    assert find_damage(f"sqlite:///{file}") == ""
