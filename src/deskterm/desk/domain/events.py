"""Events: what happened to a ticket, in the form that is kept for ever.

Every event may change fields (`changes`) and may carry words of people (`texts`). The words themselves stand in
`personal_text`; the event, and so the chain, holds only their salted digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.event_kinds import EventKind
from deskterm.errors import DeskError

GENESIS = "0" * 64
"""What the first event of a ticket is chained to."""


class TextRef(NamedTuple):
    """Where words stand, and the digest by which they are known."""

    id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event. at: epoch seconds. version: the procedure version in force. data: what else there is to say:
    `author` and `author_kind` of a message, `channel`, `automatic`, `next_steps`, `resolution`, `reason`, `source`;
    `metric` and `cycle` of a clock that was waived, with a `reason`; of one that was noticed, with `what` (`warning`,
    `breach` or `timer`), the `threshold` of a warning, the `due` instant it was told of and the `instant` it fell on;
    the `tier` of who works; the `ticket` that another one was linked to; `act`, the first event of the command that an
    event belongs to, where that is another one, and `bulk`, the mark of a command that was about several tickets; the
    `seqs` that were taken back; `spoken_at`, when a message arrived, if not when it was written down; `confirmed` or
    `rejected`, what a requester said of a resolution; `counts_from`, the instant at which clocks take an event up that
    was judged otherwise then; `came_by`, the ticket that a message was addressed to."""

    seq: int
    kind: EventKind
    at: int
    actor: str
    version: int
    changes: Changes = field(default_factory=dict)
    texts: Mapping[str, TextRef] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


class UnreadableEvent(DeskError, ValueError):
    """An event that nobody can read as such: somebody else than deskterm wrote it."""

    def __init__(self, seq: int, kind: str) -> None:
        super().__init__(
            f"Event {seq} ({kind}) of the ticket is not what was written: `deskterm doctor` says more; compare a"
            " backup."
        )


_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def encode_event(event: Event) -> str:
    """The event's content as canonical JSON: equal content gives equal bytes."""
    content: dict[str, Any] = dict(event.data)
    if event.changes:
        content["changes"] = event.changes
    if event.texts:
        content["texts"] = event.texts
    return _encode(content)


def decode_event(seq: int, kind: str, at: int, actor: str, version: int, data: str) -> Event:
    """The event that `encoded` wrote. Illegible where it is none."""
    try:
        content = json.loads(data)
        changes = {name: (before, after) for name, (before, after) in content.pop("changes", {}).items()}
        texts = {name: TextRef(*reference) for name, reference in content.pop("texts", {}).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise UnreadableEvent(seq, kind) from error
    return Event(seq, cast(EventKind, kind), at, actor, version, changes, texts, content)


def compute_hash(previous: str, ticket: int, event: Event, data: str) -> str:
    """SHA-256, in hex, over the hash of the ticket's event before and everything that this event says."""
    line = f"{previous}\n{ticket}\n{event.seq}\n{event.kind}\n{event.at}\n{event.actor}\n{event.version}\n{data}"
    return hashlib.sha256(line.encode()).hexdigest()


def compute_digest(salt: str, body: str) -> str:
    """The salted digest that stands in an event for somebody's words."""
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()
