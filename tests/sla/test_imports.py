"""The floor of working time stands on the standard library alone."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("sqlmodel", "sqlalchemy", "textual", "typer", "pydantic", "rich", "dateutil", "holidays", "sqlite3")


def test_importing_working_time_imports_nothing_heavy() -> None:
    program = (
        "import importlib, pkgutil, sys, deskterm.sla\n"
        "for module in pkgutil.walk_packages(deskterm.sla.__path__, 'deskterm.sla.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('deskterm.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    packages, floors = (line.split() for line in done.stdout.splitlines())
    assert not set(HEAVY) & set(packages)
    assert {name.split(".")[1] for name in floors} == {"sla"}
