"""The rows that are written for a ticket: its chained events, and what their fold says of it.

Commands, imports and the check of integrity build rows here and nowhere else, so that a ticket looks the same however
its events came about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import Session

from deskterm.desk.core.row_mapping import (
    ConvertInstant,
    build_clock_row,
    build_message_row,
    build_record_row,
    build_ticket_row,
    build_visit_row,
    to_datetime,
)
from deskterm.desk.domain.event_kinds.table import ERASURE_EVENTS
from deskterm.desk.domain.events import Event, compute_hash, encode_event
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.domain.state import State
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.clock import Clock
from deskterm.store.db.tables import Contact, MailRow, Organisation, PersonalText, table_of

UNDONE = "undone"
"""Mark of a message whose command was undone: a letter that never went out, or a note."""

EVENT_COLUMNS = ("ticket_id", "seq", "kind", "at", "actor", "procedure_version", "data", "hash")
"""The columns of the values that `chain_events` returns, in their order."""

_contact, _organisation, _text = table_of(Contact), table_of(Organisation), table_of(PersonalText)
_SELECT_TEXT = select(_text.c.body).where(_text.c.id == bindparam("id"))
_SELECT_CONTACT_NAME = select(_contact.c.name).where(_contact.c.id == bindparam("id"))
_SELECT_ORGANISATION_NAME = select(_organisation.c.name).where(_organisation.c.id == bindparam("id"))

_NAMED_FIELDS = frozenset({"requester_id", "organisation_id"})
"""Fields whose names are copied to the ticket's row."""

_mail = table_of(MailRow)
_MARK_DONE = (
    update(_mail)
    # Two processes may work on one mail: the second finds it done under its lock, and nothing of it is written
    .where(_mail.c.id == bindparam("key"), _mail.c.state != "done")
    .values(
        state="done",
        reason="",
        ticket_id=bindparam("number"),
        seq=bindparam("event_seq"),
        changed_at=bindparam("instant"),
    )
)

_IS_DONE = select(_mail.c.id).where(_mail.c.id == bindparam("key"), _mail.c.state == "done")

EventValues = tuple[int, int, str, Any, str, int, str, str]


class RowChanges(NamedTuple):
    """The difference between the rows of one kind before and after some events. removed: keys of rows to delete, those
    that changed among them; added: rows to insert, column → value."""

    removed: list[tuple[Any, ...]]
    added: list[dict[str, Any]]


def chain_events(
    number: int,
    previous: str,
    events: Iterable[Event],
    *,
    encode: Callable[[Event], str] = encode_event,
    convert_instant: ConvertInstant = to_datetime,
) -> tuple[list[EventValues], str]:
    """Append events to the hash chain of a ticket; return their values by `EVENT_COLUMNS`, and the hash of the last.

    previous: the hash of the event before them. encode, convert_instant: for an import, which remembers what it has
    encoded and converted before.
    """
    values: list[EventValues] = []
    for event in events:
        data = encode(event)
        previous = compute_hash(previous, number, event, data)
        at = convert_instant(event.at)
        values.append((number, event.seq, event.kind, at, event.actor, event.version, data, previous))
    return values, previous


def build_message_rows(
    number: int, events: Sequence[Event], convert_instant: ConvertInstant = to_datetime
) -> list[dict[str, Any]]:
    """Return the rows of the messages among events. Those that a later one of the events undoes are marked."""
    found = (build_message_row(event, convert_instant) for event in events)
    rows = [row | {"ticket_id": number} for row in found if row is not None]
    undone = collect_undone(events)
    return [row | {"mark": UNDONE} if row["seq"] in undone else row for row in rows]


def collect_undone(events: Iterable[Event]) -> set[int]:
    """Return the numbers of the events that some events undo."""
    return {seq for event in events if event.kind == "undone" for seq in event.data["seqs"]}


class ProjectedRows(NamedTuple):
    """The rows of a ticket after some events. ticket: column → value, without its id and the names that are looked up
    by id; clocks, records, visits: the changes to their rows, with the keys (metric, cycle), (kind, key) and (n,)."""

    ticket: dict[str, Any]
    clocks: RowChanges
    records: RowChanges
    visits: RowChanges


class TicketProjection:
    """The rows that the fold of a ticket gives, against those that it gave when this was made: before new events were
    folded in. For a new ticket that is before any event, and all its rows are added."""

    def __init__(self, fold: TicketFold) -> None:
        self._fold = fold
        self._earlier_clocks = fold.clocks()
        self._earlier_records = dict(fold.state.records)
        self._earlier_visits = fold.visits

    def build_rows(
        self,
        number: int,
        procedure: CompiledProcedure,
        last_hash: str,
        convert_instant: ConvertInstant = to_datetime,
    ) -> ProjectedRows:
        """Return the rows after the events that were folded in meanwhile. procedure: the one in force; last_hash: of
        the last event."""
        clocks = self._fold.clocks()
        return ProjectedRows(
            build_ticket_row(self._fold.state, clocks, procedure, convert_instant) | {"hash": last_hash},
            self._compare_clocks(number, clocks, convert_instant),
            self._compare_records(number, convert_instant),
            self._compare_visits(number),
        )

    def _compare_clocks(self, number: int, clocks: Sequence[Clock], convert_instant: ConvertInstant) -> RowChanges:
        before = {(clock.metric, clock.cycle): clock for clock in self._earlier_clocks}
        after = {(clock.metric, clock.cycle): clock for clock in clocks}
        return RowChanges(
            [key for key, clock in before.items() if after.get(key) != clock],
            [
                build_clock_row(clock, convert_instant) | {"ticket_id": number}
                for key, clock in after.items()
                if before.get(key) != clock
            ],
        )

    def _compare_records(self, number: int, convert_instant: ConvertInstant) -> RowChanges:
        # Records are immutable: the same object is the same row, and its values need not be compared.
        before, after = self._earlier_records, self._fold.state.records
        changed = [record for key, record in after.items() if before.get(key) is not record]
        return RowChanges(
            [key for key, record in before.items() if after.get(key) is not record],
            [build_record_row(record, convert_instant) | {"ticket_id": number} for record in changed],
        )

    def _compare_visits(self, number: int) -> RowChanges:
        before, after = self._earlier_visits, self._fold.visits
        pairs = enumerate(zip(before, after, strict=False))
        # Visits come one after the other: from the first that differs on, all are others. Without an undo that is the
        # last one, which has ended, and those after it.
        same = next((place for place, (old, new) in pairs if old != new), min(len(before), len(after)))
        return RowChanges(
            [(visit.n,) for visit in before[same:]],
            [build_visit_row(visit) | {"ticket_id": number} for visit in after[same:]],
        )


class MailDone(DeskError):
    """The mail has become a message already."""


def mark_mails_done(connection: Connection, number: int, events: Sequence[Event]) -> None:
    """Mark the mails of new events of a ticket as done. Raises MailDone where one was done already: the transaction is
    rolled back then, so that no mail becomes two messages (M-08)."""
    for event in events:
        if "mail" in event.data:
            values = {
                "key": event.data["mail"],
                "number": number,
                "event_seq": event.seq,
                "instant": to_datetime(event.at),
            }
            if connection.execute(_MARK_DONE, values).rowcount != 1 and connection.execute(_IS_DONE, values).first():
                raise MailDone(f"Mail {event.data['mail']} is a message already: `deskterm mail show` says which.")


def load_displayed_names(session: Session, state: State, texts: Mapping[int, str] | None = None) -> dict[str, str]:
    """Return the names in a ticket's row that its state holds only as ids: subject, requester and organisation.

    texts: text id → text, of those that need not be looked up."""
    names = {"subject": "", "requester": "", "organisation": ""}
    if state.subject_id is not None:
        found = (texts or {}).get(state.subject_id)
        names["subject"] = (
            session.execute(_SELECT_TEXT, {"id": state.subject_id}).scalar_one() if found is None else found
        )
    if state.requester_id is not None:
        names["requester"] = session.execute(_SELECT_CONTACT_NAME, {"id": state.requester_id}).scalar_one()
    if state.organisation_id is not None:
        names["organisation"] = session.execute(_SELECT_ORGANISATION_NAME, {"id": state.organisation_id}).scalar_one()
    return names


def changes_names(event: Event) -> bool:
    """Return whether an event may change the names in the ticket's row (`load_displayed_names`)."""
    return (
        "subject" in event.texts
        or event.kind == "undone"
        or event.kind in ERASURE_EVENTS
        or not _NAMED_FIELDS.isdisjoint(event.changes)
    )


def quarantine_undone_mail(connection: Connection, key: int, number: int, at: int) -> None:
    """Put the mail of a registration that is undone into quarantine (M-69). It keeps its ticket and event, by which it
    is known as undone. at: epoch seconds. One whose bytes are gone stays as it is: nothing could be released."""
    reason = f"Its ticket {number} was undone: `deskterm mail release {key}` registers it anew."
    connection.execute(
        update(_mail)
        .where(_mail.c.id == key, _mail.c.state == "done", _mail.c.ticket_id == number, func.length(_mail.c.raw) > 0)
        .values(state="quarantined", reason=reason, changed_at=to_datetime(at))
    )
