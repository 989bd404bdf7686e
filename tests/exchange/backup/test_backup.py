"""Backups: a copy at one instant, proved before it has its name, with a manifest (D-49, R-78 to R-80)."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.exchange.backup.backup import hash_file, make_backup, stream_backup
from deskterm.exchange.backup.manifest import CHAINS, INTEGRITY, manifest_path, read_manifest
from deskterm.exchange.backup.restore import finish_restore, prepare_restore
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from small_desk import at, small_desk
from tampering import tamper


def test_a_backup_has_a_manifest_that_says_what_it_holds(desk: DeskSession, tmp_path: Path) -> None:
    made = make_backup(desk.store.url, tmp_path / "new", is_folder=True, now=at(5))
    assert made.path.name.startswith("deskterm-support-20261123T090500Z")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    manifest = read_manifest(made.path)
    assert manifest == made.manifest
    assert manifest is not None
    assert (manifest.tickets, manifest.events) == (2, 2)
    assert manifest.database == desk.store.dialect
    assert manifest.checked == (INTEGRITY, CHAINS)
    assert manifest.sha256 == hash_file(made.path)
    assert sorted(path.name for path in made.path.parent.iterdir()) == [made.path.name, manifest_path(made.path).name]


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_compressed_backup_is_restored_as_it_was(desk: DeskSession, tmp_path: Path, ending: str) -> None:
    if ending == ".zst":
        pytest.importorskip("backports.zstd")
    made = make_backup(desk.store.url, tmp_path / f"desk{ending}", now=at(5))
    register(desk, subject="three", type="fault", now=at(6))
    desk.store.close()
    with prepare_restore(desk.store.url, made.path, now=at(7)) as prepared:
        assert (prepared.loss.events, prepared.loss.tickets, prepared.loss.since) == (1, 1, int(at(6).timestamp()))
        finish_restore(prepared, str(made.path), now=at(7))
    with open_reader(desk.store.url) as reader:
        assert reader.rows("SELECT subject FROM ticket ORDER BY id") == [("one",), ("two",)]


def test_a_backup_replaces_nothing(desk: DeskSession, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("precious")
    with pytest.raises(DeskError, match="there already"):
        make_backup(desk.store.url, tmp_path / "kept", now=at(5))
    assert (tmp_path / "kept").read_text() == "precious"


def test_a_desk_whose_chain_is_broken_gives_no_backup(desk: DeskSession, tmp_path: Path) -> None:
    tamper(desk, "UPDATE event SET actor = 'eve' WHERE ticket_id = 1001")
    with pytest.raises(DeskError, match=r"event 1 of ticket 1001 .* is not what was written"):
        make_backup(desk.store.url, tmp_path / "backups", is_folder=True, now=at(5))
    assert list((tmp_path / "backups").iterdir()) == []
    quick = make_backup(desk.store.url, tmp_path / "backups", is_folder=True, quick=True, now=at(5))
    assert quick.manifest.checked == (INTEGRITY,)


def test_every_ticket_that_was_acknowledged_before_is_in_a_backup_made_while_others_write(
    desk: DeskSession, tmp_path: Path
) -> None:
    acknowledged: list[int] = []
    stop = threading.Event()

    def write() -> None:
        with closing(open_store(desk.store.url)) as store:
            writer = open_desk(store, "ann")
            while not stop.is_set():
                acknowledged.append(register(writer, subject="x", type="fault", now=at(2)).number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while not acknowledged:
            time.sleep(0.01)
        before = max(acknowledged)
        made = make_backup(desk.store.url, tmp_path / "b", now=at(5))
    finally:
        stop.set()
        thread.join()
    desk.store.close()
    with prepare_restore(desk.store.url, made.path, now=at(6)) as prepared, open_reader(prepared.place) as reader:
        ((last,),) = reader.rows("SELECT max(id) FROM ticket")
    assert before <= last <= max(acknowledged)


def test_a_stream_holds_backup_and_manifest(desk: DeskSession, tmp_path: Path) -> None:
    out = io.BytesIO()
    manifest = stream_backup(desk.store.url, out, now=at(5))
    stream = tmp_path / "stream.tar"
    stream.write_bytes(out.getvalue())
    with tarfile.open(stream) as archive:
        first, second = archive.getnames()
        text = archive.extractfile(first)
        assert text is not None
        assert json.load(text)["sha256"] == manifest.sha256
        assert first == f"{second}.manifest.json"
    desk.store.close()
    with prepare_restore(desk.store.url, stream, now=at(6)) as prepared:
        assert prepared.contents.tickets == 2
    stream.write_bytes(out.getvalue()[:20_000])
    with pytest.raises(DeskError, match="ends too early"), prepare_restore(desk.store.url, stream, now=at(6)):
        pass


def test_without_pg_dump_the_sentence_says_what_to_install(
    desk: DeskSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if desk.store.dialect == "sqlite":
        pytest.skip("SQLite copies itself")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeskError, match="pg_dump, which is not in PATH: install PostgreSQL's client programs"):
        make_backup(desk.store.url, tmp_path / "b", now=at(5))
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o755)
    with pytest.raises(DeskError, match="is of version 9, and refuses a server"):
        make_backup(desk.store.url, tmp_path / "b", now=at(5))


def test_a_password_stands_in_no_argument(desk: DeskSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if desk.store.dialect == "sqlite":
        pytest.skip("SQLite has no passwords")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("pg_dump", "pg_restore"):
        real = shutil.which(name)
        script = programs / name
        script.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\nexec {real} "$@"\n')
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    url = desk.store.url.replace("deskterm@", "deskterm:s3cret@")
    make_backup(url, tmp_path / "b", now=at(5))
    assert "s3cret" not in (tmp_path / "arguments").read_text()


def test_a_plain_copy_of_the_file_lacks_what_a_backup_has(tmp_path: Path) -> None:
    """The reason why `deskterm backup` is there: the newest tickets stand in the log beside the file."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(url)
    with closing(sqlite3.connect(tmp_path / "desk.sqlite3")) as console:
        console.execute("SELECT 1 FROM ticket").fetchone()
        register(desk, subject="one", type="fault", now=at(0))
        shutil.copyfile(tmp_path / "desk.sqlite3", tmp_path / "copy.sqlite3")
        made = make_backup(url, tmp_path / "backup.sqlite3", now=at(1))
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT count(*) FROM ticket").fetchone() == (0,)
    with closing(sqlite3.connect(made.path)) as backup:
        assert backup.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
    desk.store.close()
