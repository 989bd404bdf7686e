"""Bringing in a real event log, against a plain `executemany` of the same rows into one table.

    python bench/import_log.py [LOG] [--rounds N]

LOG is the incident log of data set 498 of the UCI Machine Learning Repository; left out, it is looked for beside the
project and where DESKTERM_TEST_DATA says. Both sides read the file from its start; each round does both, so that
what else the machine does meets both, and the fastest round counts.
"""

from __future__ import annotations

import argparse
import csv
import lzma
import os
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from deskterm.desk.admin.setup import create_desk
from deskterm.exchange.importing.imports import import_events
from deskterm.exchange.importing.mapping import find_mapping
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure

NAME = "uci_incident_event_log.csv.xz"
BESIDE = Path(__file__).parents[2] / "shared" / "data"
AIM = 6.0
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def plain(log: Path, store: Path) -> tuple[int, float]:
    """Every column of every row into one table; rows and seconds."""
    began = time.perf_counter()
    with lzma.open(log, "rt", encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        header = next(rows)
        connection = sqlite3.connect(store)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"CREATE TABLE log ({', '.join(header)})")
        marks = ", ".join("?" * len(header))
        taken = connection.executemany(f"INSERT INTO log VALUES ({marks})", rows).rowcount
        connection.commit()
        connection.close()
    return taken, time.perf_counter() - began


def imported(log: Path, place: Path) -> tuple[int, float]:
    """The same rows as tickets with events and clocks; rows and seconds, without founding the desk."""
    procedure = load(find_procedure("incident-management")).procedure
    store = create_desk(f"sqlite:///{place}", procedure, admin_login="ann", simulated=True, now=NOW)
    mapping = find_mapping("servicenow-incident-log")
    began = time.perf_counter()
    report = import_events(store, log, mapping, actor="ann", now=NOW)
    spent = time.perf_counter() - began
    store.close()
    return report.rows, spent


def main() -> None:
    parser = argparse.ArgumentParser(description="Import rows a second, against a plain executemany.")
    parser.add_argument("log", nargs="?", type=Path, default=Path(os.environ.get("DESKTERM_TEST_DATA", BESIDE)) / NAME)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if not asked.log.exists():
        print(f"no {asked.log}: fetch the log, or set DESKTERM_TEST_DATA; nothing measured")
        return
    fastest: dict[str, float] = {}
    rows = 0
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory() as folder:
            for name, side in (("executemany", plain), ("import", imported)):
                rows, spent = side(asked.log, Path(folder) / f"{name}.sqlite3")
                fastest[name] = min(spent, fastest.get(name, spent))
    for name, spent in fastest.items():
        print(f"{name:<27} {rows / spent:8,.0f} rows/s  ({spent:.1f} s)")
    print(f"{'import, times as long':<27} ratio {fastest['import'] / fastest['executemany']:.2f} (aim {AIM:g})")


if __name__ == "__main__":
    main()
