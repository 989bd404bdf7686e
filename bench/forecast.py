"""The wall's forecast of breaches on a real log, against the list by due time.

    python bench/forecast.py [LOG]

LOG as for import_log.py. At 09:00 and 13:00 of every working day of eleven weeks the clocks that run then are folded
from the events until then and nothing later; the pace is measured over the two weeks before. Then the clocks that were
missed in the next four hours are looked up, also those that began later. Both sides name the same number of clocks:
that of the forecast.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.domain.fold import TicketFold
from deskterm.exchange.importing.imports import import_events
from deskterm.exchange.importing.mapping import find_mapping
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from deskterm.reports.attainment import Period
from deskterm.reports.forecast import HORIZON, MEASURED, forecast_breaches, measure_exposure, measure_pace
from deskterm.reports.what_if import read_histories
from deskterm.sla.clock import Clock
from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.lead.service_levels import Exposure, OpenCycle, PressingClock
from import_log import BESIDE, NAME, NOW

BEGIN, END = datetime(2016, 3, 14), datetime(2016, 6, 1)  # noqa: DTZ001 - made aware in the zone of the log
HOURS = (9, 13)


class Cycle(NamedTuple):
    """A cycle as it ended. ticket: its number."""

    ticket: int
    clock: Clock


class History(NamedTuple):
    """Everything that is looked up. running: instant → the clocks that ran then, as they were known then."""

    running: dict[int, list[Cycle]]
    cycles: list[Cycle]


def list_instants(zone: ZoneInfo) -> list[int]:
    days = [BEGIN.replace(tzinfo=zone) + timedelta(days=day) for day in range((END - BEGIN).days)]
    return [int(day.replace(hour=hour).timestamp()) for day in days if day.weekday() < 5 for hour in HOURS]


def fold_history(url: str, procedure: CompiledProcedure, instants: list[int]) -> History:
    """Fold every ticket once, and keep its clocks at each instant."""
    history = History(defaultdict(list), [])
    with open_reader(url) as reader:
        for number, stored in read_histories(reader, Period(0, int(NOW.timestamp()))):
            events, fold, place = list(stored), TicketFold(lambda _: procedure), 0
            for at in (at for at in instants if at >= events[0].at):
                while place < len(events) and events[place].at <= at:
                    fold.step(events[place])
                    place += 1
                if place == len(events):
                    break
                history.running[at] += [Cycle(number, clock) for clock in fold.clocks() if clock.state == "running"]
            for event in events[place:]:
                fold.step(event)
            history.cycles.extend(
                Cycle(number, clock) for clock in fold.clocks() if not clock.metric.startswith(TIMER_PREFIX)
            )
    return history


def measure_exposures(history: History, procedure: CompiledProcedure, at: int) -> Iterator[Exposure]:
    """Yield how long each cycle ran in the two weeks before an instant, as it was known then."""
    since, calendars = at - MEASURED, procedure.terms.calendars
    running = [one.clock._replace(stopped_at=None) for one in history.running[at]]
    stopped = [clock for _, clock in history.cycles if clock.stopped_at is not None and since <= clock.stopped_at < at]
    for clock in (*stopped, *running):
        if not clock.metric.startswith(TIMER_PREFIX):
            cycle = OpenCycle(clock.metric, clock.calendar, clock.since, clock.consumed, clock.stopped_at)
            yield measure_exposure(cycle, calendars[clock.calendar], since, at)


def compare(history: History, procedure: CompiledProcedure, instants: list[int]) -> None:
    breaches = due = due_hits = named = forecast_hits = list_hits = 0
    errors: list[int] = []
    for at in instants:
        missed = {
            (number, clock.metric)
            for number, clock in history.cycles
            if clock.breached_at is not None and at < clock.breached_at <= at + HORIZON
        }
        clocks = [
            PressingClock(number, clock.metric, clock.due_at, clock.calendar, None, None)
            for number, clock in history.running[at]
            if clock.due_at is not None and clock.breached_at is None and at < clock.due_at <= at + HORIZON
            if not clock.metric.startswith(TIMER_PREFIX)
        ]

        def count_seconds(clock: PressingClock, at: int = at) -> int:
            return procedure.terms.calendars[clock.calendar].open_seconds(at, clock.due)

        pace = measure_pace(measure_exposures(history, procedure, at))
        found = forecast_breaches(clocks, pace, count_seconds, (), at + HORIZON)
        by_due = sorted(clocks, key=lambda clock: (clock.due, clock.ticket))[: len(found.breaches)]
        breaches += len(missed)
        due += len(clocks)
        due_hits += sum((clock.ticket, clock.metric) in missed for clock in clocks)
        named += len(found.breaches)
        forecast_hits += sum((one.clock.ticket, one.clock.metric) in missed for one in found.breaches)
        list_hits += sum((clock.ticket, clock.metric) in missed for clock in by_due)
        errors.append(abs(len(found.breaches) - len(missed)))
    list_errors = due - breaches
    print(f"all due   {due:,}: {due_hits:,} of the breaches, {due_hits / breaches:.1%}")
    print(f"forecast  {len(instants)} instants, {breaches:,} breaches within 4 h of them, {due:,} clocks due by then")
    print(f"forecast  named {named:,}: {forecast_hits:,} of the breaches, {forecast_hits / breaches:.1%}")
    print(f"by due    named as many: {list_hits:,} of the breaches, {list_hits / breaches:.1%}")
    print(f"forecast  of those that it named {forecast_hits / named:.1%} were missed; by due {list_hits / named:.1%}")
    print(
        f"forecast  number of breaches: {named - breaches:+,} in all, {sum(errors) / len(errors):.1f} off at a time on "
        f"average; everything that is due: {list_errors:+,}"
    )


def main(log: Path) -> None:
    if not log.exists():
        print(f"no {log}: fetch the log, or set DESKTERM_TEST_DATA; the forecast was not measured")
        return
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(find_procedure("incident-management")).procedure
        store = create_desk(f"sqlite:///{folder}/desk.sqlite3", loaded, admin_login="ann", simulated=True, now=NOW)
        import_events(store, log, find_mapping("servicenow-incident-log"), actor="ann", now=NOW)
        procedure = CompiledProcedure(loaded)
        instants = list_instants(ZoneInfo(procedure.timezone))
        history = fold_history(store.url, procedure, instants)
        store.close()
        compare(history, procedure, instants)
    print(f"forecast  {time.perf_counter() - began:.0f} s in all, on {datetime.now(UTC):%d %B %Y}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(os.environ.get("DESKTERM_TEST_DATA", BESIDE)) / NAME)
