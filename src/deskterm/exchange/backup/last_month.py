"""The report of last month, on the desk and on a backup that was restored: figures that differ would be found by a
reader, long after whoever made the backup (R-83)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from deskterm.errors import DeskError
from deskterm.reports.envelope import build_envelope, count_events
from deskterm.reports.figure_report import FigureRequest, make_figure_report
from deskterm.reports.periods import parse_period
from deskterm.reports.verify import verify_report
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_desk_facts


class ComparedMonth(NamedTuple):
    """A month whose figures are the same on both. figures: how many were compared; 0 where events of that time were
    added to the desk since the backup, so that there is nothing to compare."""

    first_day: str
    figures: int


def compare_last_month(desk: ReadConnection, restored: ReadConnection, name: str) -> ComparedMonth | None:
    """Count the month before the last event of a backup on the desk and on the restored backup; None for a backup
    without events. name: of the backup, for messages. Raises DeskError when a figure differs."""
    ((last,),) = restored.rows("SELECT max(at) FROM event")
    if last is None:
        return None
    # The second of the last event may have got a further one on the desk since
    as_of = seconds_from_stored(last) - 1
    facts = load_desk_facts(restored)
    month = parse_period("last-month", facts.timezone, datetime.fromtimestamp(as_of, UTC))
    if count_events(desk, as_of)["count"] != count_events(restored, as_of)["count"]:
        return ComparedMonth(month.first.isoformat(), 0)
    expected = _count(desk, FigureRequest(month, as_of))
    found = verify_report(restored, expected, lambda requests: [_count(restored, request) for request in requests])
    if found.differences:
        first = found.differences[0]
        raise DeskError(
            f"{name} was restored, and counts last month otherwise ({first.key}: {first.then} on the desk, {first.now} "
            "restored): see `deskterm doctor`."
        )
    return ComparedMonth(month.first.isoformat(), len(expected["figures"]))


def _count(reader: ReadConnection, request: FigureRequest) -> Mapping[str, Any]:
    return build_envelope(reader, load_desk_facts(reader), make_figure_report(reader, request), request.as_of)
