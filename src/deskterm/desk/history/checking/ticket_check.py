"""Check of one ticket: its chain, its texts and files, and the rows that its events project to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from deskterm.desk.core.projection_rows import TicketProjection, build_message_rows
from deskterm.desk.core.row_mapping import ConvertInstant, to_datetime
from deskterm.desk.domain.events import GENESIS, Event, compute_hash
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.history.checking.row_repairs import RowRepairs
from deskterm.desk.history.checking.stored_rows import (
    CLOCKS,
    MESSAGES,
    RECORDS,
    TICKETS,
    VISITS,
    ZONES,
    ProjectedTable,
    StoredRows,
)
from deskterm.desk.history.erasing.erasure import collect_replacement_digests
from deskterm.desk.history.event_rows import check_texts, decode_row, select_erasures
from deskterm.desk.history.file_checks import check_files, collect_erased_files
from deskterm.errors import RESTORE_ADVICE
from deskterm.sla.zones import read_zones_version

_RECKONED = frozenset({"next_due_at", "next_metric", "breached", "order_at", "rank"})
"""Columns of a ticket that follow from the due times of its clocks."""

_VERSION, _HASH = TICKETS.columns.index("version"), TICKETS.columns.index("hash")


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference that was found. repaired: the rows were rewritten. A changed event or text cannot be repaired:
    the right one has to come from a backup."""

    ticket: int
    sentence: str
    repaired: bool = False


class _ExpectedRows(NamedTuple):
    """The rows that the events of a ticket project to, in the order in which they are stored."""

    ticket: dict[str, Any]
    records: list[dict[str, Any]]
    clocks: list[dict[str, Any]]
    visits: list[dict[str, Any]]
    messages: list[dict[str, Any]]


class _FoldedTicket(NamedTuple):
    """A ticket whose events are as they were written. last_hash: of its last event."""

    number: int
    fold: TicketFold
    projection: TicketProjection
    events: list[Event]
    last_hash: str

    def build_rows(self, stored: StoredRows, convert_instant: ConvertInstant) -> _ExpectedRows:
        number, state = self.number, self.fold.state
        rows = self.projection.build_rows(number, stored.current, self.last_hash, convert_instant)
        names = {
            "id": number,
            "subject": stored.texts[state.subject_id][1] if state.subject_id in stored.texts else "",
            "requester": stored.people.get(state.requester_id or 0, ""),
            "organisation": stored.clients.get(state.organisation_id or 0, ""),
        }
        # The fold began empty, so every row is among those that were added.
        return _ExpectedRows(
            rows.ticket | names,
            sorted(rows.records.added, key=itemgetter("kind", "key")),
            sorted(rows.clocks.added, key=itemgetter("metric", "cycle")),
            rows.visits.added,
            build_message_rows(number, self.events, convert_instant),
        )


def check_ticket(stored: StoredRows, number: int, repairs: RowRepairs | None) -> Iterator[Finding]:
    """Check one ticket: chain and texts first, then the rows that its events project to. repairs: takes those that
    differ."""
    fold = TicketFold(stored.procedures)
    projection = TicketProjection(fold)
    previous, intact = GENESIS, True
    events: list[Event] = []
    rows, files = stored.events.get(number, []), stored.files.get(number, ())
    erasures = list(select_erasures(rows))
    erased, erased_files = collect_replacement_digests(erasures), collect_erased_files(erasures)
    for seq, row in enumerate(rows, 1):
        event = decode_row(row)
        if event is not None:
            previous = compute_hash(previous, number, event, row.data)
        if event is None or row.seq != seq or row.hash != previous:
            yield Finding(number, f"event {row.seq} of ticket {number} is not what was written: {RESTORE_ADVICE}")
            intact = False
            break
        for sentence in check_texts(stored.texts, number, event, erased) if event.texts else ():
            yield Finding(number, sentence)
            repairs = None  # rows are not written from words that are not what was written
        for sentence in check_files(files, number, event, erased_files) if files or "files" in event.data else ():
            yield Finding(number, sentence)
        fold.step(event)
        events.append(event)
    if not rows:
        yield Finding(number, f"ticket {number} has no events: {RESTORE_ADVICE}")
    if not rows or not intact:  # what a broken chain projects to must not overwrite the rows
        return
    stored_row = stored.tickets[number][-1]
    version = stored_row[_VERSION]
    if isinstance(version, int) and len(rows) < version:
        # What is missing at the end leaves no gap in the chain: rows that still know of it are not written over.
        what = f"the last {version - len(rows)} of {version} events of ticket {number} are missing"
        yield Finding(number, f"{what}: {RESTORE_ADVICE}")
        return
    if len(rows) == version and previous != stored_row[_HASH]:
        yield Finding(number, f"ticket {number} was written by other events than it has: {RESTORE_ADVICE}")
        return
    yield from _compare_rows(stored, _FoldedTicket(number, fold, projection, events, previous), repairs)


def _compare_rows(stored: StoredRows, folded: _FoldedTicket, repairs: RowRepairs | None) -> Iterator[Finding]:
    """Compare all rows of a ticket with those that its events project to."""
    number = folded.number
    pairs = (
        (TICKETS, stored.tickets[number][-1:], ""),
        (RECORDS, stored.records.get(number, []), "records"),
        (CLOCKS, stored.clocks.get(number, []), "clocks"),
        (VISITS, stored.visits.get(number, []), "visits of statuses"),
        (MESSAGES, stored.messages.get(number, []), "messages"),
    )
    ticket, *others = folded.build_rows(stored, stored.convert_instant)
    expected = ([ticket], *others)
    if all(table.holds(rows, said) for (table, rows, _), said in zip(pairs, expected, strict=True)):
        return
    # A difference that is in the form of a value only is none
    ticket, *others = folded.build_rows(stored, to_datetime)
    yield from _compare_ticket(TICKETS.to_mapping(stored.tickets[number][-1]), ticket, number, repairs)
    for (table, rows, label), said in zip(pairs[1:], others, strict=True):
        yield from _compare(table, [table.to_mapping(row) for row in rows], said, number, repairs, label)


def _compare_ticket(
    row: Mapping[str, Any], expected: Mapping[str, Any], number: int, repairs: RowRepairs | None
) -> Iterator[Finding]:
    differing = [name for name, value in expected.items() if name != ZONES and row[name] != value]
    if not differing:
        return
    if repairs is not None:
        repairs.update_ticket(number, {name: expected[name] for name in (*differing, ZONES)})
    other = _describe_other_zones({row[ZONES]}) if _RECKONED.issuperset(differing) else ""
    difference = f"was reckoned by {other}:" if other else "differs from its events in"
    yield Finding(number, f"ticket {number} {difference} {', '.join(differing)}", repairs is not None)


def _compare(
    table: ProjectedTable,
    rows: Sequence[Mapping[str, Any]],
    expected: Sequence[Mapping[str, Any]],
    number: int,
    repairs: RowRepairs | None,
    label: str,
) -> Iterator[Finding]:
    before, after = (
        [{name: value for name, value in row.items() if name != ZONES} for row in found] for found in (rows, expected)
    )
    if before == after:
        return
    if repairs is not None:
        repairs.replace_rows(table.table, number, rows, expected)
    # Of the rows that differ only: the others may be of any version
    zones = {row[ZONES] for row, plain in zip(rows, before, strict=True) if ZONES in row and plain not in after}
    other = _describe_other_zones(zones)
    difference = f"were reckoned by {other}" if other else "differ from its events"
    yield Finding(number, f"the {label} of ticket {number} {difference}", repairs is not None)


def _describe_other_zones(versions: Collection[str]) -> str:
    """Return the words for rows that were reckoned by other versions of the time zone database than this program's;
    empty where one of them was reckoned by the same, or it is not known by which."""
    own = read_zones_version()
    if not own or not versions or {"", own} & set(versions):
        return ""
    return f"the time zones of {', '.join(sorted(versions))}, and this system has those of {own}"
