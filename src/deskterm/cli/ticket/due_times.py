"""`deskterm ticket due|schedule|waive|snooze|work|transfer`: promises, work, and other places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of, read_instant
from deskterm.cli.runtime.options import AsJson, Number, Reason, report, time_of
from deskterm.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime


Metric = Annotated[str, typer.Argument(help="The clock: response, resolution, …")]


def _instant(invocation: CliContext, text: str) -> datetime:
    return read_instant(text, facts_of(invocation).timezone)


def due(
    context: typer.Context,
    number: Number,
    metric: Metric,
    instant: Annotated[str | None, typer.Argument(help="When; left out with --clear.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Due by its target again.")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Say when a clock is due; it stays there, whatever changes, until it is cleared."""
    from deskterm.desk.workflow import due_times

    if (instant is None) == (not clear):
        raise UsageError("Say when it is due, or --clear.")
    invocation: CliContext = context.obj
    desk, now = invocation.desk(), time_of(invocation)
    if instant is None:
        done = due_times.clear_due(desk, number, metric, reason=reason, now=now)
    else:
        done = due_times.set_due(desk, number, metric, _instant(invocation, instant), reason=reason, now=now)
    report(done, as_json)


def schedule(
    context: typer.Context,
    number: Number,
    sprint: Annotated[
        str | None, typer.Argument(help="The day of the release, or on which the sprint starts; left out with --none.")
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Take it out of its sprint or release.")] = False,
    as_json: AsJson = False,
) -> None:
    """Schedule a ticket to a sprint or a release.

    What is promised by its sprint is due when that ends, what is promised by its release at the release.
    """
    from deskterm.desk.workflow import due_times

    if (sprint is None) == (not none):
        raise UsageError("Name the day of the sprint or release, or --none.")
    invocation: CliContext = context.obj
    report(due_times.schedule(invocation.desk(), number, sprint, now=time_of(invocation)), as_json)


def waive(
    context: typer.Context,
    number: Number,
    metric: Metric,
    cycle: Annotated[
        int | None, typer.Option(help="Which cycle; left out, the last one missed.", min=1, max=1_000_000)
    ] = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Let a missed target pass; the miss stays on record, with the reason."""
    from deskterm.desk.workflow import due_times

    invocation: CliContext = context.obj
    done = due_times.waive(invocation.desk(), number, metric, cycle=cycle, reason=reason, now=time_of(invocation))
    report(done, as_json)


def snooze(
    context: typer.Context,
    number: Number,
    until: Annotated[str | None, typer.Argument(help="Until when; left out with --wake.")] = None,
    wake: Annotated[bool, typer.Option("--wake", help="Take it up again now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a ticket off; a word of the requester ends it, and no clock rests for it."""
    from deskterm.desk.workflow import due_times

    if (until is None) == (not wake):
        raise UsageError("Say until when, or --wake.")
    invocation: CliContext = context.obj
    moment = None if until is None else _instant(invocation, until)
    report(due_times.snooze(invocation.desk(), number, moment, now=time_of(invocation)), as_json)


def work(
    context: typer.Context,
    number: Number,
    stop: Annotated[bool, typer.Option("--stop", help="Leave off.")] = False,
    of: Annotated[str | None, typer.Option(help="With --stop: somebody else who forgot to.", metavar="LOGIN")] = None,
    as_json: AsJson = False,
) -> None:
    """Begin to work on a ticket, or leave off: clocks that count work run in between."""
    from deskterm.desk.workflow import work_sessions as hands

    invocation: CliContext = context.obj
    if of is not None and not stop:
        raise UsageError("--of goes with --stop.")
    if stop:
        done = hands.stop(invocation.desk(), number, of=of, now=time_of(invocation))
    else:
        done = hands.start(invocation.desk(), number, now=time_of(invocation))
    report(done, as_json)


def transfer(
    context: typer.Context,
    number: Number,
    department: Annotated[str | None, typer.Option(help="The department that has it from now on.")] = None,
    team: Annotated[str | None, typer.Option(help="The team that has it from now on.")] = None,
    note: Annotated[str, typer.Option(help="For those who get it; the requester never sees it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hand a ticket to another department or team; its clocks go on as they are."""
    from deskterm.desk.workflow.transfer import transfer as hand

    invocation: CliContext = context.obj
    done = hand(invocation.desk(), number, department=department, team=team, note=note, now=time_of(invocation))
    report(done, as_json)
