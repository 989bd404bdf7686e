"""A desk's file that is moved or removed while it is open: nothing that is lost is reported as written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from deskterm.errors import DeskError
from deskterm.store.db.engine import Store, create_store, open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Contact, Desk

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

WRITE = r"The desk at .*desk\.sqlite3 was moved or removed while it was open: nothing was written; open it again\."
READ = r"The desk at .*desk\.sqlite3 was moved or removed while it was open: open it again\."


@pytest.fixture
def desk(tmp_path: Path) -> Store:
    store = create_store(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with store.writing() as session:
        session.add(Desk(name="Acme", created_at=NOW))
    return store


def remove(path: Path) -> None:
    for part in path.parent.iterdir():
        part.unlink()


def move(path: Path) -> None:
    path.rename(path.with_name("elsewhere.sqlite3"))


def replace(path: Path) -> None:
    copy = path.with_name("copy.sqlite3")
    shutil.copy(path, copy)
    copy.replace(path)


FILE_CHANGES = pytest.mark.parametrize("change_file", [remove, move, replace])


def path_of(store: Store) -> Path:
    return Path(store.url.removeprefix("sqlite:///"))


def write(store: Store) -> None:
    with store.writing() as session:
        session.add(Contact(name="kim"))


@FILE_CHANGES
def test_nothing_is_written_to_a_file_that_was_moved_or_removed(
    desk: Store, change_file: Callable[[Path], None]
) -> None:
    change_file(path_of(desk))
    with pytest.raises(DeskError, match=WRITE):
        write(desk)
    with pytest.raises(DeskError, match=WRITE), desk.bulk() as bulk:
        bulk.insert("contact", ("name", "phone"), [("kim", "")])
    desk.close()


@FILE_CHANGES
def test_a_bulk_transaction_whose_file_is_moved_meanwhile_fails(
    desk: Store, change_file: Callable[[Path], None]
) -> None:
    def write_in_bulk() -> None:
        with desk.bulk() as bulk:
            bulk.insert("contact", ("name", "phone"), [("kim", "")])
            change_file(path_of(desk))
            bulk.commit()

    with pytest.raises(DeskError, match=WRITE):
        write_in_bulk()
    desk.close()


@FILE_CHANGES
def test_a_reader_reports_that_its_file_was_moved_or_removed(desk: Store, change_file: Callable[[Path], None]) -> None:
    with open_reader(desk.url) as reader:
        change_file(path_of(desk))
        with pytest.raises(DeskError, match=READ):
            reader.has_changed()
        with pytest.raises(DeskError, match=READ):
            reader.rows("SELECT 1")
    desk.close()


def test_a_store_that_is_opened_again_writes_to_the_new_file(desk: Store) -> None:
    desk.close()
    replace(path_of(desk))
    again = open_store(desk.url)
    write(again)
    with again.reading() as session:
        assert session.exec(select(Contact.name)).all() == ["kim"]
    again.close()
