"""Presence at a desk, on both databases: seen at once, gone with its console, and no growth of the store (C-30)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from deskterm.store.db.engine import Store
from deskterm.store.db.location import sqlite_path
from deskterm.store.db.reader import ReadConnection
from deskterm.store.presence import side_file
from deskterm.store.presence.entries import EXPIRY, HEARTBEAT, Presence
from deskterm.store.presence.link import PresenceLink, load_presence

_CONSOLE = """
import sys, time
from deskterm.store.db.reader import ReadConnection
from deskterm.store.presence.entries import Presence
from deskterm.store.presence.link import PresenceLink
link = PresenceLink(ReadConnection(sys.argv[1]), "marek", time.time)
link.step(Presence("marek", 1001, "reply"))
print("there", flush=True)
sys.stdin.read()
"""


class Clock:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class WallClock:
    """The machine's time, so many seconds ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


wall_clock = WallClock()
"""The time of all sessions of a test, but for that of another process."""


@pytest.fixture(autouse=True)
def _right_wall_clock() -> None:
    wall_clock.ahead = 0.0


@contextmanager
def link_of(store: Store, login: str, clock: Clock | None = None) -> Iterator[PresenceLink]:
    with ReadConnection(store.url) as reader:
        yield PresenceLink(reader, login, wall_clock, clock or Clock())


def look(store: Store, number: int = 1001) -> list[Presence]:
    with ReadConnection(store.url) as reader:
        return load_presence(reader, number, wall_clock)


def let_time_pass(store: Store, seconds: float) -> None:
    """Make everything that was said so many seconds older."""
    if store.dialect == "sqlite":
        wall_clock.ahead += seconds
    else:
        with store.writing() as session:
            session.execute(text(f"UPDATE presence SET at = at - interval '{seconds} s'"))


def wait_until_seen(link: PresenceLink, own: Presence | None, others: tuple[Presence, ...]) -> None:
    """Look as the read thread does, until these colleagues are seen."""
    for _ in range(500):
        link._reader.has_changed()  # which hears of notifications
        link.step(own)
        if link.others == others:
            return
        time.sleep(0.01)
    raise AssertionError(link.others)


@pytest.mark.law("C-30")
def test_colleagues_see_who_has_which_ticket_open_and_who_is_writing(store: Store) -> None:
    with link_of(store, "eva") as eva, link_of(store, "marek") as marek:
        assert not eva.step(None)
        marek.step(Presence("marek", 1001))
        own = Presence("eva", 1002)
        wait_until_seen(eva, own, (Presence("marek", 1001),))
        marek.step(Presence("marek", 1001, "reply"))
        wait_until_seen(eva, own, (Presence("marek", 1001, "reply"),))
        assert look(store) == [Presence("marek", 1001, "reply")]
        assert look(store, 1002) == [own]
        marek.step(None)
        wait_until_seen(eva, own, ())
        eva.leave()
    assert look(store, 1002) == []


@pytest.mark.law("C-30")
def test_a_colleague_whose_console_was_killed_is_gone_within_15_seconds(store: Store) -> None:
    console = subprocess.Popen(
        [sys.executable, "-c", _CONSOLE, store.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert console.stdout is not None
    assert console.stdout.readline() == "there\n"
    clock = Clock()
    with link_of(store, "eva", clock) as eva:
        assert eva.step(None)
        assert eva.others == (Presence("marek", 1001, "reply"),)
        os.kill(console.pid, signal.SIGKILL)
        console.communicate()
        clock.seconds += 2 * HEARTBEAT
        let_time_pass(store, 2 * HEARTBEAT)
        assert not eva.step(None), "two repetitions may be lost"
        assert EXPIRY + HEARTBEAT <= 15
        clock.seconds += HEARTBEAT
        let_time_pass(store, EXPIRY - 2 * HEARTBEAT)
        assert eva.step(None)
        assert not eva.others


@pytest.mark.law("C-30")
def test_an_hour_of_presence_does_not_let_the_store_grow_nor_makes_a_console_read_its_lists(store: Store) -> None:
    clock = Clock()

    def size() -> int:
        if store.dialect == "sqlite":
            path = sqlite_path(store.url)
            files = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm", "-presence")]
            return sum(file.stat().st_size for file in files if file.exists())
        with store.reading() as session:
            return int(session.execute(text("SELECT pg_total_relation_size('presence')")).scalar_one())

    with (
        link_of(store, "eva", clock) as eva,
        link_of(store, "marek", clock) as marek,
        ReadConnection(store.url) as third,
    ):
        sizes = []
        for beat in range(int(3600 / HEARTBEAT)):
            clock.seconds += HEARTBEAT
            eva.step(Presence("eva", 1001 + beat // 100))
            marek.step(Presence("marek", 1001, "reply"))
            if beat % 100 == 99:
                sizes.append(size())
        # Statistics that PostgreSQL gathers in between keep old versions of rows: it may take room once, and uses it
        # again; presence that grew would be larger at every look.
        assert len(set(sizes)) <= (1 if store.dialect == "sqlite" else 3), sizes
        assert not third.has_changed()
        assert look(store) == [Presence("marek", 1001, "reply")]


@pytest.mark.law("C-30")
def test_a_person_is_not_their_own_colleague_and_counts_once_with_two_consoles(store: Store) -> None:
    with link_of(store, "eva") as here, link_of(store, "eva") as there, link_of(store, "marek") as marek:
        here.step(Presence("eva", 1001, "note"))
        there.step(Presence("eva", 1001))
        assert there.others == ()
        marek.step(None)
        assert marek.others == (Presence("eva", 1001, "note"),)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    path = tmp_path / "desk.sqlite3"
    path.write_bytes(b"")
    path.chmod(0o664)
    return path


@pytest.mark.law("C-30")
def test_the_side_file_has_the_rights_of_the_desk_and_goes_with_the_last_console(desk: Path) -> None:
    one, two = side_file.PresenceFile(desk, "one", wall_clock), side_file.PresenceFile(desk, "two", wall_clock)
    one.write(Presence("eva", 1001))
    two.write(Presence("marek", 1002))
    beside = desk.with_name("desk.sqlite3-presence")
    assert beside.stat().st_mode & 0o777 == 0o664
    one.leave()
    assert two.read() == []
    assert beside.exists()
    two.leave()
    assert not beside.exists()
    one.write(Presence("eva", 1003))
    two.write(Presence("marek", 1003))
    beside.unlink()
    assert (one.read(), two.read()) == ([], [])
    one.write(Presence("eva", 1003))
    assert two.read() == [Presence("eva", 1003)], "a file that was taken away is made anew"


@pytest.mark.law("C-30")
def test_places_of_those_who_are_gone_are_taken_and_found_taken(desk: Path) -> None:
    suspended, new = (
        side_file.PresenceFile(desk, "suspended", wall_clock),
        side_file.PresenceFile(desk, "new", wall_clock),
    )
    suspended.write(Presence("eva", 1001))
    wall_clock.ahead = EXPIRY
    new.write(Presence("marek", 1002))
    beside = desk.with_name("desk.sqlite3-presence")
    length = beside.stat().st_size
    assert suspended.read() == [Presence("marek", 1002)]
    suspended.write(Presence("eva", 1001))
    assert (suspended.read(), new.read()) == ([Presence("marek", 1002)], [Presence("eva", 1001)])
    assert beside.stat().st_size == 2 * length


@pytest.mark.law("C-30")
def test_a_side_file_with_anything_in_it_names_nobody(desk: Path) -> None:
    beside = desk.with_name("desk.sqlite3-presence")
    beside.write_bytes(b"\x1b]52;c;cm0gLXJm\x07" * 300 + b'{"login": "eva"}')
    file = side_file.PresenceFile(desk, "one", wall_clock)
    assert file.read() == []
    file.write(Presence("eva \udcff" * 40, 1001))
    assert [one.number for one in side_file.PresenceFile(desk, "two", wall_clock).read()] == [1001]
    file.leave()
    assert not beside.exists()
    beside.symlink_to(desk)
    file.write(Presence("eva", 1001))
    assert file.read() == []
    assert desk.read_bytes() == b"", "no link is followed"
