"""`deskterm ticket due|schedule|waive|snooze|work|transfer`: due times, work on a ticket, and its department."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number, Reason
from deskterm.cli.runtime.output import print_result
from deskterm.desk.domain.instant_text import parse_instant, require_time_of_day
from deskterm.desk.workflow import due_times, work_sessions
from deskterm.desk.workflow.snooze import parse_snooze
from deskterm.desk.workflow.snooze import snooze as snooze_ticket
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import UsageError

Metric = Annotated[str, typer.Argument(help="The clock: response, resolution, …")]


def set_due(
    context: typer.Context,
    number: Number,
    metric: Metric,
    instant: Annotated[
        str | None, typer.Argument(help="When: 2026-11-23T17:00, 4h or tomorrow 17:00; left out with --clear.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Due by its target again.")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Set the due time of a clock; it stays, whatever changes, until it is cleared."""
    if (instant is None) == (not clear):
        raise UsageError("Say when it is due, or --clear.")
    if instant is not None:
        require_time_of_day(instant, "17:00")
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    if instant is None:
        result = due_times.clear_due(desk, number, metric, reason=reason, now=now)
    else:
        result = due_times.set_due(desk, number, metric, _parse_local(cli, instant), reason=reason, now=now)
    print_result(result, as_json)


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
    if (sprint is None) == (not none):
        raise UsageError("Name the day of the sprint or release, or --none.")
    cli: CliContext = context.obj
    print_result(due_times.schedule(cli.open_desk(), number, sprint, now=cli.now()), as_json)


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
    """Waive a breach; it stays on record, with the reason."""
    cli: CliContext = context.obj
    result = due_times.waive(cli.open_desk(), number, metric, cycle=cycle, reason=reason, now=cli.now())
    print_result(result, as_json)


def snooze(
    context: typer.Context,
    number: Number,
    until: Annotated[
        str | None,
        typer.Argument(
            help="Until when: 2026-11-23T09:00, 2h, 3d or tomorrow (when work begins); left out with --wake."
        ),
    ] = None,
    wake: Annotated[bool, typer.Option("--wake", help="Bring it back now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a ticket out of the queue for a time; a message of the requester brings it back, and its clocks go on."""
    if (until is None) == (not wake):
        raise UsageError("Say until when, or --wake.")
    cli: CliContext = context.obj
    # The same instant for both, because a span counts from the moment when the ticket is snoozed
    desk, now = cli.open_desk(), cli.now()
    moment = None if until is None else parse_snooze(desk.procedure, until, now)
    print_result(snooze_ticket(desk, number, moment, now=now), as_json)


def work(
    context: typer.Context,
    number: Number,
    stop: Annotated[bool, typer.Option("--stop", help="Stop work.")] = False,
    of: Annotated[str | None, typer.Option(help="With --stop: somebody else who forgot to.", metavar="LOGIN")] = None,
    as_json: AsJson = False,
) -> None:
    """Begin work on a ticket, or stop it: clocks that count work run in between."""
    cli: CliContext = context.obj
    if of is not None and not stop:
        raise UsageError("--of goes with --stop.")
    if stop:
        result = work_sessions.stop_work(cli.open_desk(), number, login=of, now=cli.now())
    else:
        result = work_sessions.start_work(cli.open_desk(), number, now=cli.now())
    print_result(result, as_json)


def transfer_ticket(
    context: typer.Context,
    number: Number,
    department: Annotated[str | None, typer.Option(help="The department that has it from now on.")] = None,
    team: Annotated[str | None, typer.Option(help="The team that has it from now on.")] = None,
    note: Annotated[str, typer.Option(help="For those who get it; the requester never sees it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hand a ticket to another department or team; its clocks go on as they are."""
    cli: CliContext = context.obj
    result = transfer(cli.open_desk(), number, department=department, team=team, note=note, now=cli.now())
    print_result(result, as_json)


def _parse_local(cli: CliContext, text: str) -> datetime:
    """Parse an instant in the desk's zone, which may be said from its time on: `2h`, `tomorrow 09:00`."""
    facts = cli.read_facts()
    return parse_instant(text, facts.timezone, cli.now(facts))
