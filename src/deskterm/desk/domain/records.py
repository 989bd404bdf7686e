"""What hangs on a ticket: participants, checklists, escalations, development items, time entries, quotes, answers to
surveys, letters and notices.

A record is a small JSON object under a kind and a key; it comes, changes and goes by the changes of events, as every
other field of a ticket does, so that history, undo and proof hold for all of them alike. Which members an object of a
kind has is said where its commands are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deskterm.desk.domain.events import Event, TextRef

Records = dict[tuple[str, str], "Record"]


@dataclass(frozen=True, slots=True)
class Record:
    """One thing on a ticket. kind: `participant`, `checklist`, `escalation`, `item`, `entry`, `quote`, `feedback`,
    `letter`, `notice`, `act` … key: unique within the kind. at: when it last changed, epoch seconds. values: what
    there is to say; some of its members mean the same in all kinds: `state` (a word of the kind), `who` (whose it
    is: a login, a role, a contact's number), `due` (epoch seconds) and `flag` (what the ticket is marked with in lists
    while the record is so). An event that makes one with words of people lists the names of its texts as `words`; in
    the record each name has the text's number."""

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
        """The key as a number, for kinds that are counted."""
        return int(self.key)


def apply_record_change(
    records: Records, name: str, values: Mapping[str, Any] | None, at: int, texts: Mapping[str, TextRef] = {}
) -> None:
    """Put `KIND.KEY` in its place, or take it away (None). texts: the words of the event that does it."""
    kind, key = name.split(".", 1)
    if values is None:
        records.pop((kind, key), None)
    else:
        if "words" in values:
            told = {word: texts[word].id for word in values["words"] if word in texts}
            values = {name: value for name, value in values.items() if name != "words"} | told
        records[(kind, key)] = Record(kind, key, at, values)


def records_of_kind(records: Records, kind: str) -> Iterator[Record]:
    """The records of a kind, in the order in which they came."""
    return (record for (of, _), record in records.items() if of == kind)


def find_next_key(records: Records, kind: str) -> str:
    """The number of the next record of a kind that is counted: 1, 2, 3 …"""
    return str(max((record.number for record in records_of_kind(records, kind)), default=0) + 1)


def build_record_change(records: Records, kind: str, key: str, **values: Any) -> dict[str, tuple[Any, Any]]:
    """The change (for `TicketTransaction.append`) that makes a record or gives some of its members other values; a
    member that is given None, "" or False goes."""
    known = records.get((kind, key))
    before = None if known is None else dict(known.values)
    after = {name: value for name, value in {**(before or {}), **values}.items() if value not in (None, "", False)}
    return {f"records.{kind}.{key}": (before, after)}


def build_record_removal(records: Records, kind: str, key: str) -> dict[str, tuple[Mapping[str, Any], None]]:
    """The change that takes a record away."""
    return {f"records.{kind}.{key}": (dict(records[(kind, key)].values), None)}


def collect_flags(records: Records) -> list[str]:
    """What the ticket is marked with, in order."""
    return sorted({str(record.values["flag"]) for record in records.values() if "flag" in record.values})


def build_letter_record(event: Event) -> Record:
    """The letter that an event put into the outbox: `to` (contacts' numbers), `on`, `template`, `state` `queued`,
    `due` where it must not go out before, and where its words stand."""
    values = {name: value for name, value in event.data.items() if name != "act"} | {"state": "queued"}
    values |= {name: reference.id for name, reference in event.texts.items()}
    return Record("letter", str(event.seq), event.at, values)


def build_notice_record(event: Event) -> Record:
    """What colleagues were told: `who` (logins, by comma, with commas at both ends), `on`, `what`, and `due` where
    it is not to reach them before."""
    values = {name: value for name, value in event.data.items() if name != "act"}
    return Record("notice", str(event.seq), event.at, values)
