"""`deskterm` alone: the console, reached without the command line's machinery, which it would have to wait for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.exit import ended
from deskterm.errors import DeskError

WITH_VALUE = ("--database", "--as", "--now")
"""The global options that take a value."""


def plainly(arguments: Sequence[str]) -> CliContext | None:
    """The call, when it is for the console and says nothing but where, as whom and when; None for all others, also
    for wrong ones."""
    found: dict[str, str] = {}
    words = iter(arguments)
    for word in words:
        name, sign, value = word.partition("=")
        if name not in WITH_VALUE:
            return None
        given = value if sign else next(words, None)
        if given is None:
            return None
        found[name] = given
    return CliContext(found.get("--database"), found.get("--as"), found.get("--now"))


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


def run_plainly(invocation: CliContext) -> int:
    """Open the console; the exit code."""
    try:
        open_console(invocation)
        sys.stdout.flush()
    except (DeskError, KeyboardInterrupt, BrokenPipeError) as error:
        return ended(error)
    return 0
