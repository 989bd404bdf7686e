"""A year of a real desk judged by a tighter procedure: seconds and peak memory of `deskterm sla what-if`.

    python bench/replay.py [LOG]

LOG as for import_log.py. The same command over a desk without tickets says what starting takes. Nothing but the
standard library is imported here: a child's peak is never below what its parent held when it was started.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAME = "uci_incident_event_log.csv.xz"
BESIDE = Path(__file__).parents[2] / "shared" / "data"
DESKTERM = str(Path(sys.executable).parent / "deskterm")
NOW = ("--now", "2017-03-01T09:00")
SHIPPED = Path(__file__).parents[1] / "data" / "procedures" / "incident-management.toml"
TIGHTER = ('by_severity.moderate = { response = "4h", resolution = "3d" }', '{ response = "2h", resolution = "2d" }')


def call(store: Path, *words: str) -> str:
    environment = {**os.environ, "DESKTERM_DATABASE": str(store)}
    done = subprocess.run([DESKTERM, *words], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def measured(store: Path, other: Path) -> None:
    """Run in a process of its own: what its one child took, and what it said."""
    began = time.perf_counter()
    words = ("sla", "what-if", "--procedure", str(other), "--since", "2016-01-01", "--json", "--tickets", "0")
    found = json.loads(call(store, *words, *NOW))
    spent = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = used.ru_utime + used.ru_stime
    print(json.dumps({"seconds": spent, "processor": processor, "peak": used.ru_maxrss / 1024, **found}))


def measure(store: Path, other: Path) -> dict[str, float]:
    words = [sys.executable, __file__, "--measure", str(store), str(other)]
    found: dict[str, float] = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)
    return found


def main(log: Path) -> None:
    if not log.exists():
        print(f"no {log}: fetch the log, or set DESKTERM_TEST_DATA; what-if was not measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "tighter.toml"
        before, _, after = SHIPPED.read_text(encoding="utf-8").partition(TIGHTER[0])
        other.write_text(f"{before}by_severity.moderate = {TIGHTER[1]}{after}", encoding="utf-8")
        empty, full = Path(folder) / "empty.sqlite3", Path(folder) / "full.sqlite3"
        for store in (empty, full):
            call(store, "init", "--procedure", "incident-management", "--simulated", *NOW)
        call(full, "import", "events", str(log), "--mapping", "servicenow-incident-log", *NOW)
        start, whole = measure(empty, other), measure(full, other)
    rate = whole["tickets"] / (whole["processor"] - start["processor"])
    print(f"what-if   {whole['tickets']:,} tickets, {whole['events']:,} events, each judged twice")
    print(f"what-if   {whole['seconds']:.1f} s by the wall, {whole['processor']:.1f} s of the processor")
    print(f"what-if   {start['processor']:.1f} s of these to start, then {rate:,.0f} tickets/s")
    ratio = whole["peak"] / start["peak"]
    print(f"what-if   peak {whole['peak']:.0f} MB; without any ticket {start['peak']:.0f} MB, ratio {ratio:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measured(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(Path(sys.argv[1]) if sys.argv[1:] else Path(os.environ.get("DESKTERM_TEST_DATA", BESIDE)) / NAME)
