"""A desk's file that goes away under an open store: nobody is told that something was kept which was not."""

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


def removed(path: Path) -> None:
    for part in path.parent.iterdir():
        part.unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("elsewhere.sqlite3"))


def replaced(path: Path) -> None:
    copy = path.with_name("copy.sqlite3")
    shutil.copy(path, copy)
    copy.replace(path)


GONE = pytest.mark.parametrize("go", [removed, moved, replaced])


def path_of(store: Store) -> Path:
    return Path(store.url.removeprefix("sqlite:///"))


def write(store: Store) -> None:
    with store.writing() as session:
        session.add(Contact(name="kim"))


@GONE
def test_nothing_is_written_to_a_file_that_is_no_longer_there(desk: Store, go: Callable[[Path], None]) -> None:
    go(path_of(desk))
    with pytest.raises(DeskError, match=WRITE):
        write(desk)
    with pytest.raises(DeskError, match=WRITE), desk.bulk() as bulk:
        bulk.insert("contact", ("name", "phone"), [("kim", "")])
    desk.close()


@GONE
def test_an_import_whose_file_went_meanwhile_is_given_up(desk: Store, go: Callable[[Path], None]) -> None:
    def take() -> None:
        with desk.bulk() as bulk:
            bulk.insert("contact", ("name", "phone"), [("kim", "")])
            go(path_of(desk))
            bulk.commit()

    with pytest.raises(DeskError, match=WRITE):
        take()
    desk.close()


@GONE
def test_a_reader_says_that_its_file_is_gone(desk: Store, go: Callable[[Path], None]) -> None:
    with open_reader(desk.url) as reader:
        go(path_of(desk))
        with pytest.raises(DeskError, match=READ):
            reader.has_changed()
        with pytest.raises(DeskError, match=READ):
            reader.rows("SELECT 1")
    desk.close()


def test_whoever_opens_it_again_writes_to_the_new_file(desk: Store) -> None:
    desk.close()
    replaced(path_of(desk))
    again = open_store(desk.url)
    write(again)
    with again.reading() as session:
        assert session.exec(select(Contact.name)).all() == ["kim"]
    again.close()
