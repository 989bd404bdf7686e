"""`deskterm ticket list --unscheduled|--to-be-set`: tickets that wait for somebody to give them a due time."""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, to_rfc3339
from deskterm.cli.runtime.output import cut_to_limit, print_json
from deskterm.cli.runtime.table import print_table
from deskterm.cli.ticket.queue_table import queue_row_to_json
from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.ticket_facts import format_target
from deskterm.store.queries.desk_facts import DeskFacts, load_desk_facts
from deskterm.store.queries.worklists import UndatedTicket, load_awaiting_due_time, load_unscheduled

_DAY = 86_400


def print_unscheduled(cli: CliContext, limit: int, as_json: bool, as_of: str | None = None) -> None:
    """Print the tickets that wait for a sprint or release and are in none, with their age (S1-16)."""
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        now = int(cli.now(facts).timestamp())
        rows = cut_to_limit(load_unscheduled(reader, now, limit + 1), limit)
    _print_pending(facts, now, rows, as_json)


def print_to_be_set(cli: CliContext, limit: int, as_json: bool, as_of: str | None = None) -> None:
    """Print the tickets that wait for somebody to say when they are due (S1-17): for a viewer who holds a role that
    some wait for, those; for others, all."""
    login = cli.check_login()
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        now = int(cli.now(facts).timestamp())
        rows = cut_to_limit(load_awaiting_due_time(reader, now, limit + 1), limit)
        roles = reader.rows("SELECT roles FROM agent WHERE login = :login", {"login": login})
    held = set(roles[0][0].split(",")) if roles else set()
    own = [row for row in rows if row.target.removeprefix("set by ") in held]
    _print_pending(facts, now, own or rows, as_json)


def _print_pending(facts: DeskFacts, now: int, rows: Sequence[UndatedTicket], as_json: bool) -> None:
    if as_json:
        print_json(
            [
                queue_row_to_json(pending.row)
                | {
                    "metric": pending.metric,
                    "target": pending.target,
                    "since": to_rfc3339(pending.since),
                    "days": (now - pending.since) // _DAY,
                }
                for pending in rows
            ]
        )
        return
    words = Vocabulary(facts.document)
    print_table(
        ("#", "Days", "Since", "Clock", "Waits for", "Assignee", "Client", "Subject"),
        [
            (
                str(pending.row.number),
                str((now - pending.since) // _DAY),
                format_time(pending.since, facts.timezone),
                get_label(words.metrics, pending.metric),
                format_target(pending.target, words),
                pending.row.assignee or "–",
                pending.row.organisation or "–",
                pending.row.subject,
            )
            for pending in rows
        ],
        right=("#", "Days"),
    )
