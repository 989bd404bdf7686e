"""The desk's own history: who became an agent with which role, which edition came into force, what was set (D-22).

Its events are chained like a ticket's (D-41). What they say is compared with the tables by
`deskterm.desk.history.desk_chain`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from deskterm.desk.core.person_digests import read_contacts, read_details, take_contact_changes
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.domain.events import GENESIS
from deskterm.procedure.compiled import compute_digest
from deskterm.store.db.tables import Agent, DeskEvent, ProcedureVersion, table_of
from deskterm.store.db.tables import Desk as DeskRow

DeskEventKind = Literal[
    "created",
    "recorded",
    "agents",
    "absence",
    "clients",
    "people",
    "edition",
    "rule",
    "import",
    "restored",
    "templates",
    "mail",
]
"""Kinds of the desk's own events; `recorded`: the state of a desk that was made before it kept a history of its own, or
before that had digests of people."""

DESK_EVENT_LABELS: dict[str, str] = {
    "created": "desk made",
    "recorded": "state of the desk recorded",
    "agents": "agents changed",
    "absence": "absence recorded",
    "clients": "clients changed",
    "people": "contacts changed",
    "edition": "edition of the procedure put in force",
    "rule": "rule switched",
    "import": "event log imported",
    "restored": "desk restored from a backup",
    "templates": "templates and macros changed",
    "mail": "mail in quarantine released or dropped, or an address flagged",
}

_desk, _agent, _edition, _event = (table_of(one) for one in (DeskRow, Agent, ProcedureVersion, DeskEvent))

_AGENT_COLUMNS = ("role", "roles", "team", "tier", "active", "certified")
"""Columns of an agent that give rights. The others are personal data, of which the history has only a digest."""
_SETTINGS = ("rules",)
"""Settings that people make; others are notes of the automation."""

State = dict[str, Any]
"""Values that the history covers, as `agent sam role` → `lead`; a key is missing where there is no value."""

_CONTACTS_PER_EVENT = 1_000
"""Most contacts whose digests go into one event, because an import adds many."""

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def read_state(session: Session, *, with_people: bool = False) -> State:
    """Read the state that the history covers from the tables, without contacts, of which there may be many. Digests of
    procedures are computed from their documents. with_people: include digests of people even when the desk's row says
    that its history has none."""
    state: State = {}
    row = session.execute(
        select(
            _desk.c.name,
            _desk.c.timezone,
            _desk.c.simulated,
            _desk.c.procedure_version,
            _desk.c.settings,
            _desk.c.clock_offset,
            _desk.c.covers_people,
        )
    ).one()
    settings = json.loads(row.settings)
    state |= {
        "desk name": row.name,
        "desk timezone": row.timezone,
        "desk simulated": bool(row.simulated),
        "desk edition": row.procedure_version,
        # An ordinary desk has no offset, and the time on a simulated one is invented anyway
        "desk clock offset": None if row.simulated else row.clock_offset,
    }
    state |= {f"setting {name}": settings.get(name) for name in _SETTINGS}
    for agent in session.execute(select(_agent).order_by(_agent.c.login)):
        state |= {f"agent {agent.login} {name}": getattr(agent, name) for name in _AGENT_COLUMNS}
    if row.covers_people or with_people:
        state |= read_details(session)
    columns = (_edition.c.id, _edition.c.document, _edition.c.source, _edition.c.applied_by)
    for number, document, source, login in session.execute(select(*columns).order_by(_edition.c.id)):
        state |= {
            f"edition {number} document": compute_digest(document),
            f"edition {number} file": compute_digest(source) if source else None,
            f"edition {number} applied by": login,
        }
    return {key: value for key, value in state.items() if value not in (None, "", False)}


def append_event(
    session: Session,
    kind: DeskEventKind,
    actor: str,
    at: datetime,
    before: State,
    after: State,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append an event with the differences of two states. The desk's row has to be locked. data: more about it."""
    changes = {
        key: [before.get(key), after.get(key)] for key in sorted({*before, *after}) if before.get(key) != after.get(key)
    }
    chain = session.execute(select(_desk.c.chain)).scalar_one()
    last = session.execute(select(func.max(_event.c.at))).scalar_one()
    earliest = to_epoch(last) if last is not None else 0
    row, chain = build_event_row(chain, earliest, kind, actor, to_epoch(at), {**(data or {}), "changes": changes})
    session.execute(insert(_event).values(**row | {"at": datetime.fromtimestamp(row["at"], UTC)}))
    session.execute(update(_desk).values(chain=chain))


def build_event_row(
    chain: str, earliest: int, kind: DeskEventKind, actor: str, at: int, data: Mapping[str, Any]
) -> tuple[dict[str, Any], str]:
    """Build the row of the desk's next event, and the end that its chain has then. chain: its present end; earliest:
    instant of the last event; at: of this one, both in epoch seconds."""
    text = _encode(data)
    seq, previous = parse_end(chain)
    # Never earlier than the event before it: a clock that was set back does not turn the order round.
    instant = max(at, earliest)
    digest = compute_event_hash(previous, seq + 1, kind, instant, actor, text)
    row = {"seq": seq + 1, "kind": kind, "at": instant, "actor": actor, "data": text, "hash": digest}
    return row, f"{seq + 1}:{digest}"


def parse_end(chain: str) -> tuple[int, str]:
    """Return the number and hash of the last event, as the desk's row has them; of none for an empty text."""
    number, _, digest = chain.partition(":")
    return (int(number), digest) if digest and number.isdigit() else (0, GENESIS)


def compute_event_hash(previous: str, seq: int, kind: str, at: int, actor: str, data: str) -> str:
    """Return the SHA-256, in hex, over the hash of the event before and all content of this one. at: epoch seconds."""
    return hashlib.sha256(f"{previous}\ndesk\n{seq}\n{kind}\n{at}\n{actor}\n{data}".encode()).hexdigest()


@contextmanager
def recorded_changes(
    session: Session,
    kind: DeskEventKind,
    now: datetime,
    actor: str,
    behind: str = "",
    lines: list[str] | None = None,
) -> Iterator[None]:
    """Record what the block changes on the desk as an event of an agent, and of whoever works in their name (`behind`).
    lines: filled by the block with changes that are no part of the state, one a line. Nothing is recorded when there is
    neither a change nor a line.
    """
    session.execute(select(_desk.c.id).with_for_update())  # so that the desk's events follow each other
    before = read_state(session)
    yield
    session.flush()
    after = read_state(session)
    if after == before and not lines:
        return
    data: dict[str, Any] = {"behind": behind} if behind else {}
    if lines:
        data["lines"] = list(lines)
    append_event(session, kind, actor, now, before, after, data)


def record_contacts(session: Session, actor: str, now: datetime, behind: str = "") -> None:
    """Record the contacts that the transaction has added or changed (`note_contact`), if any."""
    before, after = take_contact_changes(session)
    if before == after:
        return
    session.execute(select(_desk.c.id).with_for_update())
    append_event(session, "people", actor, now, before, after, {"behind": behind} if behind else {})


def record_state(session: Session) -> None:
    """Begin the history of a desk that was made before desks kept one, with its state, or add digests of people to a
    history that has none. Does nothing when the history has both. It is dated at the last edition, the newest instant
    that the desk itself knows."""
    chain, covers_people = session.execute(select(_desk.c.chain, _desk.c.covers_people).with_for_update()).one()
    if chain and (covers_people or _has_people(session)):
        return
    at = session.execute(select(func.max(_edition.c.applied_at))).scalar_one()
    before = read_state(session) if chain else {}
    session.execute(update(_desk).values(covers_people=1))
    append_event(session, "recorded", "deskterm", at, before, read_state(session))
    for part in split_contacts(dict(read_contacts(session))):
        append_event(session, "recorded", "deskterm", at, {}, part)


def split_contacts(digests: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield contacts and their digests, as many at a time as one event has."""
    contacts = iter(digests.items())
    while part := dict(islice(contacts, _CONTACTS_PER_EVENT)):
        yield part


def _has_people(session: Session) -> bool:
    """Return whether the history has digests of people. Then the desk's row was manipulated if it says that there are
    none: recording the present state would make somebody's changes look lawful."""
    found = select(_event.c.seq).where(_event.c.data.like('%"agent % details":%')).limit(1)
    return session.execute(found).first() is not None
