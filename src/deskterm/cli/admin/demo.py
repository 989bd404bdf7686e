"""`deskterm demo`: a throw-away desk in the middle of a working morning."""

from __future__ import annotations

import sys
import tempfile
from collections import deque
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from deskterm.automation.runner import Runner
from deskterm.cli.admin.keys_ahead import keep_keys
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import system_now
from deskterm.cli.ticket.list import print_queue
from deskterm.exchange.demo.build import build_demo_desk


def make_demo(
    context: typer.Context,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the desk in this new file, to come back to.", metavar="FILE")
    ] = None,
) -> None:
    """Make a throw-away desk with a live working day, and open the console on it; in a pipe, print its queue."""
    run_demo(context.obj, keep)


def run_demo(given: CliContext, keep: Path | None) -> None:
    """Make the demo's desk and open the console on it, with a tour; in a pipe, print its queue. keep: the new file to
    keep it in; None throws it away."""
    with tempfile.TemporaryDirectory(prefix="deskterm-demo-") as folder:
        database = str(keep) if keep is not None else str(Path(folder) / "demo.sqlite3")
        cli = CliContext(database, given.acting, given.instant, given.login)
        on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        if on_terminal:
            print("Making a desk …", end="\r", flush=True)
        with keep_keys(sys.stdin.fileno()) if on_terminal else nullcontext():
            _build_desk(cli)
        if not on_terminal:
            print_queue(cli, "open", limit=60)
            return
        # Only a console needs Textual, and whoever waits should read the line above before that is imported.
        from deskterm.tui import app  # noqa: PLC0415

        app.run(
            cli.url,
            cli.check_login(),
            cli.make_clock(cli.read_facts()),
            impersonator=cli.impersonator,
            opening="tour",
            screen_reader=given.screen_reader,
        )


def _build_desk(cli: CliContext) -> None:
    store = build_demo_desk(cli.url, real_now=system_now(), admin_login=cli.own_login)
    try:
        # This desk was never left alone: what came by itself in its three weeks is no news. So the runner takes every
        # step up to now, and what it tells of is thrown away.
        deque(Runner(store).step(cli.now()), maxlen=0)
    finally:
        store.close()
