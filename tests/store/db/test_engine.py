"""Creating and opening a store, and the message for each reason why that fails."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from sqlalchemy import text

from deskterm.errors import DeskError
from deskterm.store.db.engine import Store, create_store, open_store
from deskterm.store.db.errors import NoDesk
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Contact, Desk

DATABASES = Path(__file__).parents[3] / "docs/databases.md"

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

OPENERS: list[Callable[[str], object]] = [open_store, open_reader]


def add_desk(store: Store, layout: int = SCHEMA) -> None:
    with store.writing() as session:
        session.add(Desk(name="Acme Support", schema_number=layout, created_at=NOW))


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_store_can_be_opened(store_url: str) -> None:
    created = create_store(store_url)
    add_desk(created)
    created.close()
    opened = open_store(store_url)
    with opened.reading() as session:
        desk = session.get(Desk, 1)
    assert desk is not None
    assert (desk.name, desk.created_at, opened.upgraded) == ("Acme Support", NOW, None)
    opened.close()


def test_only_the_owner_may_read_new_files_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = create_store(f"sqlite:///{tmp_path}/new/folder/desk.sqlite3")
        add_desk(store)
    finally:
        os.umask(before)
    folder = tmp_path / "new" / "folder"
    assert {path.name: permissions(path) for path in folder.iterdir()} == {
        "desk.sqlite3": 0o600,
        "desk.sqlite3-wal": 0o600,
        "desk.sqlite3-shm": 0o600,
    }
    assert permissions(folder) == permissions(folder.parent) == 0o700
    store.close()


@pytest.mark.parametrize("opener", OPENERS)
def test_the_message_about_a_missing_desk_says_how_to_make_one(store_url: str, opener: Callable[[str], object]) -> None:
    with pytest.raises(NoDesk, match=r"There is no desk at .*deskterm init --procedure NAME.*deskterm demo"):
        opener(store_url)


@pytest.mark.parametrize("opener", OPENERS)
def test_an_empty_file_is_no_desk_yet(tmp_path: Path, opener: Callable[[str], object]) -> None:
    (tmp_path / "desk.sqlite3").touch()
    with pytest.raises(NoDesk):
        opener(f"sqlite:///{tmp_path}/desk.sqlite3")


def test_opening_creates_no_file(tmp_path: Path) -> None:
    with pytest.raises(NoDesk):
        open_store(f"sqlite:///{tmp_path}/folder/desk.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_desk_is_never_created_over_another(store: Store) -> None:
    add_desk(store)
    with pytest.raises(DeskError, match=r"There is a desk at .* already"):
        create_store(store.url)


def test_a_store_without_a_desk_is_used(store: Store) -> None:
    again = create_store(store.url)
    add_desk(again)
    again.close()


@pytest.mark.parametrize("opener", [*OPENERS, create_store])
def test_the_message_names_a_file_that_is_no_database(tmp_path: Path, opener: Callable[[str], object]) -> None:
    (tmp_path / "notes.txt").write_text("milk, eggs, and a great many other things that are no database\n" * 99)
    with pytest.raises(DeskError, match=r"notes\.txt is not a database"):
        opener(f"sqlite:///{tmp_path}/notes.txt")


@pytest.mark.parametrize("opener", [*OPENERS, create_store])
def test_a_folder_is_no_database(tmp_path: Path, opener: Callable[[str], object]) -> None:
    with pytest.raises(DeskError, match="it is a folder"):
        opener(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("opener", [*OPENERS, create_store])
def test_a_foreign_database_is_refused(store_url: str, opener: Callable[[str], object]) -> None:
    if store_url.startswith("sqlite"):
        with sqlite3.connect(store_url.removeprefix("sqlite:///")) as connection:
            connection.execute("CREATE TABLE recipe (name TEXT)")
    else:
        with psycopg.connect(store_url) as server:
            server.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(DeskError, match="holds something else than a desk"):
        opener(store_url)


@pytest.mark.parametrize("opener", OPENERS)
def test_a_store_of_a_newer_version_is_refused(store: Store, opener: Callable[[str], object]) -> None:
    add_desk(store, SCHEMA + 1)
    with pytest.raises(DeskError, match=f"newer deskterm .layout {SCHEMA + 1}.*install the newer version"):
        opener(store.url)


def test_a_path_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeskError, match=r"Nothing can be written at .*not a directory"):
        create_store(f"sqlite:///{tmp_path}/file/desk.sqlite3")


@pytest.mark.parametrize("mode", [0o666, 0o620])
def test_a_file_that_others_may_write_becomes_no_desk(tmp_path: Path, mode: int) -> None:
    """D-48: whoever put it there would read and write the desk."""
    path = tmp_path / "desk.sqlite3"
    path.touch()
    path.chmod(mode)
    with pytest.raises(DeskError, match="is there already and may be written by others: remove it"):
        create_store(f"sqlite:///{path}")
    assert path.stat().st_size == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_of_somebody_else_becomes_no_desk(tmp_path: Path) -> None:
    """D-48"""
    path = tmp_path / "desk.sqlite3"
    path.touch(mode=0o600)
    os.chown(path, 1234, 1234)
    with pytest.raises(DeskError, match="is there already and belongs to another user: remove it"):
        create_store(f"sqlite:///{path}")


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_role_without_rights_is_told_to_ask_for_them(store_url: str) -> None:
    """D-47: first none, then those that docs/databases.md grants."""
    add_desk(create_store(store_url))
    role = f"guest_{uuid.uuid4().hex}"
    parts = urlsplit(store_url)
    url = urlunsplit(parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}"))
    with psycopg.connect(store_url, autocommit=True) as server:
        server.execute(f"CREATE ROLE {role} LOGIN".encode())
        try:
            with pytest.raises(DeskError, match=r"lacks rights that a desk needs \(permission denied for table desk\)"):
                open_store(url)
            server.execute(b"REVOKE USAGE ON SCHEMA public FROM public")
            with pytest.raises(DeskError, match=r"lacks rights that a desk needs \(no schema may be used\)"):
                open_store(url)
            grants = DATABASES.read_text(encoding="utf-8").partition("```sql\n")[2].partition("```")[0]
            name = parts.path.strip("/")
            server.execute(grants.replace("DATABASE desk", f"DATABASE {name}").replace("sam", role).encode())
            store = open_store(url)
            with store.writing() as session:
                session.add(Contact(name="Kim", email="", phone=""))
            store.close()
        finally:
            server.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_reported(tmp_path: Path) -> None:
    create_store(f"sqlite:///{tmp_path}/desk.sqlite3").close()
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DeskError, match=r"Nothing can be written at .*permission denied"):
            open_store(f"sqlite:///{tmp_path}/desk.sqlite3")
        with pytest.raises(DeskError, match=r"Nothing can be written at .*permission denied"):
            create_store(f"sqlite:///{tmp_path}/other.sqlite3")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("rights", [0o400, 0o600])
def test_reading_without_write_permission_in_the_folder_is_reported(tmp_path: Path, rights: int) -> None:
    path = tmp_path / "desk.sqlite3"
    store = create_store(f"sqlite:///{path}")
    add_desk(store)
    store.close()
    path.chmod(rights)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DeskError, match=r"Reading the desk at .* needs permission to write in its folder"):
            open_reader(f"sqlite:///{path}")
    finally:
        tmp_path.chmod(0o700)


def test_an_unreachable_server_is_reported() -> None:
    with pytest.raises(DeskError, match=r"The PostgreSQL at postgresql://sam@127.0.0.1:1/desk cannot be reached"):
        open_store("postgresql://sam:secret@127.0.0.1:1/desk")


def test_without_the_driver_the_message_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from deskterm.store.db.reader import open_reader\n"
        "from deskterm.errors import DeskError\n"
        "try: open_reader('postgresql://db/desk')\n"
        "except DeskError as error: print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "install `deskterm[postgres]`" in result.stdout


def test_a_locked_store_is_reported(store: Store) -> None:
    with_timeout = open_store(store.url, lock_timeout=0.05)
    with store.writing() as holding:
        if store.dialect == "postgresql":
            holding.execute(text("LOCK TABLE desk IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DeskError, match=r"Another program keeps the desk at .* locked"):
            add_desk(with_timeout)
    add_desk(with_timeout)
    with_timeout.close()


def test_a_reader_is_not_blocked_by_a_writer(store: Store) -> None:
    add_desk(store)
    with store.writing() as session:
        session.add(Desk(id=2, name="Another", created_at=NOW))
        session.flush()
        with open_reader(store.url) as reader:
            assert reader.rows("SELECT count(*) FROM desk") == [(1,)]


def test_a_new_file_that_another_init_is_busy_with_is_waited_for(tmp_path: Path) -> None:
    """SQLite refuses to change the journal mode of a file in use without waiting."""
    path = tmp_path / "desk.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        ending = threading.Timer(0.2, other.rollback)
        ending.start()
        create_store(f"sqlite:///{path}").close()
        ending.join()


def test_a_new_file_that_stays_locked_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DeskError, match="Another program keeps the desk"):
            create_store(f"sqlite:///{path}", lock_timeout=0.05)
