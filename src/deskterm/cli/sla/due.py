"""`deskterm sla due`: the due times of a request that there need not be."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from deskterm.cli.runtime.instants import format_due, format_zone, system_now, to_rfc3339
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.instant_text import parse_instant, require_time_of_day
from deskterm.desk.policy.classification import classify_request
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.due_forecast import find_policy, forecast_metrics
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from deskterm.sla.zones import zone_display_name


def forecast_due_times(
    procedure: Annotated[str, typer.Option(help="A shipped procedure by name, or a file.")],
    start: Annotated[str, typer.Option(help="When the request was received; without a zone, the calendar's.")],
    kind: Annotated[str | None, typer.Option("--type", help="The type of request.")] = None,
    severity: Annotated[str | None, typer.Option(help="The severity.")] = None,
    priority: Annotated[str | None, typer.Option(help="The priority, where policies look at it.")] = None,
    client: Annotated[str | None, typer.Option(help="The client's key, where policies look at it.")] = None,
    department: Annotated[str | None, typer.Option(help="The department, where policies look at it.")] = None,
    product: Annotated[str | None, typer.Option(help="The product, where policies look at it.")] = None,
    channel: Annotated[str | None, typer.Option(help="The channel, where policies look at it.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag, where policies look at them.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print when each metric of a request would be due, or what starts its clock. No desk is needed."""
    compiled = CompiledProcedure(load(find_procedure(procedure)).procedure)
    facts: dict[str, Any] = classify_request(compiled, kind, severity, priority)
    facts |= {"organisation": client, "department": department, "product": product, "channel": channel}
    policy = find_policy(compiled, facts | {"tags": tuple(tag or ())})
    if policy is None:
        if as_json:
            print_json([])
            return
        raise DeskError("No policy of this procedure is for such a request: it has no due times.")
    # There is no desk whose zone could be meant, so the start is read in that of the policy's calendar
    zone = compiled.terms.calendars[policy.calendar].timezone
    require_time_of_day(start)
    instant = int(parse_instant(start, zone, system_now()).timestamp())
    forecast = forecast_metrics(compiled, policy, facts["severity"], instant, facts["type"])
    if as_json:
        print_json(
            [
                asdict(item)
                | {
                    "due_at": to_rfc3339(item.due_at),
                    "utc_offset": _format_offset(item.offset),
                    "started_at": to_rfc3339(instant),
                }
                for item in forecast
            ]
        )
        return
    if not forecast:
        raise DeskError(f"The policy {policy.label} promises nothing for such a request: it has no due times.")
    print_lines([f"{policy.label} · start {format_due(instant, zone)} {format_zone(instant, zone)}"])
    print_table(
        ("Metric", "Target", "Due", "Zone"),
        [
            (
                item.label,
                item.target,
                format_due(item.due_at, item.timezone) if item.due_at is not None else item.reason,
                f"{zone_display_name(item.timezone)} (UTC{_format_offset(item.offset)})",
            )
            for item in forecast
        ],
    )
    known_years = {item.calendar: item.holidays_known for item in forecast if item.holidays_known is not None}
    print_lines(
        f"Holidays of the calendar {key} are known for {first}–{last} only: other years are reckoned without any."
        for key, (first, last) in known_years.items()
    )


def _format_offset(seconds: int) -> str:
    """Format an offset from UTC: `+05:30`."""
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{abs(seconds) // 3600:02}:{abs(seconds) % 3600 // 60:02}"
