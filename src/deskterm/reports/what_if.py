"""A survey of the past: the history of a desk as it happened, judged by the procedure in force and by another one.

What people did is taken as it was, so nothing but the judgement differs: calendars, holidays, policies, targets,
pauses. Both sides judge the whole of a ticket's history by one edition. Tickets are read in batches and only sums are
kept, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from deskterm.desk.domain.events import Event, decode_event
from deskterm.desk.domain.state import State, apply_event
from deskterm.errors import UsageError
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.procedure.stored_document import read_document, to_model
from deskterm.progress import Progress
from deskterm.reports.attainment import Judgement, Period, Tally, Verdict, judge_cycle
from deskterm.sla.clock import Clock
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import fold_clocks
from deskterm.sla.terms import SlaTerms
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_desk_facts

if TYPE_CHECKING:
    from deskterm.procedure.schema import Procedure, Status

_BATCH = 200
_SELECTED = "(received_at >= :since OR updated_at >= :since OR is_open = 1) AND received_at < :until"


class Flip(NamedTuple):
    """A cycle that is late under one procedure and not under the other. before and after: `met`, `late`, or `running`
    where it was not decided by the end. Due instants are epoch seconds, None while paused or where none was set."""

    ticket: int
    metric: str
    cycle: int
    severity: str | None
    before: Verdict
    after: Verdict
    due_before: int | None
    due_after: int | None
    stopped_at: int | None


class UnknownKey(NamedTuple):
    """Something that tickets have and the other procedure does not. what: status, type, severity or priority.
    category: how a status was taken, which is how the desk has it."""

    what: str
    key: str
    tickets: int
    category: str = ""


@dataclass(slots=True)
class WhatIfRow:
    """One metric at one severity (None: tickets without one), before and after."""

    metric: str
    label: str
    severity: str | None
    severity_label: str
    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)

    @property
    def change(self) -> float | None:
        """Attainment after less attainment before, in percentage points."""
        before, after = self.before.attainment, self.after.attainment
        return None if before is None or after is None else 100 * (after - before)


@dataclass(slots=True)
class WhatIf:
    """The result of a replay. before: the procedure in force, after: the other one, by their names. exempt: tickets
    left out of service levels. flipped: (before, after) → cycles; flips: those that were to be kept, by ticket."""

    before: str
    version: int
    after: str
    period: Period
    timezone: str
    tickets: int = 0
    events: int = 0
    exempt: int = 0
    rows: list[WhatIfRow] = field(default_factory=list)
    flipped: dict[tuple[Verdict, Verdict], int] = field(default_factory=dict)
    flips: list[Flip] = field(default_factory=list)
    unknown: list[UnknownKey] = field(default_factory=list)

    def totals(self) -> list[WhatIfRow]:
        """Every metric over all severities."""
        sums: dict[str, WhatIfRow] = {}
        for row in self.rows:
            total = sums.setdefault(row.metric, WhatIfRow(row.metric, row.label, None, ""))
            total.before += row.before
            total.after += row.after
        return list(sums.values())


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
    """Judge the tickets that were received, touched or open since an instant by another procedure, and by the one in
    force. until: the end of the period, now where left out. keep: how many flips to name; all where left out. Statuses
    that the other procedure does not have count as the desk has them. UsageError for a period that is none."""
    period = _period(since, until, now)
    facts = load_desk_facts(reader)
    statuses = _load_statuses(reader)
    present = compile_document(facts.document, facts.procedure_version)
    compared = CompiledProcedure(other)
    sides = _add_missing_statuses(present, statuses), _add_missing_statuses(compared, statuses)
    found = WhatIf(present.definition.about.name, facts.procedure_version, other.about.name, period, facts.timezone)
    replay = _Replay(found, sides, keep)
    total = _count_tickets(reader, period)
    for number, events in _read_histories(reader, period):
        replay.judge_ticket(number, events)
        if progress is not None and found.tickets % _BATCH == 0:
            progress(found.tickets, total)
    if progress is not None:
        progress(found.tickets, found.tickets)
    replay.finish(compared, statuses)
    return found


def _period(since: datetime, until: datetime | None, now: datetime) -> Period:
    if until is not None and until > now:
        raise UsageError("--until lies in the future: leave it out to take everything up to now.")
    period = Period(int(since.timestamp()), int((until or now).timestamp()))
    if period.since >= period.until:
        end = "now" if until is None else "--until"
        raise UsageError(f"--since does not lie before {end}: give an earlier instant.")
    return period


# -- what is read ----------------------------------------------------------------------------------------------------


def _query_params(reader: ReadConnection, period: Period) -> dict[str, object]:
    return {"since": reader.instant(period.since), "until": reader.instant(period.until)}


def _count_tickets(reader: ReadConnection, period: Period) -> int:
    return int(reader.rows(f"SELECT count(*) FROM ticket WHERE {_SELECTED}", _query_params(reader, period))[0][0])


def _read_histories(reader: ReadConnection, period: Period) -> Iterator[tuple[int, Sequence[Event]]]:
    """The tickets by number with their events, some hundred tickets in memory at a time."""
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
    """Every status that this desk ever had, as its latest edition has it."""
    documents = reader.rows("SELECT document FROM procedure_version ORDER BY id")
    return {status.key: status for (document,) in documents for status in read_document(document).statuses}


def _add_missing_statuses(compiled: CompiledProcedure, statuses: Mapping[str, Status]) -> CompiledProcedure:
    """An edition that knows all statuses: with its own, those it lacks, which pause what they paused."""
    lacking = tuple(status for key, status in statuses.items() if key not in compiled.statuses)
    if not lacking:
        return compiled
    procedure = to_model(compiled.definition)
    adopted = procedure.model_copy(update={"statuses": (*procedure.statuses, *lacking)})
    return CompiledProcedure(adopted, compiled.version)


# -- what is made of it ----------------------------------------------------------------------------------------------


class _Replay:
    """Sums over tickets, fed one by one."""

    def __init__(self, found: WhatIf, sides: tuple[CompiledProcedure, CompiledProcedure], keep: int | None) -> None:
        self._found, self._keep = found, keep
        self._sides = sides
        self._terms = [_without_timers(side.terms) for side in sides]
        categories = [{key: status.category for key, status in side.statuses.items()} for side in sides]
        self._has_same_categories = all(
            categories[1].get(key, category) == category for key, category in categories[0].items()
        )
        """True when both procedures read the history alike: no status is of another category."""
        self._rows: dict[tuple[str, str | None], tuple[Tally, Tally]] = {}
        self._key_counts: dict[tuple[str, str], int] = {}

    def judge_ticket(self, number: int, events: Sequence[Event]) -> None:
        """Judge one ticket twice."""
        state, marks = _to_sla_events(events, self._sides[0])
        other = marks if self._has_same_categories else _to_sla_events(events, self._sides[1])[1]
        found = self._found
        found.tickets += 1
        found.events += len(events)
        found.exempt += state.exempt is not None
        self._record_keys(state, events)
        cycles: dict[tuple[str, int], list[Clock | None]] = {}
        for side, clocks in enumerate((fold_clocks(marks, self._terms[0]), fold_clocks(other, self._terms[1]))):
            for clock in clocks:
                cycles.setdefault((clock.metric, clock.cycle), [None, None])[side] = clock
        for key, (was, would) in cycles.items():
            self._count_cycle(number, state, was, would, key in state.waived)

    def _count_cycle(self, number: int, state: State, was: Clock | None, would: Clock | None, waived: bool) -> None:
        period = self._found.period
        clocks = [clock for clock in (was, would) if clock is not None]
        tallies = self._rows.setdefault((clocks[0].metric, state.severity), (Tally(), Tally()))
        said: list[Judgement | None] = []
        for clock, tally in zip((was, would), tallies, strict=True):
            judgement = None
            if clock is not None:
                judgement = judge_cycle(clock, period.until, exempt=state.exempt is not None, waived=waived)
            said.append(judgement)
            if judgement is not None and judgement.at >= period.since:
                tally.count(judgement)
        before, after = said
        if was is None or would is None or before is None or after is None or max(before.at, after.at) < period.since:
            return
        names = before.verdict, after.verdict
        if names not in _FLIPS:
            return
        found = self._found
        found.flipped[names] = found.flipped.get(names, 0) + 1
        if self._keep is None or len(found.flips) < self._keep:
            found.flips.append(
                Flip(
                    number,
                    was.metric,
                    was.cycle,
                    state.severity,
                    *names,
                    _find_due(was),
                    _find_due(would),
                    was.stopped_at,
                )
            )

    def _record_keys(self, state: State, events: Sequence[Event]) -> None:
        had = {("status", event.changes["status"][1]) for event in events if "status" in event.changes}
        had |= {(what, value) for what in ("type", "severity", "priority") if (value := getattr(state, what))}
        for key in had:
            self._key_counts[key] = self._key_counts.get(key, 0) + 1

    def finish(self, other: CompiledProcedure, statuses: Mapping[str, Status]) -> None:
        """Bring the rows in order, and tell what the other procedure does not know."""
        present = self._sides[0]
        labels = {metric.key: metric.label for side in reversed(self._sides) for metric in side.terms.metrics}
        metrics = list(dict.fromkeys(metric.key for side in self._sides for metric in side.terms.metrics))
        severities = other.severities | present.severities

        def place(key: tuple[str, str | None]) -> tuple[int, int, str]:
            rank = present.severity_rank.get(key[1] or "", len(present.severity_rank) + (key[1] is None))
            return metrics.index(key[0]), rank, key[1] or ""

        for metric, severity in sorted(self._rows, key=place):
            tallies = self._rows[metric, severity]
            if tallies == (Tally(), Tally()):
                continue
            known = severities.get(severity or "")
            label = known.label if known else severity or "none"
            self._found.rows.append(WhatIfRow(metric, labels[metric], severity, label, *tallies))
        knows: dict[str, Mapping[str, object]] = {
            "status": other.statuses,
            "type": other.types,
            "severity": other.severities,
            "priority": other.priorities,
        }
        for what, key in sorted(self._key_counts):
            if key not in knows[what]:
                category = (statuses[key].category if key in statuses else "open") if what == "status" else ""
                self._found.unknown.append(UnknownKey(what, key, self._key_counts[what, key], category))


_FLIPS = frozenset({("met", "late"), ("late", "met"), ("running", "late"), ("late", "running")})


def _find_due(clock: Clock) -> int | None:
    """The due instant; of a late one that rests, the one that was missed."""
    return clock.due_at if clock.due_at is not None or clock.cause != "time" else clock.breached_at


def _to_sla_events(events: Sequence[Event], edition: CompiledProcedure) -> tuple[State, list[SlaEvent]]:
    """A ticket as its events leave it and what clocks should know of them, read by one edition throughout."""
    state = State()
    return state, [apply_event(state, event, edition) for event in events]


def _without_timers(terms: SlaTerms) -> SlaTerms:
    """The terms without what only waits for something to happen by itself."""
    return replace(terms, metrics=tuple(metric for metric in terms.metrics if not metric.is_timer))
