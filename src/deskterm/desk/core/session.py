"""The session of an agent on a desk, and the database transaction that every command runs in.

A command opens `desk.ticket(…)` and appends events (`TicketTransaction.append`). When the block ends, the events are
written (see `transaction.py`) and the database transaction commits, before the command returns.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select
from sqlmodel import Session

from deskterm.desk.core.catching_up import CatchUp, is_anything_due, record_due_events
from deskterm.desk.core.context import SYSTEM_ACTOR, TransactionContext, build_system_agent
from deskterm.desk.core.people import build_unknown_agent
from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.ticket_history import TicketHistory, fold_ahead
from deskterm.desk.core.ticket_lookup import procedure_versions_from_session
from deskterm.desk.core.transaction import Reactions, TicketTransaction
from deskterm.desk.domain.event_kinds.table import SYSTEM_EVENTS
from deskterm.desk.domain.events import GENESIS
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.domain.links import find_merge_target
from deskterm.desk.policy.permissions import Act, require
from deskterm.desk.policy.read_access import find_hidden_departments, map_homes
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.store.db.engine import Store
from deskterm.store.db.errors import UnavailableDesk, hidden_ticket_error, newer_layout_error
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.db.tables import Agent, DraftRow, ProcedureVersion, Ticket, table_of
from deskterm.store.db.tables import Desk as DeskRow

_ticket, _draft = table_of(Ticket), table_of(DraftRow)
# SQLite ignores FOR UPDATE: there the transaction has locked the whole file (BEGIN IMMEDIATE)
_LOCK_TICKET = select(_ticket.c.version, _ticket.c.hash).where(_ticket.c.id == bindparam("number")).with_for_update()
_desk, _agent, _edition = table_of(DeskRow), table_of(Agent), table_of(ProcedureVersion)
# One statement, because every command runs it
_SELECT_RIGHTS = (
    select(
        _desk.c.schema_number,
        _desk.c.procedure_version,
        _desk.c.timezone,
        _edition.c.id,
        _edition.c.applied_at,
        *_agent.c,
    )
    .select_from(
        _desk.join(_edition, _edition.c.id == select(func.max(_edition.c.id)).scalar_subquery()).outerjoin(
            _agent, _agent.c.login == bindparam("login")
        )
    )
    .where(_desk.c.id == 1)
)
_SELECT_ROLE = select(_agent.c.role).where(_agent.c.login == bindparam("login"), _agent.c.active)


class VersionConflict(DeskError):
    """The ticket changed since the version that the agent had seen. seen, now: versions."""

    def __init__(self, number: int, seen: int, now: int) -> None:
        super().__init__(
            f"Ticket {number} moved on while you wrote (you saw version {seen}, it is at {now}): look at what is new,"
            " then try again."
        )
        self.number, self.seen, self.now = number, seen, now


class DeskSession:
    """A store, and an agent at work on it. `deskterm.desk.api.open_desk` makes one.

    reactions: what follows from a command, run in its transaction. catch_up: what has become due before a command, run
    in its transaction too. behind: the login of whoever works in the agent's name, which every event records. Raises
    UnknownAgent when the login is not that of an active agent.
    """

    agent: Agent
    behind: str = ""
    has_history: bool
    """The desk's own history had begun when the session was opened (`desk_history.record_state`)."""
    _hidden: tuple[str, ...] = ()
    """The departments whose tickets the agent neither reads nor changes."""
    _known_rights: Row[Any] | None = None
    """The row of `_SELECT_RIGHTS` from the last look, where everything that was made of it follows from it
    alone."""
    bulk: str | None = None
    """Mark shared by the events of the commands that are being grouped; None outside of `group_commands`."""
    _macro: str = ""
    """The label of the macro whose steps the commands are; empty outside of `joining`."""
    _joined: TicketTransaction | None = None
    """The transaction that commands on its ticket share; None outside of `joining`."""
    undo_window: int = 0
    """Seconds for which the letters of a command wait in the outbox, so that it can be undone first (M-48)."""
    _sent_draft: int | None = None
    """The draft whose words the commands of a `sending` block send."""

    _changed: dict[int, int] | None = None
    """Ticket → the number of the first event that was written to it, while `note_changes` is on."""

    def __init__(self, store: Store, login: str, *, reactions: Reactions, catch_up: CatchUp, behind: str = "") -> None:
        self.behind, self._reactions, self._catch_up = behind, reactions, catch_up
        self.agent = Agent(login=login, name=login)
        self._open(store)

    @classmethod
    def of_system(cls, store: Store, *, reactions: Reactions, catch_up: CatchUp) -> DeskSession:
        """Open the desk in the name of deskterm itself, for what happens without an agent."""
        # Without __init__(), which looks the agent up: this one has no row
        desk = cls.__new__(cls)
        desk._reactions, desk._catch_up = reactions, catch_up
        desk.agent = build_system_agent()
        desk._open(store)
        return desk

    def _open(self, store: Store) -> None:
        self.store = store
        self._procedures: dict[int, CompiledProcedure] = {}
        with store.reading() as session:
            found = session.get(DeskRow, 1)
            if found is None:
                raise DeskError("This store holds no desk: make one with `deskterm init --procedure NAME`.")
            self.name, self.simulated, self.clock_offset = found.name, found.simulated, found.clock_offset
            self.timezone, self.has_history = found.timezone, bool(found.chain and found.covers_people)
            self.procedure = self.build_procedure_lookup(session)(found.procedure_version)
            self._read_rights(session)

    @contextmanager
    def writing(self, act: Act | None = None, action: str = "") -> Iterator[Session]:
        """Open a session in a writing transaction, as `Store.writing` does. act, action: as for `require`. Raises
        DeskError as `check_rights` does, and unless the agent's role allows the act by now."""
        with self.store.writing() as session:
            self.check_rights(session)
            if act is not None:
                self.require(act, action)
            yield session
            # Without an act it is no command, but what has become due before one that may still be refused
            if act is not None and self._sent_draft is not None:
                session.execute(delete(_draft).where(_draft.c.id == self._sent_draft))

    @contextmanager
    def sending(self, draft: int | None) -> Iterator[None]:
        """Remove a draft in the transaction of the command in the block, which sends its words: whatever interrupts
        that, they are sent or kept, and never both (C-05). draft: its id; None for words of no draft."""
        self._sent_draft = draft
        try:
            yield
        finally:
            self._sent_draft = None

    def check_rights(self, session: Session) -> None:
        """Read who the agent is by now, the edition in force and the layout, inside of a transaction that writes
        (D-40).

        Raises DeskError when the agent was retired, when another edition came into force since the command began (what
        it has looked up by the old one would be wrong), or when a newer deskterm has changed the layout.
        """
        edition = self.procedure.version
        self._read_rights(session)
        if self.procedure.version != edition:
            raise DeskError(
                f"Edition {self.procedure.version} of the procedure came into force at this moment, and nothing was"
                " written: look whether it still fits, and do it again."
            )

    def refresh(self) -> None:
        """Read the agent's rights and the edition of the procedure again, before a command of a session that has been
        open for a while. Raises DeskError as `check_rights` does, except that the command begins with another
        edition."""
        with self.store.reading() as session:
            self._read_rights(session)

    def open_reader(self) -> ReadConnection:
        """Open a bare read-only connection that hides what the agent may not read."""
        reader = open_reader(self.store.url)
        reader.limit(self._hidden, self.agent.login)
        return reader

    def _read_rights(self, session: Session) -> None:
        """Read who the agent is by now, the edition in force and the layout (D-40)."""
        connection = session.connection()
        row = connection.execute(_SELECT_RIGHTS, {"login": self.agent.login}).one()
        layout, edition, timezone, newest, applied_at, *found = row
        if layout != SCHEMA:
            raise newer_layout_error(self.store.url, layout, SCHEMA)
        if edition != self.procedure.version:
            self.procedure = self.build_procedure_lookup(session)(edition)
            self.timezone = timezone
        if row == self._known_rights:
            return  # as at the last look: what follows from it is known
        self._known_rights = None
        self._newest_edition = newest, math.ceil(applied_at.timestamp())
        if self.agent.role == SYSTEM_ACTOR:
            self._known_rights = row
            return
        agent = Agent(**dict(zip(_agent.c.keys(), found, strict=True)))
        if not agent.active:  # nor where there is no row
            raise build_unknown_agent(session, self.agent.login, is_former=agent.login is not None)
        if self.behind:
            role = connection.execute(_SELECT_ROLE, {"login": self.behind}).scalar_one_or_none()
            require(role or "viewer", "act-as")
        self.agent = agent
        definition = self.procedure.definition
        closed = [part.key for part in definition.departments if part.members_only]
        self._hidden = ()
        if not closed and not self.behind:  # otherwise it follows from other agents' rows too
            self._known_rights = row
        if closed:  # most procedures have none: spare a command the list of all agents
            homes = map_homes(
                (part.key for part in definition.departments), {part.key: part.department for part in definition.teams}
            )
            self._hidden = find_hidden_departments(
                closed, homes, session.execute(select(Agent)).scalars(), self.agent.login
            )

    def require(self, act: Act, action: str = "") -> None:
        """Raise DeskError unless the agent's role allows an act. action: what is tried, for the message."""
        require(self.agent.role, act, action)

    def build_procedure_lookup(self, session: Session) -> ProcedureVersions:
        """Return the look-up of procedure versions in a session, for folds. What it compiles is kept for the next."""
        return procedure_versions_from_session(session, self._procedures)

    def _context(self) -> TransactionContext:
        return TransactionContext(
            self.agent,
            self.procedure,
            self.name,
            self.timezone,
            self.simulated,
            self._newest_edition,
            self.behind,
            self.bulk,
            self._macro,
            self._note_change,
            self.undo_window,
        )

    def _note_change(self, number: int, seq: int) -> None:
        if self._changed is not None:
            self._changed.setdefault(number, seq)

    @contextmanager
    def note_changes(self) -> Iterator[dict[int, int]]:
        """Note what the commands in the block write: each ticket, and the number of its first event there, by which
        `undo_commands` finds it again."""
        before, self._changed = self._changed, {}
        try:
            yield self._changed
        finally:
            self._changed = before

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
        catch_up: bool = True,
        action: str = "",
    ) -> Iterator[TicketTransaction]:
        """Open a transaction on one ticket, and write it at the end.

        The ticket is brought up to `now` first: what is due by then has happened before the command, at its own
        instant, whether or not a runner was on (D-02). When the command is refused, that has happened all the same.

        act: what the agent's role must allow; action: as for `require`. version: the one that the agent saw. dry_run:
        write nothing of the command. allow_closed: open it on a closed ticket, whatever the act. catch_up: False for
        the desk's own acts that are dated at an earlier instant than `now`.

        Raises VersionConflict when the ticket changed since `version`, and DeskError when there is no such ticket or
        `require_changeable` refuses the act.
        """
        self.require(act, action)
        if self._joined is not None:
            yield self._begin_joined(self._joined, number, act, allow_closed=allow_closed)
            return
        if dry_run:
            # A rehearsal neither waits for the right to write nor keeps it from others, unless something is due
            self.bring_up_to_date([number], now)
        history = None if dry_run else fold_ahead(self.store, number, self.build_procedure_lookup)
        with (
            self._catching_up([number], now),
            self.store.reading() if dry_run else self.writing(act, action) as session,
        ):
            work = self._lock_ticket(session, number, now, version, history, catch_up=catch_up and not dry_run)
            if not allow_closed:
                require_changeable(work, act)
            work.is_dry_run = dry_run
            yield work
            # Not reached when the block raises: the database transaction is rolled back then
            if not dry_run:
                work.finish()

    @contextmanager
    def joining(
        self, number: int, act: Act, now: datetime, *, macro: str, version: int | None = None
    ) -> Iterator[TicketTransaction]:
        """Let all commands on one ticket in the block share one transaction, which is written at its end: all of them
        happen, or none, and one undo takes them back (C-21).

        act: that of the first command; macro: the label of what they are steps of; version: as for `ticket`. A command
        in the block that is about another ticket is a fault. Raises as `ticket` does."""
        with self.group_commands():
            self._macro = macro
            try:
                with self.ticket(number, act, now, version) as work:
                    self._joined = work
                    try:
                        yield work
                    finally:
                        self._joined = None
            finally:
                self._macro = ""

    def _begin_joined(self, work: TicketTransaction, number: int, act: Act, *, allow_closed: bool) -> TicketTransaction:
        """Begin another command in the transaction that commands share. Raises DeskError as `ticket` does."""
        if number != work.number:
            raise ValueError(f"a command on {number} within the transaction of {work.number}")
        if not allow_closed:
            require_changeable(work, act)
        if work.command_events:
            work.begin_next(self._context())
        return work

    @contextmanager
    def tickets(
        self, numbers: Sequence[int], act: Act, now: datetime, action: str = ""
    ) -> Iterator[list[TicketTransaction]]:
        """Open transactions on several tickets, in the order of `numbers`, and write them together at the end. Each is
        brought up to `now` first, as by `ticket`."""
        self.require(act, action)
        with self.group_commands(), self._catching_up(numbers, now), self.writing(act, action) as session:
            # Always locked in the same order: two commands on the same tickets would otherwise wait for each other.
            locked = {number: self._lock_ticket(session, number, now, None) for number in sorted(set(numbers))}
            for work in locked.values():
                require_changeable(work, act)
            yield [locked[number] for number in numbers]
            for work in locked.values():
                work.finish()

    @contextmanager
    def group_commands(self, mark: str = "") -> Iterator[None]:
        """Mark all commands in the block as one, so that they are undone together. mark: that of a group which other
        sessions have a part of; a new one by default."""
        before = self.bulk
        # Inside another group its mark holds: one undo for all of it
        self.bulk = before or mark or secrets.token_hex(8)
        try:
            yield
        finally:
            self.bulk = before

    def bring_up_to_date(self, numbers: Sequence[int], now: datetime) -> None:
        """Record everything of some tickets that is due by now, at its own instant, in a transaction of its own. Does
        nothing, and takes no lock, where nothing is due."""
        with self.store.reading() as session:
            if not is_anything_due(session, numbers, to_epoch(now)):
                return
        with self.writing() as session:
            for number in sorted(set(numbers)):
                self._lock_ticket(session, number, now, None)

    @contextmanager
    def _catching_up(self, numbers: Sequence[int], now: datetime) -> Iterator[None]:
        """Keep what became due before a command that is refused: it is rolled back with the command, and recorded
        again by itself. Otherwise the person would be refused for a change that they cannot see."""
        try:
            yield
        except UnavailableDesk:
            raise  # the person has waited for it once, and would wait for the same again
        except DeskError:
            with suppress(DeskError):  # such as a locked store: the refusal itself is what the person has to read
                self.bring_up_to_date(numbers, now)
            raise

    def _lock_ticket(
        self,
        session: Session,
        number: int,
        now: datetime,
        version: int | None,
        history: TicketHistory | None = None,
        *,
        catch_up: bool = True,
    ) -> TicketTransaction:
        """Lock a ticket for this database transaction, fold it, or go on where `history` ends, and bring it up to now.
        Raises as `ticket` does."""
        row = session.connection().execute(_LOCK_TICKET, {"number": number}).one_or_none()
        if row is None:
            raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")
        history = history or TicketHistory()
        fold = history.read_on(session, number, self.build_procedure_lookup(session))
        is_changed = version is not None and history.last_by_people > version
        work = TicketTransaction(self._context(), self._reactions, session, fold, to_epoch(now), number, row.hash)
        if catch_up and (steps := record_due_events(work, to_epoch(now), self._catch_up)):
            # The end of a timer may have moved the ticket: to whoever saw it before, that is a change like any other.
            is_changed = is_changed or any(
                event.kind not in SYSTEM_EVENTS for step in steps for event in step.new_events
            )
            work = TicketTransaction(work.context, self._reactions, session, fold, work.at, number, steps[-1].hash)
        # Nobody can have seen a version that is still to come
        if version is not None and (is_changed or row.version < version):
            raise VersionConflict(number, version, fold.state.version)
        if fold.state.department in self._hidden and fold.state.assignee != self.agent.login:
            raise hidden_ticket_error(number)
        return work

    @contextmanager
    def new_ticket(self, act: Act, now: datetime) -> Iterator[TicketTransaction]:
        """Open a transaction that creates a ticket, and write it at the end. Its first event must be `registered`."""
        self.require(act)
        with self.writing(act) as session:
            fold = TicketFold(self.build_procedure_lookup(session))
            work = TicketTransaction(self._context(), self._reactions, session, fold, to_epoch(now), None, GENESIS)
            yield work
            work.finish()


_ALLOWED_AFTER_CLOSING: frozenset[Act] = frozenset(
    {"link", "undo", "erase", "purge", "hold", "notice", "feedback", "audit", "migrate", "import", "develop", "release",
     "time"}
)  # fmt: skip
"""Acts that are allowed on every closed ticket: they change nothing that the requester was told. Development items and
time entries are internal to the desk."""


def require_changeable(work: TicketTransaction, act: Act) -> None:
    """Raise DeskError when an act would change a ticket that was merged into another (S1-33), or one that is closed if
    the procedure makes closed tickets immutable (S4-15)."""
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
