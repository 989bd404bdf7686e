"""`deskterm wall`: the console, opened on the wall."""

from __future__ import annotations

import sys

import typer

from deskterm.cli.console import open_console
from deskterm.cli.runtime.context import CliContext
from deskterm.errors import UsageError


def show_wall(context: typer.Context) -> None:
    """Open the console on the wall, for a screen that leads look at: what is late, what is next, who has how much."""
    cli: CliContext = context.obj
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The wall needs a terminal: `deskterm sla list` prints what is due.")
    open_console(cli, "wall")
