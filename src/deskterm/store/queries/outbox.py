"""Letters that wait for delivery, and what colleagues were told. SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection, escape_like


class Recipient(NamedTuple):
    """A person outside. email: empty where no address is known, or the person was erased."""

    contact: int
    name: str
    email: str


class Letter(NamedTuple):
    """A letter of a ticket. key: the number of its event within the ticket; at: when it last changed, epoch seconds;
    to: whom it is addressed to first; covers: the message (its seq) that is the letter itself, None for one with words
    of its own; bare: it says only that there is news; not_before: the opening that it waits for, in epoch seconds."""

    number: int
    key: str
    state: str
    at: int
    on: str
    template: str
    channel: str
    to: tuple[Recipient, ...]
    heading: str
    body: str
    covers: int | None
    bare: bool
    or_phone: bool
    reason: str
    not_before: int | None = None


class NoticeRow(NamedTuple):
    """What a colleague was told of a ticket, at an instant in epoch seconds. on: the kind of news; not_before: the
    opening before which it is not to be sent to them."""

    number: int
    at: int
    on: str
    what: str
    subject: str
    status: str
    not_before: int | None = None


def load_letters(reader: ReadConnection, state: str = "queued", *, limit: int = 1000) -> list[Letter]:
    """Letters in a state, the oldest first."""
    found = reader.rows(
        "SELECT ticket_id, key, state, at, data FROM record WHERE kind = 'letter' AND state = :state "
        "ORDER BY at, ticket_id, length(key), key LIMIT :limit",
        {"state": state, "limit": limit},
    )
    return _letters(reader, found)


def letters_of(reader: ReadConnection, number: int) -> list[Letter]:
    """The letters of a ticket, in order."""
    found = reader.rows(
        "SELECT ticket_id, key, state, at, data FROM record WHERE kind = 'letter' AND ticket_id = :number "
        "ORDER BY length(key), key",
        {"number": number},
    )
    return _letters(reader, found)


def load_notices(reader: ReadConnection, login: str, *, limit: int = 100) -> list[NoticeRow]:
    """What somebody was told, the newest first."""
    escaped = escape_like(login)
    found = reader.rows(
        "SELECT r.ticket_id, r.at, r.data, t.subject, t.status FROM record r JOIN ticket t ON t.id = r.ticket_id "
        "WHERE r.kind = 'notice' AND r.state = '' AND r.who LIKE :who ESCAPE '\\' "
        "ORDER BY r.at DESC, r.ticket_id DESC LIMIT :limit",
        {"who": f"%,{escaped},%", "limit": limit},
    )
    return [
        NoticeRow(
            number,
            seconds_from_stored(at),
            values.get("on", ""),
            values.get("what", ""),
            subject,
            status,
            values.get("due"),
        )
        for number, at, data, subject, status in found
        for values in (json.loads(data),)
    ]


def _letters(reader: ReadConnection, found: Sequence[tuple[Any, ...]]) -> list[Letter]:
    every = [(number, key, state, seconds_from_stored(at), json.loads(data)) for number, key, state, at, data in found]
    people = _people(reader, {contact for *_, values in every for contact in values.get("to", ())})
    own = {values[name] for *_, values in every for name in ("heading", "body") if name in values}
    words = _words(reader, own)
    return [
        Letter(
            number,
            key,
            state,
            at,
            values.get("on", ""),
            values.get("template", ""),
            values.get("channel", "email"),
            tuple(people[contact] for contact in values.get("to", ()) if contact in people),
            words.get(values.get("heading"), ""),
            words.get(values.get("body"), ""),
            values.get("covers"),
            bool(values.get("bare")),
            bool(values.get("or_phone")),
            values.get("reason", ""),
            values.get("due"),
        )
        for number, key, state, at, values in every
    ]


def _people(reader: ReadConnection, numbers: Iterable[int]) -> dict[int, Recipient]:
    return {
        row[0]: Recipient(row[0], row[1], row[2] or "")
        for part in _parts(numbers)
        for row in reader.rows(f"SELECT id, name, email FROM contact WHERE id IN ({part})")
    }


def _words(reader: ReadConnection, numbers: Iterable[int]) -> dict[int | None, str]:
    return {
        row[0]: row[1]
        for part in _parts(numbers)
        for row in reader.rows(f"SELECT id, body FROM personal_text WHERE id IN ({part})")
    }


def _parts(numbers: Iterable[int]) -> list[str]:
    """Numbers for `IN`, some hundred at a time: they come from the store itself."""
    every = sorted({int(number) for number in numbers})
    return [",".join(map(str, every[start : start + 500])) for start in range(0, len(every), 500)]


def load_participants(reader: ReadConnection, number: int) -> list[tuple[Recipient, str]]:
    """Who takes part in a ticket beside its requester, in the order in which they came, and as what."""
    found = reader.rows(
        "SELECT data FROM record WHERE ticket_id = :number AND kind = 'participant' ORDER BY at, length(key), key",
        {"number": number},
    )
    every = [json.loads(data) for (data,) in found]
    people = _people(reader, {int(values["contact"]) for values in every})
    return [
        (people[values["contact"]], str(values.get("state", ""))) for values in every if values["contact"] in people
    ]
