"""`deskterm ticket list`: a view of the queue, for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.field_filters import Only, parse_filters
from deskterm.cli.runtime.instants import format_time
from deskterm.cli.runtime.output import print_json
from deskterm.cli.runtime.table import print_table
from deskterm.cli.ticket import worklists
from deskterm.cli.ticket.queue_table import (
    format_queue_cells,
    print_heading,
    print_queue_lines,
    queue_row_to_json,
    read_queue_lines,
)
from deskterm.errors import UsageError
from deskterm.present.labels import Vocabulary
from deskterm.present.views import VIEWS
from deskterm.store.queries.by_requester import load_requester_tickets
from deskterm.store.queries.desk_facts import load_agents, load_desk_facts
from deskterm.store.queries.queue import SortOrder, Viewer, count_tickets, load_queue_page


def list_tickets(
    context: typer.Context,
    view: Annotated[str, typer.Option(help="mine, team, unassigned, due, breached, waiting, open or closed.")] = "open",
    match: Annotated[
        str, typer.Option(help="Only tickets with this text in number, subject, requester or client.")
    ] = "",
    by_due: Annotated[bool, typer.Option("--by-due", help="By due time, whatever the procedure's order is.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000_000)] = 100,
    requester: Annotated[
        str | None, typer.Option(help="All that this person asked for, the newest first; --match searches their words.")
    ] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Those that nobody has touched for long.")] = False,
    unscheduled: Annotated[
        bool, typer.Option("--unscheduled", help="Those that wait for a sprint or release and are in none.")
    ] = False,
    to_be_set: Annotated[
        bool, typer.Option("--to-be-set", help="Those that wait for somebody to say when they are due.")
    ] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Only what is done with.")] = False,
    department: Annotated[str | None, typer.Option(help="Only what this department has.")] = None,
    team: Annotated[str | None, typer.Option(help="Only what this team has.")] = None,
    only: Only = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List tickets, in the order of work."""
    cli: CliContext = context.obj
    if stale + unscheduled + to_be_set:
        narrowed = match or by_due or closed or requester or department or team or only
        if stale + unscheduled + to_be_set > 1 or view != "open" or narrowed:
            raise UsageError("--stale, --unscheduled and --to-be-set are lists of their own: give one, and no view.")
        _print_worklist(cli, limit, as_json, stale=stale, unscheduled=unscheduled)
        return
    if requester is not None:
        if only:
            raise UsageError("--requester lists all that somebody asked for: leave --only out.")
        if department is not None or team is not None:
            raise UsageError("--requester lists all that somebody asked for: leave --department and --team out.")
        # Without --closed all of them, and not only those that are open
        print_requests(cli, requester, closed=closed or None, match=match, limit=limit, as_json=as_json)
        return
    view = "closed" if closed else view
    named = (("department", department), ("team", team))
    filters = [*(only or ()), *(f"{name}={value}" for name, value in named if value is not None)]
    print_queue(cli, view, match=match, by_due=by_due, only=filters, limit=limit, as_json=as_json)


def _print_worklist(cli: CliContext, limit: int, as_json: bool, *, stale: bool, unscheduled: bool) -> None:
    if stale:
        # Stale tickets are found by the procedure's calendar, whose schema takes longer to import than a list to print.
        from deskterm.cli.ticket.order import print_stale  # noqa: PLC0415

        print_stale(cli, limit, as_json)
    elif unscheduled:
        worklists.print_unscheduled(cli, limit, as_json)
    else:
        worklists.print_to_be_set(cli, limit, as_json)


def print_requests(
    cli: CliContext, requester: str, *, closed: bool | None, match: str, limit: int, as_json: bool
) -> None:
    """Print the tickets of one person outside, the newest first. closed: only closed ones; None for all."""
    with cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        rows, total = load_requester_tickets(reader, requester, closed=closed, match=match, limit=limit)
        lines = [] if as_json else read_queue_lines(reader, rows, Vocabulary(facts.document))
    if as_json:
        print_json([queue_row_to_json(row) for row in rows])
        return
    now = int(cli.now(facts).timestamp())
    print_heading(facts, requester, total, now)
    table = []
    for line, row in zip(lines, rows, strict=True):
        sign, number, _left, _due, *others = format_queue_cells(line, now, facts.timezone)
        table.append([sign, number, format_time(row.received, facts.timezone), *others])
    print_table(("", "#", "Received", "Sev", "Status", "Assignee", "Client", "Subject"), table, right=("#",))
    _print_remainder(len(rows), total)


def print_queue(
    cli: CliContext,
    view: str,
    *,
    match: str = "",
    by_due: bool = False,
    only: Sequence[str] = (),
    limit: int = 100,
    as_json: bool = False,
) -> None:
    """Print a view of the queue with its due times. only: filters, as `parse_filters` reads them. Raises UsageError
    for a view that there is not."""
    labels = {known.key: known.label for known in VIEWS}
    if view not in labels:
        raise UsageError(f"There is no view {view!r}: use {', '.join(labels)}.")
    with cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        login = cli.check_login()
        own_team = next((agent.team for agent in load_agents(reader) if agent.login == login), None)
        now = int(cli.now(facts).timestamp())
        viewer = Viewer(login, own_team, now)
        vocabulary = Vocabulary(facts.document)
        filters = parse_filters(only, vocabulary)
        order: SortOrder = "due" if by_due else "order"
        rows = load_queue_page(reader, view, viewer, order=order, limit=limit, match=match, only=filters)
        total = len(rows)
        if total == limit:  # there may be more, and only then it is worth counting
            total = count_tickets(reader, view, viewer, match, filters)
        lines = [] if as_json else read_queue_lines(reader, rows, vocabulary)
    if as_json:
        print_json([queue_row_to_json(row) for row in rows])
        return
    print_heading(facts, labels[view], total, now)
    print_queue_lines(lines, vocabulary, now, facts.timezone)
    _print_remainder(len(rows), total)


def _print_remainder(count: int, total: int) -> None:
    if total > count:
        print(f"… {total - count} more: --limit {total} shows them.")
