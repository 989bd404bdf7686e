"""The console, which `deskterm` alone opens without the command line's parser: so its first frame comes sooner."""

from __future__ import annotations

import sys

from deskterm.cli.runtime.argv import SCREEN_READER, Arguments
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.exit import report_error, report_unforeseen
from deskterm.errors import DeskError
from deskterm.store.db.errors import NoDesk


def open_console(cli: CliContext, opening: str = "") -> None:
    """Open the console; without a terminal, print the queue; where there is no desk, offer one (C-16). opening: a
    command of the console that is run at first."""
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        facts = cli.read_facts()
    except NoDesk:
        # Whoever names somebody to work as, or a time, does not come for the first time
        if not on_terminal or opening or cli.acting or cli.instant:
            raise
        from deskterm.cli.first_run import offer_desk  # noqa: PLC0415 - at the first start of all

        offered = offer_desk(cli)
        if offered is None:
            return
        cli, facts = offered, offered.read_facts()
    clock = cli.make_clock(facts)
    # Textual and the queue's table are imported where they are needed, because a call needs one of them only.
    if not on_terminal:
        from deskterm.cli.ticket.list import print_queue  # noqa: PLC0415

        print_queue(cli, "open", limit=40)
        return
    cli.check_clock(facts)
    from deskterm.tui import app  # noqa: PLC0415

    app.run(
        cli.url,
        cli.check_login(),
        clock,
        impersonator=cli.impersonator,
        opening=opening,
        screen_reader=cli.screen_reader,
    )


def run_console(arguments: Arguments, login: str | None = None) -> int:
    """Open the console for a call without a command, and return the exit code. login: as for `run_arguments`."""
    given = arguments.values.get
    try:
        open_console(
            CliContext(
                given("--database"),
                given("--as"),
                given("--now"),
                login,
                "--anyway" in arguments.options,
                screen_reader=SCREEN_READER in arguments.options,
            )
        )
        sys.stdout.flush()
    except (DeskError, KeyboardInterrupt, BrokenPipeError) as error:
        return report_error(error)
    except Exception as error:
        return report_unforeseen(error, given("--database"))
    return 0
