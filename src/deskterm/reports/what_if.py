"""What-if: the history of a desk as it happened, judged by the procedure in force and by another one.

People's actions are taken as they were. Only the judgement differs: calendars, holidays, policies, targets, pauses.
Both sides judge the whole of a ticket's history by one procedure version. Tickets are read in batches, only sums are
kept, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from deskterm.desk.domain.events import Event, decode_event
from deskterm.errors import UsageError
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.procedure.stored_document import read_document, to_model
from deskterm.progress import Progress
from deskterm.reports.attainment import Period
from deskterm.reports.comparison import WhatIf
from deskterm.reports.replay import Replay
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_desk_facts

if TYPE_CHECKING:
    from deskterm.procedure.schema import Procedure, Status

_BATCH = 200
"""Tickets that are in memory at a time."""
_SELECTED = "(received_at >= :since OR updated_at >= :since OR is_open = 1) AND received_at < :until"


def compare_procedures(
    reader: ReadConnection,
    other: Procedure,
    *,
    since: datetime,
    until: datetime | None = None,
    now: datetime,
    keep: int | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """Judge the tickets of a period by the procedure in force and by another one.

    The tickets are those that were received, changed or open in the period. until: its end, now where left out. keep:
    number of flips to name, all where left out. Statuses that the other procedure lacks count as the desk has them.
    Raises UsageError when the period ends before it starts, or in the future.
    """
    period = _to_period(since, until, now)
    facts = load_desk_facts(reader)
    statuses = _load_statuses(reader)
    present = compile_document(facts.document, facts.procedure_version)
    compared = CompiledProcedure(other)
    sides = _add_missing_statuses(present, statuses), _add_missing_statuses(compared, statuses)
    comparison = WhatIf(
        present.definition.about.name, facts.procedure_version, other.about.name, period, facts.timezone
    )
    replay = Replay(comparison, sides, keep)
    total = _count_tickets(reader, period)
    for number, events in read_histories(reader, period):
        replay.judge_ticket(number, events)
        if progress is not None and comparison.tickets % _BATCH == 0:
            progress(comparison.tickets, total)
    if progress is not None:
        # Not the total from before: tickets may have come in while the history was read
        progress(comparison.tickets, comparison.tickets)
    replay.finish(compared, statuses)
    return comparison


def _to_period(since: datetime, until: datetime | None, now: datetime) -> Period:
    if until is not None and until > now:
        raise UsageError("--until lies in the future: leave it out to take everything up to now.")
    period = Period(int(since.timestamp()), int((until or now).timestamp()))
    if period.since >= period.until:
        end = "now" if until is None else "--until"
        raise UsageError(f"--since does not lie before {end}: give an earlier instant.")
    return period


def _query_params(reader: ReadConnection, period: Period) -> dict[str, object]:
    return {"since": reader.instant(period.since), "until": reader.instant(period.until)}


def _count_tickets(reader: ReadConnection, period: Period) -> int:
    return int(reader.rows(f"SELECT count(*) FROM ticket WHERE {_SELECTED}", _query_params(reader, period))[0][0])


def read_histories(reader: ReadConnection, period: Period) -> Iterator[tuple[int, Sequence[Event]]]:
    """Yield the tickets by number with their events, `_BATCH` tickets in memory at a time."""
    params, after = _query_params(reader, period) | {"limit": _BATCH}, 0
    while True:
        rows = reader.rows(
            "SELECT ticket_id, seq, kind, at, actor, procedure_version, data FROM event WHERE ticket_id IN "
            f"(SELECT id FROM ticket WHERE id > :after AND {_SELECTED} ORDER BY id LIMIT :limit) "
            "ORDER BY ticket_id, seq",
            params | {"after": after},
        )
        if not rows:
            return
        after = rows[-1][0]
        for number, group in groupby(rows, key=itemgetter(0)):
            yield number, [_to_event(row) for row in group]


def _to_event(row: tuple[Any, ...]) -> Event:
    _, seq, kind, at, actor, version, data = row
    return decode_event(seq, kind, seconds_from_stored(at), actor, version, data)


def _load_statuses(reader: ReadConnection) -> dict[str, Status]:
    """Load every status that this desk ever had, as the latest procedure version has it."""
    documents = reader.rows("SELECT document FROM procedure_version ORDER BY id")
    return {status.key: status for (document,) in documents for status in read_document(document).statuses}


def _add_missing_statuses(compiled: CompiledProcedure, statuses: Mapping[str, Status]) -> CompiledProcedure:
    """Return a procedure with the statuses that it lacks, so that they pause and end what they did on this desk."""
    missing = tuple(status for key, status in statuses.items() if key not in compiled.statuses)
    if not missing:
        return compiled
    procedure = to_model(compiled.definition)
    extended = procedure.model_copy(update={"statuses": (*procedure.statuses, *missing)})
    return CompiledProcedure(extended, compiled.version)
