"""A whole desk as files: it comes back equal, on either database, or not at all (R-65)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import postgres
from deskterm.desk.api import open_desk
from deskterm.desk.conversation.messages import reply
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.update import move
from deskterm.errors import DeskError, UsageError
from deskterm.exchange.transfer.desk_export import export_desk
from deskterm.exchange.transfer.desk_import import import_desk
from deskterm.exchange.transfer.manifest import DeskManifest, TableFile
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from interrupted.soundness import require_sound
from small_desk import at, small_desk


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """A desk with words in several languages, a file, and letters."""
    desk = small_desk(store_url)
    for name in ("Źdźbło", "äpfel", "Zebra", "apple"):
        register(
            desk,
            type="fault",
            severity="high",
            subject=f'"{name}"\u2028\\N',
            body="It is\r\nbroken, né?",
            requester=name,
            email=f"kim@{name.lower()}.example",
            external_id=name,
            now=at(0),
        )
    reply(desk, 1001, "Look", files=[NewFile("a.bin", "application/octet-stream", bytes(range(256)))], now=at(20))
    move(desk, 1001, "solved", now=at(40))
    yield desk
    desk.store.close()


def export(url: str, place: Path) -> DeskManifest:
    with open_reader(url) as reader:
        return export_desk(reader, place, now=at(60))


def test_a_desk_goes_to_the_other_database_and_back_and_is_equal(
    desk: DeskSession, tmp_path: Path, store_url: str
) -> None:
    first = export(store_url, tmp_path / "first")
    with postgres.database() as other:
        urls = [other] if store_url.startswith("sqlite") else []
        urls.append(f"sqlite:///{tmp_path / 'again.sqlite3'}")
        place = tmp_path / "first"
        for turn, url in enumerate(urls):
            assert import_desk(url, place) == first
            place = tmp_path / f"turn{turn}.tar.gz"
            assert export(url, place).digest == first.digest
            with closing(open_store(url)) as store:
                assert check_integrity(store).findings == ()
                # The desk goes on where the other one stands
                again = open_desk(store, "ann")
                assert register(again, type="question", subject="Next", now=at(90)).number == 1005
            with pytest.raises(DeskError, match="already"):
                import_desk(url, place)


def test_equal_desks_give_the_same_bytes(desk: DeskSession, tmp_path: Path, store_url: str) -> None:
    export(store_url, tmp_path / "one.tar")
    export(store_url, tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    assert (tmp_path / "one.tar").stat().st_mode & 0o777 == 0o600
    with pytest.raises(DeskError, match="is there already"):
        export(store_url, tmp_path / "one.tar")


def test_lines_are_compact_json_of_the_tables_columns(desk: DeskSession, tmp_path: Path, store_url: str) -> None:
    register(desk, type="fault", subject="100 %s \\ 50%%", body='a\x01b\x7f\t"\u2029', now=at(50))
    export(store_url, tmp_path / "out")
    for file in (tmp_path / "out").glob("*.jsonl"):
        for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
            assert json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":")) == line


def test_numbers_that_a_server_has_left_out_are_no_missing_tickets(
    desk: DeskSession, tmp_path: Path, store_url: str
) -> None:
    """A sequence of PostgreSQL loses the numbers of transactions that are rolled back."""
    if desk.store.dialect == "sqlite":
        pytest.skip("SQLite's numbers have no gaps of their own")
    with desk.store.writing() as session:
        session.connection().exec_driver_sql("SELECT nextval('ticket_id_seq')")
    assert register(desk, type="fault", subject="x", requester="Kim", now=at(50)).number == 1006
    first = export(store_url, tmp_path / "first")
    url = f"sqlite:///{tmp_path / 'again.sqlite3'}"
    assert import_desk(url, tmp_path / "first") == first
    require_sound(url)
    with closing(sqlite3.connect(tmp_path / "again.sqlite3")) as connection:
        # Later numbers have no gaps that somebody did not make
        connection.execute("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'ticket'")
        connection.commit()
    with closing(open_store(url)) as store:
        register(open_desk(store, "ann"), type="fault", subject="x", requester="Kim", now=at(90))
    with open_reader(url) as reader:
        assert [fault.ticket for fault in verify_chains(reader).faults] == [1007]


@pytest.mark.parametrize("name", ["desk.zip", "desk.gz", "desk.CSV"])
def test_an_export_of_a_desk_is_a_tar_file_or_a_folder_as_its_name_says(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    small_desk(url).store.close()
    with pytest.raises(UsageError, match=r"end its name in \.tar, \.tar\.gz or \.tgz"):
        export(url, tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        ("event.jsonl", (b'"kind":"moved"', b'"kind":"noted"'), "event.jsonl is not what was exported"),
        ("event.jsonl", (b'"id":3', b'"id":2'), "event.jsonl is not what was exported"),
        ("contact.jsonl", (b"apple", b"appel"), "contact.jsonl is not what was exported"),
        ("ticket.jsonl", (b'"id":1004', b'"no":1004'), "ticket.jsonl is not what was exported"),
        ("event.jsonl", (b'"id":2,', b'"id":1,'), "event.jsonl is not what was exported"),
        ("event.jsonl", (b'"id":2,', b'"id":99999999999999999999,'), "event.jsonl is not what was exported"),
        ("contact.jsonl", (b"apple", b"\\ud800"), "contact.jsonl is not what was exported"),
        ("contact.jsonl", (b"apple", b"\xff"), "contact.jsonl is not what was exported"),
        ("manifest.json", (b'"layout": ', b'"layout": 9'), "with layout 9"),
        ("manifest.json", (b'"rows": 4', b'"rows": 3'), "own digest does not fit"),
        ("manifest.json", (b'"format": 1', b'"format": 2'), "has format 2"),
        ("manifest.json", (b"{", b"["), "no manifest of a desk"),
    ],
)
def test_files_that_were_changed_make_no_desk(
    tmp_path: Path, file: str, change: tuple[bytes, bytes], sentence: str
) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    small = small_desk(url)
    for number in range(4):
        register(small, type="fault", subject="x", requester=f"apple {number}", now=at(0))
    move(small, 1001, "solved", now=at(40))
    small.store.close()
    place = tmp_path / "exported"
    export(url, place)
    path = place / file
    assert change[0] in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(*change))
    new = tmp_path / "new" / "desk.sqlite3"
    new.parent.mkdir()
    with pytest.raises(DeskError, match=sentence):
        import_desk(f"sqlite:///{new}", place)
    assert list(new.parent.iterdir()) == []
    path.unlink()
    with pytest.raises(DeskError, match=f"lacks {file}"):
        import_desk(f"sqlite:///{new}", place)


def test_a_chain_that_was_forged_with_its_digests_makes_no_desk(tmp_path: Path) -> None:
    """Whoever changes events and makes the manifest fit again cannot make the chain fit."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    small = small_desk(url)
    register(small, type="fault", subject="x", requester="Kim", now=at(0))
    move(small, 1001, "solved", now=at(40))
    with small.store.writing() as session:
        session.connection().exec_driver_sql("DROP TRIGGER event_no_update")
        session.connection().exec_driver_sql("UPDATE event SET actor = 'eve' WHERE kind = 'moved'")
    small.store.close()
    export(url, tmp_path / "forged")
    with pytest.raises(DeskError, match="holds what nobody wrote"):
        import_desk(f"sqlite:///{tmp_path / 'new.sqlite3'}", tmp_path / "forged")
    assert not (tmp_path / "new.sqlite3").exists()


def test_rows_that_do_not_fit_together_make_no_desk_though_their_digests_fit(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    small = small_desk(url)
    register(small, type="fault", subject="x", requester="Kim", now=at(0))
    small.store.close()
    manifest = export(url, tmp_path / "forged")
    path = tmp_path / "forged" / "contact.jsonl"
    twice = path.read_bytes() * 2
    path.write_bytes(twice)
    forged = TableFile(manifest.tables["contact"].rows * 2, hashlib.sha256(twice).hexdigest())
    fitting = replace(manifest, tables={**manifest.tables, "contact": forged})
    (tmp_path / "forged" / "manifest.json").write_text(fitting.format(), encoding="utf-8")
    with pytest.raises(DeskError, match=r"rows of contact\.jsonl are none of a desk"):
        import_desk(f"sqlite:///{tmp_path / 'new.sqlite3'}", tmp_path / "forged")


def test_what_is_no_exported_desk_is_said_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    (tmp_path / "letter.tar").write_text("Dear all")
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        archive.add(tmp_path / "letter.tar", "letter")
    for name, sentence in (
        ("letter.tar", "is no exported desk: give a folder or tar file"),
        ("nothing", "is no exported desk"),
        ("other.tar", "lacks manifest.json"),
    ):
        with pytest.raises(DeskError, match=sentence):
            import_desk(url, tmp_path / name)
    made = tmp_path / "made.sqlite3"
    small_desk(f"sqlite:///{made}").store.close()
    export(f"sqlite:///{made}", tmp_path / "good.tar")
    with pytest.raises(DeskError, match="is no folder: make it first"):
        import_desk(f"sqlite:///{tmp_path / 'no' / 'desk.sqlite3'}", tmp_path / "good.tar")


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from deskterm.exchange.transfer import desk_export
from deskterm.store.db.reader import open_reader
def kill(done, total):
    os.kill(os.getpid(), signal.SIGKILL)
with open_reader(sys.argv[1]) as reader:
    desk_export.export_desk(reader, Path(sys.argv[2]), now=datetime.now(UTC), progress=kill)
"""


def test_nothing_stands_under_the_name_of_an_export_that_was_killed_and_the_next_one_clears_up(tmp_path: Path) -> None:
    url, place = f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path / "out" / "exported"
    small = small_desk(url)
    for _ in range(4):
        register(small, type="fault", subject="x", requester="Kim", now=at(0))
    small.store.close()
    place.parent.mkdir()
    killed = subprocess.run([sys.executable, "-c", KILLED, url, str(place)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not place.exists()
    assert len(os.listdir(place.parent)) == 1
    export(url, place)
    assert os.listdir(place.parent) == ["exported"]
    assert json.loads((place / "manifest.json").read_text())["tables"]["ticket"]["rows"] == 4
    shutil.rmtree(place)
