"""`deskterm run`: what happens by itself, without a console."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.options import AsJson
from deskterm.errors import UsageError

if TYPE_CHECKING:
    from deskterm.automation.runner import Fired


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Note what has come up to now, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Note warnings, missed targets and ends of timers as they come, until it is stopped: a service. An open console
    does the same; several at once say everything once."""
    from deskterm.automation.runner import Runner, keep_running
    from deskterm.cli.runtime import output
    from deskterm.store.db.engine import open_store

    if as_json and not once:
        raise UsageError("--json goes with --once: a service tells a line at a time.")
    invocation: CliContext = context.obj
    clock = invocation.clock(facts_of(invocation))
    store = open_store(invocation.url)
    runner = Runner(store, progress=output.patience())
    if once:
        came = list(runner.step(clock()))
        store.close()
        if as_json:
            output.print_json([asdict(fired) | {"instant": output.instant(fired.instant)} for fired in came])
        else:
            _tell(came)
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    keep_running(runner, clock, stop, _tell)
    store.close()


def _tell(came: Sequence[Fired]) -> None:
    from deskterm.automation.runner import digest
    from deskterm.cli.runtime import output

    output.print_lines(digest(came))
