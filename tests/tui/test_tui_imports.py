"""The first frame needs Textual and nothing heavy besides."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"sqlalchemy", "sqlmodel", "pydantic", "typer", "psycopg", "holidays", "dateutil"}


def loaded(module: str) -> set[str]:
    code = f"import sys, json, {module}; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(result.stdout))


def test_the_console_starts_without_the_database_layers() -> None:
    assert not HEAVY & loaded("deskterm.tui.app")


def test_the_first_rows_are_read_without_them_too() -> None:
    assert not HEAVY & loaded("deskterm.tui.workers.read_worker")
