"""Leases of mailboxes and accounts: one process works on each at a time (M-08), and its troubles are kept (M-13)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from deskterm.mail.keeping.holders import has_ended, write_holder
from deskterm.store.db.engine import Store
from deskterm.store.db.instants import NEVER
from deskterm.store.db.tables import MailboxRow, table_of
from deskterm.store.queries.mail.mailboxes import DOWN_AFTER_FAILURES

LENGTH = timedelta(minutes=3)
"""Length of a lease without being renewed: a process that was killed on another computer keeps others out as long."""
_NOBODY = datetime(1970, 1, 1, tzinfo=NEVER.tzinfo)

_row = table_of(MailboxRow)


class Position(NamedTuple):
    """The progress of a mailbox. position: as its source writes it, empty at the beginning; since: nothing older is
    taken; failures: in a row."""

    position: str
    since: datetime
    failures: int


class Lease:
    """A lease that is held. renewed_at: the desk's clock when it was claimed or renewed last; None for never."""

    def __init__(self, store: Store, name: str, holder: str, renewed_at: datetime | None = None) -> None:
        self._store, self.name, self._holder, self._renewed_at = store, name, holder, renewed_at

    def renew(self, now: datetime) -> bool:
        """Hold it for longer; return False where it ran out and another process has it. As long as two thirds of it are
        left nothing is written: that is asked after every mail."""
        if self._renewed_at is not None and timedelta(0) <= now - self._renewed_at < LENGTH / 3:
            return True
        is_ours = _claim(self._store, self.name, self._holder, now)
        self._renewed_at = now if is_ours else None
        return is_ours

    def load(self) -> Position:
        """Load where the mailbox stands."""
        position = find_position(self._store, self.name)
        assert position is not None  # `hold_lease` has made its row
        return position

    def advance(self, position: str) -> None:
        """Keep where reading goes on."""
        self._write(position=position)

    def note_success(self, now: datetime) -> None:
        """Note that everything went well: earlier failures are over."""
        self._write(worked_at=now, failures=0, failed_at=NEVER, reason="", told_at=NEVER)

    def note_failure(self, reason: str, now: datetime, *, is_lasting: bool = False) -> None:
        """Note a failure, with its reason in a sentence. is_lasting: only a person can help, so that it is down at
        once."""
        failures = self.load().failures
        first = {"failed_at": now} if not failures else {}
        more = max(failures + 1, DOWN_AFTER_FAILURES) if is_lasting else failures + 1
        self._write(failures=more, reason=reason[:500], **first)

    def _write(self, **values: object) -> None:
        with self._store.writing() as session:
            session.execute(update(_row).where(_row.c.name == self.name).values(**values))


def find_position(store: Store, name: str) -> Position | None:
    """Return where a mailbox or account stands; None where it was never worked on."""
    query = select(_row.c.position, _row.c.since, _row.c.failures).where(_row.c.name == name)
    with store.reading() as session:
        row = session.execute(query).one_or_none()
    return Position(*row) if row is not None else None


def note_trouble(
    store: Store,
    name: str,
    reason: str,
    now: datetime,
    *,
    since: datetime | None = None,
    is_lasting: bool = False,
) -> None:
    """Note a failure of a mailbox or account that nobody holds (M-13). since: as for `hold_lease`; is_lasting: only a
    person can help."""
    _ensure_row(store, name, since or now)
    Lease(store, name, "").note_failure(reason, now, is_lasting=is_lasting)


def forget_removed(store: Store, names: Collection[str]) -> None:
    """Forget the failures of mailboxes and accounts that the mail file no longer has: nobody can mend them. names:
    those that it has, with their kinds."""
    with store.writing() as session:
        session.execute(
            update(_row)
            .where(
                _row.c.failures > 0,
                _row.c.name.like("in:%") | _row.c.name.like("out:%"),
                _row.c.name.not_in(names),
            )
            .values(failures=0, failed_at=NEVER, reason="")
        )


def note_well(store: Store, name: str, now: datetime) -> None:
    """Note that an account that letters leave by does its work."""
    _ensure_row(store, name, now)
    Lease(store, name, "").note_success(now)


def keep_position(store: Store, name: str, position: str, now: datetime) -> None:
    """Keep a position that no lease is needed for."""
    _ensure_row(store, name, now)
    Lease(store, name, "").advance(position)


def load_told_at(store: Store, name: str) -> datetime | None:
    """Return when admins were told last of a mailbox, an account, or something else by its name; None for never."""
    with store.reading() as session:
        told_at = session.execute(select(_row.c.told_at).where(_row.c.name == name)).scalar_one_or_none()
    return told_at if told_at is not None and told_at < NEVER else None


def note_told(store: Store, name: str, now: datetime) -> None:
    """Note that admins were told of something."""
    _ensure_row(store, name, now)
    with store.writing() as session:
        session.execute(update(_row).where(_row.c.name == name).values(told_at=now))


@contextmanager
def hold_lease(store: Store, name: str, *, since: datetime, now: datetime) -> Iterator[Lease | None]:
    """Hold the lease of a mailbox or account in the block; None where another process has it, and that has not ended as
    far as can be known. since: nothing older is
    taken from it, kept from the first time on that it is worked on (M-12)."""
    _ensure_row(store, name, since)
    holder = write_holder()
    if not (_claim(store, name, holder, now) or _take_over(store, name, holder, now)):
        yield None
        return
    try:
        yield Lease(store, name, holder, now)
    finally:
        with store.writing() as session:
            session.execute(
                update(_row).where(_row.c.name == name, _row.c.holder == holder).values(holder="", held_until=_NOBODY)
            )


def _ensure_row(store: Store, name: str, since: datetime) -> None:
    with store.reading() as session:
        if session.execute(select(_row.c.name).where(_row.c.name == name)).first() is not None:
            return
    values = {
        "name": name,
        "position": "",
        "since": since,
        "holder": "",
        "held_until": _NOBODY,
        "worked_at": NEVER,
        "failures": 0,
        "failed_at": NEVER,
        "reason": "",
        "told_at": NEVER,
    }
    try:
        with store.writing() as session:
            session.execute(insert(_row), values)
    except IntegrityError:
        pass  # another process was faster


_CLAIM = update(_row).where(
    _row.c.name == bindparam("mailbox_name"),
    (_row.c.holder == bindparam("me")) | (_row.c.holder == "") | (_row.c.held_until < bindparam("instant")),
)


def _claim(store: Store, name: str, holder: str, now: datetime) -> bool:
    statement = _CLAIM.values(holder=holder, held_until=now + LENGTH)
    with store.writing() as session:
        result = session.execute(statement, {"mailbox_name": name, "me": holder, "instant": now})
        return int(result.rowcount) == 1  # type: ignore[attr-defined]


def _take_over(store: Store, name: str, holder: str, now: datetime) -> bool:
    """Take a lease from a process that has ended; return False where it lives, or another one was faster."""
    with store.reading() as session:
        before = session.execute(select(_row.c.holder).where(_row.c.name == name)).scalar_one()
    if not has_ended(before):
        return False
    statement = update(_row).where(_row.c.name == name, _row.c.holder == before)
    with store.writing() as session:
        result = session.execute(statement.values(holder=holder, held_until=now + LENGTH))
        return int(result.rowcount) == 1  # type: ignore[attr-defined]
