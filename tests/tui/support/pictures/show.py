"""Run as a program: paints a kept picture on the terminal. Arguments: its name, and the size and the look, where it has
several: `queue 80x24 ansi`, `assign`."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from tui.support.pictures.text_picture import read_picture, to_rich

TESTS = Path(__file__).parents[3]


def main(name: str, size: str = "", look: str = "") -> None:
    found = sorted(TESTS.rglob(f"__snapshots__/**/{name}.txt"))
    if not found:
        sys.exit(f"There is no picture {name!r}.")
    for (columns, rows), shown in (shots := read_picture(found[0].read_text(encoding="utf-8"))):
        if size in ("", f"{columns}x{rows}") and look in ("", shown):
            Console().print(to_rich(shots[(columns, rows), shown]), soft_wrap=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
