"""`deskterm ticket list`: a view of the queue, for people and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.errors import UsageError

if TYPE_CHECKING:
    from deskterm.present.labels import Vocabulary
    from deskterm.present.models import Choice, QueueLine
    from deskterm.store.db.reader import ReadConnection
    from deskterm.store.queries.queue import Order, QueueRow


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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List tickets, in the order of work."""
    if stale + unscheduled + to_be_set:
        from deskterm.cli.ticket import worklists

        of_some = match or by_due or closed or requester or department or team
        if stale + unscheduled + to_be_set > 1 or view != "open" or of_some:
            raise UsageError("--stale, --unscheduled and --to-be-set are lists of their own: give one, and no view.")
        show_list = worklists.print_unscheduled if unscheduled else worklists.print_to_be_set
        (worklists.print_stale if stale else show_list)(context.obj, limit, as_json)
        return
    if requester is not None:
        if department is not None or team is not None:
            raise UsageError("--requester lists all that somebody asked for: leave --department and --team out.")
        print_requests(context.obj, requester, closed=closed or None, match=match, limit=limit, as_json=as_json)
        return
    view = "closed" if closed else view
    print_queue(
        context.obj, view, match=match, by_due=by_due, department=department, team=team, limit=limit, as_json=as_json
    )


def print_requests(
    invocation: CliContext, who: str, *, closed: bool | None, match: str, limit: int, as_json: bool
) -> None:
    """Print what one person outside asked for."""
    from deskterm.cli.runtime import output
    from deskterm.present.labels import Vocabulary
    from deskterm.store.queries.by_requester import of_requester
    from deskterm.store.queries.ticket_detail import desk_facts

    with invocation.reader() as reader:
        facts = desk_facts(reader)
        rows, total = of_requester(reader, who, closed=closed, match=match, limit=limit)
        shown = [] if as_json else _lines(reader, rows, Vocabulary(facts.document))
    if as_json:
        output.print_json([row_json(row) for row in rows])
        return
    now = int(invocation.now(facts).timestamp())
    print(f"{output.safe(facts.name)} · {output.safe(who)} · {total} · {output.here(now, facts.timezone)}")
    output.print_table(
        ("", "#", "Received", "Sev", "Status", "Assignee", "Client", "Subject"),
        [
            [*cells[:2], output.local(row.received, facts.timezone), *cells[4:]]
            for cells, row in zip((_cells(line, now, facts.timezone) for line in shown), rows, strict=True)
        ],
        right=("#",),
    )
    if total > len(rows):
        print(f"… {total - len(rows)} more: --limit {total} shows them.")


def print_queue(
    invocation: CliContext,
    view: str,
    *,
    match: str = "",
    by_due: bool = False,
    department: str | None = None,
    team: str | None = None,
    limit: int = 100,
    as_json: bool = False,
) -> None:
    """Print a view of the queue with its due times. department, team: only what these have, by key or label."""
    from deskterm.cli.runtime import output
    from deskterm.present.labels import Vocabulary
    from deskterm.store.queries.queue import VIEWS, Viewer, count, queue_page
    from deskterm.store.queries.ticket_detail import agents, desk_facts

    if view not in {known.key for known in VIEWS}:
        raise UsageError(f"There is no view {view!r}: use {', '.join(known.key for known in VIEWS)}.")
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        login = invocation.login()
        own = next((agent.team for agent in agents(reader) if agent.login == login), None)
        now = int(invocation.now(facts).timestamp())
        viewer = Viewer(login, own, now)
        vocabulary = Vocabulary(facts.document)
        home = _named("department", department, vocabulary.departments)
        queue = _named("team", team, vocabulary.teams or vocabulary.departments)
        order: Order = "due" if by_due else "order"
        rows = queue_page(reader, view, viewer, order=order, limit=limit, match=match, department=home, team=queue)
        total = len(rows)
        if total == limit:
            total = count(reader, view, viewer, match, department=home, team=queue)
        shown = [] if as_json else _lines(reader, rows, vocabulary)
    if as_json:
        output.print_json([row_json(row) for row in rows])
        return
    label = next(known.label for known in VIEWS if known.key == view)
    print(f"{output.safe(facts.name)} · {label} · {total} · {output.here(now, facts.timezone)}")
    _print_lines(shown, vocabulary, now, facts.timezone)
    if total > len(rows):
        print(f"… {total - len(rows)} more: --limit {total} shows them.")


def print_rows(
    invocation: CliContext, reader: ReadConnection, label: str, rows: Sequence[QueueRow], *, as_json: bool = False
) -> None:
    """Print rows that were read elsewhere, under a label."""
    from deskterm.cli.runtime import output
    from deskterm.present.labels import Vocabulary
    from deskterm.store.queries.ticket_detail import desk_facts

    if as_json:
        output.print_json([row_json(row) for row in rows])
        return
    facts = desk_facts(reader)
    now = int(invocation.now(facts).timestamp())
    print(f"{output.safe(facts.name)} · {label} · {len(rows)} · {output.here(now, facts.timezone)}")
    vocabulary = Vocabulary(facts.document)
    _print_lines(_lines(reader, rows, vocabulary), vocabulary, now, facts.timezone)


def _named(what: str, word: str | None, among: Mapping[str, Choice]) -> str | None:
    """The key of what was named, by key or label; None for None."""
    if word is None:
        return None
    from deskterm.desk.policy.status_graph import chosen

    return chosen(what, word, among.values()).key


def _print_lines(lines: Sequence[QueueLine], vocabulary: Vocabulary, now: int, timezone: str) -> None:
    """A table of lines; on a desk with departments, with the one that has each."""
    from deskterm.cli.runtime import output

    homes = vocabulary.departments
    output.print_table(
        ("", "#", "Left", "Due", "Sev", "Status", *(["Department"] if homes else []), "Assignee", "Client", "Subject"),
        [
            [*cells[:6], *([line.department or "–"] if homes else []), *cells[6:]]
            for line, cells in ((line, _cells(line, now, timezone)) for line in lines)
        ],
        right=("#", "Left"),
    )


def _lines(reader: ReadConnection, rows: Sequence[QueueRow], vocabulary: Vocabulary) -> list[QueueLine]:
    """The rows as the console shows them, some hundred at a time."""
    from deskterm.present.ticket import lines
    from deskterm.store.rows.live_clocks import live_clocks

    found: list[QueueLine] = []
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        found += lines(part, live_clocks(reader, [row.number for row in part]), vocabulary)
    return found


def _cells(line: QueueLine, now: int, timezone: str) -> list[str]:
    from deskterm.cli.runtime import output
    from deskterm.present.formats import countdown
    from deskterm.present.models import GLYPHS

    left = line.left(now)
    return [
        GLYPHS[line.urgency(now)],
        str(line.number),
        countdown(left) if left is not None else "paused" if line.resting else "–",
        output.due(line.due, timezone),
        line.step or "–",
        line.status_label,
        line.assignee or "–",
        line.organisation or "–",
        line.subject,
    ]


def row_json(row: QueueRow) -> dict[str, Any]:
    """A row of a list as programs read it; instants in UTC."""
    from deskterm.cli.runtime import output

    found = row._asdict()
    del found["key"]
    for name in ("received", "updated"):
        found[f"{name}_at"] = output.instant(found.pop(name))
    found["next_due_at"] = output.instant(found.pop("next_due"))
    return found
