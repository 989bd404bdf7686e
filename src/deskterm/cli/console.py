"""`deskterm` alone: the console, reached without the command line's machinery, which it would have to wait for."""

from __future__ import annotations

import sys

from deskterm.cli.runtime.argv import Arguments
from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.exit import ended
from deskterm.errors import DeskError


def open_console(invocation: CliContext) -> None:
    """Open the console; without a terminal, print the queue."""
    facts = facts_of(invocation)
    clock = invocation.clock(facts)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from deskterm.cli.ticket.listing import print_queue

        print_queue(invocation, "open", limit=40)
        return
    from deskterm.tui.app import run

    run(invocation.url, invocation.console_login(), clock, behind=invocation.behind)


def run_console(arguments: Arguments) -> int:
    """Open the console for a call without a command, and return the exit code."""
    given = arguments.values.get
    try:
        open_console(CliContext(given("--database"), given("--as"), given("--now")))
        sys.stdout.flush()
    except (DeskError, KeyboardInterrupt, BrokenPipeError) as error:
        return ended(error)
    return 0
