"""`deskterm report figures`: all figures of a period, each with its sentence, and the list behind any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from deskterm.cli.report.period import PeriodArgument, SinceOption, UntilOption, choose_period
from deskterm.cli.report.running import name_caller, renew_rows, run_requests
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, format_time_and_zone
from deskterm.cli.runtime.options import AsJson, FilterOption
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import DeskError
from deskterm.present.formats import format_count
from deskterm.present.report.facts import describe_hidden, format_figure_count
from deskterm.reports.envelope import build_envelope, compute_list_digest, format_share, format_utc
from deskterm.reports.figure_report import FigureReport, FigureRequest
from deskterm.reports.lives.rules import take_zone_as_of
from deskterm.reports.measures.figures import Figure
from deskterm.reports.measures.measure import Measure
from deskterm.reports.page_report import find_month_figure
from deskterm.reports.pages.breakdown import ALL_MONTHS, find_figure, split_month_key
from deskterm.reports.pages.build import list_months
from deskterm.reports.periods import parse_period
from deskterm.store.queries.desk_facts import DeskFacts, load_desk_facts


def show_figures(
    context: typer.Context,
    period: PeriodArgument = "",
    since: SinceOption = None,
    until: UntilOption = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The desk as it was at this instant; left out, now.", metavar="INSTANT"),
    ] = None,
    filter_text: FilterOption = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by", help="Break figures down by severity, client, team …; twice at most.", metavar="DIMENSION"
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--list", help="List the rows behind a figure, by its key.", metavar="KEY"),
    ] = None,
    with_closed: Annotated[bool, typer.Option("--with-closed", help="Count the time in closed statuses too.")] = False,
    objectives: Annotated[
        list[str] | None,
        typer.Option(
            "--objective",
            help="An objective such as resolution=80%, to see its error budget; may be given again.",
            metavar="METRIC=SHARE",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the figures of a period, each with what it counts.

    Every figure has a key, such as resolved or attainment/resolution/late, and --list prints the tickets that it
    consists of. --json prints the figures with their envelope: period, filter, instant, procedures and a digest, by
    which `deskterm report verify` runs the report again and compares.
    """
    cli: CliContext = context.obj
    with cli.open_current_reader() if as_of is None else cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        now = cli.now(facts)
        instant = parse_instant(as_of, facts.timezone, now, past=True) if as_of is not None else now
        facts = take_zone_as_of(reader, facts, int(instant.timestamp()))
        named = choose_period(period, since, until, facts, instant)
        words = name_caller(cli, filter_text or "")
        request = FigureRequest(
            named, int(instant.timestamp()), words, tuple(by or ()), with_closed, tuple(objectives or ())
        )
        months = _list_months(key or "", request, facts, instant)
        renew_rows(cli, reader)
        reports = run_requests(cli, reader, facts, months or [request])
        report = reports[0]
        if key is not None:
            _print_rows(_find_listed(key, reports), facts, as_json=as_json)
        elif as_json:
            print_json(build_envelope(reader, facts, report, int(now.timestamp())))
        else:
            _print_report(report, facts)
    if report.figures.imbalance:
        raise DeskError(
            f"The open tickets do not balance: {report.figures.imbalance:+d} at the end that no event explains. Run "
            "`deskterm doctor`."
        )


def _list_months(key: str, request: FigureRequest, facts: DeskFacts, now: datetime) -> list[FigureRequest]:
    """Return the requests of the months of a trend that a key is about, as pages of reports have them: of
    `months/2026-03/created` that month, of `months/*/created` the twelve up to the period; none for another key."""
    split = split_month_key(key)
    if split is None:
        return []
    every = split[0] == ALL_MONTHS
    months = list_months(request.period, request.as_of) if every else [parse_period(split[0], facts.timezone, now)]
    return [replace(request, period=month, by=()) for month in months]


def _find_listed(key: str, reports: Sequence[FigureReport]) -> Figure:
    """Return the figure of a key, of a group also where it was not broken down. Raises UsageError where there is
    none."""
    split = split_month_key(key)
    figures = reports[0].figures
    found = find_figure(figures, key) if split is None else find_month_figure(reports, ALL_MONTHS, split[1])
    return found if found is not None else figures.find(key)


def _print_report(report: FigureReport, facts: DeskFacts) -> None:
    request, figures = report.request, report.figures
    limits = request.period.period
    since, until, instant = (
        format_time_and_zone(at, facts.timezone) for at in (limits.since, limits.until, request.as_of)
    )
    scope = f"filter {request.filter}" if request.filter else "all tickets"
    scope += describe_hidden(report.hidden, figures.scope.rules.procedure)
    print_lines(
        [
            f"{facts.name}{' (simulated)' if facts.simulated else ''} · {request.period.name}"
            + (", so far" if report.is_running else ""),
            f"{since} to {until} · {scope} · as of {instant}",
        ]
    )
    for measure in figures.measures:
        print()
        print_lines([f"{measure.label}: {measure.sentence}"])
        if not figures.is_derivable(measure):
            print("–, because there are no messages in this period")
            continue
        own = [figure for figure in figures.figures.values() if figure.measure is measure]
        if not own:
            print("–")
            continue
        counts = [figure for figure in own if figure.statistic == "count"]
        if counts:
            print_table(("Key", "Count"), [(figure.key, f"{figure.count:,}") for figure in counts], right=("Count",))
        if len(own) > len(counts):
            own = [figure for figure in own if figure.statistic != "count"]
            heads = ("Key", "N", "Mean", "Median", "90 %", "Longest" if measure.statistic != "numbers" else "Most")
            print_table(heads, [_format_times(figure) for figure in own], right=heads[1:])
    _print_shares(report)
    _print_budgets(report)
    print()
    print_lines(_describe_balance(report))


def _print_shares(report: FigureReport) -> None:
    rows = [
        (one.key, f"{one.part:,}", f"{one.whole:,}", f"{100 * one.part / one.whole:.1f} %" if one.whole else "–")
        for one in report.list_shares()
    ]
    print()
    print("Shares")
    print_table(("Key", "Part", "Of", "Share"), rows, right=("Part", "Of", "Share"))


def _print_budgets(report: FigureReport) -> None:
    rows = []
    for one in report.list_budgets():
        late = one.allowed - one.left
        burnt = f"{100 * late / one.allowed:.1f} %" if one.allowed else "–"
        counts = (f"{number:,}" for number in (one.judged, one.allowed, late, one.left))
        rows.append((one.key, format_share(one.share), *counts, burnt, _foresee_end(report, one.allowed, late)))
    if rows:
        print()
        print("Error budgets: cycles that may be late by an objective, rounded down, and those that were.")
        heads = ("Key", "Objective", "Judged", "Allowed", "Late", "Left", "Burnt", "At this pace")
        print_table(heads, rows, right=heads[1:7])


def _foresee_end(report: FigureReport, allowed: int, late: int) -> str:
    """Return the day on which a budget is used up in a running period if it goes on as so far (R-50)."""
    period, as_of = report.request.period, report.request.as_of
    if not report.is_running or not late:
        return ""
    if late > allowed:
        return "used up"
    end = period.period.since + (as_of - period.period.since) * (allowed + 1) // late
    return f"used up on {format_time(end, period.zone)[:-6]}" if end < period.period.until else "enough"


def _describe_balance(report: FigureReport) -> Iterator[str]:
    count = report.figures.count
    yield (
        f"Open at the end {count('backlog/end'):,} = at the beginning {count('backlog/begin'):,} + created "
        f"{count('created'):,} + reopened {count('reopened'):,} + brought back {count('brought-back'):,} − resolutions "
        f"{count('resolutions'):,} − ended otherwise {count('ended-otherwise'):,}."
    )
    late = count("created/recorded-late")
    if late:
        yield f"{format_count(late, 'ticket')} that came in the period recorded late, after it."


def _format_times(figure: Figure) -> list[str]:
    times = figure.compute_times()
    if not times.n:
        return [figure.key, "0", "–", "–", "–", "–"]
    values = times.sum / times.n, float(times.median), float(times.p90), float(times.max)
    return [figure.key, f"{times.n:,}", *(_format_value(value, figure.measure) for value in values)]


def _format_value(value: float, measure: Measure) -> str:
    return f"{value:,.1f}" if measure.statistic == "numbers" else f"{value / 3600:,.1f} h"


def _print_rows(figure: Figure, facts: DeskFacts, *, as_json: bool) -> None:
    rows = sorted(figure.rows, key=lambda row: (row.at, row.life.number))
    if as_json:
        print_json(
            {
                "key": figure.key,
                "n": figure.count,
                "digest": compute_list_digest(figure.ids),
                "rows": [
                    {
                        "number": row.life.number,
                        "external_id": row.life.external_id,
                        "at": format_utc(row.at),
                        "seconds": row.seconds,
                        "metric": row.cycle.metric if row.cycle else None,
                        "cycle": row.cycle.number if row.cycle else None,
                        "status": row.status,
                    }
                    for row in rows
                ],
            }
        )
        return
    print_lines([f"{figure.key}: {format_figure_count(figure)}. {figure.measure.sentence}"])
    print_table(
        ("Ticket", "External", "When", "Seconds", "Severity", "Team"),
        [
            (
                str(row.life.number),
                row.life.external_id or "",
                format_time(row.at, facts.timezone),
                "" if row.seconds is None else str(row.seconds),
                row.life.severity or "",
                (row.hands or row.life).team or "",
            )
            for row in rows
        ],
        right=("Ticket", "Seconds"),
    )
