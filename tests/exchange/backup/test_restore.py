"""Restoring: everything is checked first, the desk that was there stays, and what is lost is said (D-49, R-82)."""

from __future__ import annotations

import json
import lzma
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

import postgres
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.exchange.backup.backup import Backup, make_backup
from deskterm.exchange.backup.drill import drill_backup
from deskterm.exchange.backup.manifest import manifest_path
from deskterm.exchange.backup.restore import finish_restore, prepare_restore, require_unused
from deskterm.store.db.engine import open_store
from deskterm.store.db.location import sqlite_path
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import open_reader
from small_desk import at, small_desk

OLDER = Path(__file__).parents[2] / "older_desks"


@pytest.fixture
def made(desk: DeskSession, tmp_path: Path) -> Backup:
    """A backup of the small desk, which nobody has open."""
    made = make_backup(desk.store.url, tmp_path / "backup", now=at(5))
    desk.store.close()
    return made


def restore(url: str, backup: Path) -> str:
    with prepare_restore(url, backup, now=at(10)) as prepared:
        return finish_restore(prepared, str(backup), now=at(10))


def read_subjects(url: str) -> list[str]:
    with open_reader(url) as reader:
        return [subject for (subject,) in reader.rows("SELECT subject FROM ticket ORDER BY id")]


def list_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_desk_that_was_there_is_kept_and_opens(desk: DeskSession, made: Backup) -> None:
    register(desk, subject="three", type="fault", now=at(6))
    desk.store.close()
    aside = restore(desk.store.url, made.path)
    assert read_subjects(desk.store.url) == ["one", "two"]
    if desk.store.dialect == "sqlite":
        assert aside.endswith("desk.sqlite3.before-restore-20261123T091000Z")
        assert stat.S_IMODE(sqlite_path(desk.store.url).stat().st_mode) == 0o600
        assert read_subjects(f"sqlite:///{aside}") == ["one", "two", "three"]
        with closing(sqlite3.connect(aside)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    else:
        name = aside.rpartition("/")[2]
        before, _, rest = desk.store.url.partition("/deskterm_")
        query = rest.partition("?")[2]
        assert read_subjects(f"{before}/{name}?{query}") == ["one", "two", "three"]


def test_a_restored_desk_goes_on_with_the_next_number(desk: DeskSession, made: Backup) -> None:
    restore(desk.store.url, made.path)
    again = open_desk(open_store(desk.store.url), "ann")
    assert register(again, subject="three", type="fault", now=at(11)).number == 1003
    again.store.close()


def test_a_desk_that_is_gone_comes_back(made: Backup, tmp_path: Path) -> None:
    if made.manifest.database != "sqlite":
        pytest.skip("a database that is gone is made anew by the same code as a drill")
    (tmp_path / "desk.sqlite3").unlink()
    assert restore(f"sqlite:///{tmp_path / 'desk.sqlite3'}", made.path) == ""
    assert read_subjects(f"sqlite:///{tmp_path / 'desk.sqlite3'}") == ["one", "two"]


def test_a_backup_that_was_changed_or_cut_is_refused_and_nothing_is_touched(
    desk: DeskSession, made: Backup, tmp_path: Path
) -> None:
    before = list_files(tmp_path)
    whole = made.path.read_bytes()
    for content in (whole[:-100], whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]):
        made.path.write_bytes(content)
        with pytest.raises(DeskError, match="SHA-256"):
            restore(desk.store.url, made.path)
    made.path.write_bytes(whole)
    newer = made.manifest.to_json() | {"layout": SCHEMA + 1, "program": "deskterm 9"}
    manifest_path(made.path).write_text(json.dumps(newer))
    with pytest.raises(DeskError, match=f"made by deskterm 9, which is newer .layout {SCHEMA + 1}"):
        restore(desk.store.url, made.path)
    manifest_path(made.path).write_text("{}")
    with pytest.raises(DeskError, match="no manifest of a backup"):
        restore(desk.store.url, made.path)
    manifest_path(made.path).unlink()
    with pytest.raises(DeskError, match="has no manifest"):
        restore(desk.store.url, made.path)
    assert read_subjects(desk.store.url) == ["one", "two"]
    assert list_files(tmp_path) == [name for name in before if not name.endswith(".manifest.json")]


def test_a_backup_of_another_desk_or_of_the_other_database_is_refused(made: Backup, tmp_path: Path) -> None:
    other = small_desk(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    other.store.close()
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as connection:
        connection.execute("UPDATE desk SET name = 'Another'")
        connection.commit()
    expected = "another desk, 'Another'" if made.manifest.database == "sqlite" else "a backup of a desk in PostgreSQL"
    with pytest.raises(DeskError, match=expected):
        restore(other.store.url, made.path)


def test_nothing_is_restored_while_another_process_has_the_desk_open(desk: DeskSession, made: Backup) -> None:
    script = (
        "import sys\nfrom deskterm.store.db.reader import open_reader\n"
        "with open_reader(sys.argv[1]):\n    print('open', flush=True)\n    sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, desk.store.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    with pytest.raises(DeskError, match="Another program has the desk"):
        require_unused(desk.store.url)
    with pytest.raises(DeskError, match="Another program has the desk"):
        restore(desk.store.url, made.path)
    other.communicate()
    require_unused(desk.store.url)
    restore(desk.store.url, made.path)


def test_a_damaged_desk_is_kept_as_it_lies_there(made: Backup, tmp_path: Path) -> None:
    if made.manifest.database != "sqlite":
        pytest.skip("a server keeps its own files")
    desk = tmp_path / "desk.sqlite3"
    desk.write_bytes(b"\0" * 4096 + desk.read_bytes()[4096:])
    damaged = desk.read_bytes()
    with prepare_restore(f"sqlite:///{desk}", made.path, now=at(10)) as prepared:
        assert not prepared.loss.is_known
        aside = finish_restore(prepared, str(made.path), now=at(10))
    assert Path(aside).read_bytes() == damaged
    assert read_subjects(f"sqlite:///{desk}") == ["one", "two"]


def test_a_backup_of_an_older_layout_is_brought_up_on_a_copy(tmp_path: Path) -> None:
    older = tmp_path / "older.sqlite3"
    older.write_bytes(lzma.decompress((OLDER / "web-agency.sqlite3.xz").read_bytes()))
    before = older.read_bytes()
    place = f"sqlite:///{tmp_path / 'new' / 'desk.sqlite3'}"
    with prepare_restore(place, older, now=at(10), needs_manifest=False) as prepared:
        assert prepared.layout < SCHEMA
        finish_restore(prepared, str(older), now=at(10))
    assert older.read_bytes() == before
    assert list_files(tmp_path / "new") == ["desk.sqlite3"]
    store = open_store(place)
    assert store.upgraded is None
    store.close()


def test_a_drill_restores_into_a_temporary_store_and_leaves_nothing(desk: DeskSession, made: Backup) -> None:
    drill = drill_backup(desk.store.url, made.path, now=at(6))
    assert (drill.report.tickets, drill.report.events, drill.report.findings) == (2, 2, ())
    assert read_subjects(desk.store.url) == ["one", "two"]


def test_a_drill_counts_last_month_again_and_says_where_the_desk_has_it_otherwise(
    desk: DeskSession, tmp_path: Path
) -> None:
    """R-83."""
    december = at(20 * 24 * 60)
    register(desk, subject="three", type="fault", now=december)
    made = make_backup(desk.store.url, tmp_path / "backup", now=december)
    register(desk, subject="four", type="fault", now=at(20 * 24 * 60 + 1))
    drill = drill_backup(desk.store.url, made.path, now=december)
    assert drill.month is not None
    assert (drill.month.first_day, drill.month.figures > 50) == ("2026-11-01", True)
    with desk.store.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE ticket SET received_at = '2026-10-01 09:00:00.000000' WHERE id = 1001"
        )
    with pytest.raises(DeskError, match="counts last month otherwise"):
        drill_backup(desk.store.url, made.path, now=december)


def test_a_role_that_may_not_create_databases_is_told_what_to_ask_for(
    desk: DeskSession, made: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    if desk.store.dialect == "sqlite":
        pytest.skip("a file needs no such right")
    role = f"plain_{postgres.database_name(desk.store.url)}"
    with psycopg.connect(postgres.server_url(), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN".encode())
        try:
            url = desk.store.url.replace("postgresql://deskterm@", f"postgresql://{role}@")
            with pytest.raises(DeskError, match=r"may not create databases, .* CREATEDB"):
                restore(url, made.path)
        finally:
            admin.execute(f"DROP ROLE {role}".encode())
    assert read_subjects(desk.store.url) == ["one", "two"]


def read_journal_mode(url: str) -> str:
    with closing(sqlite3.connect(sqlite_path(url))) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(mode)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_desk_keeps_its_write_ahead_log_whether_or_not_it_is_replaced(desk: DeskSession, made: Backup) -> None:
    """D-49: a restore that is only looked at, or refused, left the desk with a rollback journal."""
    require_unused(desk.store.url)
    assert read_journal_mode(desk.store.url) == "wal"
    aside = restore(desk.store.url, made.path)
    assert read_journal_mode(desk.store.url) == "wal"
    assert read_journal_mode(f"sqlite:///{aside}") == "wal"
