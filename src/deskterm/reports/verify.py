"""The verification of a report: run again as it was recorded, and compared (R-46)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any, NamedTuple

from deskterm import __version__
from deskterm.errors import DeskError
from deskterm.reports.envelope import IN_PAGE, PAGE_DIGEST, compute_digest, compute_page_digest, count_events, parse_utc
from deskterm.reports.figure_report import FigureRequest
from deskterm.reports.periods import NamedPeriod, find_days
from deskterm.reports.ticket_report import compute_rows_digest
from deskterm.store.db.reader import ReadConnection


class Difference(NamedTuple):
    """A member that differs. then: as the file has it; now: as it comes out now; None where it is not there."""

    key: str
    then: Any
    now: Any


class Verification(NamedTuple):
    """The result. reasons: why figures differ, as far as the envelope tells."""

    differences: list[Difference]
    reasons: list[str]

    @property
    def is_equal(self) -> bool:
        return not self.differences


def read_report(text: str) -> dict[str, Any]:
    """Read a report out of a JSON document or a page. Raises DeskError for a text that is none, and for one that was
    changed."""
    found = IN_PAGE.search(text) if text.lstrip().startswith("<") else None
    try:
        document = json.loads(unescape(found[2]) if found and "&quot;" in found[2] else found[2] if found else text)
    except ValueError as error:
        raise DeskError("This is no report, or only the beginning of one: nothing in it can be read.") from error
    report = check_report(document)
    if found is not None and report.get(PAGE_DIGEST) not in (None, compute_page_digest(text)):
        raise DeskError("This is not the report that was made: the page was changed after that. Nothing was run.")
    return report


def check_report(document: Any) -> dict[str, Any]:
    """Return a document if it is a report as it was made. Raises DeskError for another one, and for one that was
    changed."""
    if not isinstance(document, dict) or "digest" not in document or "figures" not in document:
        raise DeskError("This is no report: it lacks its figures or its digest.")
    rows = document.get("tickets") if document.get("report") == "tickets" else None
    is_whole = not isinstance(rows, list) or _are_rows_whole(document, rows)
    if compute_digest(document) != document["digest"] or not is_whole:
        raise DeskError(
            "This is not the report that was made, because its own digest does not fit: the file was changed later."
            " Nothing was run."
        )
    return document


def _are_rows_whole(document: Mapping[str, Any], rows: Sequence[Any]) -> bool:
    try:
        return bool(compute_rows_digest(rows) == document["figures"]["tickets"]["digest"])
    except (KeyError, TypeError, AttributeError):
        return False


def read_request(document: Mapping[str, Any]) -> FigureRequest:
    """Return the request that a report was made for. Raises DeskError for a report of a kind that this edition does
    not know."""
    if document["report"] not in ("figures", "tickets"):
        raise DeskError(f"There is no report {document['report']!r} in this edition of deskterm.")
    try:
        named = _read_period(document["period"])
        as_of = parse_utc(document["as_of"])
        return FigureRequest(
            named,
            as_of,
            str(document["filter"]),
            tuple(document.get("by", ())),
            bool(document.get("with_closed")),
            tuple(document.get("objectives", ())),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise DeskError("This report cannot be run again: its period or instant cannot be read.") from error


def _read_period(period: Mapping[str, Any]) -> NamedPeriod:
    first, after = find_days(parse_utc(period["since"]), parse_utc(period["until"]), period["zone"])
    return NamedPeriod(str(period["name"]), first, after, period["zone"])


def _read_months(document: Mapping[str, Any], request: FigureRequest) -> list[tuple[FigureRequest, Any]]:
    """Return the requests of the months of a trend, and their digests. Raises DeskError where they cannot be read."""
    try:
        months = [(_read_period(month["period"]), month["digest"]) for month in document.get("months", ())]
    except (KeyError, ValueError, TypeError) as error:
        raise DeskError("This report cannot be run again: the months of its trend cannot be read.") from error
    return [(replace(request, period=period, by=()), digest) for period, digest in months]


def verify_report(
    reader: ReadConnection,
    document: Mapping[str, Any],
    run: Callable[[Sequence[FigureRequest]], Sequence[Mapping[str, Any]]],
) -> Verification:
    """Run a report again and compare. run: makes the documents of requests that differ in their periods and dimensions
    only. Raises the DeskErrors of `read_request`."""
    request = read_request(document)
    months = _read_months(document, request)
    again, *months_again = run([request, *(month for month, _ in months)])
    differences = [
        Difference(f"{part}/{key}", then, now)
        for part in ("figures", "lists")
        for key in sorted({*document[part], *again[part]})
        if (then := document[part].get(key)) != (now := again[part].get(key))
    ]
    differences += [
        Difference(name, document.get(name), again.get(name))
        for name in ("period", "procedures")
        if document.get(name) != again.get(name)
    ]
    differences += [
        Difference(f"months/{month.period.name}", then, now["digest"])
        for (month, then), now in zip(months, months_again, strict=True)
        if now["digest"] != then
    ]
    differences += _compare_tickets(document, again)
    return Verification(differences, _find_reasons(reader, document, again, request) if differences else [])


def _compare_tickets(document: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the cells of tickets that are others now; none where the file has the envelope only."""
    if not isinstance(document.get("tickets"), list) or document["report"] != "tickets":
        return
    before, after = ({row["number"]: row for row in one["tickets"]} for one in (document, again))
    for number in sorted(before.keys() | after.keys()):
        then, now = before.get(number), after.get(number)
        if then is None or now is None:
            yield Difference(f"tickets/{number}", then and "there", now and "there")
            continue
        for name in sorted({*then, *now}):
            if then.get(name) != now.get(name):
                yield Difference(f"tickets/{number}/{name}", then.get(name), now.get(name))


def _find_reasons(
    reader: ReadConnection, document: Mapping[str, Any], again: Mapping[str, Any], request: FigureRequest
) -> list[str]:
    reasons = []
    if document["desk"] != again["desk"]:
        reasons.append(f"it is a report of the desk {document['desk']}, and this is {again['desk']}")
    if document["program"] != __version__:
        reasons.append(f"it was made by deskterm {document['program']}, and this is {__version__}")
    if document["procedures"] != again["procedures"]:
        reasons.append("the procedure in force as of its instant was another one")
    before, now = document["events"], count_events(reader, request.as_of)
    if now["count"] > before["count"]:
        reasons.append(f"{now['count'] - before['count']} events up to its instant were added after it was made")
    elif now["count"] < before["count"]:
        reasons.append(f"{before['count'] - now['count']} events up to its instant are gone")
    if document.get("hidden_departments", []) != again["hidden_departments"]:
        reasons.append("whoever made it reads other departments than you do")
    made = reader.instant(parse_utc(document["made_at"]))
    for kind, loss in (("purged", "closed tickets were purged"), ("erased", "somebody was erased")):
        query = "SELECT count(DISTINCT ticket_id) FROM event WHERE kind = :kind AND at >= :made"
        count = reader.rows(query, {"kind": kind, "made": made})[0][0]
        if count:
            reasons.append(f"{loss} since (tickets: {count})")
    return reasons
