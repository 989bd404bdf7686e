"""Damage that an open console meets is called damage, with its table and what to do, and the console stays (D-47)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from deskterm.store.db.location import sqlite_path
from deskterm.tui.crash_log import log_file
from deskterm.tui.workers.automation_worker import AutomationWorker
from small_desk import at
from tui.console_session import open_console

PAGE = 4096


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def fold_log_in(url: str) -> Path:
    """Write everything to the file itself, so that what is damaged there is what is read."""
    path = sqlite_path(url)
    assert path is not None
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def damage_page(url: str, table: str) -> None:
    """Overwrite the first page of a table."""
    path = fold_log_in(url)
    connection = sqlite3.connect(path)
    ((page,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)


def garble(url: str, statement: str) -> None:
    """Change what is stored as damage does that SQLite itself does not notice."""
    connection = sqlite3.connect(sqlite_path(url) or "")
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute(statement)
    connection.commit()
    connection.close()


async def test_a_damaged_page_is_named_with_its_table_and_the_console_goes_on(url: str) -> None:
    async with open_console(url) as console:
        damage_page(url, "message")
        await console.run("assign", "kim")
        await console.wait_for_notice("is damaged (table message")
        await console.wait_for_notice("restore a backup with `deskterm restore FILE`")
        assert not log_file().exists()
        console.workspace.show_view("mine")
        console.workspace.show_view("open")
        await console.wait_for_text("Matter 1")


async def test_a_stored_document_that_cannot_be_read_is_damage_for_a_command(url: str) -> None:
    async with open_console(url) as console:
        garble(url, """UPDATE event SET data = '{"type": ' WHERE ticket_id = 1001 AND seq = 1""")
        await console.run("assign", "kim")
        await console.wait_for_notice("is damaged")
        assert not log_file().exists()


@pytest.mark.parametrize("statement", ["UPDATE event SET data = '{'", "UPDATE procedure_version SET document = '{'"])
def test_the_automation_says_once_what_is_damaged(url: str, statement: str) -> None:
    garble(url, statement)
    found: list[str] = []
    heard = threading.Event()

    def note(sentences: Sequence[str]) -> None:
        found.extend(sentences)
        heard.set()

    worker = AutomationWorker(url, "sam", lambda: at(3000), note)
    worker.start()
    assert heard.wait(60)
    worker.stop()
    assert len(found) == 1
    assert "restore a backup" in found[0]
    assert not log_file().exists()
