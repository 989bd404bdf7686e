"""The report of tickets: one row each with all its measures, as of an instant (R-43).

The measures are those of figures, counted over the whole life of the ticket up to the instant, so that a row and a
figure never say different things (R-08). Rows have no words that people wrote, so their digest outlives an erasure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from deskterm import __version__
from deskterm.procedure.compiled import OPEN_CATEGORIES
from deskterm.reports.attainment import Period
from deskterm.reports.envelope import (
    compute_digest,
    compute_list_digest,
    count_events,
    describe_period,
    format_utc,
    list_procedures,
)
from deskterm.reports.figure_report import FigureRequest, require_begun
from deskterm.reports.lives.life import Life
from deskterm.reports.lives.rules import DeskRules, load_rules
from deskterm.reports.lives.source import read_lives
from deskterm.reports.measures.measure import Row, Scope
from deskterm.reports.measures.table import BY_KEY
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.conditions import Condition
from deskterm.store.queries.desk_facts import DeskFacts

_MEASURES = tuple(
    BY_KEY[key]
    for key in (
        *("first-response", "time-to-first-resolution", "time-to-resolve", "reopened", "closed", "hand-offs"),
        *("attainment", "undecided"),
    )
)
_VERDICTS = ("late", "already", "waived", "running", "paused", "met", "exempt", "cancelled")
"""Verdicts of cycles, the one first that a ticket with several cycles of a metric shows."""
TEXTS = (
    *("external_id", "status", "type", "severity", "priority", "client", "product", "channel", "department", "topic"),
    *("team", "agent"),
)
INSTANTS = ("received_at", "first_response_at", "first_resolved_at", "resolved_at", "closed_at")
NUMBERS = (
    *("tier", "response_seconds", "response_working_seconds", "first_resolved_seconds", "elapsed_seconds"),
    *("working_seconds", "net_seconds", "reopened", "hand_offs"),
)
Cells = dict[str, Any]


class TicketReport(NamedTuple):
    """The tickets of a request. metrics: clocks whose verdicts rows have; rows: their cells, by number; hidden: as in
    `FigureReport`. Instants are epoch seconds."""

    request: FigureRequest
    rules: DeskRules
    metrics: tuple[str, ...]
    rows: Sequence[Cells]
    hidden: tuple[str, ...]


def make_ticket_report(
    reader: ReadConnection, request: FigureRequest, condition: Condition | None = None
) -> TicketReport:
    """Return the tickets that came in the period of a request or were open at some time in it, with their measures.
    condition: the filter, read on this desk. Raises UsageError for a period that has not begun by the instant."""
    period, as_of = request.period.period, request.as_of
    require_begun(request)
    with reader.snapshot():
        rules = load_rules(reader, as_of)
        of_period, ever = (Scope(one, as_of, rules) for one in (period, Period(0, as_of + 1)))
        metrics = tuple(metric.key for metric in rules.metrics)
        lives = read_lives(reader, period, as_of, condition)
        rows = [_measure(life, ever, metrics) for life in lives if _belongs(life, of_period)]
    return TicketReport(request, rules, metrics, rows, reader.hidden_departments)


def _belongs(life: Life, scope: Scope) -> bool:
    return scope.has(life.received_at) or any(
        visit.category in OPEN_CATEGORIES
        and visit.since < scope.known_until
        and (visit.until is None or visit.until >= scope.period.since)
        for visit in life.visits
    )


def _measure(life: Life, scope: Scope, metrics: Sequence[str]) -> Cells:
    """Return the cells of a ticket. scope: of its whole life up to the instant of the report."""
    rows: dict[tuple[str, ...], list[Row]] = {}
    for measure in _MEASURES:
        for part, row in measure.collect(life, scope):
            rows.setdefault((measure.key, *part), []).append(row)
    resolution = life.resolution
    hands = life if resolution is None else resolution.visit
    visit = life.find_visit(scope.as_of)
    return {
        "number": life.number,
        "external_id": life.external_id,
        "status": None if visit is None else visit.status,
        "type": life.type,
        "severity": life.severity,
        "priority": life.priority,
        "client": life.client,
        "product": life.product,
        "channel": life.channel,
        "department": life.department,
        "topic": life.topic,
        "tags": list(life.tags),
        "team": hands.team,
        "tier": hands.tier,
        "agent": hands.assignee,
        "received_at": life.received_at,
        "first_response_at": _find_instant(rows, "first-response", "elapsed"),
        "first_resolved_at": _find_instant(rows, "time-to-first-resolution"),
        "resolved_at": _find_instant(rows, "time-to-resolve", "elapsed"),
        "closed_at": _find_instant(rows, "closed"),
        "ended_otherwise": life.is_ended_otherwise,
        "response_seconds": _find_seconds(rows, "first-response", "elapsed"),
        "response_working_seconds": _find_seconds(rows, "first-response", "working"),
        "first_resolved_seconds": _find_seconds(rows, "time-to-first-resolution"),
        "elapsed_seconds": _find_seconds(rows, "time-to-resolve", "elapsed"),
        "working_seconds": _find_seconds(rows, "time-to-resolve", "working"),
        "net_seconds": _find_seconds(rows, "time-to-resolve", "net"),
        "reopened": len(rows.get(("reopened",), ())),
        "hand_offs": _find_seconds(rows, "hand-offs"),
        "verdicts": {metric: _describe_verdict(rows, metric) for metric in metrics},
    }


def _find_instant(rows: Mapping[tuple[str, ...], Sequence[Row]], *key: str) -> int | None:
    found = rows.get(key)
    return found[0].at if found else None


def _find_seconds(rows: Mapping[tuple[str, ...], Sequence[Row]], *key: str) -> int | None:
    found = rows.get(key)
    return found[0].seconds if found else None


def _describe_verdict(rows: Mapping[tuple[str, ...], Sequence[Row]], metric: str) -> dict[str, Any]:
    """Return the verdict on a metric of a ticket, the worst of its cycles, and how many were met and late; the verdict
    is None where it never ran."""
    counts = {
        verdict: len(rows.get(("attainment", metric, verdict), ())) + len(rows.get(("undecided", metric, verdict), ()))
        for verdict in _VERDICTS
    }
    worst = next((verdict for verdict in _VERDICTS if counts[verdict]), None)
    return {"verdict": "late" if worst == "already" else worst, "met": counts["met"], "late": counts["late"]}


def build_ticket_document(
    reader: ReadConnection, facts: DeskFacts, report: TicketReport, made_at: int
) -> dict[str, Any]:
    """Return the report with its envelope, made at an instant in epoch seconds (R-44). The rows count in its digest
    by one of their own, so that the envelope alone can be verified too."""
    request = report.request
    rows = [dict(_list_cells(row)) for row in report.rows]
    ids = [row["external_id"] or str(row["number"]) for row in rows]
    document = {
        "report": "tickets",
        "title": f"{facts.name} · tickets of {request.period.name}",
        "period": describe_period(request.period),
        "filter": request.filter,
        "as_of": format_utc(request.as_of),
        "so_far": request.period.is_running(request.as_of),
        "made_at": format_utc(made_at),
        "desk": facts.name,
        "simulated": facts.simulated,
        "procedures": list_procedures(reader, {version.version for version in report.rules.versions}),
        "calendars": sorted(report.rules.procedure.terms.calendars),
        "program": __version__,
        "events": count_events(reader, request.as_of),
        "hidden_departments": list(report.hidden),
        "figures": {"tickets": {"n": len(rows), "digest": compute_rows_digest(rows)}},
        "lists": {"tickets": {"n": len(rows), "digest": compute_list_digest(ids)}},
        "tickets": rows,
    }
    return document | {"digest": compute_digest(document)}


def compute_rows_digest(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of rows as canonical JSON, in the order of their ids, which an import does not change."""
    # Numbers are given anew by an import; the ids of another desk are not
    said = [{name: value for name, value in row.items() if name != "number"} | {"id": _find_id(row)} for row in rows]
    said.sort(key=lambda row: str(row["id"]))
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _find_id(row: Mapping[str, Any]) -> str:
    return str(row["external_id"] or row["number"])


def _list_cells(row: Cells) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        yield name, format_utc(value) if name in INSTANTS and value is not None else value
