"""Writers of a SQLite desk get their turn in the order in which they came (D-45)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.connection import connect_sqlite
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from deskterm.store.db.sqlite.write_queue import ENDING, begin_writing
from small_desk import at, small_desk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "desk.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE turn (who INTEGER)")
    return path


def write_a_turn(file: Path, who: int, patience: float = 20) -> None:
    with closing(connect_sqlite(f"sqlite:///{file}")) as connection:
        begin_writing(connection, file, patience)
        connection.execute("INSERT INTO turn VALUES (?)", (who,))
        time.sleep(0.005)
        connection.execute("COMMIT")


def test_whoever_came_first_writes_first(file: Path) -> None:
    with closing(connect_sqlite(f"sqlite:///{file}")) as holder:
        begin_writing(holder, file, 1)
        threads = []
        for who in range(8):
            threads.append(threading.Thread(target=write_a_turn, args=(file, who)))
            threads[-1].start()
            time.sleep(0.06)
        holder.execute("COMMIT")
        for thread in threads:
            thread.join()
        assert [who for (who,) in holder.execute("SELECT who FROM turn ORDER BY rowid")] == list(range(8))


def test_one_who_gives_up_holds_nobody_up(file: Path) -> None:
    with closing(connect_sqlite(f"sqlite:///{file}")) as holder:
        begin_writing(holder, file, 1)
        first = threading.Thread(target=write_a_turn, args=(file, 1))
        first.start()
        time.sleep(0.1)
        began = time.monotonic()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write_a_turn(file, 2, patience=0.2)
        assert time.monotonic() - began < 5
        last = threading.Thread(target=write_a_turn, args=(file, 3))
        last.start()
        time.sleep(0.1)
        holder.execute("COMMIT")
        first.join()
        last.join()
        assert holder.execute("SELECT who FROM turn ORDER BY rowid").fetchall() == [(1,), (3,)]
    write_a_turn(file, 4)


def test_without_a_lock_file_sqlite_waits_by_itself(file: Path) -> None:
    file.with_name(file.name + ENDING).mkdir()
    with closing(connect_sqlite(f"sqlite:///{file}")) as holder:
        begin_writing(holder, file, 1)
        writer = threading.Thread(target=write_a_turn, args=(file, 1))
        writer.start()
        time.sleep(0.1)
        holder.execute("COMMIT")
        writer.join()
        assert holder.execute("SELECT who FROM turn").fetchall() == [(1,)]


def test_a_desk_that_is_closed_leaves_no_lock_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(url)
    with closing(connect_sqlite(url)) as other:
        other.execute("BEGIN IMMEDIATE")
        impatient = Store(url, lock_timeout=0.1)
        with pytest.raises(DeskError, match="locked"), impatient.writing():
            pass
        assert (tmp_path / f"desk.sqlite3{ENDING}").stat().st_mode & 0o777 == 0o600
        other.execute("ROLLBACK")
        impatient.close()
    register(desk, subject="x", type="fault", now=at(0))
    desk.store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["desk.sqlite3"]


WRITE_NOTES = """
import sys
import time
from deskterm.desk.api import open_desk
from deskterm.desk.conversation.messages import add_note
from deskterm.store.db.engine import open_store
from datetime import datetime, UTC
desk = open_desk(open_store(sys.argv[1]), "ann")
for _ in range(int(sys.argv[2])):
    began = time.perf_counter()
    add_note(desk, 1001, "Seen before, in spring.", now=datetime(2026, 11, 23, 10, tzinfo=UTC))
    print(time.perf_counter() - began)
"""


def write_with(writers: int, notes: int, tmp_path: Path) -> list[float]:
    """Let programs write notes to one ticket at the same time; return how long each note took, sorted, but for the
    first three of each, which import what a note needs."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(url)
    register(desk, subject="x", type="fault", now=at(0))
    desk.store.close()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE_NOTES, url, str(notes)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(writers)
    ]
    answers = [process.communicate() for process in running]
    assert [errors for _, errors in answers] == [""] * writers
    with closing(Store(url)) as store:
        assert check_integrity(store).findings == ()
    with open_reader(url) as reader:
        assert reader.rows("SELECT count(*) FROM message WHERE kind = 'internal'") == [(writers * notes,)]
    return sorted(float(line) for printed, _ in answers for line in printed.split()[3:])


def test_four_programs_that_write_to_one_ticket_lose_nothing_and_turn_nobody_away(tmp_path: Path) -> None:
    write_with(4, 12, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("writers", [8, 24])
def test_many_programs_that_write_to_one_ticket_lose_nothing_and_turn_nobody_away(tmp_path: Path, writers: int) -> None:
    times = write_with(writers, 60, tmp_path)
    middle, slow = times[len(times) // 2], times[len(times) * 99 // 100]
    # On a machine that does other things everything takes longer: nobody waits many times as long as the others
    assert slow < max(1, 10 * middle), (
        f"half of the notes took {middle:.2f} s at most, and one in a hundred {slow:.2f} s"
    )


def test_whoever_shares_the_file_shares_the_line(file: Path) -> None:
    file.chmod(0o664)
    with closing(connect_sqlite(f"sqlite:///{file}")) as holder, closing(connect_sqlite(f"sqlite:///{file}")) as other:
        begin_writing(holder, file, 1)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            begin_writing(other, file, 0.05)
        assert file.with_name(file.name + ENDING).stat().st_mode & 0o777 == 0o664
