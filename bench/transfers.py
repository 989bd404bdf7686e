"""Data in and out beside the least that could be done with the same rows: imports beside `executemany`, exports beside
Python's csv module, a backup beside a copy of the file.

    python bench/transfers.py [--sizes N …] [--rounds N]

Each side runs in a process of its own, whose processor time and peak of memory are its own, too; the round with the
least processor time counts. Imports of tickets read a file of one ticket a row, without messages.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from big_desk import NOW, big_desk
from deskterm.desk.admin.setup import create_desk
from deskterm.exchange.backup.backup import make_backup
from deskterm.exchange.exporting.exports import export
from deskterm.exchange.importing.tickets.import_tickets import import_tickets
from deskterm.exchange.transfer.desk_export import export_desk
from deskterm.exchange.transfer.desk_import import import_desk
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import TABLES

HEADER = ("Ticket ID", "Subject", "Status", "Priority", "Created time", "Resolved time", "Full name", "Email", "Agent")
BARE = "bare.sqlite3"


class Cost(NamedTuple):
    """The cost of a run: seconds, of which the processor's, and the most memory beyond that of the program, in
    MB."""

    processor: float
    wall: float
    peak: float


# -- what deskterm does ----------------------------------------------------------------------------------------------


def bring_in(folder: Path) -> None:
    with closing(open_store(_url(folder / "imported.sqlite3"))) as store:
        import_tickets(store, folder / "tickets.csv", zone="UTC", actor="ann", now=NOW)


def bring_in_desk(folder: Path) -> None:
    import_desk(_url(folder / "again.sqlite3"), folder / "desk")


def send_out_desk(folder: Path) -> None:
    with open_reader(_url(folder / "desk.sqlite3")) as reader:
        export_desk(reader, folder / "desk", now=NOW)


def send_out(folder: Path) -> None:
    with open_reader(_url(folder / "desk.sqlite3")) as reader, (folder / "out.csv").open("w", newline="") as file:
        export(reader, "tickets", "csv", file)


def back_up(folder: Path) -> None:
    make_backup(_url(folder / "desk.sqlite3"), folder / "backup.sqlite3", now=NOW)


def back_up_quickly(folder: Path) -> None:
    make_backup(_url(folder / "desk.sqlite3"), folder / "backup.sqlite3", now=NOW, quick=True)


# -- the least that could be done ------------------------------------------------------------------------------------


def insert_file(folder: Path) -> None:
    """Insert the rows of the file into one table, as they are."""
    with (folder / "tickets.csv").open(newline="") as file, closing(sqlite3.connect(folder / BARE)) as bare:
        rows = csv.reader(file)
        _insert(bare, "ticket", len(next(rows)), rows)
        bare.commit()


def insert_imported(folder: Path) -> None:
    insert_rows(folder, "imported.sqlite3")


def insert_rows(folder: Path, name: str = "desk.sqlite3") -> None:
    """Insert the rows of a desk into tables without keys, indexes and triggers."""
    with closing(sqlite3.connect(folder / name)) as desk, closing(sqlite3.connect(folder / BARE)) as bare:
        for table in TABLES:
            rows = desk.execute(f"SELECT * FROM {table.name}")
            _insert(bare, table.name, len(rows.description), rows)
        bare.commit()


def write_rows(folder: Path) -> None:
    """Write the rows of a desk with csv.writer, a file a table."""
    with closing(sqlite3.connect(folder / "desk.sqlite3")) as desk:
        for table in TABLES:
            with (folder / f"{table.name}.csv").open("w", newline="") as file:
                csv.writer(file).writerows(desk.execute(f"SELECT * FROM {table.name}"))


def write_tickets(folder: Path) -> None:
    """Write the rows of the tickets with csv.writer."""
    with closing(sqlite3.connect(folder / "desk.sqlite3")) as desk, (folder / "out.csv").open("w", newline="") as file:
        csv.writer(file).writerows(desk.execute("SELECT * FROM ticket"))


def copy_file(folder: Path) -> None:
    with (folder / "desk.sqlite3").open("rb") as desk, (folder / "copy").open("wb") as copy:
        shutil.copyfileobj(desk, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())


def _insert(bare: sqlite3.Connection, table: str, width: int, rows: Iterator[object]) -> None:
    bare.execute(f"CREATE TABLE {table} ({', '.join(f'c{place}' for place in range(width))})")
    bare.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)  # type: ignore[arg-type]


Act = Callable[[Path], None]
PAIRS: tuple[tuple[str, Act, str, Act, float | None], ...] = (
    ("import of tickets", bring_in, "executemany of the file's rows", insert_file, 5),
    ("import of tickets", bring_in, "executemany of the desk's rows", insert_imported, None),
    ("export desk", send_out_desk, "csv.writer of all rows", write_rows, 3),
    ("import desk", bring_in_desk, "executemany of all rows", insert_rows, 3),
    ("export of tickets as csv", send_out, "csv.writer of their rows", write_tickets, 2),
    ("backup", back_up, "a copy of the file, synced", copy_file, None),
    ("backup --quick", back_up_quickly, "a copy of the file, synced", copy_file, None),
)
"""What is measured, beside what, and how many times that it may take."""
_MADE: dict[Act, list[str]] = {
    bring_in: ["imported.sqlite3"],
    bring_in_desk: ["again.sqlite3"],
    send_out_desk: ["desk"],
    back_up: ["backup.sqlite3", "backup.sqlite3.manifest.json"],
    back_up_quickly: ["backup.sqlite3", "backup.sqlite3.manifest.json"],
}
"""What a run leaves, and must not be there before the next one."""


def run(act: Act, folder: Path) -> Cost:
    """Do something once, in a process that does nothing else."""
    before = _read_peak()
    wall, processor = time.perf_counter(), time.process_time()
    act(folder)
    cost = time.process_time() - processor, time.perf_counter() - wall
    return Cost(*cost, (_read_peak() - before) / 1024)


def _read_peak() -> int:
    """Return the most memory of this process so far, in KiB. `getrusage` would begin with that of its parent."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1])


def measure(act: Act, folder: Path, rounds: int) -> Cost:
    """Return the round with the least processor time."""
    costs = []
    for _ in range(rounds):
        for name in (*_MADE.get(act, ()), BARE):
            for made in folder.glob(f"{name}*") if name.endswith("sqlite3") else [folder / name]:
                shutil.rmtree(made) if made.is_dir() else made.unlink(missing_ok=True)
        if act is bring_in:
            _create_empty_desk(folder)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            costs.append(pool.submit(run, act, folder).result())
    return min(costs)


def make_files(folder: Path, tickets: int) -> None:
    """Make a desk, and an export of tickets of another one."""
    big_desk(folder / "desk.sqlite3", tickets, are_open=min(tickets, 50_000)).store.close()
    chance = random.Random(1)
    with (folder / "tickets.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(1, tickets + 1):
            created = NOW - timedelta(days=60, minutes=-(number % 80_000))
            is_open, who = number % 3 == 0, chance.randrange(tickets // 5)
            solved = "" if is_open else f"{created + timedelta(hours=5):%Y-%m-%d %H:%M:%S}"
            writer.writerow((
                number, f"Printer is slow ({number})", "Open" if is_open else "Resolved",
                chance.choice(("Low", "Medium", "High", "Urgent")), f"{created:%Y-%m-%d %H:%M:%S}", solved,
                f"Bo Fern {who}", f"bo{who}@fern{who % 200}.example", f"Sam {number % 40}",
            ))  # fmt: skip


def _create_empty_desk(folder: Path) -> None:
    procedure = load(find_procedure("incident-management")).procedure
    begun = NOW - timedelta(days=70)
    create_desk(_url(folder / "imported.sqlite3"), procedure, admin_login="ann", simulated=True, now=begun).close()


def _url(path: Path) -> str:
    return f"sqlite:///{path}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=(10_000, 100_000))
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    first: dict[Act, float] = {}
    for size in asked.sizes:
        print(f"\n{size:,} tickets: processor time (wall, memory), rate, growth for a ticket since the first size")
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            make_files(folder, size)
            costs: dict[Act, Cost] = {}
            for name, act, beside_name, beside, aim in PAIRS:
                for each in (act, beside):
                    if each not in costs:
                        costs[each] = measure(each, folder, asked.rounds)
                own, other = costs[act], costs[beside]
                grown = own.processor / size / first.setdefault(act, own.processor / size)
                print(
                    f"{name:25}{own.processor:7.2f} s ({own.wall:.1f} s, {own.peak:.0f} MB) {size / own.wall:9,.0f}/s"
                    f" {grown:5.2f}   {own.processor / max(other.processor, 0.001):7.1f} times {beside_name}"
                    f" ({other.processor:.2f} s, {other.wall:.1f} s, {other.peak:.0f} MB)"
                    + (f", aim {aim:g}" if aim else ""),
                    flush=True,
                )


if __name__ == "__main__":
    main()
