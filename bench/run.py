"""Run every measurement, one after the other: two at once would measure each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = (
    "start",
    "console",
    "console_output",
    "import_log",
    "sla",
    "commands",
    "writers",
    "wording",
    "mail",
    "figures",
    "transfers",
)


def main() -> int:
    worst = 0
    for name in sys.argv[1:] or PROGRAMS:
        print(f"\n## {name}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
