"""The rules of a desk that figures go by: its procedure as of an instant, and the calendars that time is counted in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.reports.lives.life import Cycle, Life
from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import parse_duration
from deskterm.sla.terms import Metric
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts


class DeskRules:
    """The rules of a desk. versions: all versions of its procedure up to an instant, oldest first; the last one is in
    force. find_version: returns any version, for the calendars of clocks that were judged by it."""

    def __init__(
        self, versions: Sequence[CompiledProcedure], find_version: Callable[[int], CompiledProcedure] | None = None
    ) -> None:
        self.versions = tuple(versions)
        self.procedure = self.versions[-1]
        by_number = {version.version: version for version in versions}
        self.find_version = find_version or by_number.__getitem__
        self.metrics: tuple[Metric, ...] = tuple(
            metric for metric in self.procedure.terms.metrics if not metric.is_timer
        )
        # A status that a later version dropped goes on to pause what it paused
        self._pauses = {status.key: status.pauses for version in versions for status in version.statuses.values()}
        self.response = _find_metric(self.metrics, "response", "agent_reply")
        self.resolution = _find_metric(self.metrics, "resolution", "category:solved")
        spans = self.procedure.definition.figures
        # Days of a span are whole ones, whatever a working day is
        self.reopened_within = parse_duration(spans.reopened_within, 86_400) if spans.reopened_within else None
        self.first_contact_within = (
            parse_duration(spans.first_contact_within, 86_400) if spans.first_contact_within else 0
        )
        self.first_calendar = next(iter(self.procedure.terms.calendars.values()))

    def pauses(self, status: str, metric: str | None) -> bool:
        """Return whether a status pauses a metric."""
        return metric is not None and metric in self._pauses.get(status, ())

    def find_calendar(self, life: Life) -> Calendar:
        """Return the calendar of a ticket's working time: that of its resolution clock as it was judged, so that a
        changed calendar does not count past tickets anew (R-93); without a clock the first of the procedure."""
        found: Cycle | None = None
        for cycle in life.cycles:
            if cycle.metric == self.resolution or found is None or found.metric != self.resolution:
                found = cycle
        return self.first_calendar if found is None else self.find_cycle_calendar(found)

    def find_cycle_calendar(self, cycle: Cycle) -> Calendar:
        """Return the calendar that a cycle is counted in."""
        calendars = self.find_version(cycle.version).terms.calendars
        return calendars.get(cycle.calendar, self.first_calendar)


def _find_metric(metrics: Sequence[Metric], key: str, stop: str) -> str | None:
    """Return the key of the metric that is called so, else of the first that counts from the arrival until an
    occurrence."""
    counted = [metric.key for metric in metrics if metric.is_started_by(frozenset({"received"})) and not metric.each]
    if key in counted:
        return key
    stopped = [metric.key for metric in metrics if metric.key in counted and metric.is_stopped_by(frozenset({stop}))]
    return stopped[0] if stopped else None


def take_zone_as_of(reader: ReadConnection, facts: DeskFacts, as_of: int) -> DeskFacts:
    """Return facts about a desk with the zone that it had at an instant, epoch seconds: a zone that was changed since
    must not move the edges of the months that were counted before (R-01, R-03)."""
    return replace(facts, timezone=load_rules(reader, as_of).procedure.timezone)


def load_rules(reader: ReadConnection, as_of: int) -> DeskRules:
    """Load the rules of a desk as of an instant, epoch seconds; before its first version that one holds, because an
    imported history is older than the desk."""
    rows = reader.rows("SELECT id, document, applied_at FROM procedure_version ORDER BY id")
    compiled = {number: compile_document(document, number) for number, document, _ in rows}
    known = [compiled[number] for number, _, applied in rows if seconds_from_stored(applied) <= as_of]
    return DeskRules(known or [compiled[rows[0][0]]], compiled.__getitem__)
