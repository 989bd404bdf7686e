"""A day of an agent on a real terminal: what is typed in bursts is what the desk does, ticket by ticket."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.history.integrity import check_integrity
from deskterm.store.db.engine import open_store
from small_desk import at
from tui.real_terminal import Start, Terminal
from tui.support import colleague
from tui.support.crowded_desk import create_crowded_desk
from tui.support.day_of_work import FRIDAY, REQUESTS, THINGS, TUESDAY, UNDO_WINDOW, Day, write_keys
from tui.support.histories import History, read_histories

NEWCOMER = "SELECT ticket_id FROM event WHERE ticket_id > ? AND seq = 1 AND actor = 'ann' ORDER BY ticket_id"


@contextmanager
def colleague_at_work(url: str, login: str, numbers: range) -> Iterator[None]:
    """Let somebody else work on other tickets, in a process of their own, while the block runs."""
    program = subprocess.Popen(
        [sys.executable, colleague.__file__, url, login, at(30).isoformat(), str(numbers[0]), str(numbers[-1])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield
        done, _ = program.communicate()
        assert program.returncode == 0
        assert int(done) > 3, f"{login} was to work beside ann"
    finally:
        program.kill()
        program.wait()


def count_events(connection: sqlite3.Connection, first: int) -> int:
    """Return how many events ann has caused on tickets from this number on."""
    (count,) = connection.execute(
        "SELECT count(*) FROM event WHERE ticket_id >= ? AND actor = 'ann'", (first,)
    ).fetchone()
    return int(count)


def type_the_day(terminal: Terminal, day: Day, numbers: Mapping[str, int], expected: list[int], path: Path) -> None:
    first = min(numbers.values())
    with closing(sqlite3.connect(path)) as connection:
        for thing, count in zip(THINGS, expected, strict=True):
            for burst in thing.bursts:
                terminal.type(write_keys(burst, numbers))
                if burst.shows:
                    terminal.wait_for(burst.shows.format(**numbers))
                if burst.written_by:
                    day.write_as_customer(burst.written_by)
            terminal.wait_until(
                lambda count=count: count_events(connection, first) >= count,  # type: ignore[misc]
                f"{count} events after {thing.name} ({thing.bursts[0].keys})",
            )


def read_day(path: Path, numbers: Mapping[str, int]) -> dict[str, History]:
    """Return the histories of the agent's tickets, those that the day has made among them."""
    names = {number: subject for subject, number in numbers.items()}
    with closing(sqlite3.connect(path)) as connection:
        newcomers = [number for (number,) in connection.execute(NEWCOMER, (max(names),))]
        names |= {number: f"newcomer {place}" for place, number in enumerate(newcomers)}
        instants = [int(instant.timestamp()) for instant in (TUESDAY, FRIDAY)]
        return read_histories(connection, names, names, instants)


@pytest.mark.first
@pytest.mark.law("C-01", "C-02", "C-03", "C-04", "C-05", "C-13")
def test_a_day_typed_in_bursts_ends_in_the_store_that_the_same_commands_end_in(tmp_path: Path, start: Start) -> None:
    here, there = tmp_path / "desk.sqlite3", tmp_path / "copy.sqlite3"
    numbers = create_crowded_desk(here, REQUESTS)
    shutil.copyfile(here, there)
    first = min(numbers.values())
    expected = []
    with closing(open_store(f"sqlite:///{there}")) as store, closing(sqlite3.connect(there)) as connection:
        day = Day(open_desk(store, "ann"), numbers)
        for thing in THINGS:
            for burst in thing.bursts:
                if burst.written_by:
                    day.write_as_customer(burst.written_by)
            for command in thing.commands:
                day.do(command)
            expected.append(count_events(connection, first))
    settings = tmp_path / "settings" / "deskterm" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"undo_send = {UNDO_WINDOW}\n")
    url = f"sqlite:///{here}"
    with closing(open_store(url)) as store, ExitStack() as stack:
        for login, numbers_of_others in (("sam", range(1010, 11_000)), ("kim", range(11_000, 20_000))):
            stack.enter_context(colleague_at_work(url, login, numbers_of_others))
        terminal = start(url, size=(80, 24), XDG_CONFIG_HOME=str(settings.parent.parent))
        terminal.wait_for("by order of work")
        type_the_day(terminal, Day(open_desk(store, "ann"), numbers), numbers, expected, here)
        terminal.type("q")
        assert terminal.wait_for_exit() == 0
    assert read_day(here, numbers) == read_day(there, numbers)
    assert len({thing.name for thing in THINGS}) >= 40
    with closing(open_store(url)) as store:
        assert check_integrity(store, after=first - 1).findings == ()
