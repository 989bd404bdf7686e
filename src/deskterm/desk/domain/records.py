"""Records of a ticket: participants, checklists, escalations, development items, time entries, quotes, answers to
surveys, letters and notices, replies to be sent later.

A record is a small JSON object under a kind and a key. It is created, changed and removed by changes of events, as any
other field of a ticket, so that history, undo and the integrity check cover all kinds without code of their own. The
members of a kind are described beside its commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deskterm.desk.domain.events import has_value

if TYPE_CHECKING:
    from deskterm.desk.domain.events import Event, TextRef

CALL = "call"
"""The kind of record of a call that repeats until it is acknowledged."""

SCHEDULED_REPLY = "scheduled_reply"
"""The kind of record of a reply that is sent later: `waiting`, `held`, `sent` or `called off`."""

Records = dict[tuple[str, str], "Record"]
"""(kind, key) → record, in the order of creation."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a ticket.

    kind: `participant`, `checklist`, `escalation`, `item`, `entry`, `quote`, `feedback`, `letter`, `notice`, `act` …
    key: unique within the kind. at: last change, in epoch seconds. values: its members. These mean the same in all
    kinds: `state`; `who`, a login, a role or a contact's id; `due`, epoch seconds; `flag`, shown for the ticket in
    lists.

    Texts that people wrote are stored apart. In an event, the member `words` lists the names of those that belong to
    the record; in the record, each of these names is a member with the id of the text.
    """

    kind: str
    key: str
    at: int
    values: Mapping[str, Any]

    @property
    def state(self) -> str:
        return str(self.values.get("state", ""))

    @property
    def who(self) -> str:
        return str(self.values.get("who", ""))

    @property
    def number(self) -> int:
        """The key as a number, for kinds whose keys are numbers."""
        return int(self.key)


def apply_record_change(
    records: Records, name: str, values: Mapping[str, Any] | None, at: int, texts: Mapping[str, TextRef] = {}
) -> None:
    """Set the record named `KIND.KEY` to values, in place, or remove it (None). texts: those of the same event."""
    kind, key = name.split(".", 1)
    if values is None:
        records.pop((kind, key), None)
    else:
        if "words" in values:
            ids = {word: texts[word].id for word in values["words"] if word in texts}
            values = {name: value for name, value in values.items() if name != "words"} | ids
        # A dict keeps the place of a key that is set again, and so the order of creation
        records[(kind, key)] = Record(kind, key, at, values)


def records_of_kind(records: Records, kind: str) -> Iterator[Record]:
    """Return the records of a kind, in the order of creation."""
    return (record for (of, _), record in records.items() if of == kind)


def find_next_key(records: Records, kind: str) -> str:
    """Return the key of the next record, for kinds whose keys are numbers: 1, 2, 3 …"""
    return str(max((record.number for record in records_of_kind(records, kind)), default=0) + 1)


def build_record_change(records: Records, kind: str, key: str, **values: Any) -> dict[str, tuple[Any, Any]]:
    """Return the change, for `TicketTransaction.append`, that creates a record or sets some of its members. None, ""
    and False remove a member."""
    known = records.get((kind, key))
    before = None if known is None else dict(known.values)
    after = {name: value for name, value in {**(before or {}), **values}.items() if has_value(value)}
    return {f"records.{kind}.{key}": (before, after)}


def build_record_removal(records: Records, kind: str, key: str) -> dict[str, tuple[Mapping[str, Any], None]]:
    """Return the change that removes a record."""
    return {f"records.{kind}.{key}": (dict(records[(kind, key)].values), None)}


def collect_flags(records: Records) -> list[str]:
    """Return the flags that lists show for the ticket, sorted."""
    return sorted({str(record.values["flag"]) for record in records.values() if "flag" in record.values})


def build_letter_record(event: Event) -> Record:
    """Return the record of a letter that an event put into the outbox.

    Its members are the event's data (`event_kinds.payloads.LetterData`), `state` `queued` and the ids of its texts."""
    # `act` only says which command the event belongs to. All other members are kept, here and below: they describe the
    # letter, or are written only where they are not empty.
    values = {name: value for name, value in event.data.items() if name != "act"} | {"state": "queued"}
    values |= {name: reference.id for name, reference in event.texts.items()}
    return Record("letter", str(event.seq), event.at, values)


def build_withdrawn_letter(event: Event, at: int) -> Record:
    """Return the record of a letter whose command was undone at an instant, epoch seconds."""
    letter = build_letter_record(event)
    return Record("letter", letter.key, at, {**letter.values, "state": "withdrawn", "reason": "taken back"})


def build_notice_record(event: Event) -> Record:
    """Return the record of a notice to colleagues, with the event's data (`event_kinds.payloads.StaffNoticeData`)."""
    values = {name: value for name, value in event.data.items() if name != "act"}
    return Record("notice", str(event.seq), event.at, values)
