"""The lead's figures that look back some days or ahead some hours: service levels, pace, and the forecast from them.

They are computed rarely, because that takes a second on a large desk; the console's wall and `deskterm wall` use them
(C-14).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.attainment import Period
from deskterm.reports.forecast import (
    HORIZON,
    MEASURED,
    Capacity,
    Forecast,
    forecast_breaches,
    measure_exposure,
    measure_pace,
)
from deskterm.reports.service_levels import WINDOW, MetricLevel, load_service_levels
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.lead.service_levels import (
    PressingClock,
    load_agent_paces,
    load_exposures,
    load_pressing_clocks,
)
from deskterm.store.queries.lead.wall import AgentLoad


class PastFigures(NamedTuple):
    """The figures of the last days. pace: of each metric; stopped: login → clocks that ended on their tickets; read_at:
    epoch seconds; version: of the procedure."""

    levels: Sequence[MetricLevel]
    pace: dict[str, float]
    stopped: dict[str, int]
    read_at: int
    version: int


def load_past_figures(reader: ReadConnection, procedure: CompiledProcedure, now: int) -> PastFigures:
    """Load the figures of the last days as of now, epoch seconds."""
    since, calendars = now - MEASURED, procedure.terms.calendars
    exposures, cycles = load_exposures(reader, since)
    exposures += (measure_exposure(one, calendars.get(one.calendar), since, now) for one in cycles)
    return PastFigures(
        load_service_levels(reader, procedure, Period(now - WINDOW, now)),
        measure_pace(exposures),
        {one.login: one.stopped for one in load_agent_paces(reader, since)},
        now,
        procedure.version,
    )


def look_ahead(
    reader: ReadConnection, procedure: CompiledProcedure, past: PastFigures, loads: Iterable[AgentLoad], now: int
) -> Forecast:
    """Return the forecast for the next hours. loads: the agents of the desk; those who are away have no capacity; now:
    epoch seconds."""
    until, calendars = now + HORIZON, procedure.terms.calendars
    office = procedure.terms.first_calendar
    measured, ahead = office.open_seconds(now - MEASURED, now), office.open_seconds(now, until)

    def count_seconds(clock: PressingClock) -> int:
        calendar = calendars.get(clock.calendar)
        return clock.due - now if calendar is None else calendar.open_seconds(now, clock.due)

    capacities = [
        Capacity(load.login, load.team, past.stopped.get(load.login, 0) * ahead // max(measured, 1))
        for load in loads
        if load.login and load.away is None
    ]
    return forecast_breaches(load_pressing_clocks(reader, now, until), past.pace, count_seconds, capacities, until)
