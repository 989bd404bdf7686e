"""Bytes that the console writes to a terminal of 120 by 40 on the demo's working day, for a second's tick, `j` and a
page, and what it costs at rest (C-44)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pty_screen import Recorded


def main() -> None:
    """Print the bytes of a tick, `j` and a page, and the share of a core that a console at rest needs."""
    program = str(Path(sys.executable).with_name("deskterm"))
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "demo.sqlite3")
        subprocess.run([program, "demo", "--keep", place], check=True, capture_output=True, stdin=subprocess.DEVNULL)
        console = Recorded([program, "--database", place], {"COLORTERM": "truecolor", "HOME": folder})
        try:
            console.record(seconds=15)
            began, spent = time.monotonic(), console.read_cpu_seconds()
            idle = console.record(seconds=60)
            share = (console.read_cpu_seconds() - spent) / (time.monotonic() - began)
            steps = [console.record("j", seconds=0.8) for _ in range(8)]
            pages = [console.record(key, seconds=0.8) for key in ("\x1b[6~", "\x1b[5~") * 3]
        finally:
            console.close()
    print(f"a tick   {idle / 60:7.0f} bytes (aim 3,000)")
    print(f"j        {max(steps):7.0f} bytes at most (aim 8,000)")
    print(f"a page   {max(pages):7.0f} bytes at most (aim 20,000)")
    print(f"at rest  {share:7.1%} of a core (aim 1 %)")


if __name__ == "__main__":
    main()
