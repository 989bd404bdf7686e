"""Proof that the tables say what the events say, and that nobody changed an event.

Ticket, clock and message rows are folded again from the events and compared; each event's place in its chain and
the digest of the words it refers to are checked on the way. A row that differs can be written anew; an event never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Select, String, Table, delete, func, insert, select, type_coerce, update
from sqlmodel import Session, UTCDateTime

from deskterm.desk.core.row_mapping import clock_values, record_values, seconds, ticket_values
from deskterm.desk.core.transaction import UNDONE, message_values
from deskterm.desk.domain.event_kinds import ERASURE_EVENTS
from deskterm.desk.domain.events import GENESIS, Event, compute_digest, compute_hash, decode_event
from deskterm.desk.domain.fold import PROJECTION_VERSION, TicketFold
from deskterm.desk.history.erasure import collect_replacement_digests
from deskterm.procedure.compiled import CompiledProcedure, from_document
from deskterm.progress import Progress
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import (
    ClockRow,
    Contact,
    Message,
    Organisation,
    PersonalText,
    ProcedureVersion,
    RecordRow,
    Ticket,
    table_of,
)
from deskterm.store.db.tables import Desk as DeskRow
from deskterm.store.db.tables import Event as EventRow

_BATCH = 500
_INSTANT = "at:"
"""How the name of a column begins that is read as text."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. repaired: it was written anew; what is not repairable is a changed
    event or words, for which a backup is the place to look."""

    ticket: int
    sentence: str
    repaired: bool = False


@dataclass(slots=True)
class IntegrityReport:
    """What was looked at and found."""

    tickets: int = 0
    events: int = 0
    findings: tuple[Finding, ...] = ()


def check_integrity(
    store: Store, *, repair: bool = False, progress: Progress | None = None, after: int = 0
) -> IntegrityReport:
    """Fold every ticket again and compare. repair: write rows that differ anew, in one transaction a batch.
    progress: called with tickets done and tickets in all. after: only tickets with higher numbers."""
    refresh_projections(store, progress)
    return _prove(store, repair, progress, after)


def refresh_projections(store: Store, progress: Progress | None = None, *, batch: int = _BATCH) -> bool:
    """Write rows that an earlier fold made anew, one transaction a batch; False, and nothing done, when there are
    none. Interrupted, it goes on where it was the next time. progress: called after each batch; what it raises
    interrupts."""
    table = table_of(DeskRow)
    with store.reading() as session:
        found = session.execute(select(table.c.fold, table.c.refolding)).one_or_none()
    if found is None or found.fold >= PROJECTION_VERSION:
        return False
    towards, _, reached = found.refolding.partition(":")

    def keep(session: Session, number: int) -> None:
        session.execute(update(table).values(refolding=f"{PROJECTION_VERSION}:{number}"))

    _prove(store, True, progress, int(reached) if towards == str(PROJECTION_VERSION) else 0, batch=batch, keep=keep)
    with store.writing() as session:
        session.execute(update(table).values(fold=PROJECTION_VERSION, refolding=""))
    return True


def _prove(
    store: Store,
    repair: bool,
    progress: Progress | None,
    after: int = 0,
    *,
    batch: int = _BATCH,
    keep: Callable[[Session, int], None] | None = None,
) -> IntegrityReport:
    """keep: called in each batch's transaction with the last ticket of it."""
    proof = IntegrityReport()
    findings: list[Finding] = []
    table = table_of(Ticket)
    last = after
    with store.reading() as session:
        total = session.execute(select(func.count()).select_from(table).where(table.c.id > after)).scalar_one()
    while True:
        with store.writing() if repair else store.reading() as session:
            numbers = _numbers(session, last, batch)
            if not numbers:
                break
            rows = _Batch(session, numbers[0], numbers[-1])
            for number in numbers:
                proof.events += len(rows.events.get(number, ()))
                findings += _ticket(session, rows, number, repair)
            proof.tickets += len(numbers)
            last = numbers[-1]
            if keep is not None:
                keep(session, last)
        if progress is not None:
            progress(proof.tickets, total)
    proof.findings = tuple(findings)
    return proof


def _numbers(session: Session, after: int, most: int) -> list[int]:
    table = table_of(Ticket)
    statement = select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(most)
    return list(session.execute(statement).scalars())


class _Batch:
    """The rows of some hundred tickets, by ticket."""

    def __init__(self, session: Session, first: int, last: int) -> None:
        self.editions = _editions(session)
        self.current = self.editions(session.execute(select(table_of(DeskRow).c.procedure_version)).scalar_one())
        self.tickets = {row["id"]: row for row in _rows(session, table_of(Ticket), "id", first, last)}
        self.events = _by_ticket(_rows(session, table_of(EventRow), "ticket_id", first, last, "seq"))
        self.clocks = _by_ticket(_rows(session, table_of(ClockRow), "ticket_id", first, last, "metric", "cycle"))
        self.records = _by_ticket(_rows(session, table_of(RecordRow), "ticket_id", first, last, "kind", "key"))
        self.messages = _by_ticket(_rows(session, table_of(Message), "ticket_id", first, last, "seq"))
        texts = _rows(session, table_of(PersonalText), "ticket_id", first, last)
        self.texts = {row["id"]: row for row in texts}
        self.people = _names(session, table_of(Contact), self.tickets, "requester_id")
        self.clients = _names(session, table_of(Organisation), self.tickets, "organisation_id")


def _rows(session: Session, table: Table, by: str, first: int, last: int, *order: str) -> list[Mapping[str, Any]]:
    column = table.c[by]
    statement = (
        select(table).where(column >= first, column <= last).order_by(column, *(table.c[name] for name in order))
    )
    try:
        return [dict(row) for row in session.execute(statement).mappings()]
    except (ValueError, TypeError):  # something else stands where an instant is to stand
        return [_legible(dict(row)) for row in session.execute(_as_text(statement, table)).mappings()]


def _as_text(statement: Select[Any], table: Table) -> Select[Any]:
    """The same rows with instants as SQLite holds them."""
    return statement.with_only_columns(
        *(
            type_coerce(column, String).label(f"{_INSTANT}{column.name}") if _is_instant(column) else column
            for column in table.c
        )
    )


def _is_instant(column: Column[Any]) -> bool:
    return isinstance(column.type, UTCDateTime)


def _legible(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with those instants read that are any; what is none is left as it stands, and so differs from all that the
    events say."""
    return {
        name.removeprefix(_INSTANT): _read(value) if name.startswith(_INSTANT) else value for name, value in row.items()
    }


def _read(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except (ValueError, TypeError):
        return value


def _by_ticket(rows: list[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    return {number: list(group) for number, group in groupby(rows, key=itemgetter("ticket_id"))}


def _names(session: Session, table: Table, tickets: Mapping[int, Mapping[str, Any]], by: str) -> dict[int, str]:
    wanted = {row[by] for row in tickets.values() if row[by] is not None}
    found: dict[int, str] = {}
    ordered = sorted(wanted)
    for start in range(0, len(ordered), 500):
        statement = select(table.c.id, table.c.name).where(table.c.id.in_(ordered[start : start + 500]))
        found.update((number, name) for number, name in session.execute(statement))
    return found


def _editions(session: Session) -> Callable[[int], CompiledProcedure]:
    known: dict[int, CompiledProcedure] = {}

    def edition(version: int) -> CompiledProcedure:
        if version not in known:
            row = session.get_one(ProcedureVersion, version)
            known[version] = from_document(row.document, version)
        return known[version]

    return edition


def _ticket(session: Session, batch: _Batch, number: int, repair: bool) -> Iterator[Finding]:
    fold = TicketFold(batch.editions)
    previous, whole = GENESIS, True
    messages: list[dict[str, Any]] = []
    rows = batch.events.get(number, [])
    erased = collect_replacement_digests(select_erasures(rows))
    for seq, row in enumerate(rows, 1):
        event = decode_row(row)
        if event is not None:
            previous = compute_hash(previous, number, event, row["data"])
        if event is None or row["seq"] != seq or row["hash"] != previous:
            yield Finding(number, f"event {row['seq']} of ticket {number} is not what was written: compare a backup")
            whole = False
            break
        for sentence in check_texts(batch.texts, number, event, erased):
            yield Finding(number, sentence)
        fold.step(event)
        message = message_values(event)
        if message is not None:
            messages.append(message | {"ticket_id": number})
        if event.kind == "undone":
            gone = set(event.data["seqs"])
            messages = [one | {"mark": UNDONE} if one["seq"] in gone else one for one in messages]
    if not rows:
        yield Finding(number, f"ticket {number} has no events: compare a backup")
    if not rows or not whole:
        return
    clocks = fold.clocks()
    state = fold.state
    ticket = ticket_values(state, clocks, batch.current) | {
        "subject": batch.texts[state.subject_id]["body"] if state.subject_id in batch.texts else "",
        "requester": batch.people.get(state.requester_id or 0, ""),
        "organisation": batch.clients.get(state.organisation_id or 0, ""),
        "hash": previous,
    }
    yield from _compare_ticket(session, batch.tickets[number], ticket, number, repair)
    wanted = sorted(
        (clock_values(clock) | {"ticket_id": number} for clock in clocks), key=itemgetter("metric", "cycle")
    )
    records = [record_values(record) | {"ticket_id": number} for record in state.records.values()]
    records.sort(key=itemgetter("kind", "key"))
    hung = batch.records.get(number, [])
    yield from _compare(session, table_of(RecordRow), hung, records, number, repair, "records")
    yield from _compare(session, table_of(ClockRow), batch.clocks.get(number, []), wanted, number, repair, "clocks")
    found = [{k: v for k, v in row.items() if k != "id"} for row in batch.messages.get(number, [])]
    yield from _compare(session, table_of(Message), found, messages, number, repair, "messages")


def decode_row(row: Mapping[str, Any]) -> Event | None:
    """The event of a row of its table; None for one that nobody can read as such, so that somebody changed it."""
    try:
        return decode_event(
            row["seq"], row["kind"], seconds(row["at"]), row["actor"], row["procedure_version"], row["data"]
        )
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def select_erasures(rows: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    """The events by which words were emptied."""
    for row in rows:
        event = decode_row(row) if row["kind"] in ERASURE_EVENTS else None
        if event is not None:
            yield event


def check_texts(
    texts: Mapping[int, Mapping[str, Any]], number: int, event: Event, erased: Mapping[int, str]
) -> Iterator[str]:
    """What is wrong with the words that an event refers to. texts: the rows of them, by number; erased: the digests of
    what stands in the place of words that were erased (`deskterm.desk.history.erasure.digests`)."""
    for name, reference in event.texts.items():
        text = texts.get(reference.id)
        wanted = erased.get(reference.id, reference.digest)
        if text is None:
            yield f"the {name} of event {event.seq} of ticket {number} is missing: compare a backup"
        elif (compute_digest(text["salt"], text["body"]) if text["salt"] or text["body"] else "") != wanted:
            yield f"the {name} of event {event.seq} of ticket {number} is not what was written: compare a backup"


def _compare_ticket(
    session: Session, row: Mapping[str, Any], wanted: Mapping[str, Any], number: int, repair: bool
) -> Iterator[Finding]:
    wrong = [name for name, value in wanted.items() if row[name] != value]
    if not wrong:
        return
    if repair:
        table = table_of(Ticket)
        session.execute(update(table).where(table.c.id == number).values(**{name: wanted[name] for name in wrong}))
    yield Finding(number, f"ticket {number} differs from its events in {', '.join(wrong)}", repair)


def _compare(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    wanted: Sequence[Mapping[str, Any]],
    number: int,
    repair: bool,
    what: str,
) -> Iterator[Finding]:
    if list(rows) == list(wanted):
        return
    if repair:
        session.execute(delete(table).where(table.c.ticket_id == number))
        if wanted:
            session.execute(insert(table), [dict(row) for row in wanted])
    yield Finding(number, f"the {what} of ticket {number} differ from its events", repair)
