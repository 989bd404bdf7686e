"""The desk, and the one transaction that every command runs in.

A command opens `desk.ticket(…)`, says what happened (`TicketTransaction.append`) and leaves; on leaving, the events are
written (see `transaction.py`), all in one transaction that commits before the command returns.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session

from deskterm.desk.core.context import TransactionContext
from deskterm.desk.core.people import build_unknown_agent
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.transaction import Reactions, TicketTransaction, load_events
from deskterm.desk.domain.event_kinds import SYSTEM_EVENTS
from deskterm.desk.domain.events import GENESIS
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.domain.links import find_merge_target
from deskterm.desk.policy.permissions import Act, require
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import Agent, ProcedureVersion, Ticket, table_of
from deskterm.store.db.tables import Desk as DeskRow

_ticket = table_of(Ticket)
_LOCK_TICKET = select(_ticket.c.version, _ticket.c.hash).where(_ticket.c.id == bindparam("number")).with_for_update()

SYSTEM_ACTOR = "deskterm"
"""Who did what happened by itself, and the role of it."""


class VersionConflict(DeskError):
    """The ticket is at another version than the one that a person was looking at."""

    def __init__(self, number: int, seen: int, now: int) -> None:
        super().__init__(
            f"Ticket {number} moved on while you wrote (you saw version {seen}, it is at {now}): look at what is new,"
            " then try again."
        )
        self.number, self.seen, self.now = number, seen, now


class DeskSession:
    """A store, and an agent at work on it. `deskterm.desk.api.open_desk` makes one.

    reactions: what follows from a command, run in its transaction. behind: the login of whoever works in the agent's
    name, which every event records. Raises Stranger when the login is not that of an active agent.
    """

    agent: Agent
    behind: str = ""
    bulk: str | None = None
    """The mark of the act about several tickets that is being done."""

    def __init__(self, store: Store, login: str, *, reactions: Reactions, behind: str = "") -> None:
        self.behind, self._reactions = behind, reactions
        self._open(store)
        with store.reading() as session:
            agent = session.execute(select(Agent).where(table_of(Agent).c.login == login)).scalar_one_or_none()
            if agent is None or not agent.active:
                raise build_unknown_agent(session, login, known=agent is not None)
            session.expunge(agent)
        self.agent = agent

    @classmethod
    def of_system(cls, store: Store, *, reactions: Reactions) -> DeskSession:
        """Open the desk in the name of deskterm itself, for what happens without an agent."""
        desk = cls.__new__(cls)
        desk._reactions = reactions
        desk._open(store)
        desk.agent = Agent(login=SYSTEM_ACTOR, name=SYSTEM_ACTOR, role=SYSTEM_ACTOR)
        return desk

    def _open(self, store: Store) -> None:
        self.store = store
        self._procedures: dict[int, CompiledProcedure] = {}
        with store.reading() as session:
            found = session.get(DeskRow, 1)
            if found is None:
                raise DeskError("This store holds no desk: make one with `deskterm init --procedure NAME`.")
            self.name, self.simulated, self.clock_offset = found.name, found.simulated, found.clock_offset
            self.timezone = found.timezone
            self.procedure = self.load_procedure(session, found.procedure_version)

    def require(self, act: Act, action: str = "") -> None:
        """DeskError unless this agent's role allows the act. action: what is tried, in the words of a refusal."""
        require(self.agent.role, act, action)

    def build_procedure_lookup(self, session: Session) -> ProcedureVersions:
        """Look-up of procedure versions, for the fold."""
        return ProcedureVersions(self, session)

    def load_procedure(self, session: Session, version: int) -> CompiledProcedure:
        if version not in self._procedures:
            row = session.get(ProcedureVersion, version)
            if row is None:
                raise DeskError(f"The store lacks version {version} of its procedure: restore it from a backup.")
            self._procedures[version] = compile_document(row.document, version)
        return self._procedures[version]

    def _context(self) -> TransactionContext:
        return TransactionContext(
            self.agent, self.procedure, self.name, self.timezone, self.simulated, self.behind, self.bulk
        )

    @contextmanager
    def ticket(
        self,
        number: int,
        act: Act,
        now: datetime,
        version: int | None = None,
        *,
        dry_run: bool = False,
        allow_closed: bool = False,
        action: str = "",
    ) -> Iterator[TicketTransaction]:
        """A transaction on one ticket. version: what the person saw; MovedOn when the ticket is elsewhere. dry_run:
        nothing of it is written. DeskError on a ticket that goes on in another one or is closed for good (S4-15), but
        for acts that leave it as it is; allow_closed: on such a one too. action: as `require` has it."""
        self.require(act, action)
        with self.store.reading() if dry_run else self.store.writing() as session:
            work = self._lock_ticket(session, number, now, version)
            if not allow_closed:
                require_changeable(work, act)
            work.is_dry_run = dry_run
            yield work
            if not dry_run:
                work.finish()

    @contextmanager
    def tickets(
        self, numbers: Sequence[int], act: Act, now: datetime, action: str = ""
    ) -> Iterator[list[TicketTransaction]]:
        """A transaction on several tickets, in the order in which they are named."""
        self.require(act, action)
        with self.group_commands(), self.store.writing() as session:
            taken = {number: self._lock_ticket(session, number, now, None) for number in sorted(set(numbers))}
            for work in taken.values():
                require_changeable(work, act)
            yield [taken[number] for number in numbers]
            for work in taken.values():
                work.finish()

    @contextmanager
    def group_commands(self) -> Iterator[None]:
        """What is done to several tickets herein is one act, that can be undone as one."""
        before = self.bulk
        self.bulk = before or secrets.token_hex(8)
        try:
            yield
        finally:
            self.bulk = before

    def _lock_ticket(self, session: Session, number: int, now: datetime, version: int | None) -> TicketTransaction:
        row = session.connection().execute(_LOCK_TICKET, {"number": number}).one_or_none()
        if row is None:
            raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")
        fold, moved = TicketFold(self.build_procedure_lookup(session)), False
        for event in load_events(session, number):
            fold.step(event)
            moved = moved or (version is not None and event.seq > version and event.kind not in SYSTEM_EVENTS)
        if version is not None and (moved or row.version < version):
            raise VersionConflict(number, version, row.version)
        return TicketTransaction(self._context(), self._reactions, session, fold, to_epoch(now), number, row.hash)

    @contextmanager
    def new_ticket(self, act: Act, now: datetime) -> Iterator[TicketTransaction]:
        """A transaction that makes a ticket; its first event must be `registered`."""
        self.require(act)
        with self.store.writing() as session:
            fold = TicketFold(self.build_procedure_lookup(session))
            work = TicketTransaction(self._context(), self._reactions, session, fold, to_epoch(now), None, GENESIS)
            yield work
            work.finish()


class ProcedureVersions:
    def __init__(self, desk: DeskSession, session: Session) -> None:
        self._desk, self._session = desk, session

    def __call__(self, version: int) -> CompiledProcedure:
        return self._desk.load_procedure(self._session, version)


_ALLOWED_AFTER_CLOSING: frozenset[Act] = frozenset(
    {"link", "undo", "erase", "purge", "hold", "notice", "feedback", "audit", "migrate", "import", "develop", "release",
     "time"}
)  # fmt: skip
"""Acts that a ticket may see after it was closed for good: what was said and decided stays as it is; what development
makes of its item, and what its work is charged with, is the desk's own."""


def require_changeable(work: TicketTransaction, act: Act) -> None:
    """DeskError when an act would change a ticket that is closed because it goes on in another one (S1-33), or that is
    closed and the procedure says that closed ones can no longer be changed (S4-15)."""
    if act in _ALLOWED_AFTER_CLOSING or work.state.category != "closed":
        return
    if (other := find_merge_target(work.state.fields)) is not None:
        raise DeskError(
            f"Ticket {work.number} goes on in {other}, which it was closed for: do this on {other}; if it is a matter"
            f" of its own, `deskterm ticket separate {work.number} WHY` parts them."
        )
    if work.procedure.definition.closing.immutable:
        raise DeskError(
            f"Ticket {work.number} is closed for good and can no longer be changed: open a new one that names it."
        )
