"""Flow: what came, what was resolved, what came back (R-10 to R-15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deskterm.reports.lives.life import EntryKind, Life
from deskterm.reports.measures.measure import Measure, Part, Row, Scope

_Rows = Iterator[tuple[Part, Row]]


def _collect_created(life: Life, scope: Scope) -> _Rows:
    if not scope.has(life.received_at):
        return
    row = Row(life, life.received_at)
    yield (), row
    if life.is_ended_otherwise:
        yield ("ended-otherwise",), row
    if life.split_from is not None:
        yield ("split",), row
    if life.recorded_at >= scope.period.until:
        yield ("recorded-late",), row


def _collect_entries(kind: EntryKind) -> Callable[[Life, Scope], _Rows]:
    def collect(life: Life, scope: Scope) -> _Rows:
        for entry in life.entries:
            if entry.kind == kind and scope.has(entry.visit.since):
                yield (), Row(life, entry.visit.since, hands=entry.visit)

    return collect


def _collect_resolved(life: Life, scope: Scope) -> _Rows:
    entry = life.resolution
    if entry is not None and scope.has(entry.visit.since):
        yield (), Row(life, entry.visit.since, hands=entry.visit)


def _collect_first_resolved(life: Life, scope: Scope) -> _Rows:
    entry = life.first_resolution
    if entry is not None and scope.has(entry.visit.since):
        row = Row(life, entry.visit.since, hands=entry.visit)
        yield (), row
        within = scope.rules.reopened_within
        first = next((later.visit.since for later in life.entries if later.kind == "reopened"), None)
        if first is not None and (within is None or first <= entry.visit.since + within):
            yield ("reopened",), row


def _collect_reopened(life: Life, scope: Scope) -> _Rows:
    is_first, resolution = True, None
    for entry in life.entries:
        if entry.kind == "reopened" and scope.has(entry.visit.since):
            # Of the team and agent whose resolution stands at last, as all that is counted of a resolved ticket; of
            # nobody's while it is open again
            resolution = resolution or life.resolution
            hands = resolution.visit if resolution else entry.visit._replace(team=None, tier=None, assignee=None)
            row = Row(life, entry.visit.since, hands=hands)
            yield (), row
            if is_first:
                yield ("tickets",), row
            is_first = False


def _collect_closed(life: Life, scope: Scope) -> _Rows:
    visit = life.find_closing()
    if visit is not None and scope.has(visit.since):
        yield (), Row(life, visit.since, hands=visit)


MEASURES = (
    Measure(
        "created",
        "Created",
        "Tickets that were received in the period; of them those that ended as a duplicate or otherwise, were split "
        "off, or were recorded only after it.",
        _collect_created,
        parts=lambda scope: ((), ("ended-otherwise",), ("split",), ("recorded-late",)),
    ),
    Measure(
        "resolutions",
        "Resolutions",
        "Entries from an open status into a solved or closed one in the period; a ticket may count twice.",
        _collect_entries("resolved"),
        over="entries",
        unit="events",
    ),
    Measure(
        "resolved",
        "Resolved",
        "Tickets whose standing resolution, the last one, falls in the period; each once, none that is open again.",
        _collect_resolved,
        over="entries",
    ),
    Measure(
        "first-resolved",
        "First resolved",
        "Tickets whose first resolution falls in the period, whatever came after it; and those of them that were "
        "reopened within the time that the procedure says (`reopened_within` under [figures], else 30 days).",
        _collect_first_resolved,
        over="entries",
        parts=lambda scope: ((), ("reopened",)),
    ),
    Measure(
        "reopened",
        "Reopened",
        "Entries from a solved or closed status back into an open one in the period, and the tickets that had any.",
        _collect_reopened,
        over="entries",
        unit="events",
        parts=lambda scope: ((), ("tickets",)),
    ),
    Measure("closed", "Closed", "Tickets whose standing closing falls in the period.", _collect_closed, over="entries"),
    Measure(
        "ended-otherwise",
        "Ended otherwise",
        "Open tickets that were closed in the period as a duplicate, merged or withdrawn: not resolved.",
        _collect_entries("ended"),
        over="entries",
        unit="events",
    ),
    Measure(
        "brought-back",
        "Brought back",
        "Duplicates and merged tickets that were separated in the period, and so are open again.",
        _collect_entries("brought-back"),
        over="entries",
        unit="events",
    ),
)
