"""`deskterm sla what-if`: the desk's history judged by another procedure."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext, read_instant

if TYPE_CHECKING:
    from deskterm.reports.attainment import Tally
    from deskterm.reports.what_if import Row, WhatIf

_SHOWN = 20


def what_if(
    context: typer.Context,
    procedure: Annotated[str, typer.Option(help="A shipped procedure by name, or a file.")],
    since: Annotated[str, typer.Option(help="The start of the period.", metavar="DATE")],
    until: Annotated[str | None, typer.Option(help="Its end; left out, now.", metavar="DATE")] = None,
    tickets: Annotated[
        int | None,
        typer.Option(
            help=f"How many flips to name; left out, {_SHOWN}, and all with --json.", min=0, max=10_000_000, metavar="N"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge the past by another procedure; nothing is written.

    Every ticket received, touched or open since a date, by the procedure in force and by the other one: attainment
    side by side, and the tickets that are late under one of them only.
    """
    from deskterm.cli.runtime import output
    from deskterm.procedure.load import load
    from deskterm.procedure.shipped import find
    from deskterm.reports.what_if import what_if as judge
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    other = load(find(procedure)).procedure
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        found = judge(
            reader,
            other,
            since=read_instant(since, facts.timezone),
            until=read_instant(until, facts.timezone) if until is not None else None,
            now=invocation.now(facts),
            keep=_SHOWN if tickets is None and not as_json else tickets,
            progress=_progress if sys.stderr.isatty() else None,
        )
    if as_json:
        output.print_json(_document(found))
    else:
        _print(found)


def _progress(done: int, total: int) -> None:
    end = "\n" if done >= total else ""
    print(f"\r\x1b[K{done} of {total} tickets", end=end, file=sys.stderr, flush=True)


# -- for people ------------------------------------------------------------------------------------------------------


def _print(found: WhatIf) -> None:
    from deskterm.cli.runtime import output
    from deskterm.reports.attainment import COUNTED

    since, until = (output.here(instant, found.timezone) for instant in found.period)
    output.print_lines(
        [
            f"{found.before} (edition {found.version}, in force) → {found.after}",
            f"{since} to {until} · {found.tickets:,} tickets"
            + (f", {found.exempt:,} of them exempt" if found.exempt else ""),
            f"Judged: {COUNTED}; the others are counted beside.",
        ]
    )
    if found.rows:
        print()
        heads, rows = _table(found)
        output.print_table(heads, rows, right=heads[2:])
    print()
    _print_flips(found)
    output.print_lines(_unknown(found))


def _table(found: WhatIf) -> tuple[list[str], list[list[str]]]:
    """Attainment before and after; what was counted beside has a column where there is any."""
    rows = list(_with_totals(found))
    beside = [
        name
        for name in ("retarget", "running", "cancelled", "exempt", "waived")
        if any(getattr(tally, name) for row in rows for tally in (row.before, row.after))
    ]
    labels = {"retarget": "by retarget"}
    heads = ["Metric", "Severity", "Before", "After", "Change", "Judged", "Met", "Late"]
    heads += [labels.get(name, name).capitalize() for name in beside]
    return heads, [
        [
            row.label,
            row.severity_label,
            _percent(row.before),
            _percent(row.after),
            "–" if row.change is None else f"{row.change:+.1f}",
            *(_both(row, name) for name in ("judged", "met", "late", *beside)),
        ]
        for row in rows
    ]


def _with_totals(found: WhatIf) -> Iterator[Row]:
    for total in found.totals():
        rows = [row for row in found.rows if row.metric == total.metric]
        yield from rows
        if len(rows) > 1:
            total.severity_label = "all"
            yield total


def _percent(tally: Tally) -> str:
    return "–" if tally.attainment is None else f"{100 * tally.attainment:.1f} %"


def _both(row: Row, name: str) -> str:
    before, after = getattr(row.before, name), getattr(row.after, name)
    return f"{before:,}" if before == after else f"{before:,} → {after:,}"


def _print_flips(found: WhatIf) -> None:
    from deskterm.cli.runtime import output

    if not found.flipped:
        print("No ticket flips.")
        return
    print(
        "Flips: " + ", ".join(f"{count:,} {' → '.join(names)}" for names, count in sorted(found.flipped.items())) + "."
    )
    if not found.flips:
        return
    labels = {row.metric: row.label for row in found.rows}
    output.print_table(
        ("Ticket", "Metric", "Severity", "Flips", "Due before", "Due after", "Stopped"),
        [
            (
                str(flip.ticket),
                labels[flip.metric] + (f" {flip.cycle}" if flip.cycle > 1 else ""),
                flip.severity or "none",
                f"{flip.before} → {flip.after}",
                *(output.due(at, found.timezone) for at in (flip.due_before, flip.due_after, flip.stopped_at)),
            )
            for flip in found.flips
        ],
        right=("Ticket",),
    )
    left = sum(found.flipped.values()) - len(found.flips)
    if left:
        print(f"{left:,} more: --tickets N names N, --json all.")


def _unknown(found: WhatIf) -> Iterator[str]:
    ends = {
        "status": "it counts as the desk has it ({category})",
        "type": "only policies for any type are for them",
        "severity": "only targets for any severity are theirs",
        "priority": "only targets for any priority are theirs",
    }
    for item in found.unknown:
        count = f"{item.tickets:,} ticket" + ("s have" if item.tickets != 1 else " has")
        end = ends[item.what].format(category=item.category)
        yield f"! {count} the {item.what} {item.key}, which {found.after} does not know: {end}."


# -- for programs ----------------------------------------------------------------------------------------------------


def _document(found: WhatIf) -> dict[str, Any]:
    from deskterm.cli.runtime.output import instant
    from deskterm.reports.attainment import COUNTED

    return {
        "before": {"name": found.before, "version": found.version},
        "after": {"name": found.after},
        "since": instant(found.period.since),
        "until": instant(found.period.until),
        "judged": COUNTED,
        "tickets": found.tickets,
        "events": found.events,
        "exempt_tickets": found.exempt,
        "attainment": [_row(row) for row in found.rows],
        "totals": [{key: value for key, value in _row(row).items() if key != "severity"} for row in found.totals()],
        "flipped": [{"before": names[0], "after": names[1], "cycles": n} for names, n in sorted(found.flipped.items())],
        "flips": [
            flip._asdict() | {name: instant(getattr(flip, name)) for name in ("due_before", "due_after", "stopped_at")}
            for flip in found.flips
        ],
        "unknown": [item._asdict() for item in found.unknown],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "metric": row.metric,
        "severity": row.severity,
        "before": _tally(row.before),
        "after": _tally(row.after),
        "change_points": None if row.change is None else round(row.change, 4),
    }


def _tally(tally: Tally) -> dict[str, Any]:
    share = tally.attainment
    return asdict(tally) | {"judged": tally.judged, "attainment": None if share is None else round(share, 6)}
