"""Code that nothing uses, as vulture finds it. What is named only in the tables of commands counts as used.

    python docs/unused.py

Prints what is unused, and ends with 1 when there is any. `[tool.vulture]` in pyproject.toml has the other exceptions.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deskterm.cli.commands import PROGRAM
from deskterm.cli.runtime.loading import CommandEntry, GroupEntry
from deskterm.tui.commands.table import TABLE
from deskterm.tui.dialogs.compose import ACTION_HANDLERS

ROOT = Path(__file__).parents[1]


def list_handlers(group: GroupEntry) -> Iterator[str]:
    """Yield the names of the functions behind the commands of a group, and of the groups in it."""
    for entry in group.commands.values():
        if isinstance(entry, CommandEntry):
            yield entry.target.rpartition(":")[2]
        else:
            yield from list_handlers(entry)


def list_started(source: Path) -> Iterator[str]:
    """Yield the names of the handlers that are started by name, as `runner.start("sending.send")`."""
    for path in source.rglob("*.py"):
        yield from re.findall(r'\.(?:start|call)\("\w+\.(\w+)"', path.read_text(encoding="utf-8"))


def main() -> int:
    names = {*list_handlers(PROGRAM), *(command.handler.rpartition(".")[2] for command in TABLE if command.handler)}
    names |= {handler.rpartition(".")[2] for handler in ACTION_HANDLERS.values()}
    names |= set(list_started(ROOT / "src/deskterm/tui"))
    with tempfile.TemporaryDirectory() as folder:
        used = Path(folder) / "used.py"
        used.write_text("\n".join(sorted(names)) + "\n", encoding="utf-8")
        vulture = [str(Path(sys.executable).parent / "vulture"), "src", "bench", "docs", str(used)]
        return subprocess.run(vulture, cwd=ROOT, check=False).returncode and 1


if __name__ == "__main__":
    sys.exit(main())
