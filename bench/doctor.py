"""`deskterm doctor` on desks of several sizes: seconds, seconds of the processors, and the peak of the memory of all
its processes together. On one processor it is one process.

A desk is `big_desk`'s with a message of 40 words a ticket, as `console.py` has it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from console import build

DOCTOR = [sys.executable, "-m", "deskterm", "doctor"]
SIZES = [10_000, 100_000]
PAUSE = 0.2
"""Seconds between two looks at the memory."""


class Taken(NamedTuple):
    """The cost of a check. wall, processor: seconds; peak: MB, what processes share counted once."""

    wall: float
    processor: float
    peak: float


def measure(url: str, processors: int) -> Taken:
    """Check the desk at a URL with so many processors at most."""
    usable = set(sorted(os.sched_getaffinity(0))[:processors])
    began = time.perf_counter()
    process = subprocess.Popen(
        DOCTOR,
        env=os.environ | {"DESKTERM_DATABASE": url},
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, usable),
    )
    peak = 0.0
    while True:
        number, status, spent = os.wait4(process.pid, os.WNOHANG)
        if number:
            break
        peak = max(peak, _read_memory(process.pid))
        time.sleep(PAUSE)
    if code := os.waitstatus_to_exitcode(status):
        sys.exit(f"doctor ended with {code}")
    return Taken(time.perf_counter() - began, spent.ru_utime + spent.ru_stime, peak)


def _read_memory(process: int) -> float:
    """Return the memory of a process and of those that it started, in MB."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0.0
    own = next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return own / 1024 + sum(_read_memory(int(child)) for child in children)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="1000000 takes some minutes to create")
    parser.add_argument("--processors", type=int, nargs="+", default=[1, 4], help="most that it may use, each in turn")
    parser.add_argument("--folder", type=Path, help="where desks are, or are created and stay; else they go again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        print(
            f"{'tickets':>10}{'processors':>11}{'seconds':>9}{'of processors':>14}{'µs a ticket':>12}{'MB':>6}  growth"
        )
        for processors in asked.processors:
            before: float | None = None
            for size in asked.sizes:
                place = folder / f"{size}.sqlite3"
                if not place.exists():
                    build(place, size).close()
                taken = measure(f"sqlite:///{place}", processors)
                each = taken.processor / size
                growth = "" if before is None else f"  {each / before:.2f}"
                before = each
                figures = f"{size:10,}{processors:12}{taken.wall:9.1f}{taken.processor:15.1f}{each * 1e6:13.0f}"
                print(f"{figures}{taken.peak:6.0f}{growth}", flush=True)


if __name__ == "__main__":
    main()
