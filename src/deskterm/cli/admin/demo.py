"""`deskterm demo`: a throw-away desk in the middle of a working morning."""

from __future__ import annotations

import sys
import tempfile
from collections import deque
from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of, system_now
from deskterm.cli.ticket import listing


def demo(
    context: typer.Context,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the desk in this new file, to come back to.", metavar="FILE")
    ] = None,
) -> None:
    """Make a throw-away desk with a live working day, and open the console on it; in a pipe, print its queue."""
    own: CliContext = context.obj
    with tempfile.TemporaryDirectory(prefix="deskterm-demo-") as folder:
        place = str(keep) if keep is not None else str(Path(folder) / "demo.sqlite3")
        invocation = CliContext(place, own.acting, own.instant, own.debug)
        live = sys.stdin.isatty() and sys.stdout.isatty()
        if live:
            print("Making a desk …", end="\r", flush=True)
        _build(invocation)
        if live:
            from deskterm.tui.app import run as run_console

            run_console(invocation.url, invocation.console_login(), invocation.clock(facts_of(invocation)))
        else:
            listing.print_queue(invocation, "open", limit=60)


def _build(invocation: CliContext) -> None:
    from deskterm.automation.runner import Runner
    from deskterm.exchange.demo.build import build

    store = build(invocation.url, real_now=system_now(), admin_login=CliContext().login())
    try:
        # This desk was never left alone: what came by itself in its three weeks is no news.
        deque(Runner(store).step(invocation.now(facts_of(invocation))), maxlen=0)
    finally:
        store.close()
