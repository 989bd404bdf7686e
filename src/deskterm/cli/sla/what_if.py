"""`deskterm sla what-if`: the history of the desk judged by another procedure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_due, format_time_and_zone, to_rfc3339
from deskterm.cli.runtime.output import print_json, print_lines, show_progress_on_terminal
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from deskterm.reports import what_if
from deskterm.reports.attainment import COUNTED, Tally
from deskterm.reports.comparison import WhatIf, WhatIfRow
from deskterm.store.queries.desk_facts import load_desk_facts

_SHOWN = 20
"""Flips that are named, unless an option says how many."""


def judge_past(
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
    cli: CliContext = context.obj
    other = load(find_procedure(procedure)).procedure
    with cli.open_current_reader() as reader:
        facts = load_desk_facts(reader)
        now = cli.now(facts)
        comparison = what_if.compare_procedures(
            reader,
            other,
            since=parse_instant(since, facts.timezone, now),
            until=parse_instant(until, facts.timezone, now) if until is not None else None,
            now=now,
            keep=_SHOWN if tickets is None and not as_json else tickets,
            progress=show_progress_on_terminal("tickets"),
        )
    if as_json:
        print_json(_comparison_to_json(comparison))
    else:
        _print_comparison(comparison)


def _print_comparison(comparison: WhatIf) -> None:
    since, until = (format_time_and_zone(instant, comparison.timezone) for instant in comparison.period)
    print_lines(
        [
            f"{comparison.before} (edition {comparison.version}, in force) → {comparison.after}",
            f"{since} to {until} · {comparison.tickets:,} tickets"
            + (f", {comparison.exempt:,} of them exempt" if comparison.exempt else ""),
            f"Judged: {COUNTED}; the others are counted beside.",
        ]
    )
    if comparison.rows:
        print()
        heads, rows = _make_table(comparison)
        print_table(heads, rows, right=heads[2:])
    print()
    _print_flips(comparison)
    print_lines(_list_unknown_keys(comparison))


def _make_table(comparison: WhatIf) -> tuple[list[str], list[list[str]]]:
    """Return the heads and rows of attainment before and after. Clocks that are counted apart have a column where there
    are any."""
    rows = list(_list_rows_with_totals(comparison))
    counted_apart = [
        name
        for name in ("retarget", "already", "running", "cancelled", "exempt", "waived")
        if any(getattr(tally, name) for row in rows for tally in (row.before, row.after))
    ]
    labels = {"retarget": "by retarget", "already": "late already"}
    heads = ["Metric", "Severity", "Before", "After", "Change", "Judged", "Met", "Late"]
    heads += [labels.get(name, name).capitalize() for name in counted_apart]
    return heads, [
        [
            row.label,
            row.severity_label,
            _format_attainment(row.before),
            _format_attainment(row.after),
            "–" if row.change is None else f"{row.change:+.1f}",
            *(_format_counts(row, name) for name in ("decided", "met", "late", *counted_apart)),
        ]
        for row in rows
    ]


def _list_rows_with_totals(comparison: WhatIf) -> Iterator[WhatIfRow]:
    """Yield the rows of each metric, and their total where they are several."""
    for total in comparison.totals():
        rows = [row for row in comparison.rows if row.metric == total.metric]
        yield from rows
        if len(rows) > 1:
            total.severity_label = "all"
            yield total


def _format_attainment(tally: Tally) -> str:
    return "–" if tally.attainment is None else f"{100 * tally.attainment:.1f} %"


def _format_counts(row: WhatIfRow, name: str) -> str:
    """Format a count before and after, once if both are the same. name: the field of the tallies."""
    before, after = getattr(row.before, name), getattr(row.after, name)
    return f"{before:,}" if before == after else f"{before:,} → {after:,}"


def _print_flips(comparison: WhatIf) -> None:
    if not comparison.flipped:
        print("No ticket flips.")
        return
    flips = (f"{count:,} {' → '.join(names)}" for names, count in sorted(comparison.flipped.items()))
    print_lines([f"Flips: {', '.join(flips)}."])
    if not comparison.flips:
        return
    labels = {row.metric: row.label for row in comparison.rows}
    print_table(
        ("Ticket", "Metric", "Severity", "Flips", "Due before", "Due after", "Stopped"),
        [
            (
                str(flip.ticket),
                labels[flip.metric] + (f" {flip.cycle}" if flip.cycle > 1 else ""),
                flip.severity or "none",
                f"{flip.before} → {flip.after}",
                *(format_due(at, comparison.timezone) for at in (flip.due_before, flip.due_after, flip.stopped_at)),
            )
            for flip in comparison.flips
        ],
        right=("Ticket",),
    )
    unnamed = sum(comparison.flipped.values()) - len(comparison.flips)
    if unnamed:
        print(f"{unnamed:,} more: --tickets N names N, --json all.")


def _list_unknown_keys(comparison: WhatIf) -> Iterator[str]:
    """Yield a warning for each key that tickets have and the other procedure does not know."""
    ends = {
        "status": "it counts as the desk has it ({category})",
        "type": "only policies for any type are for them",
        "severity": "only targets for any severity are theirs",
        "priority": "only targets for any priority are theirs",
    }
    for item in comparison.unknown:
        count = f"{item.tickets:,} ticket" + ("s have" if item.tickets != 1 else " has")
        end = ends[item.what].format(category=item.category)
        yield f"! {count} the {item.what} {item.key}, which {comparison.after} does not know: {end}."


def _comparison_to_json(comparison: WhatIf) -> dict[str, Any]:
    return {
        "before": {"name": comparison.before, "version": comparison.version},
        "after": {"name": comparison.after},
        "since": to_rfc3339(comparison.period.since),
        "until": to_rfc3339(comparison.period.until),
        "judged": COUNTED,
        "tickets": comparison.tickets,
        "events": comparison.events,
        "exempt_tickets": comparison.exempt,
        "attainment": [_row_to_json(row) for row in comparison.rows],
        "totals": [
            {key: value for key, value in _row_to_json(row).items() if key != "severity"} for row in comparison.totals()
        ],
        "flipped": [
            {"before": names[0], "after": names[1], "cycles": cycles}
            for names, cycles in sorted(comparison.flipped.items())
        ],
        "flips": [
            flip._asdict()
            | {name: to_rfc3339(getattr(flip, name)) for name in ("due_before", "due_after", "stopped_at")}
            for flip in comparison.flips
        ],
        "unknown": [item._asdict() for item in comparison.unknown],
    }


def _row_to_json(row: WhatIfRow) -> dict[str, Any]:
    return {
        "metric": row.metric,
        "severity": row.severity,
        "before": _tally_to_json(row.before),
        "after": _tally_to_json(row.after),
        "change_points": None if row.change is None else round(row.change, 4),
    }


def _tally_to_json(tally: Tally) -> dict[str, Any]:
    share = tally.attainment
    return asdict(tally) | {"judged": tally.decided, "attainment": None if share is None else round(share, 6)}
