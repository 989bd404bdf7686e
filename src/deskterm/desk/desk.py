"""The desk, and the one transaction that every command runs in.

A command opens `desk.ticket(…)`, says what happened (`Work.append`) and leaves; on leaving, the events are
chained and written, the ticket is folded, and its row, clocks and messages are brought up to what the fold says, all in
one transaction that commits before the command returns.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session

from deskterm.desk.events import GENESIS, Changes, Event, TextRef, chained, decoded, encoded, text_digest
from deskterm.desk.fold import BY_THE_WAY, State, TicketFold
from deskterm.desk.moves import Moved
from deskterm.desk.people import stranger
from deskterm.desk.permissions import Act, require
from deskterm.desk.records import Records
from deskterm.desk.rows import clock_values, instant, moment, record_values, seconds, ticket_values
from deskterm.errors import DeskError
from deskterm.procedure.compiled import Compiled, from_document
from deskterm.sla.clock import Clock
from deskterm.store.changes import note_change
from deskterm.store.engine import Store
from deskterm.store.tables import (
    Agent,
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
from deskterm.store.tables import Desk as DeskRow
from deskterm.store.tables import Event as EventRow

UNDONE = "undone"
"""How a message is marked that a command brought which was taken back: a letter that never went out, a note."""

_ticket, _event, _text, _clock = table_of(Ticket), table_of(EventRow), table_of(PersonalText), table_of(ClockRow)
# Written once, because making a statement costs more than running it.
_STANDS = select(_ticket.c.version, _ticket.c.hash).where(_ticket.c.id == bindparam("number")).with_for_update()
_HISTORY = (
    select(_event.c.seq, _event.c.kind, _event.c.at, _event.c.actor, _event.c.procedure_version, _event.c.data)
    .where(_event.c.ticket_id == bindparam("number"))
    .order_by(_event.c.seq)
)
_KEEP_TEXT = insert(_text).returning(_text.c.id)
_ADD_EVENT = insert(_event)
_message = table_of(Message)
_ADD_MESSAGE = insert(_message)
_TAKE_MESSAGES_BACK = (
    update(_message)
    .where(_message.c.ticket_id == bindparam("number"), _message.c.seq.in_(bindparam("seqs", expanding=True)))
    .values(mark=UNDONE)
)
_SET_TICKET = update(_ticket).where(_ticket.c.id == bindparam("number"))
_DROP_CLOCK = delete(_clock).where(
    _clock.c.ticket_id == bindparam("number"),
    _clock.c.metric == bindparam("of_metric"),
    _clock.c.cycle == bindparam("of_cycle"),
)
_ADD_CLOCKS = insert(_clock)
_record = table_of(RecordRow)
_DROP_RECORD = delete(_record).where(
    _record.c.ticket_id == bindparam("number"),
    _record.c.kind == bindparam("of_kind"),
    _record.c.key == bindparam("of_key"),
)
_ADD_RECORDS = insert(_record)
Progress = Callable[[int, int], None]
ITSELF = "deskterm"
"""Who did what happened by itself, and the role of it."""

_NAMED = frozenset({"requester_id", "organisation_id"})
"""Fields whose words stand in the ticket's row."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did. number: the ticket; summary: one line for a person; changes: field → (before, after);
    version: the ticket's version afterwards; moved: the clocks that a change of target moved (rule 17)."""

    number: int
    summary: str
    changes: Changes
    version: int
    moved: tuple[Moved, ...] = ()


class MovedOn(DeskError):
    """The ticket is at another version than the one that a person was looking at."""

    def __init__(self, number: int, seen: int, now: int) -> None:
        super().__init__(
            f"Ticket {number} moved on while you wrote (you saw version {seen}, it is at {now}): look at what is new,"
            " then try again."
        )
        self.number, self.seen, self.now = number, seen, now


class Desk:
    """A store, and somebody at work on it. Stranger when the login is not that of an active agent. progress: called
    with tickets done and in all while rows of an older deskterm are written anew; what it raises interrupts that."""

    agent: Agent
    bulk: str | None = None
    """The mark of the act about several tickets that is being done."""

    def __init__(self, store: Store, login: str, *, progress: Progress | None = None) -> None:
        self._open(store, progress)
        with store.reading() as session:
            agent = session.execute(select(Agent).where(table_of(Agent).c.login == login)).scalar_one_or_none()
            if agent is None or not agent.active:
                raise stranger(session, login, known=agent is not None)
            session.expunge(agent)
        self.agent = agent

    @classmethod
    def by_itself(cls, store: Store, *, progress: Progress | None = None) -> Desk:
        """The desk where nobody is at work: what happens by itself, in the name of deskterm."""
        desk = cls.__new__(cls)
        desk._open(store, progress)
        desk.agent = Agent(login=ITSELF, name=ITSELF, role=ITSELF)
        return desk

    def _open(self, store: Store, progress: Progress | None) -> None:
        from deskterm.desk.proof import bring_up  # it looks at what is written here

        self.store = store
        self._editions: dict[int, Compiled] = {}
        bring_up(store, progress)
        with store.reading() as session:
            found = session.get(DeskRow, 1)
            if found is None:
                raise DeskError("This store holds no desk: make one with `deskterm init --procedure NAME`.")
            self.name, self.simulated, self.clock_offset = found.name, found.simulated, found.clock_offset
            self.timezone = found.timezone
            self.procedure = self._edition(session, found.procedure_version)

    def require(self, act: Act) -> None:
        """DeskError unless this agent's role allows the act."""
        require(self.agent.role, act)

    def editions(self, session: Session) -> _Editions:
        """Look-up of procedure versions, for the fold."""
        return _Editions(self, session)

    def _edition(self, session: Session, version: int) -> Compiled:
        if version not in self._editions:
            row = session.get(ProcedureVersion, version)
            if row is None:
                raise DeskError(f"The store lacks version {version} of its procedure: restore it from a backup.")
            self._editions[version] = from_document(row.document, version)
        return self._editions[version]

    @contextmanager
    def ticket(
        self,
        number: int,
        act: Act,
        now: datetime,
        version: int | None = None,
        *,
        rehearse: bool = False,
        final: bool = False,
    ) -> Iterator[Work]:
        """A transaction on one ticket. version: what the person saw; MovedOn when the ticket is elsewhere. rehearse:
        nothing of it is written. DeskError on a ticket that is closed for good (S4-15), but for acts that leave it as
        it is; final: on such a one too."""
        self.require(act)
        with self.store.reading() if rehearse else self.store.writing() as session:
            work = self._taken(session, number, now, version)
            if not final:
                require_changeable(work, act)
            work.rehearsed = rehearse
            yield work
            if not rehearse:
                work.finish()

    @contextmanager
    def tickets(self, numbers: Sequence[int], act: Act, now: datetime) -> Iterator[list[Work]]:
        """A transaction on several tickets, in the order in which they are named."""
        self.require(act)
        with self.as_one(), self.store.writing() as session:
            taken = {number: self._taken(session, number, now, None) for number in sorted(set(numbers))}
            for work in taken.values():
                require_changeable(work, act)
            yield [taken[number] for number in numbers]
            for work in taken.values():
                work.finish()

    @contextmanager
    def as_one(self) -> Iterator[None]:
        """What is done to several tickets herein is one act, that can be undone as one."""
        before = self.bulk
        self.bulk = before or secrets.token_hex(8)
        try:
            yield
        finally:
            self.bulk = before

    def _taken(self, session: Session, number: int, now: datetime, version: int | None) -> Work:
        row = session.execute(_STANDS, {"number": number}).one_or_none()
        if row is None:
            raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")
        fold, moved = TicketFold(self.editions(session)), False
        for event in events_of(session, number):
            fold.step(event)
            moved = moved or (version is not None and event.seq > version and event.kind not in BY_THE_WAY)
        if version is not None and (moved or row.version < version):
            raise MovedOn(number, version, row.version)
        return Work(self, session, fold, seconds(now), number, row.hash)

    @contextmanager
    def new_ticket(self, act: Act, now: datetime) -> Iterator[Work]:
        """A transaction that makes a ticket; its first event must be `registered`."""
        self.require(act)
        with self.store.writing() as session:
            work = Work(self, session, TicketFold(self.editions(session)), seconds(now), None, GENESIS)
            yield work
            work.finish()


class _Editions:
    def __init__(self, desk: Desk, session: Session) -> None:
        self._desk, self._session = desk, session

    def __call__(self, version: int) -> Compiled:
        return self._desk._edition(self._session, version)


def events_of(session: Session, number: int) -> Iterator[Event]:
    """A ticket's events, in order."""
    for seq, kind, at, actor, version, data in session.execute(_HISTORY, {"number": number}):
        yield decoded(seq, kind, seconds(at), actor, version, data)


@dataclass(slots=True)
class Work:
    """One command at work on one ticket, inside its transaction. at: the command's instant, epoch seconds."""

    desk: Desk
    session: Session
    fold: TicketFold
    at: int
    number: int | None
    hash: str
    happened: list[Event] = field(default_factory=list)
    _texts: list[tuple[Event, dict[str, str]]] = field(default_factory=list)
    _clocks: list[Clock] = field(default_factory=list)
    _before: list[Clock] = field(default_factory=list)
    _hung: Records = field(default_factory=dict)
    rehearsed: bool = False
    """Nothing of it will be written."""
    at_work: dict[str, tuple[int | None, int]] = field(default_factory=dict)
    """Login → tier, and since when, of those who were at work on the ticket as the command came."""
    followed: int = 0
    """How many of `happened` the procedure's rules and notices have seen."""

    def __post_init__(self) -> None:
        last = self.fold.state.last_at
        if self.at < last and self.desk.simulated:
            raise DeskError(
                f"History is not written backwards: ticket {self.number} was last touched at {instant(last):%F %T} UTC;"
                " give a later --now."
            )
        self.at = max(self.at, last)  # clocks of two machines differ by a little; the order of events does not
        self._before = self.fold.clocks()
        self._hung = dict(self.fold.state.records)
        state = self.fold.state
        self.at_work = {login: (state.working.get(login), since) for login, since in state.began.items()}

    @property
    def state(self) -> State:
        return self.fold.state

    def events(self) -> Iterator[Event]:
        """The ticket's events as they were before the command."""
        return events_of(self.session, self.number or 0)

    def beside(self) -> Work:
        """Another ticket that is made in the same transaction; the command finishes it."""
        fold = TicketFold(self.desk.editions(self.session))
        return Work(self.desk, self.session, fold, self.at, None, GENESIS)

    @property
    def procedure(self) -> Compiled:
        return self.desk.procedure

    def append(
        self,
        kind: str,
        changes: Changes | None = None,
        texts: Mapping[str, str] | None = None,
        **data: Any,
    ) -> Event:
        """Say what happened. changes: field → (before, after); equal ones are left out. texts: name → words."""
        real = {name: pair for name, pair in (changes or {}).items() if pair[0] != pair[1]}
        event = Event(
            seq=self.fold.state.version + 1,
            kind=kind,
            at=self.at,
            actor=self.desk.agent.login,
            version=self.desk.procedure.version,
            changes=real,
            texts=self._kept(texts or {}),
            data={name: value for name, value in data.items() if value not in (None, "", False)} | self._act(),
        )
        self.fold.step(event)
        self.happened.append(event)
        return event

    def _act(self) -> dict[str, Any]:
        """What makes one act of the events of a command: the number of its first event; and of a command about
        several tickets, a mark that all of them have."""
        if self.happened:
            return {"act": self.happened[0].seq}
        return {"bulk": self.desk.bulk} if self.desk.bulk else {}

    def _kept(self, texts: Mapping[str, str]) -> dict[str, TextRef]:
        if texts and self.number is None:
            self._insert_ticket()
        kept = {}
        for name, body in texts.items():
            body = body.replace("\x00", "")  # PostgreSQL cannot store it and nobody can read it
            salt = secrets.token_hex(16)
            row = {"ticket_id": self.number, "salt": salt, "body": body}
            result = self.session.execute(_KEEP_TEXT, row)
            kept[name] = TextRef(int(result.scalar_one()), text_digest(salt, body))
        return kept

    def _insert_ticket(self) -> None:
        table = table_of(Ticket)
        now = instant(self.at)
        result = self.session.execute(
            insert(table)
            .values(type="", subject="", status="", category="new", fields="{}", received_at=now, updated_at=now)
            .returning(table.c.id)
        )
        self.number = int(result.scalar_one())

    def finish(self) -> None:
        """Write what happened and what follows from it."""
        if not self.happened:
            return
        follow(self)
        if self.number is None:
            self._insert_ticket()
        number = self.number or 0
        for event in self.happened:
            data = encoded(event)
            self.hash = chained(self.hash, number, event, data)
            self.session.execute(
                _ADD_EVENT,
                {
                    "ticket_id": number,
                    "seq": event.seq,
                    "kind": event.kind,
                    "at": instant(event.at),
                    "actor": event.actor,
                    "procedure_version": event.version,
                    "data": data,
                    "hash": self.hash,
                },
            )
            message = message_values(event)
            if message is not None:
                self.session.execute(_ADD_MESSAGE, message | {"ticket_id": number})
            if event.kind == "undone":
                self.session.execute(_TAKE_MESSAGES_BACK, {"number": number, "seqs": event.data["seqs"]})
        self._write_ticket(number)
        self._write_clocks(number)
        self._write_records(number)
        note_change(self.session, number, moment(self.at))

    def _write_ticket(self, number: int) -> None:
        self._clocks = self.fold.clocks()
        values = ticket_values(self.state, self._clocks, self.procedure)
        if any(_renames(event) for event in self.happened):
            values |= named(self.session, self.state)
        values["hash"] = self.hash
        self.session.execute(_SET_TICKET, values | {"number": number})

    def _write_clocks(self, number: int) -> None:
        before = {(clock.metric, clock.cycle): clock for clock in self._before}
        after = {(clock.metric, clock.cycle): clock for clock in self._clocks}
        for key, clock in before.items():
            if after.get(key) != clock:
                self.session.execute(_DROP_CLOCK, {"number": number, "of_metric": key[0], "of_cycle": key[1]})
        fresh = [
            clock_values(clock) | {"ticket_id": number} for key, clock in after.items() if before.get(key) != clock
        ]
        if fresh:
            self.session.execute(_ADD_CLOCKS, fresh)

    def _write_records(self, number: int) -> None:
        before, after = self._hung, self.state.records
        for kind, key in before:
            if after.get((kind, key)) is not before[(kind, key)]:
                self.session.execute(_DROP_RECORD, {"number": number, "of_kind": kind, "of_key": key})
        fresh = [
            record_values(record) | {"ticket_id": number}
            for place, record in after.items()
            if before.get(place) is not record
        ]
        if fresh:
            self.session.execute(_ADD_RECORDS, fresh)

    def done(self, summary: str, moved: Sequence[Moved] = ()) -> Done:
        """The command's answer, and what the procedure makes of it. Called before the transaction ends, shown after
        it."""
        if not self.rehearsed:
            summary = "; ".join((summary, *follow(self)))
        if self.number is None:
            self._insert_ticket()
        changes: dict[str, tuple[Any, Any]] = {}
        for event in self.happened:
            for name, (before, after) in event.changes.items():
                changes[name] = (changes[name][0] if name in changes else before, after)
        return Done(self.number or 0, summary, changes, self.state.version, tuple(moved))


_LEFT_AS_IT_IS: frozenset[Act] = frozenset(
    {"link", "undo", "erase", "purge", "hold", "notice", "feedback", "audit", "migrate", "import", "develop", "release",
     "time"}
)  # fmt: skip
"""Acts that a ticket may see after it was closed for good: what was said and decided stays as it is; what development
makes of its item, and what its work is charged with, is the desk's own."""


def require_changeable(work: Work, act: Act) -> None:
    """DeskError when a ticket is closed, the procedure says that closed ones can no longer be changed, and the act
    would change it (S4-15)."""
    if act in _LEFT_AS_IT_IS or work.state.category != "closed":
        return
    if work.procedure.procedure.closing.immutable:
        raise DeskError(
            f"Ticket {work.number} is closed for good and can no longer be changed: open a new one that names it."
        )


def follow(work: Work) -> list[str]:
    """Let the procedure's rules and notices see what happened; what they did, in a few words each."""
    from deskterm.desk.following import follow  # it is made of commands, and these of what is written here

    return follow(work)


_MESSAGE_KIND = {
    "letter": "system",
    "registered": "public",
    "replied": "public",
    "thanked": "public",
    "imported": "public",
}
"""Kind of event → kind of message; what is not here is for the desk's own eyes."""


def message_values(event: Event) -> dict[str, Any] | None:
    """Column → value of the message that an event is, without the ticket's id; None when it is none."""
    if "body" not in event.texts:
        return None
    author_kind = event.data.get("author_kind", "agent")
    return {
        "seq": event.seq,
        "at": instant(event.data.get("spoken_at", event.at)),
        "kind": _MESSAGE_KIND.get(event.kind, "internal"),
        "author_kind": author_kind,
        "author": "" if event.data.get("contact") else event.data.get("author", event.actor),
        "contact_id": event.data.get("contact"),
        "channel": event.data.get("channel", ""),
        "automatic": int(bool(event.data.get("automatic")) or event.kind == "letter"),
        "mark": "thanks" if event.kind == "thanked" else "",
        "text_id": event.texts["body"].id,
    }


def named(session: Session, state: State) -> dict[str, str]:
    """The words that a ticket's row shows by reference: subject, requester's and organisation's name."""
    words = {"subject": "", "requester": "", "organisation": ""}
    if state.subject_id is not None:
        text = table_of(PersonalText)
        words["subject"] = session.execute(select(text.c.body).where(text.c.id == state.subject_id)).scalar_one()
    if state.requester_id is not None:
        contact = table_of(Contact)
        words["requester"] = session.execute(
            select(contact.c.name).where(contact.c.id == state.requester_id)
        ).scalar_one()
    if state.organisation_id is not None:
        client = table_of(Organisation)
        words["organisation"] = session.execute(
            select(client.c.name).where(client.c.id == state.organisation_id)
        ).scalar_one()
    return words


def _renames(event: Event) -> bool:
    """Whether the words in a ticket's row may be others after an event."""
    return (
        "subject" in event.texts or event.kind in ("undone", "erased", "purged") or not _NAMED.isdisjoint(event.changes)
    )
