"""Wrong clocks (D-43): a clock far ahead is asked about, one that is behind is named, and PostgreSQL's own is taken."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deskterm.cli.runtime.argv import parse
from deskterm.cli.runtime.clock_check import check_clock
from deskterm.cli.runtime.context import CliContext
from deskterm.desk.conversation import messages
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from small_desk import MONDAY, at, small_desk


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A desk in a file whose newest event is of minute 5."""
    monkeypatch.delenv("DESKTERM_ANYWAY")
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(place)
    register(desk, subject="x", type="fault", now=at(5))
    desk.store.close()
    return place


def check(url: str, now: datetime) -> None:
    with open_reader(url) as reader:
        check_clock(reader, "UTC", int(now.timestamp()))


def test_a_command_more_than_31_days_after_the_newest_event_asks(url: str) -> None:
    check(url, at(5) + timedelta(days=31))
    with pytest.raises(DeskError, match=r"newest event of this desk is of .*, 31 days ago: set the clock .* --anyway"):
        check(url, at(5) + timedelta(days=31, seconds=1))


def test_a_call_that_says_anyway_is_not_asked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    year = datetime.now(UTC).year
    if year > MONDAY.year:
        with pytest.raises(DeskError, match="--anyway"):
            CliContext(url, login="ann").open_desk()
    CliContext(url, login="ann", anyway=True).open_desk().store.close()
    assert capsys.readouterr().err == ""
    assert parse(["--anyway", "ticket", "show", "1001"]).options == ["--anyway"]
    assert parse(["ticket", "move", "1001", "x", "--anyway"]).options == []


def test_nothing_is_read_of_a_desk_that_goes_by_another_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESKTERM_ANYWAY")
    # Nobody listens there: a connection would be refused
    CliContext("postgresql://ann@127.0.0.1:1/desk", login="ann").check_clock()


def test_a_clock_behind_the_newest_event_is_named(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(url, at(3))
    assert capsys.readouterr().err == ""
    check(url, at(2))
    assert "this computer's clock is behind: it says Mon 23 Nov 2026 09:02" in capsys.readouterr().err


def test_a_note_of_2036_that_was_taken_back_drags_nothing_after_it(store_url: str) -> None:
    desk = small_desk(store_url)
    register(desk, subject="x", type="fault", severity="high", now=at(0))
    messages.add_note(desk, 1001, "by a wrong clock", now=MONDAY.replace(year=2036))
    undo_last_command(desk, 1001, now=at(10))
    messages.add_note(desk, 1001, "by a right one", now=at(20))
    with open_reader(store_url) as reader:
        rows = reader.rows("SELECT kind, at FROM event WHERE ticket_id = 1001 ORDER BY seq")
        kept = reader.rows("SELECT updated_at FROM ticket WHERE id = 1001")
        breached = reader.rows("SELECT COUNT(*) FROM clock WHERE breached_at IS NOT NULL")
    assert [kind for kind, _ in rows][-2:] == ["undone", "noted"]
    assert [str(instant)[:16] for _, instant in rows][-2:] == ["2026-11-23 09:10", "2026-11-23 09:20"]
    assert str(kept[0][0])[:16] == "2026-11-23 09:20"
    assert breached == [(0,)]
    desk.store.close()


def test_a_desk_on_postgresql_goes_by_the_clock_of_the_server(store_url: str) -> None:
    desk = small_desk(store_url)
    real = time.time()
    behind = CliContext(store_url, login="ann", system_time=lambda: real - 3600)
    expected = real if desk.store.dialect == "postgresql" else real - 3600
    assert behind.now().timestamp() == pytest.approx(expected, abs=30)
    desk.store.close()
