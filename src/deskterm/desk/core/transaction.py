"""The transaction of one command on one ticket: its new events, and the rows that are written for them.

`TicketTransaction.append` adds events and folds them in. `finish` adds them to the hash chain, writes them, and updates
the rows of the ticket, its clocks, records and messages to what the fold now says.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Delete, Insert, bindparam, delete, insert, select, update
from sqlmodel import Session

from deskterm.desk.core.context import TransactionContext
from deskterm.desk.core.desk_history import record_contacts
from deskterm.desk.core.projection_rows import (
    EVENT_COLUMNS,
    UNDONE,
    RowChanges,
    TicketProjection,
    build_message_rows,
    chain_events,
    changes_names,
    collect_undone,
    load_displayed_names,
    mark_mails_done,
)
from deskterm.desk.core.row_mapping import to_datetime, to_epoch, to_optional_datetime
from deskterm.desk.core.ticket_lookup import find_version_at
from deskterm.desk.domain.changes import Changes, join_changes
from deskterm.desk.domain.due_changes import DueChange
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.event_kinds.table import EVENT_KINDS
from deskterm.desk.domain.events import (
    GENESIS,
    Event,
    TextRef,
    compute_digest,
    decode_event,
    has_value,
)
from deskterm.desk.domain.fold import TicketFold, UpcomingEvent
from deskterm.desk.domain.state import State
from deskterm.desk.domain.text import require_short_texts
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.zones import format_local_time
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.reader import translate_parameters
from deskterm.store.db.tables import ClockRow, Message, PersonalText, RecordRow, StatusSpan, Ticket, table_of
from deskterm.store.db.tables import Event as EventRow

_ticket, _event, _text, _clock = table_of(Ticket), table_of(EventRow), table_of(PersonalText), table_of(ClockRow)
# Built once, because building a statement costs more than running it.
_SELECT_EVENTS = (
    select(_event.c.seq, _event.c.kind, _event.c.at, _event.c.actor, _event.c.procedure_version, _event.c.data)
    .where(_event.c.ticket_id == bindparam("number"), _event.c.seq > bindparam("after"))
    .order_by(_event.c.seq)
)
_INSERT_TEXT = insert(_text).returning(_text.c.id)
_INSERT_EVENTS = insert(_event)
_message = table_of(Message)
_INSERT_MESSAGES = insert(_message)
_MARK_UNDONE_MESSAGES = (
    update(_message)
    .where(_message.c.ticket_id == bindparam("number"), _message.c.seq.in_(bindparam("seqs", expanding=True)))
    .values(mark=UNDONE)
)
_INSERT_TICKET = insert(_ticket).returning(_ticket.c.id)
_EMPTY_TICKET = {"type": "", "subject": "", "status": "", "category": "new", "fields": "{}"}
_EMPTY_INSTANTS = ("received_at", "updated_at", "last_event_at")
_UPDATE_TICKET = update(_ticket).where(_ticket.c.id == bindparam("number"))
# Changed rows of clocks and records are deleted and inserted anew instead of updated: one pair of statements serves
# new, changed and removed rows alike.
_DELETE_CLOCK = delete(_clock).where(
    _clock.c.ticket_id == bindparam("number"),
    _clock.c.metric == bindparam("first_key"),
    _clock.c.cycle == bindparam("second_key"),
)
_INSERT_CLOCKS = insert(_clock)
_record = table_of(RecordRow)
_DELETE_RECORD = delete(_record).where(
    _record.c.ticket_id == bindparam("number"),
    _record.c.kind == bindparam("first_key"),
    _record.c.key == bindparam("second_key"),
)
_INSERT_RECORDS = insert(_record)
_span = table_of(StatusSpan)
_DELETE_SPAN = delete(_span).where(_span.c.ticket_id == bindparam("number"), _span.c.n == bindparam("n"))
_SPAN_VALUES = tuple(column.name for column in _span.c if not column.primary_key)
# Every change of status ends one and adds one: a single statement writes both, and goes to the driver as it is, because
# SQLAlchemy would take as long to prepare it as the database to run it.
_PUT_SPANS = (
    f"INSERT INTO status_span (ticket_id, n, {', '.join(_SPAN_VALUES)}) "
    f"VALUES (:ticket_id, :n, {', '.join(f':{name}' for name in _SPAN_VALUES)}) "
    f"ON CONFLICT (ticket_id, n) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _SPAN_VALUES)}"
)
_PUT_SPANS_BY_DIALECT = {"sqlite": _PUT_SPANS, "postgresql": translate_parameters(_PUT_SPANS)}
_SELECT_TEXT = select(_text.c.body).where(_text.c.id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The result of a command.

    number: the ticket. summary: one line for a person. changes: field → (before, after). version: the ticket's version
    afterwards. due_changes: due times that a change of target moved (rule 17). missing_in_letter: what the letter that
    goes out with a resolution lacks, in one line (S2-19).
    """

    number: int
    summary: str
    changes: Changes
    version: int
    due_changes: tuple[DueChange, ...] = ()
    missing_in_letter: str = ""


def load_events(session: Session, number: int, after: int = 0) -> Iterator[Event]:
    """Yield a ticket's events by number. after: the number of the last one that is not wanted."""
    wanted = {"number": number, "after": after}
    for seq, kind, at, actor, version, data in session.connection().execute(_SELECT_EVENTS, wanted):
        yield decode_event(seq, kind, to_epoch(at), actor, version, data)


Reactions = Callable[["TicketTransaction"], list[str]]
"""Runs rules and notices on the new events that they have not seen yet, and returns a phrase for each thing they did.
Handed in from above (`desk.api`), because reactions consist of commands, and commands of transactions."""


@dataclass(slots=True)
class TicketTransaction:
    """The transaction of one command on one ticket.

    at: instant of the command, in epoch seconds. number: None for a new ticket that has no row yet. hash: of the
    ticket's last written event. reactions: run on the command's events before they are written.
    """

    context: TransactionContext
    reactions: Reactions
    session: Session
    fold: TicketFold
    at: int
    number: int | None
    hash: str
    new_events: list[Event] = field(default_factory=list)
    """Events of all commands of this transaction (`begin_next`), in order."""
    _new_texts: dict[int, str] = field(default_factory=dict)
    """Text id → text, of those that the command added."""
    is_dry_run: bool = False
    """Nothing is written at the end."""
    earlier_workers: dict[str, tuple[int | None, int]] = field(default_factory=dict)
    """Login → (tier, start of work) of the agents who were working on the ticket before the command."""
    reacted_count: int = 0
    """Number of `new_events` that the reactions have seen."""
    _command_start: int = 0
    """Number of `new_events` from before the present command (`begin_next`)."""

    _projection: TicketProjection = field(init=False)
    connection: Connection = field(init=False)
    """Connection of the session. Kept, because asking for it takes longer than some statements."""

    def __post_init__(self) -> None:
        self.connection = self.session.connection()
        last = self.fold.state.dated_from
        if self.at < last and self.context.simulated:
            when = format_local_time(last, self.context.timezone)
            raise DeskError(
                f"History is not written backwards: ticket {self.number} was last touched on {when}; give a"
                " later time.",
                option="--now",
            )
        self.at = max(self.at, last)  # the clocks of two machines may differ a little; events are in order anyway
        self._projection = TicketProjection(self.fold)
        self._remember_workers()

    def begin_next(self, context: TransactionContext) -> None:
        """Begin another command in this transaction, after one that is over; `finish` writes both together. Its events
        are those that it would have in a transaction of its own."""
        self.context = context
        self._command_start = len(self.new_events)
        self._remember_workers()

    def _remember_workers(self) -> None:
        state = self.fold.state
        self.earlier_workers = {
            login: (state.workers.get(login), since) for login, since in state.work_started_at.items()
        }

    @property
    def state(self) -> State:
        """The ticket's state with the new events."""
        return self.fold.state

    @property
    def command_events(self) -> list[Event]:
        """The new events of the present command, in order."""
        return self.new_events[self._command_start :]

    def load_earlier_events(self) -> Iterator[Event]:
        """Yield the ticket's events from before the transaction."""
        return load_events(self.session, self.number or 0)

    def open_sibling(self) -> TicketTransaction:
        """Return a transaction on a new ticket, in the same database transaction. The command must `finish` it."""
        fold = TicketFold(self.fold.procedures)
        return TicketTransaction(self.context, self.reactions, self.session, fold, self.at, None, GENESIS)

    def move_to(self, instant: int) -> None:
        """Date the transaction at an instant that has passed, epoch seconds, but not before the ticket's last event,
        and judge it by the procedure that was in force then: so it does not matter when it is recorded (D-02). For what
        the desk itself records, before the first event."""
        self.at = max(instant, self.state.dated_from)
        newest, since = self.context.newest_edition
        # Nearly everything is dated after it, and needs no look-up
        version = newest if self.at >= since else find_version_at(self.session, self.at)
        if version is not None and version != self.procedure.version:
            self.context = replace(self.context, procedure=self.fold.procedures(version))

    @property
    def procedure(self) -> CompiledProcedure:
        """The procedure in force."""
        return self.context.procedure

    def append(
        self,
        kind: EventKind,
        changes: Changes | None = None,
        texts: Mapping[str, str] | None = None,
        **data: Any,
    ) -> Event:
        """Append an event to the ticket, and fold it in.

        changes: field → (before, after); equal ones are left out. texts: name → text, which is kept apart from the
        event. data: members of the kind's payload; those without a value are left out. Raises UsageError for a text
        that is too long.
        """
        _require_declared(kind, data, texts or {})
        if kind != "letter":  # a letter wraps a message, so it may be a little longer than one
            require_short_texts((texts or {}).values())
        effective = {name: pair for name, pair in (changes or {}).items() if pair[0] != pair[1]}
        members = {**data, "behind": self.context.behind}
        event = Event(
            seq=self.fold.state.version + 1,
            kind=kind,
            at=self.at,
            actor=self.context.agent.login,
            version=self.context.procedure.version,
            changes=effective,
            texts=self._insert_texts(texts or {}),
            data={name: value for name, value in members.items() if has_value(value)} | self._command_mark(),
        )
        self.fold.step(event)
        self.new_events.append(event)
        return event

    def load_text(self, number: int) -> str:
        """Return a text by its id: one of the command's own without a query; empty where it was erased."""
        found = self._new_texts.get(number)
        if found is None:
            found = self.connection.execute(_SELECT_TEXT, {"id": number}).scalar_one_or_none()
        return found or ""

    def append_noticed(self, event: UpcomingEvent) -> Event:
        """Append the event that records a warning, a missed due time or the end of a timer."""
        return self.append(
            "noticed",
            what=event.what,
            metric=event.metric,
            cycle=event.cycle,
            threshold=event.threshold,
            due=event.due,
            instant=event.instant,
        )

    def _command_mark(self) -> dict[str, Any]:
        """Return the members of an event's data that group the events of a command: on later events the number of the
        first, and on the first event the mark of a command on several tickets and the label of the macro that it is a
        step of."""
        if events := self.command_events:
            return {"act": events[0].seq}
        marks = {"bulk": self.context.bulk, "macro": self.context.macro}
        return {name: mark for name, mark in marks.items() if mark}

    def _insert_texts(self, texts: Mapping[str, str]) -> dict[str, TextRef]:
        """Insert texts, and return references to them."""
        # Texts refer to their ticket, so its row has to be there first
        if texts and self.number is None:
            self._insert_ticket()
        references = {}
        for name, body in texts.items():
            body = body.replace("\x00", "")  # PostgreSQL cannot store it, and nobody can see it
            salt = secrets.token_hex(16)
            row = {"ticket_id": self.number, "salt": salt, "body": body}
            references[name] = TextRef(
                int(self.connection.execute(_INSERT_TEXT, row).scalar_one()), compute_digest(salt, body)
            )
            self._new_texts[references[name].id] = body
        return references

    def _insert_ticket(self) -> None:
        """Insert an empty row, for the ticket's number; `finish` fills it."""
        now = to_optional_datetime(self.at)
        result = self.connection.execute(_INSERT_TICKET, _EMPTY_TICKET | dict.fromkeys(_EMPTY_INSTANTS, now))
        self.number = int(result.scalar_one())

    def finish(self) -> None:
        """Run the reactions to the new events, and write all of them, with what the desk's own history says of contacts
        that were added or changed. Does nothing without events."""
        if not self.new_events:
            self._record_contacts()  # of a command that wrote nothing else
            return
        # Most commands have run them in `build_result` already, for the summary. Reactions see each event once
        # (`reacted_count`), so this run does only what those calls have left: events that were appended later, and all
        # of a command that builds no result.
        self.reactions(self)
        if self.number is None:
            self._insert_ticket()
        number = self.number or 0
        # Contacts that the command added through the session: the statements below bypass it, and refer to them
        self.session.flush()
        self._write_events(number)
        rows = self._projection.build_rows(number, self.procedure, self.hash)
        if any(changes_names(event) for event in self.new_events):
            rows.ticket.update(load_displayed_names(self.session, self.state, self._new_texts))
        # The row was locked as the command began, so no version has to be compared here
        self.connection.execute(_UPDATE_TICKET, rows.ticket | {"number": number})
        mark_mails_done(self.connection, number, self.new_events)
        self._write_changes(number, rows.clocks, _DELETE_CLOCK, _INSERT_CLOCKS)
        self._write_changes(number, rows.records, _DELETE_RECORD, _INSERT_RECORDS)
        self._write_visits(number, rows.visits)
        # Near the end, because other commands that change the desk itself wait from here until the commit
        self._record_contacts()
        if self.context.note is not None:
            self.context.note(number, self.new_events[0].seq)
        # Inside the transaction: PostgreSQL delivers it with the commit, and to nobody when there is none
        notify_change(self.session, number)

    def _record_contacts(self) -> None:
        record_contacts(self.session, self.context.agent.login, to_datetime(self.at), self.context.behind)

    def _write_events(self, number: int) -> None:
        events, self.hash = chain_events(number, self.hash, self.new_events)
        self.connection.execute(_INSERT_EVENTS, [dict(zip(EVENT_COLUMNS, values, strict=True)) for values in events])
        messages = build_message_rows(number, self.new_events)
        if messages:
            self.connection.execute(_INSERT_MESSAGES, messages)
        undone = collect_undone(self.new_events)
        if undone:
            self.connection.execute(_MARK_UNDONE_MESSAGES, {"number": number, "seqs": sorted(undone)})

    def _write_changes(self, number: int, changes: RowChanges, remove: Delete, add: Insert) -> None:
        if changes.removed:
            self.connection.execute(
                remove,
                [{"number": number, "first_key": first, "second_key": second} for first, second in changes.removed],
            )
        if changes.added:
            self.connection.execute(add, changes.added)

    def _write_visits(self, number: int, changes: RowChanges) -> None:
        if len(changes.removed) > len(changes.added):  # an undo has left fewer than there were
            gone = changes.removed[len(changes.added) :]
            self.connection.execute(_DELETE_SPAN, [{"number": number, "n": n} for (n,) in gone])
        if changes.added:
            self.connection.exec_driver_sql(_PUT_SPANS_BY_DIALECT[self.connection.dialect.name], changes.added)

    def build_result(self, summary: str, due_changes: Sequence[DueChange] = ()) -> CommandResult:
        """Return the command's result; its summary names what the reactions did too. Called inside the transaction,
        shown only after it has committed."""
        if not self.is_dry_run:
            # Run before `finish`, because the summary tells what they did; see there why twice does no harm.
            summary = "; ".join((summary, *self.reactions(self)))
        # A new ticket without any text has no row so far, and the result names its number
        if self.number is None:
            self._insert_ticket()
        changes = join_changes(event.changes for event in self.command_events)
        return CommandResult(self.number or 0, summary, changes, self.state.version, tuple(due_changes))


def _require_declared(kind: EventKind, data: Mapping[str, Any], texts: Mapping[str, str]) -> None:
    """Raise ValueError for an event that `event_kinds` does not describe: what is stored once is kept for ever."""
    entry = EVENT_KINDS.get(kind)
    if entry is None:
        raise ValueError(f"There is no event kind {kind!r}: add it to desk/domain/event_kinds/table.py.")
    if unknown := data.keys() - entry.members:
        raise ValueError(f"{kind!r} has no members {sorted(unknown)}: add them to its payload.")
    if "body" in texts and entry.message_kind is None:
        raise ValueError(f"{kind!r} has no body: give its entry a message_kind.")
