"""Events: everything that happened to a ticket, in the form in which it is stored for ever.

An event may change fields (`changes`) and refer to texts that people wrote (`texts`). The texts themselves are in the
table `personal_text`, so that they can be erased; the event, and so the hash chain, holds only their salted digests.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.errors import RESTORE_ADVICE, DeskError

GENESIS = "0" * 64
"""Previous hash of a ticket's first event."""


class TextRef(NamedTuple):
    """Reference to a text: the id of its row, and its salted digest."""

    id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a ticket.

    seq: its number within the ticket, from 1. at: epoch seconds. version: version of the procedure in force. data: the
    payload of its kind (`deskterm.desk.domain.event_kinds.payloads`).
    """

    seq: int
    kind: EventKind
    at: int
    actor: str
    version: int
    changes: Changes = field(default_factory=dict)
    texts: Mapping[str, TextRef] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


class UnreadableEvent(DeskError, ValueError):
    """A stored event cannot be decoded: something other than deskterm wrote or changed it."""

    def __init__(self, seq: int, kind: str) -> None:
        super().__init__(
            f"Event {seq} ({kind}) of the ticket is not what was written: `deskterm doctor` says more;"
            f" {RESTORE_ADVICE}."
        )


_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def encode_event(event: Event) -> str:
    """Return an event's content as canonical JSON: equal content gives equal bytes, as the hash chain needs."""
    content: dict[str, Any] = dict(event.data)
    if event.changes:
        content["changes"] = event.changes
    if event.texts:
        content["texts"] = event.texts
    return _encode(content)


def decode_event(seq: int, kind: str, at: int, actor: str, version: int, data: str) -> Event:
    """Return the event whose content `encode_event` wrote as `data`. Raises UnreadableEvent for anything else."""
    try:
        content = json.loads(data)
        changes = {name: (before, after) for name, (before, after) in content.pop("changes", {}).items()}
        texts = {name: TextRef(*reference) for name, reference in content.pop("texts", {}).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise UnreadableEvent(seq, kind) from error
    # Not checked against the table: a store may hold kinds of a newer edition, and reading must not depend on it.
    return Event(seq, cast(EventKind, kind), at, actor, version, changes, texts, content)


def compute_hash(previous: str, ticket: int, event: Event, data: str) -> str:
    """Return the SHA-256, in hex, over the hash of the ticket's previous event and all content of this one.

    data: the event's content as it is stored; encoding it again could give other bytes than an older edition wrote.
    """
    line = f"{previous}\n{ticket}\n{event.seq}\n{event.kind}\n{event.at}\n{event.actor}\n{event.version}\n{data}"
    return hashlib.sha256(line.encode()).hexdigest()


def compute_digest(salt: str, body: str) -> str:
    """Return the salted digest that represents a text in events."""
    # Unsalted, a short text such as a name could be guessed from the digest that outlives its erasure
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def has_value(value: Any) -> bool:
    """Return whether a member of an event or record is kept. None, "" and False are the same as a missing one; 0 is
    not: it is a tier, an amount, a number of seconds."""
    return value is not None and value is not False and value != ""
