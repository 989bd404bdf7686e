"""Several processes that write to one ticket of a SQLite desk, against as many that run bare transactions.

    python bench/writers.py [--writers N] [--seconds S]

Each process writes one internal note after the other. What matters is that nobody is turned away ("locked"), and that
nobody waits much longer than the others: the 99th percentile of the seconds that a command takes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sqlite3
import tempfile
import time
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from big_desk import FIRST, NOW, big_desk

AIM_P99 = 1.0
"""Seconds."""


def write_notes(url: str, login: str, seconds: float, barrier: Barrier, results: Any) -> None:
    """Write notes for so long, and put what each took and how many failed."""
    from deskterm.desk.api import open_desk
    from deskterm.desk.conversation.messages import add_note
    from deskterm.errors import DeskError
    from deskterm.store.db.engine import open_store

    desk = open_desk(open_store(url), login)
    took, failed = [], 0
    barrier.wait()
    end = time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        try:
            add_note(desk, FIRST, "Seen before, in spring.", now=NOW)
        except DeskError:
            failed += 1
        took.append(time.monotonic() - began)
    results.put((took, failed))


def write_rows(file: Path, seconds: float, barrier: Barrier, results: Any) -> None:
    """Run bare transactions for so long."""
    took, failed = [], 0
    with closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        barrier.wait()
        end = time.monotonic() + seconds
        while (began := time.monotonic()) < end:
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO bare VALUES (?)", ("Seen before, in spring.",))
                connection.execute("COMMIT")
            except sqlite3.OperationalError:
                failed += 1
            took.append(time.monotonic() - began)
    results.put((took, failed))


def measure(target: Any, writers: int, arguments: tuple[Any, ...], seconds: float) -> tuple[list[float], int]:
    """Run so many processes at once; return the seconds of all their transactions, sorted, and how many failed."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(writers), context.Queue()
    processes = [context.Process(target=target, args=(*arguments, seconds, barrier, results)) for _ in range(writers)]
    for process in processes:
        process.start()
    answers = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return sorted(one for took, _ in answers for one in took), sum(failed for _, failed in answers)


def describe(name: str, took: list[float], failed: int, seconds: float) -> str:
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    return (
        f"{name:10} {len(took) / seconds:7,.0f}/s   p50 {p50 * 1000:6.1f} ms   p99 {p99 * 1000:7.1f} ms   "
        f"longest {took[-1] * 1000:7.1f} ms   {failed} turned away"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, bare = Path(folder) / "desk.sqlite3", Path(folder) / "bare.sqlite3"
        desk = big_desk(place, 20)
        login = desk.agent.login
        desk.store.close()
        with closing(sqlite3.connect(bare)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE bare (body TEXT)")
        plain, turned_away = measure(write_rows, asked.writers, (bare,), asked.seconds / 2)
        print(describe("bare", plain, turned_away, asked.seconds / 2))
        took, failed = measure(write_notes, asked.writers, (f"sqlite:///{place}", login), asked.seconds)
        print(describe("commands", took, failed, asked.seconds), f"   aim 0, p99 {AIM_P99 * 1000:.0f} ms")


if __name__ == "__main__":
    main()
