"""`deskterm ticket list`: a view of the queue, for people and programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.filtering.field_filters import Only, parse_filters
from deskterm.cli.runtime.filtering.filter_words import FilterWords, join_words, read_filter_text
from deskterm.cli.runtime.filtering.named_views import find_view, read_view_filter
from deskterm.cli.runtime.options import USUAL_ROWS, AllRows, AsOf, LimitOrAll, choose_limit, choose_order
from deskterm.cli.runtime.output import print_json, print_json_list, report_left_out
from deskterm.cli.ticket import worklists
from deskterm.cli.ticket.queue_table import (
    COLUMNS,
    choose_columns,
    parse_columns,
    print_heading,
    print_queue_lines,
    queue_row_to_json,
    read_queue_lines,
)
from deskterm.errors import UsageError
from deskterm.present.labels import Vocabulary
from deskterm.present.views import VIEWS, View, format_view_keys
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.conditions import Every
from deskterm.store.queries.desk_facts import DeskFacts, load_agents, load_desk_facts
from deskterm.store.queries.queue import EVERYTHING, QueueRow, Viewer, count_tickets, load_queue_page
from deskterm.store.queries.search import load_requester_tickets, search_tickets
from deskterm.store.rows.list_orders import LIST_ORDERS, MOST_SORTED, SortOrder, fit_order, has_index

_PAGE = 5_000
"""Rows that are read at a time: a list of all tickets of a large desk must not stand in memory as a whole."""
_EVERY = View(EVERYTHING, "All tickets")
_OPEN = next(known for known in VIEWS if known.key == "open")
_COLUMNS_OF_REQUESTS = ("sign", "number", "received", "severity", "status", "assignee", "client", "subject")


def list_tickets(
    context: typer.Context,
    words: FilterWords = None,
    view: Annotated[
        str | None,
        typer.Option(
            help=f"{format_view_keys([known.key for known in VIEWS])}, or the name of one that you made or your team "
            "has (`deskterm view list`); left out, open, or all tickets where the filter says which are open or closed."
        ),
    ] = None,
    match: Annotated[
        str, typer.Option(help="Only tickets with this text in number, subject, requester or client.")
    ] = "",
    sort: Annotated[
        str | None,
        typer.Option(
            help=f"{', '.join(LIST_ORDERS)}: the procedure's order of work, what is due next, the newest first, or a "
            "column; after a minus, from its end (-subject). Left out, that of the view."
        ),
    ] = None,
    by_due: Annotated[bool, typer.Option("--by-due", help="The same as --sort due.")] = False,
    columns: Annotated[
        str | None, typer.Option(help=f"These columns: {', '.join(COLUMNS)}.", metavar="NAME,NAME…")
    ] = None,
    limit: LimitOrAll = None,
    whole: AllRows = False,
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
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List tickets, in the order of work."""
    cli: CliContext = context.obj
    most = choose_limit(limit, whole=whole, as_json=as_json)
    order = choose_order(sort)
    if stale + unscheduled + to_be_set:
        narrowed = match or by_due or sort is not None or columns or closed or requester or department or team or only
        if stale + unscheduled + to_be_set > 1 or view is not None or narrowed or words:
            raise UsageError("--stale, --unscheduled and --to-be-set are lists of their own: give one, and no view.")
        _print_worklist(cli, most, as_json, as_of, stale=stale, unscheduled=unscheduled)
        return
    if requester is not None:
        if words:
            raise UsageError(
                "--requester lists all that somebody asked for: write it into the filter, as requester:NAME."
            )
        if only:
            raise UsageError("--requester lists all that somebody asked for: leave --only out.")
        if department is not None or team is not None or by_due or sort is not None:
            raise UsageError(
                "--requester lists all that somebody asked for, the newest first: leave --department, --team and"
                " --sort out."
            )
        # Without --closed all of them, and not only those that are open
        print_requests(
            cli,
            requester,
            closed=closed or None,
            match=match,
            columns=columns,
            limit=most,
            as_of=as_of,
            as_json=as_json,
        )
        return
    view = "closed" if closed else view
    named = (("department", department), ("team", team))
    filters = [*(only or ()), *(f"{name}={value}" for name, value in named if value is not None)]
    print_queue(
        cli,
        view,
        match=match,
        order="due" if by_due else order,
        columns=columns,
        only=filters,
        words=words or (),
        limit=most,
        as_of=as_of,
        as_json=as_json,
    )


def search(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            help="Words that a ticket must have, all of them; quoted ones go together. A whole filter is as good "
            "(docs/filters.md)."
        ),
    ],
    opened: Annotated[bool, typer.Option("--open", help="Only what is open.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Only what is done with.")] = False,
    columns: Annotated[str | None, typer.Option(help="As for `ticket list`.", metavar="NAME,NAME…")] = None,
    limit: LimitOrAll = None,
    whole: AllRows = False,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find tickets by words: in subjects, messages, notes, and names of requesters and clients; the newest first."""
    cli: CliContext = context.obj
    if opened and closed:
        raise UsageError("--open and --closed go one at a time.")
    most = choose_limit(limit, whole=whole, as_json=as_json)
    text = join_words(words)
    if not text.strip():
        raise UsageError("Say which words to look for.")
    names = parse_columns(columns) if columns is not None else _COLUMNS_OF_REQUESTS
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        now = int(cli.now(facts).timestamp())
        condition = read_filter_text(cli, reader, facts, text).condition
        assert condition is not None
        rows, total = search_tickets(reader, condition, now, closed=closed if opened or closed else None, limit=most)
        _print_found(cli, reader, facts, text, rows, total, names, as_json)


def _print_found(
    cli: CliContext,
    reader: ReadConnection,
    facts: DeskFacts,
    label: str,
    rows: Sequence[QueueRow],
    total: int,
    columns: Sequence[str],
    as_json: bool,
) -> None:
    """Print tickets that were looked for. total: how many there are."""
    if as_json:
        print_json([queue_row_to_json(row) for row in rows])
    else:
        now = int(cli.now(facts).timestamp())
        lines = read_queue_lines(reader, rows, Vocabulary(facts.document))
        print_heading(facts, label, total, now)
        print_queue_lines(lines, columns, now, facts.timezone)
    report_left_out(len(rows), total)


def _print_worklist(
    cli: CliContext, limit: int, as_json: bool, as_of: str | None, *, stale: bool, unscheduled: bool
) -> None:
    if stale:
        # Stale tickets are found by the procedure's calendar, whose schema takes longer to import than a list to print.
        from deskterm.cli.ticket.order import print_stale  # noqa: PLC0415

        print_stale(cli, limit, as_json, as_of)
    elif unscheduled:
        worklists.print_unscheduled(cli, limit, as_json, as_of)
    else:
        worklists.print_to_be_set(cli, limit, as_json, as_of)


def print_requests(
    cli: CliContext,
    requester: str,
    *,
    closed: bool | None,
    match: str,
    columns: str | None = None,
    limit: int,
    as_of: str | None = None,
    as_json: bool,
) -> None:
    """Print the tickets of one person outside, the newest first. closed: only closed ones; None for all; columns: as
    `print_queue` takes them."""
    names = parse_columns(columns) if columns is not None else _COLUMNS_OF_REQUESTS
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        rows, total = load_requester_tickets(reader, requester, closed=closed, match=match, limit=limit)
        _print_found(cli, reader, facts, requester, rows, total, names, as_json)


def print_queue(
    cli: CliContext,
    view: str | None,
    *,
    match: str = "",
    order: SortOrder | None = None,
    columns: str | None = None,
    only: Sequence[str] = (),
    words: Sequence[str] = (),
    limit: int = USUAL_ROWS,
    as_of: str | None = None,
    as_json: bool = False,
) -> None:
    """Print a view of the queue with its due times. view: a name of it; order, columns (names with commas between
    them): None for those of the view; only: filters, as `parse_filters` reads them; words: of a filter, which chooses
    the view where `view` is None. Raises UsageError for an unknown view or column."""
    names = parse_columns(columns) if columns is not None else None
    # Without a filter no word is read; only a view of one's own may hide one
    plain = not any(words) and (view is None or view in {known.key for known in VIEWS})
    with cli.open_current_reader(as_of=as_of, open_only=plain and view != "closed", words=not plain) as reader:
        facts = load_desk_facts(reader)
        login = cli.check_login()
        own_team = next((agent.team for agent in load_agents(reader) if agent.login == login), None)
        now = int(cli.now(facts).timestamp())
        viewer = Viewer(login, own_team, now)
        vocabulary = Vocabulary(facts.document)
        filters = parse_filters(only, vocabulary)
        found = read_filter_text(cli, reader, facts, join_words(words))
        chosen = find_view(reader, login, view) if view is not None else _EVERY if found.chooses_scope else _OPEN
        saved = chosen.saved
        listed, sorting = (chosen.key, order or "order") if saved is None else (saved.base, order or saved.order)
        if names is None and saved is not None and saved.columns:
            names = ["sign", "left", *(name for name in saved.columns if name not in ("sign", "left"))]
        parts = [one for one in (read_view_filter(cli, reader, facts, chosen), found.condition) if one is not None]
        condition = Every(tuple(parts)) if parts else None

        # With an index, read a page at a time; without, read all at once, because each page would sort the whole list
        most_at_once = _PAGE if has_index(listed, sorting) else MOST_SORTED
        if most_at_once > _PAGE:
            total = count_tickets(reader, listed, viewer, match, filters, condition)
            if fit_order(listed, sorting, total) != sorting:
                raise UsageError(
                    f"{total:,} tickets are too many to sort by {sorting.removeprefix('-')}: narrow the list with a"
                    " filter first."
                )

        def read_pages() -> Iterator[list[QueueRow]]:
            left, after = limit, None
            while left > 0:
                page = load_queue_page(
                    reader,
                    listed,
                    viewer,
                    order=sorting,
                    after=after,
                    limit=min(left, most_at_once),
                    match=match,
                    only=filters,
                    condition=condition,
                    scales=vocabulary.scales,
                )
                if page:
                    yield page
                if len(page) < min(left, most_at_once):
                    return
                left, after = left - len(page), page[-1].key

        def count_all(shown: int) -> int:
            """Count the tickets of the view where there may be more than those shown."""
            if shown < limit:
                return shown
            return count_tickets(reader, listed, viewer, match, filters, condition)

        if as_json:
            shown = print_json_list(queue_row_to_json(row) for page in read_pages() for row in page)
            report_left_out(shown, count_all(shown))
            return
        rows = [row for page in read_pages() for row in page]
        total = count_all(len(rows))
        lines = read_queue_lines(reader, rows, vocabulary)
    print_heading(facts, f"{chosen.label} · {found.text}" if found.text else chosen.label, total, now)
    print_queue_lines(lines, names or choose_columns(lines, vocabulary), now, facts.timezone)
    report_left_out(len(rows), total)
