"""`deskterm sla list`: the clocks that run, with their due times."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_due, format_time_and_zone, to_rfc3339
from deskterm.cli.runtime.options import AllRows, AsOf, LimitOrAll, choose_limit
from deskterm.cli.runtime.output import print_json_list, report_left_out
from deskterm.cli.runtime.table import print_table
from deskterm.cli.sla.clocks import VersionVocabularies, View, choose_sign, find_viewer
from deskterm.errors import DeskError, UsageError
from deskterm.present.formats import format_count, format_countdown
from deskterm.present.labels import get_label
from deskterm.present.sanitize import sanitize
from deskterm.sla.durations import parse_duration
from deskterm.store.queries import deadlines
from deskterm.store.queries.deadlines import Deadline, DeadlineFilter
from deskterm.store.queries.desk_facts import load_desk_facts

_DAY = 86_400


def list_clocks(
    context: typer.Context,
    due_within: Annotated[
        str | None,
        typer.Option(help="Only clocks due from now on within this time on the clock: 30m, 1h, 2d.", metavar="TIME"),
    ] = None,
    breached: Annotated[
        bool, typer.Option("--breached", help="Only clocks that have been missed; with --due-within, these too.")
    ] = False,
    view: View = "open",
    metric: Annotated[str | None, typer.Option(help="Only clocks of this metric.")] = None,
    limit: LimitOrAll = None,
    whole: AllRows = False,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the clocks that run, by due time.

    Every clock of every open ticket that runs, not only the next one of each, the first to be due first; last those
    that have no due time yet, because their ticket is unscheduled or nobody has set one. --due-within is time on the
    clock; the working time that is left of it is shown beside.
    """
    most = choose_limit(limit, whole=whole, as_json=as_json)
    cli: CliContext = context.obj
    within = _parse_due_within(due_within) if due_within is not None else None
    with cli.open_current_reader(as_of=as_of, open_only=True, words=False) as reader:
        facts = load_desk_facts(reader)
        now = int(cli.now(facts).timestamp())
        versions = VersionVocabularies(reader, facts)
        metrics = versions.current.metrics
        # Clocks of an older version may have a metric that is in the procedure no more.
        if metric is not None and metric not in metrics and not deadlines.has_metric(reader, metric):
            raise DeskError(f"There is no metric {metric!r}: use {', '.join(metrics)}.")
        viewer = find_viewer(reader, view, cli, now)
        wanted = DeadlineFilter(now, within, breached, metric=metric, view=view, viewer=viewer)
        clocks = deadlines.load_window(reader, wanted, most)
        if as_json:
            shown = print_json_list(_clock_to_json(clock, versions, now) for clock in clocks)
            report_left_out(shown, deadlines.count_window(reader, wanted) if shown == most else shown)
            return
        rows = [_format_cells(clock, versions, facts.timezone, now) for clock in clocks]
        total = deadlines.count_window(reader, wanted) if len(rows) == most else len(rows)
    time = format_time_and_zone(now, facts.timezone)
    print(f"{sanitize(facts.name)} · {format_count(total, 'clock')} · {time}")
    print_table(
        ("", "#", "Left", "In", "Due", "Clock", "Target", "Sev", "Status", "Assignee", "Subject"),
        rows,
        right=("#", "Left", "In"),
    )
    report_left_out(len(rows), total)


def _parse_due_within(text: str) -> int:
    """Parse a duration in wall-clock time, and return its seconds."""
    try:
        return parse_duration(text, _DAY)
    except ValueError as error:
        raise UsageError(f"{error}, such as --due-within 1h.") from error


def _format_cells(clock: Deadline, versions: VersionVocabularies, zone_name: str, now: int) -> list[str]:
    seconds_left = versions.compute_seconds_left(clock, now)
    return [
        choose_sign(clock, seconds_left, now),
        str(clock.number),
        versions.format_left(clock, seconds_left)
        if seconds_left is not None
        else "paused"
        if clock.state == "paused"
        else "–",
        format_countdown(clock.due - now) if clock.due is not None else "–",
        format_due(clock.due, zone_name),
        versions.format_clock(clock),
        clock.target,
        versions.current.importance(clock.severity, clock.priority),
        get_label(versions.current.statuses, clock.status),
        clock.assignee or "",
        clock.subject,
    ]


def _clock_to_json(clock: Deadline, versions: VersionVocabularies, now: int) -> dict[str, Any]:
    calendar = versions.find_calendar(clock)
    document = clock._asdict()
    for name in ("due", "breached_at", "since", "overrun"):
        del document[name]
    return document | {
        "due_at": to_rfc3339(clock.due),
        "wall_seconds_left": clock.due - now if clock.due is not None else None,
        "working_seconds_left": versions.compute_seconds_left(clock, now) if calendar is not None else None,
        "timezone": calendar.timezone if calendar is not None else None,
        "breached_at": to_rfc3339(clock.breached_at),
        "overdue": clock.due is not None and clock.due < now,
    }
