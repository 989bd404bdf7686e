"""How long it takes to start: short commands against importing Textual, a completion against a bare interpreter, the
console against a bare Textual program."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pty_screen import seconds_until

HERE = Path(__file__).parent
ROUNDS = 9
DESKTERM = str(Path(sys.executable).parent / "deskterm")


def spent(words: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(words, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main() -> None:
    # Installed programs have their bytecode cached; without it, the compiler would be measured.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "desk.sqlite3")
        subprocess.run(
            [DESKTERM, "demo", "--keep", store], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True
        )
        where = {"DESKTERM_DATABASE": store}
        commands = {
            "import textual.app": [sys.executable, "-c", "import textual.app"],
            "deskterm --version": [DESKTERM, "--version"],
            "deskterm ticket list": [DESKTERM, "ticket", "list"],
            "python -c pass": [sys.executable, "-c", "pass"],
            "deskterm --complete numbers": [DESKTERM, "--complete", "numbers"],
            "deskterm --complete statuses": [DESKTERM, "--complete", "statuses"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        frames: dict[str, list[float]] = {"bare": [], "console": [], "rows": []}
        for _ in range(ROUNDS):  # side by side, so that what else the machine does meets all of them
            for name, words in commands.items():
                times[name].append(spent(words, where))
            frames["bare"] += seconds_until([sys.executable, str(HERE / "bare_app.py")], [b"Ticket 12"], {})
            first, rows = seconds_until([DESKTERM], [b"All open", b"Nobody"], where)
            frames["console"].append(first)
            frames["rows"].append(rows)
    base = statistics.median(times["import textual.app"])
    print(f"import textual.app          {base * 1000:6.0f} ms")
    aims = {"deskterm --version": "", "deskterm ticket list": " (aim 1.2)"}
    for name in aims:
        median = statistics.median(times[name])
        print(f"{name:<27} {median * 1000:6.0f} ms   ratio {median / base:.2f}{aims[name]}")
    nothing = statistics.median(times["python -c pass"])
    print(f"python -c pass              {nothing * 1000:6.0f} ms")
    for name in ("deskterm --complete numbers", "deskterm --complete statuses"):
        median, best = statistics.median(times[name]), min(times[name])
        print(f"{name:<28}{median * 1000:5.0f} ms   {best * 1000:.0f} at best (aim 100), ratio {median / nothing:.1f}")
    bare = statistics.median(frames["bare"])
    print(f"bare Textual app, painted   {bare * 1000:6.0f} ms")
    for name, label, aim in (("console", "console, first frame", 1.25), ("rows", "console, rows visible", 1.7)):
        median = statistics.median(frames[name])
        print(f"{label:<27} {median * 1000:6.0f} ms   ratio {median / bare:.2f} (aim {aim})")


if __name__ == "__main__":
    main()
