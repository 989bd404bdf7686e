"""Reads of the wall: what the store says now, and the figures of the last days, which are reckoned seldom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deskterm.desk.policy.duty import find_duty
from deskterm.present.formats import format_instant
from deskterm.present.labels import Vocabulary
from deskterm.present.models import QueueLine
from deskterm.present.sanitize import Safe, sanitize
from deskterm.present.wall import KeptLine, Outlook, WallView, present_outlook, present_wall
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.reports.attainment import Period
from deskterm.reports.forecast import HORIZON, MEASURED, Capacity, forecast_breaches, measure_exposure, measure_pace
from deskterm.reports.service_levels import WINDOW, MetricLevel, load_service_levels
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.lead.service_levels import (
    PressingClock,
    load_agent_paces,
    load_exposures,
    load_pressing_clocks,
)
from deskterm.store.queries.lead.wall import AgentLoad, load_wall

_SELDOM = 300
"""Seconds for which the figures of the last days are kept: one miss more changes little in 30 days, and a large desk
takes a second to reckon them."""


class _PastFigures(NamedTuple):
    """The figures of the last days. pace: of each metric; stopped: login → clocks that ended on their tickets; read_at:
    epoch seconds."""

    levels: Sequence[MetricLevel]
    pace: dict[str, float]
    stopped: dict[str, int]
    read_at: int
    version: int


class WallReading:
    """Reads the wall for one console; for the read thread alone."""

    def __init__(self) -> None:
        self._past: _PastFigures | None = None
        self._procedure: CompiledProcedure | None = None

    def read(self, reader: ReadConnection, rows: list[QueueLine], vocabulary: Vocabulary, now: int) -> WallView:
        """Read the wall. rows: the tickets that breach next; now: epoch seconds."""
        zone = ZoneInfo(vocabulary.timezone)
        day_began = int(datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0).timestamp())
        facts = load_wall(reader, now, day_began, vocabulary.urgent)
        procedure = self._find_procedure(reader)
        past = self._find_past(reader, procedure, now)
        return present_wall(
            facts,
            rows,
            vocabulary,
            now,
            zone,
            kept=_list_kept(past.levels),
            outlook=_look_ahead(reader, procedure, past, facts.loads, now, zone),
            handover=_describe_handover(procedure, now, zone),
        )

    def _find_procedure(self, reader: ReadConnection) -> CompiledProcedure:
        facts = load_desk_facts(reader)
        if self._procedure is None or self._procedure.version != facts.procedure_version:
            self._procedure = compile_document(facts.document, facts.procedure_version)
        return self._procedure

    def _find_past(self, reader: ReadConnection, procedure: CompiledProcedure, now: int) -> _PastFigures:
        past = self._past
        if past is None or past.version != procedure.version or not 0 <= now - past.read_at < _SELDOM:
            stopped = {one.login: one.stopped for one in load_agent_paces(reader, now - MEASURED)}
            levels = load_service_levels(reader, procedure, Period(now - WINDOW, now))
            past = _PastFigures(levels, _measure(reader, procedure, now), stopped, now, procedure.version)
            self._past = past
        return past


def _measure(reader: ReadConnection, procedure: CompiledProcedure, now: int) -> dict[str, float]:
    since, calendars = now - MEASURED, procedure.terms.calendars
    exposures, cycles = load_exposures(reader, since)
    exposures += (measure_exposure(one, calendars.get(one.calendar), since, now) for one in cycles)
    return measure_pace(exposures)


def _list_kept(levels: Sequence[MetricLevel]) -> list[KeptLine]:
    """Return a line for each metric, with the objective that has the least left."""
    lines = []
    for level in levels:
        budget = min(level.budgets, key=lambda one: one.left, default=None)
        allowed, left = (budget.allowed, budget.left) if budget else (None, None)
        lines.append(KeptLine(sanitize(level.label), level.tally.met, level.tally.late, allowed, left))
    return lines


def _look_ahead(
    reader: ReadConnection,
    procedure: CompiledProcedure,
    past: _PastFigures,
    loads: Sequence[AgentLoad],
    now: int,
    zone: ZoneInfo,
) -> Outlook:
    until, calendars = now + HORIZON, procedure.terms.calendars
    clocks = load_pressing_clocks(reader, now, until)

    def count_seconds(clock: PressingClock) -> int:
        calendar = calendars.get(clock.calendar)
        return clock.due - now if calendar is None else calendar.open_seconds(now, clock.due)

    office = procedure.terms.first_calendar
    measured, ahead = office.open_seconds(now - MEASURED, now), office.open_seconds(now, until)
    capacities = [
        Capacity(load.login, load.team, past.stopped.get(load.login, 0) * ahead // max(measured, 1))
        for load in loads
        if load.login and load.away is None
    ]
    found = forecast_breaches(clocks, past.pace, count_seconds, capacities, until)
    return present_outlook(
        found.due,
        [one.clock.ticket for one in found.breaches],
        [(move.ticket, move.login) for move in found.moves],
        until,
        is_measured=found.is_measured,
        zone=zone,
    )


def _describe_handover(procedure: CompiledProcedure, now: int, zone: ZoneInfo) -> Safe:
    duty = find_duty(procedure, now)
    if duty.until is None:
        return Safe("")
    when = format_instant(duty.until, now, zone)
    if not duty.is_on:
        return sanitize(f"closed, opens {when}")
    return sanitize(f"{duty.label} hands over {when}" if duty.label else f"hand-over {when}")
