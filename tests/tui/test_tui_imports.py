"""The first frame needs Textual and nothing heavy besides; everything else is imported ahead of the first key."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deskterm.desk.tickets import register
from deskterm.tui.commands.table import TABLE
from deskterm.tui.control.command_runner import HANDLERS, LIGHT_HANDLERS
from deskterm.tui.preload import PRELOAD
from small_desk import at, small_desk

HEAVY = {"sqlalchemy", "sqlmodel", "pydantic", "typer", "psycopg", "holidays", "dateutil"}


def packages_imported_by(module: str) -> set[str]:
    """Return the packages that are in memory after a module was imported in a process of its own."""
    code = f"import sys, json, {module}; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(result.stdout))


def test_the_console_starts_without_the_database_layers() -> None:
    assert not HEAVY & packages_imported_by("deskterm.tui.app")


def test_the_first_rows_are_read_without_them_too() -> None:
    assert not HEAVY & packages_imported_by("deskterm.tui.workers.read_worker")


@pytest.mark.parametrize("module", sorted(LIGHT_HANDLERS))
def test_commands_that_do_not_wait_for_the_desk_do_not_import_it(module: str) -> None:
    assert not HEAVY & packages_imported_by(f"{HANDLERS}.{module}")


def test_the_handler_of_every_command_is_imported_ahead() -> None:
    handlers = {f"{HANDLERS}.{command.handler.rpartition('.')[0]}" for command in TABLE if command.handler}
    assert handlers <= set(PRELOAD)


def test_the_first_reply_imports_nothing(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    register.register(
        desk, type="fault", severity="high", subject="Down", requester="Kim", email="kim@larch.example", now=at(0)
    )
    desk.store.close()
    program = [
        sys.executable,
        str(Path(__file__).with_name("support") / "first_reply.py"),
        desk.store.url,
        at(5).isoformat(),
    ]
    result = subprocess.run(program, capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(result.stdout) == []
