"""`deskterm ticket supply|exempt|prioritise|confirm-severity`: corrections to what a request said and how it was
classified."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, IfVersion, Number, parse_field
from deskterm.cli.runtime.output import print_result
from deskterm.desk.tickets.supply import supply_fields
from deskterm.desk.workflow import exemption, priority_override, severity_confirmation


def supply(
    context: typer.Context,
    number: Number,
    fields: Annotated[list[str], typer.Argument(help="What is known now.", metavar="KEY=VALUE")],
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Supply fields of its type that a request lacked."""
    values = dict(parse_field(text) for text in fields)
    cli: CliContext = context.obj
    print_result(supply_fields(cli.open_desk(), number, values, now=cli.now(), version=version), as_json)


def exempt(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why: one of the procedure's reasons.")] = "",
    end: Annotated[bool, typer.Option("--end", help="The promises hold again, from the same start.")] = False,
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Exempt a ticket from all targets; reports count it separately."""
    cli: CliContext = context.obj
    if end:
        result = exemption.unexempt(cli.open_desk(), number, reason=reason, now=cli.now(), version=version)
    else:
        result = exemption.exempt(cli.open_desk(), number, reason, now=cli.now(), version=version)
    print_result(result, as_json)


def prioritise(
    context: typer.Context,
    number: Number,
    priority: Annotated[str, typer.Argument(help="The priority that it gets.")],
    because: Annotated[str, typer.Option("--because", "--reason", help="One of the procedure's reasons.")],
    affected: Annotated[int | None, typer.Option(help="How many people are affected.", min=0, max=10**9)] = None,
    note: Annotated[str, typer.Option(help="More on it; it stays in the history.")] = "",
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Move a ticket ahead of its order, for a reason that the procedure names."""
    cli: CliContext = context.obj
    result = priority_override.override_priority(
        cli.open_desk(),
        number,
        priority,
        override=because,
        affected=affected,
        note=note,
        now=cli.now(),
        version=version,
    )
    print_result(result, as_json)


def confirm_severity(
    context: typer.Context,
    number: Number,
    severity: Annotated[str | None, typer.Argument(help="The right one; left out, the one it has.")] = None,
    reason: Annotated[str, typer.Option(help="Why, where it is another; it stays in the history.")] = "",
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Confirm the severity that the requester chose, or correct it; what they chose stays on record."""
    cli: CliContext = context.obj
    result = severity_confirmation.confirm_severity(
        cli.open_desk(), number, severity, reason=reason, now=cli.now(), version=version
    )
    print_result(result, as_json)
