"""The envelope of a report: where its figures come from, and digests by which it can be verified (R-44, R-45)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from deskterm import __version__
from deskterm.reports.figure_report import FigureReport
from deskterm.reports.measures.figures import Figure
from deskterm.reports.periods import NamedPeriod
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts

DIGESTED = ("report", "period", "filter", "by", "with_closed", "objectives", "as_of", "procedures", "figures", "lists")
"""The members that the digest is of: everything that the same events give again, and no words that people wrote."""
TEXT_MEMBERS = frozenset({"report", "title", "filter", "as_of", "made_at", "desk", "program", "digest", "cells"})
"""The members that are texts, and stand as such where others stand as JSON."""
PAGE_DIGEST = "page_sha256"
"""Name of the digest of a page's text in the envelope that lies in it."""
IN_PAGE = re.compile(r'(<script type="application/json"[^>]*>)(.*?)(</script>)', re.DOTALL)
"""The envelope in a page."""


def build_envelope(reader: ReadConnection, facts: DeskFacts, report: FigureReport, made_at: int) -> dict[str, Any]:
    """Return a report with its envelope as a document of integers and texts."""
    request, scope = report.request, report.figures.scope
    document: dict[str, Any] = {
        "report": "figures",
        "title": f"{facts.name} · {request.period.name}",
        "period": describe_period(request.period),
        "filter": request.filter,
        "by": list(request.by),
        "with_closed": int(request.with_closed),
        "objectives": list(request.objectives),
        "as_of": format_utc(request.as_of),
        "so_far": report.is_running,
        "made_at": format_utc(made_at),
        "desk": facts.name,
        "simulated": facts.simulated,
        "procedures": list_procedures(reader, {version.version for version in scope.rules.versions}),
        "calendars": sorted(scope.rules.procedure.terms.calendars),
        "program": __version__,
        "events": count_events(reader, request.as_of),
        "tickets": report.figures.lives,
        "hidden_departments": list(report.hidden),
        "imbalance": report.figures.imbalance,
        "figures": dict(_list_figures(report)),
        "lists": {
            figure.key: {"n": figure.count, "digest": compute_list_digest(figure.ids)}
            for figure in report.figures.figures.values()
            if report.figures.is_derivable(figure.measure)
        },
        "measures": [
            {"key": measure.key, "label": measure.label, "sentence": measure.sentence, "unit": measure.unit}
            for measure in report.figures.measures
        ],
    }
    document["digest"] = compute_digest(document)
    return document


def add_months(document: dict[str, Any], months: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a report with the digests of the months of its trend, which its own digest is of too. months: their
    documents."""
    found = [{"period": month["period"], "digest": month["digest"]} for month in months]
    document = document | {"months": found}
    return document | {"digest": compute_digest(document)}


def compute_digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a report says, as canonical JSON: sorted keys, no blanks, UTF-8 (R-45)."""
    said = {name: document.get(name) for name in DIGESTED}
    if "months" in document:
        said["months"] = document["months"]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def compute_page_digest(text: str) -> str:
    """Return the SHA-256 of a page without the envelope that lies in it."""
    return hashlib.sha256(IN_PAGE.sub(r"\1\3", text, count=1).encode()).hexdigest()


def compute_list_digest(ids: Iterable[str]) -> str:
    """Return the SHA-256 of the sorted ids of a list, joined by line feeds; an id is the external one where there is
    one, else the number, so that the order of an import does not matter."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def count_events(reader: ReadConnection, as_of: int) -> dict[str, int]:
    """Count the events up to an instant, epoch seconds, and find the last of them by its id."""
    found = reader.rows("SELECT count(*), max(id) FROM event WHERE at <= :as_of", {"as_of": reader.instant(as_of)})
    return {"count": int(found[0][0]), "last_id": int(found[0][1] or 0)}


def format_utc(seconds: int) -> str:
    """Return an instant as RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_utc(text: str) -> int:
    """Parse what `format_utc` returns. Raises ValueError for anything else."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def describe_period(period: NamedPeriod) -> dict[str, str]:
    """Return a period as an envelope has it."""
    since, until = format_utc(period.period.since), format_utc(period.period.until)
    return {"name": period.name, "since": since, "until": until, "zone": period.zone}


def list_procedures(reader: ReadConnection, versions: set[int]) -> list[dict[str, Any]]:
    """Return versions of the procedure as an envelope names them, the oldest first."""
    rows = reader.rows("SELECT id, key, digest, applied_at FROM procedure_version ORDER BY id")
    return [
        {"version": number, "key": key, "digest": digest, "applied_at": format_utc(seconds_from_stored(applied))}
        for number, key, digest, applied in rows
        if number in versions
    ]


def _list_figures(report: FigureReport) -> Iterator[tuple[str, dict[str, Any]]]:
    figures = report.figures
    for figure in figures.figures.values():
        yield figure.key, describe_figure(figure) if figures.is_derivable(figure.measure) else {"missing": "messages"}
    for share in report.list_shares():
        yield share.key, {"part": share.part, "whole": share.whole}
    for budget in report.list_budgets():
        judged = {"judged": budget.judged, "allowed": budget.allowed, "left": budget.left}
        yield budget.key, judged | {"late": budget.allowed - budget.left, "target": format_share(budget.share)}


def format_share(share: Fraction) -> str:
    """Return a share as an exact decimal text of per cent."""
    text = f"{share.numerator * 100_000 // share.denominator:04}"
    whole, rest = text[:-3], text[-3:].rstrip("0")
    return f"{whole}.{rest}%" if rest else f"{whole}%"


def describe_figure(figure: Figure) -> dict[str, Any]:
    """Return the numbers of a figure: whole ones, and medians as exact decimal texts. A mean is `sum` ÷ `n`; of stays
    `n` are the tickets and `visits` the rows."""
    if figure.statistic == "count":
        return {"n": figure.count}
    times = figure.compute_times()
    found: dict[str, Any] = {"n": times.n, "sum": times.sum, "median": times.median, "p90": times.p90, "max": times.max}
    return found | ({"visits": figure.count} if figure.statistic == "stays" else {})
