"""`deskterm ticket list --stale|--unscheduled|--to-be-set` and `deskterm ticket order`: what would be forgotten, and
why a ticket stands where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number
from deskterm.errors import DeskError

if TYPE_CHECKING:
    from deskterm.desk.explain.queue_position import Neighbour, Part
    from deskterm.store.queries.queue import QueueRow
    from deskterm.store.queries.worklists import Pending

_DAY = 86_400


def order(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Explain a ticket's place in the order of work: the keys in turn, and who stands next to it."""
    from deskterm.cli.runtime import output
    from deskterm.desk.explain.queue_position import explain
    from deskterm.procedure.compiled import from_document
    from deskterm.store.queries.queue import Viewer
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        procedure = from_document(facts.document, facts.procedure_version)
        viewer = Viewer("", None, int(invocation.now(facts).timestamp()))
        place = explain(reader, procedure, number, viewer)

    def told(part: Part) -> str:
        return part.words or output.local(part.at, facts.timezone)

    def next_to(neighbour: Neighbour | None) -> dict[str, Any] | None:
        if neighbour is None:
            return None
        words = {"by": neighbour.by, "own": told(neighbour.own), "other": told(neighbour.other)}
        return {"number": neighbour.row.number, "subject": neighbour.row.subject} | words

    if as_json:
        keys = [{"key": part.key, "value": part.words or output.instant(part.at)} for part in place.parts]
        output.print_json(
            {
                "number": number,
                "place": place.place,
                "of": place.of,
                "keys": keys,
                "before": next_to(place.before),
                "after": next_to(place.after),
            }
        )
        return
    output.print_lines([f"{number} · {place.row.subject}", f"{place.place} of {place.of} open tickets"])
    print()
    output.print_table(
        ("", "Key", "This ticket"),
        [(str(turn), part.label, told(part)) for turn, part in enumerate(place.parts, 1)],
        right=("",),
    )
    print()
    for word, neighbour in (("after", place.before), ("before", place.after)):
        found = next_to(neighbour)
        if found is None:
            output.print_lines(["nobody is before it" if word == "after" else "nobody is after it"])
        else:
            line = f"{word} {found['number']} {found['subject']}: by {found['by'].lower()}"
            output.print_lines([f"{line}, {found['own']} against {found['other']}"])


def print_stale(invocation: CliContext, limit: int, as_json: bool) -> None:
    """Print the open tickets that nobody has touched for as long as the procedure says, the longest first (S1-31)."""
    from deskterm.cli.runtime import output
    from deskterm.desk.explain.queue_position import untouched_since
    from deskterm.procedure.compiled import from_document
    from deskterm.store.queries.ticket_detail import desk_facts
    from deskterm.store.queries.worklists import untouched

    with invocation.reader() as reader:
        facts = desk_facts(reader)
        procedure = from_document(facts.document, facts.procedure_version)
        length = procedure.definition.queue.stale_after
        if not length:
            raise DeskError("This procedure does not say when a ticket is stale: give it `stale_after` under [queue].")
        calendar = next(iter(procedure.terms.calendars.values()))
        now = int(invocation.now(facts).timestamp())
        rows = untouched(reader, untouched_since(calendar, length, now), limit)
    if as_json:
        output.print_json([_row_json(row) for row in rows])
        return
    labels = {status.key: status.label for status in procedure.definition.statuses}
    output.print_table(
        ("#", "Untouched since", "Days", "Status", "Assignee", "Client", "Subject"),
        [
            (
                str(row.number),
                output.local(row.updated, facts.timezone),
                str((now - row.updated) // _DAY),
                labels.get(row.status, row.status),
                row.assignee or "–",
                row.organisation or "–",
                row.subject,
            )
            for row in rows
        ],
        right=("#", "Days"),
    )


def print_unscheduled(invocation: CliContext, limit: int, as_json: bool) -> None:
    """Print what waits for a sprint or release and is in none, with its age (S1-16)."""
    from deskterm.store.queries.worklists import unscheduled

    with invocation.reader() as reader:
        rows = unscheduled(reader, limit)
    _print_pending(invocation, rows, as_json)


def print_to_be_set(invocation: CliContext, limit: int, as_json: bool) -> None:
    """Print what waits for somebody to say when it is due (S1-17): for whoever holds such a role, of that role; for
    others, all."""
    from deskterm.store.queries.worklists import to_be_set

    login = invocation.login()
    with invocation.reader() as reader:
        rows = to_be_set(reader, limit)
        roles = reader.rows("SELECT roles FROM agent WHERE login = :login", {"login": login})
    held = set(roles[0][0].split(",")) if roles else set()
    own = [row for row in rows if row.target.removeprefix("set by ") in held]
    _print_pending(invocation, own or rows, as_json)


def _print_pending(invocation: CliContext, rows: list[Pending], as_json: bool) -> None:
    from deskterm.cli.runtime import output
    from deskterm.present.labels import Vocabulary, label
    from deskterm.present.ticket_facts import target_words
    from deskterm.store.queries.ticket_detail import desk_facts

    with invocation.reader() as reader:
        facts = desk_facts(reader)
    now = int(invocation.now(facts).timestamp())
    if as_json:
        output.print_json(
            [
                _row_json(row.row)
                | {"metric": row.metric, "target": row.target, "since": output.instant(row.since)}
                | {"days": (now - row.since) // _DAY}
                for row in rows
            ]
        )
        return
    words = Vocabulary(facts.document)
    output.print_table(
        ("#", "Days", "Since", "Clock", "Waits for", "Assignee", "Client", "Subject"),
        [
            (
                str(row.row.number),
                str((now - row.since) // _DAY),
                output.local(row.since, facts.timezone),
                label(words.metrics, row.metric),
                target_words(row.target, words),
                row.row.assignee or "–",
                row.row.organisation or "–",
                row.row.subject,
            )
            for row in rows
        ],
        right=("#", "Days"),
    )


def _row_json(row: QueueRow) -> dict[str, Any]:
    from deskterm.cli.ticket import listing

    return listing.row_json(row)
