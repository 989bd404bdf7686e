"""`deskterm ticket order` and `deskterm ticket list --stale`: a ticket's place in the order of work, and tickets that
nobody has touched for long. Both need the compiled procedure."""

from __future__ import annotations

from typing import Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, to_rfc3339
from deskterm.cli.runtime.options import AsJson, AsOf, Number
from deskterm.cli.runtime.output import cut_to_limit, print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.cli.ticket.queue_table import queue_row_to_json
from deskterm.desk.explain.queue_position import Neighbour, OrderKey, QueuePosition, explain_position, find_stale_since
from deskterm.errors import DeskError
from deskterm.procedure.compiled import compile_document
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.queue import Viewer
from deskterm.store.queries.worklists import load_untouched

_DAY = 86_400


def explain_order(context: typer.Context, number: Number, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Explain a ticket's place in the order of work: the keys in turn, and who stands next to it."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of, open_only=True, words=False) as reader:
        facts = load_desk_facts(reader)
        procedure = compile_document(facts.document, facts.procedure_version)
        # Nobody in particular: all open tickets are the same for everybody
        viewer = Viewer("", None, int(cli.now(facts).timestamp()))
        place = explain_position(reader, procedure, number, viewer)
    if as_json:
        print_json(_place_to_json(place, facts.timezone))
        return
    print_lines([f"{number} · {place.row.subject}", f"{place.place} of {place.total} open tickets"])
    print()
    print_table(
        ("", "Key", "This ticket"),
        [(str(turn), part.label, _format_part(part, facts.timezone)) for turn, part in enumerate(place.keys, 1)],
        right=("",),
    )
    print()
    for side, other_side, neighbour in (("after", "before", place.before), ("before", "after", place.after)):
        if neighbour is None:
            print_lines([f"nobody is {other_side} it"])
            continue
        own, other = (_format_part(part, facts.timezone) for part in (neighbour.own, neighbour.other))
        line = f"{side} {neighbour.row.number} {neighbour.row.subject}: by {neighbour.deciding_label.lower()}"
        print_lines([f"{line}, {own} against {other}"])


def print_stale(cli: CliContext, limit: int, as_json: bool, as_of: str | None = None) -> None:
    """Print the open tickets that nobody has touched for as long as the procedure says, the longest first (S1-31).
    Raises DeskError when it does not say that."""
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        procedure = compile_document(facts.document, facts.procedure_version)
        length = procedure.definition.queue.stale_after
        if not length:
            raise DeskError("This procedure does not say when a ticket is stale: give it `stale_after` under [queue].")
        calendar = procedure.terms.first_calendar
        now = int(cli.now(facts).timestamp())
        rows = cut_to_limit(load_untouched(reader, find_stale_since(calendar, length, now), now, limit + 1), limit)
    if as_json:
        print_json([queue_row_to_json(row) for row in rows])
        return
    labels = {status.key: status.label for status in procedure.definition.statuses}
    print_table(
        ("#", "Untouched since", "Days", "Status", "Assignee", "Client", "Subject"),
        [
            (
                str(row.number),
                format_time(row.updated, facts.timezone),
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


def _format_part(part: OrderKey, zone_name: str) -> str:
    return part.text or format_time(part.at, zone_name)


def _place_to_json(place: QueuePosition, zone_name: str) -> dict[str, Any]:
    return {
        "number": place.row.number,
        "place": place.place,
        "of": place.total,
        "keys": [{"key": part.key, "value": part.text or to_rfc3339(part.at)} for part in place.keys],
        "before": _neighbour_to_json(place.before, zone_name),
        "after": _neighbour_to_json(place.after, zone_name),
    }


def _neighbour_to_json(neighbour: Neighbour | None, zone_name: str) -> dict[str, Any] | None:
    if neighbour is None:
        return None
    return {
        "number": neighbour.row.number,
        "subject": neighbour.row.subject,
        "by": neighbour.deciding_label,
        "own": _format_part(neighbour.own, zone_name),
        "other": _format_part(neighbour.other, zone_name),
    }
