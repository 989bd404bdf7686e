"""`deskterm sla`: due times."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from deskterm.errors import DeskError


def due(
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
    """Print when each metric of a request would be due. No desk is needed."""
    from deskterm.cli.runtime import output
    from deskterm.cli.runtime.context import read_instant
    from deskterm.desk.policy.classification import classified
    from deskterm.procedure.compiled import CompiledProcedure
    from deskterm.procedure.due_forecast import policy_for, prospects
    from deskterm.procedure.load import load
    from deskterm.procedure.shipped import find
    from deskterm.sla.zones import plain_name

    compiled = CompiledProcedure(load(find(procedure)).procedure)
    facts: dict[str, Any] = classified(compiled, kind, severity, priority)
    facts |= {"organisation": client, "department": department, "product": product, "channel": channel}
    policy = policy_for(compiled, facts | {"tags": tuple(tag or ())})
    if policy is None:
        if as_json:
            output.print_json([])
            return
        raise DeskError("No policy of this procedure is for such a request: it has no due times.")
    zone = compiled.terms.calendars[policy.calendar].timezone
    instant = int(read_instant(start, zone).timestamp())
    found = prospects(compiled, policy, facts["severity"], instant)
    if as_json:
        output.print_json(
            [
                asdict(item)
                | {
                    "due_at": output.instant(item.due_at),
                    "utc_offset": _offset(item.offset),
                    "start": output.instant(instant),
                }
                for item in found
            ]
        )
        return
    if not found:
        raise DeskError(f"The policy {policy.label} promises nothing for such a request: it has no due times.")
    print(f"{policy.label} · start {output.due(instant, zone)} {_zone(instant, zone)}")
    output.print_table(
        ("Metric", "Target", "Due", "Zone"),
        [
            (
                item.label,
                item.target,
                output.due(item.due_at, item.timezone) if item.due_at is not None else item.reason,
                f"{plain_name(item.timezone)} (UTC{_offset(item.offset)})",
            )
            for item in found
        ],
    )
    beyond = {item.calendar: item.holidays_known for item in found if item.holidays_known is not None}
    output.print_lines(
        f"Holidays of the calendar {key} are known for {first}–{last} only: other years are reckoned without any."
        for key, (first, last) in beyond.items()
    )


def _zone(instant: int, timezone: str) -> str:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from deskterm.sla.zones import letters

    return letters(datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(timezone)))


def _offset(seconds: int) -> str:
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{abs(seconds) // 3600:02}:{abs(seconds) % 3600 // 60:02}"
