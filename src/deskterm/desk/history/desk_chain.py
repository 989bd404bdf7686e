"""Verification of the desk's own history, and of what it vouches for; and the head of all chains (D-41).

A chain without a key can be forged whole by whoever may write the store. A head that was printed, signed or sent
elsewhere cannot: it says what had been written when it was taken.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import select, text
from sqlmodel import Session, SQLModel

from deskterm.desk.core.desk_history import compute_event_hash, parse_end, read_state
from deskterm.desk.core.person_digests import read_contacts
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.domain.events import GENESIS
from deskterm.errors import RESTORE_ADVICE, DeskError, UsageError
from deskterm.procedure.compiled import compute_digest
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import Desk as DeskRow
from deskterm.store.db.tables import DeskEvent, ProcedureVersion, table_of
from deskterm.store.db.triggers import find_foreign_objects, find_missing_triggers

_desk, _event, _edition = table_of(DeskRow), table_of(DeskEvent), table_of(ProcedureVersion)


NOT_COVERED = ("notes of the automation in the settings", "the clock of a simulated desk")
"""The parts of a desk that no chain vouches for."""

_DETAILS = {
    "agent": "the name, the address or the absence of agent {}",
    "client": "the name, the domain, the notes or the support of client {}",
    "contact": "the name, the address, the telephone number or the client of contact {}",
}
"""Kind of digest → what it covers, in words."""


class DeskFault(NamedTuple):
    """A fault of the desk's own history. sentence: in words; procedure: it is about a procedure, by which every due
    time is computed."""

    sentence: str
    procedure: bool = False


def verify_desk(store: Store) -> list[DeskFault]:
    """Verify the desk's own chain from its beginning to its end, and compare what it says with the tables: agents with
    their rights, what is known of agents, clients and contacts, editions of the procedure by the digests of their
    documents, settings, and what the schema holds: triggers that are gone or changed, and triggers, rules, views and
    tables of others."""
    with store.reading() as session:
        faults = [*_verify_events(session), *_verify_digests(session)]
        if not faults:
            recorded = _read_recorded(session)
            faults += [*_compare_state(session, recorded), *_compare_contacts(session, recorded)]
        missing = find_missing_triggers(session.connection(), store.dialect)
        foreign = find_foreign_objects(session.connection(), store.dialect, SQLModel.metadata.tables)
    faults += [DeskFault(f"the trigger {name} is missing or not what deskterm wrote") for name in missing]
    return faults + [DeskFault(f"{name} is in the database, and deskterm did not write it") for name in foreign]


def _verify_events(session: Session) -> Iterator[DeskFault]:
    """Verify the chain of the desk's events up to its first fault."""
    previous, number = GENESIS, 0
    for row in session.execute(select(_event).order_by(_event.c.seq)):
        number += 1
        if row.seq != number:
            yield DeskFault(f"event {number} of the desk itself is missing")
            return
        previous = compute_event_hash(previous, row.seq, row.kind, to_epoch(row.at), row.actor, row.data)
        if row.hash != previous:
            yield DeskFault(f"event {number} of the desk itself ({row.kind} by {row.actor}) is not what was written")
            return
    end = parse_end(session.execute(select(_desk.c.chain)).scalar_one())
    if number < end[0]:
        yield DeskFault(f"the desk itself has had {end[0]} events, and the last {end[0] - number} are missing")
    elif (number, previous) != end:
        yield DeskFault("the desk itself was written by other events than it has")


def _verify_digests(session: Session) -> Iterator[DeskFault]:
    """Compare every procedure with the digest that was stored beside it."""
    columns = (_edition.c.id, _edition.c.document, _edition.c.digest)
    for number, document, digest in session.execute(select(*columns).order_by(_edition.c.id)):
        if compute_digest(document) != digest:
            yield DeskFault(f"edition {number} of the procedure is not what was put in force", procedure=True)


def _read_recorded(session: Session) -> dict[str, object]:
    """Return what the desk's events say, as `read_state` and `read_contacts` have it."""
    recorded: dict[str, object] = {}
    for (data,) in session.execute(select(_event.c.data).order_by(_event.c.seq)):
        for key, (_, after) in json.loads(data)["changes"].items():
            recorded[key] = after
    return recorded


def _compare_state(session: Session, recorded: Mapping[str, object]) -> Iterator[DeskFault]:
    """Compare the tables, except contacts, with what the desk's events say. On an older desk they say nothing until
    somebody works on it."""
    if not recorded:
        return
    stored = read_state(session, with_people=_covers_people(recorded))
    for key in sorted({*recorded, *stored}):
        if recorded.get(key) == stored.get(key) or key.startswith("contact "):
            continue
        if match := re.fullmatch(r"edition (\d+) document", key):
            yield DeskFault(f"edition {match[1]} of the procedure is not what was put in force", procedure=True)
        elif match := re.fullmatch(r"(agent|client) (.*) details", key, re.DOTALL):
            if key in recorded and key in stored:
                yield DeskFault(f"{_DETAILS[match[1]].format(match[2])} is not what was written")
            elif match[1] == "client":
                yield DeskFault(
                    f"client {match[2]} " + ("is missing" if key in recorded else "was added past deskterm")
                )
        else:
            before, now = (_format_value(state.get(key)) for state in (recorded, stored))
            yield DeskFault(f"{key} is {now}, and the history of the desk says {before}")


def _covers_people(recorded: Mapping[str, object]) -> bool:
    """Return whether the desk's events have digests of people; every desk has at least one agent."""
    return any(key.startswith("agent ") and key.endswith(" details") for key in recorded)


def _compare_contacts(session: Session, recorded: Mapping[str, object]) -> Iterator[DeskFault]:
    """Compare contacts with their digests in the desk's events. An older desk has none until somebody works on it."""
    expected = {key: value for key, value in recorded.items() if key.startswith("contact ")}
    if not _covers_people(recorded):
        return
    if not session.execute(select(_desk.c.covers_people)).scalar_one():
        yield DeskFault("the desk says that its history has no digests of people, and it has")
    for key, digest in read_contacts(session):
        if key not in expected:
            yield DeskFault(f"{key} was added past deskterm")
        elif expected.pop(key) != digest:
            yield DeskFault(f"{_DETAILS['contact'].format(key.split()[1])} is not what was written")
    for key in sorted(expected, key=lambda key: int(key.split()[1])):
        yield DeskFault(f"{key} is missing")


def _format_value(value: object) -> str:
    return "nothing" if value is None else "yes" if value is True else str(value)


def require_intact_procedures(session: Session) -> None:
    """Raise DeskError when a procedure is not what was put in force: rows that are computed by it would be false."""
    faults = (
        *_verify_digests(session),
        *(fault for fault in _compare_state(session, _read_recorded(session)) if fault.procedure),
    )
    if (fault := next(iter(faults), None)) is not None:
        raise DeskError(
            f"{fault.sentence[0].upper()}{fault.sentence[1:]}, so nothing is computed by it: `deskterm audit verify`"
            f" says more; {RESTORE_ADVICE}."
        )


class Head(NamedTuple):
    """The head of all chains at an instant. events: number of the last event of a ticket; desk_events: of the desk's
    own; digest: over the ends of all chains up to these."""

    events: int
    desk_events: int
    digest: str

    def __str__(self) -> str:
        return f"deskterm-head:1:{self.events}:{self.desk_events}:{self.digest}"


_HEAD = re.compile(r"deskterm-head:1:(\d{1,18}):(\d{1,18}):([0-9a-f]{64})")


def parse_head(word: str) -> Head:
    """Parse a head as `Head` prints it. Raises UsageError for anything else."""
    match = _HEAD.fullmatch(word.strip())
    if match is None:
        raise UsageError("That is no head of the chains: give the line that `deskterm audit head` printed.")
    return Head(int(match[1]), int(match[2]), match[3])


def take_head(store: Store) -> Head:
    """Take the head of all chains as they are. Nobody writes meanwhile, so that no event with a lower number comes
    later."""
    with store.writing() as session:
        if store.dialect == "postgresql":
            session.execute(text("LOCK TABLE event, desk_event IN SHARE MODE"))
        events, desk_events = _count(session)
        return Head(events, desk_events, _compute_head_digest(session, events, desk_events))


def find_head_fault(store: Store, head: Head) -> str | None:
    """Return the sentence about what is no longer as it was when a head was taken; None when all of it is still there.
    The chains themselves have to be verified too: the head is about their ends."""
    with store.reading() as session:
        events, desk_events = _count(session)
        if events < head.events or desk_events < head.desk_events:
            return "events that had been written when the head was taken are missing"
        if _compute_head_digest(session, head.events, head.desk_events) != head.digest:
            return "what had been written when the head was taken has been changed since, or it is another desk's head"
    return None


def _count(session: Session) -> tuple[int, int]:
    found = session.execute(
        text("SELECT (SELECT coalesce(max(id), 0) FROM event), (SELECT coalesce(max(seq), 0) FROM desk_event)")
    ).one()
    return int(found[0]), int(found[1])


_ENDS = text(
    "SELECT e.ticket_id, e.seq, e.hash FROM event e JOIN (SELECT ticket_id, max(seq) AS seq FROM event "
    "WHERE id <= :last GROUP BY ticket_id) ends ON ends.ticket_id = e.ticket_id AND ends.seq = e.seq "
    "ORDER BY e.ticket_id"
)


def _compute_head_digest(session: Session, events: int, desk_events: int) -> str:
    """Compute the SHA-256, in hex, over the ends that all chains had after so many events."""
    digest = hashlib.sha256()
    own = session.execute(text("SELECT seq, hash FROM desk_event WHERE seq = :seq"), {"seq": desk_events}).all()
    for seq, end in own:
        digest.update(f"desk {seq} {end}\n".encode())
    for ticket, seq, end in session.execute(_ENDS, {"last": events}):
        digest.update(f"{ticket} {seq} {end}\n".encode())
    return digest.hexdigest()
