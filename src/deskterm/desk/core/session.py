"""The session of an agent on a desk, and the database transaction that every command runs in.

A command opens `desk.ticket(…)` and appends events (`TicketTransaction.append`). When the block ends, the events are
written (see `transaction.py`) and the database transaction commits, before the command returns.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Self

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session

from deskterm.desk.core.catching_up import CatchUp, is_anything_due, record_due_events
from deskterm.desk.core.closed_tickets import require_changeable
from deskterm.desk.core.context import TransactionContext, build_system_agent
from deskterm.desk.core.desk_access import DeskAccess
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.ticket_history import TicketHistory, fold_ahead
from deskterm.desk.core.transaction import Reactions, TicketTransaction
from deskterm.desk.domain.event_kinds.table import SYSTEM_EVENTS
from deskterm.desk.domain.events import GENESIS
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.policy.permissions import Act
from deskterm.errors import DeskError
from deskterm.store.db.engine import Store
from deskterm.store.db.errors import UnavailableDesk, hidden_ticket_error
from deskterm.store.db.tables import Agent, DraftRow, Ticket, table_of

_ticket, _draft = table_of(Ticket), table_of(DraftRow)
# SQLite ignores FOR UPDATE: there the transaction has locked the whole file (BEGIN IMMEDIATE)
_LOCK_TICKET = select(_ticket.c.version, _ticket.c.hash).where(_ticket.c.id == bindparam("number")).with_for_update()


class VersionConflict(DeskError):
    """The ticket changed since the version that the agent had seen. seen, now: versions."""

    def __init__(self, number: int, seen: int, now: int) -> None:
        super().__init__(
            f"Ticket {number} moved on while you wrote (you saw version {seen}, it is at {now}): look at what is new,"
            " then try again."
        )
        self.number, self.seen, self.now = number, seen, now


class DeskSession(DeskAccess):
    """A store, and an agent at work on it. `deskterm.desk.api.open_desk` makes one.

    reactions: what follows from a command, run in its transaction. catch_up: what has become due before a command, run
    in its transaction too. behind: the login of whoever works in the agent's name, which every event records. Raises
    UnknownAgent when the login is not that of an active agent.
    """

    bulk: str | None = None
    """Mark shared by the events of the commands that are being grouped; None outside of `group_commands`."""
    _macro: str = ""
    """The label of the macro whose steps the commands are; empty outside of `joining`."""
    _joined: TicketTransaction | None = None
    """The transaction that commands on its ticket share; None outside of `joining`."""
    undo_window: int = 0
    """Seconds for which the letters of a command wait in the outbox, so that it can be undone first (M-48)."""
    is_quiet: bool = False
    """True for what is long past: nobody is told of it, and it moves nothing (M-12)."""
    _sent_draft: int | None = None
    """The draft whose words the commands of a `sending` block send."""

    _changed: dict[int, int] | None = None
    """Ticket → the number of the first event that was written to it, while `note_changes` is on."""

    def __init__(self, store: Store, login: str, *, reactions: Reactions, catch_up: CatchUp, behind: str = "") -> None:
        self.behind, self._reactions, self._catch_up = behind, reactions, catch_up
        self.agent = Agent(login=login, name=login)
        self._open(store)

    @classmethod
    def of_system(cls, store: Store, *, reactions: Reactions, catch_up: CatchUp) -> Self:
        """Open the desk in the name of deskterm itself, for what happens without an agent."""
        # Without __init__(), which looks the agent up: this one has no row
        desk = cls.__new__(cls)
        desk._reactions, desk._catch_up = reactions, catch_up
        desk.agent = build_system_agent()
        desk._open(store)
        return desk

    @contextmanager
    def writing(self, act: Act | None = None, action: str = "") -> Iterator[Session]:
        """Open a session in a writing transaction, as `Store.writing` does. act, action: as for `require`. Raises
        DeskError as `check_rights` does, and unless the agent's role allows the act by now."""
        with self.store.writing() as session:
            self.check_rights(session)
            if act is not None:
                self.require(act, action)
            yield session
            # Without an act this is no command but catching up before one, and that command may still be refused
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
            self.is_quiet,
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

        act: that of the first command; macro: the label of what they are steps of; version: as for `ticket`. Raises as
        `ticket` does, and ValueError for a command in the block that is about another ticket."""
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
        sessions take part in; a new one by default."""
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
            raise  # catching up would make the person wait for the same lock again
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
