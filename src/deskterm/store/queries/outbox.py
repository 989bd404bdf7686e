"""Letters to people outside, replies that are sent later, notices to agents, and participants of tickets. SQL over a
bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection, escape_like
from deskterm.store.queries.ticket_tabs.files import load_files
from deskterm.store.rows.texts import LETTER_NOTES, find_note, load_texts


class Recipient(NamedTuple):
    """A recipient outside the desk. email: empty where no address is known, or the person was erased."""

    contact: int
    name: str
    email: str


class Letter(NamedTuple):
    """A letter of a ticket. key: the number of its event within the ticket; at: when it last changed, epoch seconds;
    to: its recipients; covers: seq of the message that the letter is a copy of, None for a letter with a text of its
    own; body: its text, for a copy that of the message; bare: it only says that there is news; not_before: when it may
    leave, epoch seconds; files: the names of the files that go with it."""

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
    files: tuple[str, ...] = ()
    files_of: int | None = None
    """The message (its seq) whose files go with it."""
    recipients: tuple[tuple[int, str], ...] = ()
    """Number of a contact and what became of the letter for them, once that is known."""
    answer: str = ""
    """The words of the server that took it."""
    words_of: int | None = None
    """The message (its seq) of an agent whose words it contains."""

    @property
    def is_automatic(self) -> bool:
        """True for a letter that goes by itself: it is no copy of a message, and holds no words of an agent (M-55)."""
        return self.covers is None and self.words_of is None


class KeptFile(NamedTuple):
    """A file that the store has. seq: of the event that it came with; place: among the files of that, from 1."""

    seq: int
    place: int
    name: str
    size: int


class ScheduledReply(NamedTuple):
    """A reply that is sent later. key: of its record within the ticket; state: `waiting` or `held`, with the reason;
    at: when it last changed; due: when it is sent, both epoch seconds; who: the login of its author; status: the key of
    the status that the ticket moves to then, empty for none; files: go with it."""

    number: int
    key: str
    state: str
    at: int
    due: int
    who: str
    requester: str
    subject: str
    status: str
    body: str
    reason: str
    files: tuple[KeptFile, ...] = ()


class NoticeRow(NamedTuple):
    """A notice to an agent about a ticket. at: epoch seconds; on: the event that it is about; not_before: the opening
    before which it is not to be sent."""

    number: int
    at: int
    on: str
    what: str
    subject: str
    status: str
    not_before: int | None = None


def load_letters(reader: ReadConnection, state: str = "queued", *, limit: int = 1000) -> list[Letter]:
    """Load the letters in a state, the oldest first."""
    found = reader.rows(
        "SELECT ticket_id, key, state, at, data FROM record WHERE kind = 'letter' AND state = :state "
        "ORDER BY at, ticket_id, length(key), key LIMIT :limit",
        {"state": state, "limit": limit},
    )
    return _to_letters(reader, found)


def count_letters(reader: ReadConnection) -> dict[str, int]:
    """Count letters by their states."""
    found = reader.rows("SELECT state, count(*) FROM record WHERE kind = 'letter' GROUP BY state ORDER BY state")
    return {str(state): int(number) for state, number in found}


def load_letter(reader: ReadConnection, number: int, key: str) -> Letter | None:
    """Load a letter of a ticket; None where there is none of this key."""
    found = reader.rows(
        "SELECT ticket_id, key, state, at, data FROM record WHERE kind = 'letter' AND ticket_id = :number "
        "AND key = :key",
        {"number": number, "key": key},
    )
    letters = _to_letters(reader, found)
    return letters[0] if letters else None


def load_ticket_letters(reader: ReadConnection, number: int) -> list[Letter]:
    """Load the letters of a ticket in whatever state, the newest first."""
    found = reader.rows(
        "SELECT ticket_id, key, state, at, data FROM record WHERE kind = 'letter' AND ticket_id = :number "
        "ORDER BY at DESC, length(key) DESC, key DESC",
        {"number": number},
    )
    return _to_letters(reader, found)


def load_scheduled_replies(
    reader: ReadConnection, login: str | None = None, *, number: int | None = None, limit: int = 1000
) -> list[ScheduledReply]:
    """Load the replies that wait to be sent or were held back, by due time. login: only those of an agent; number: only
    those to a ticket."""
    conditions = ("AND r.who = :login " if login else "") + ("AND r.ticket_id = :number " if number else "")
    found = reader.rows(
        "SELECT r.ticket_id, r.key, r.state, r.at, r.data, t.requester, t.subject FROM record r "
        "JOIN ticket t ON t.id = r.ticket_id "
        f"WHERE r.kind = 'scheduled_reply' AND r.state IN ('waiting', 'held') {conditions}"
        "ORDER BY r.due_at, r.ticket_id, r.key LIMIT :limit",
        {"limit": limit, **({"login": login} if login else {}), **({"number": number} if number else {})},
    )
    parsed = [(*row[:3], seconds_from_stored(row[3]), json.loads(row[4]), *row[5:]) for row in found]
    texts = load_texts(reader, (row[4].get("draft") for row in parsed))
    files = {
        (ticket, values["files_in"]): _load_files(reader, ticket, values["files_in"])
        for ticket, _, _, _, values, *_ in parsed
        if "files_in" in values
    }
    return [
        ScheduledReply(
            ticket,
            key,
            state,
            at,
            values["due"],
            values["who"],
            requester,
            subject,
            values.get("status", ""),
            texts.get(values.get("draft"), ""),
            values.get("reason", ""),
            tuple(files.get((ticket, values.get("files_in")), ())),
        )
        for ticket, key, state, at, values, requester, subject in parsed
    ]


def _load_files(reader: ReadConnection, number: int, seq: int) -> list[KeptFile]:
    found = reader.rows(
        "SELECT a.place, n.body, a.size FROM attachment a JOIN personal_text n ON n.id = a.name_id "
        "WHERE a.ticket_id = :number AND a.seq = :seq AND a.content IS NOT NULL ORDER BY a.place",
        {"number": number, "seq": seq},
    )
    return [KeptFile(seq, *row) for row in found]


def load_notices(reader: ReadConnection, login: str, *, limit: int = 100) -> list[NoticeRow]:
    """Load the notices to an agent, the newest first."""
    escaped = escape_like(login)
    # A notice has all its recipients in one column, with commas at both ends.
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


def _to_letters(reader: ReadConnection, rows: Sequence[tuple[Any, ...]]) -> list[Letter]:
    """Convert rows to letters, with the recipients and texts that they refer to."""
    parsed = [(number, key, state, seconds_from_stored(at), json.loads(data)) for number, key, state, at, data in rows]
    people = _load_recipients(reader, {contact for *_, values in parsed for contact in values.get("to", ())})
    texts = load_texts(
        reader,
        (
            number
            for *_, values in parsed
            for name in ("heading", "body", *LETTER_NOTES)
            if isinstance(number := values.get(name), int)
        ),
    )
    messages = _load_messages(
        reader, [(number, values["covers"]) for number, *_, values in parsed if "covers" in values]
    )
    files = _load_file_names(
        reader, [(number, values["files_of"]) for number, *_, values in parsed if "files_of" in values]
    )
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
            texts.get(values.get("heading"), ""),
            texts.get(values.get("body"), "") or messages.get((number, values.get("covers")), ""),
            values.get("covers"),
            bool(values.get("bare")),
            bool(values.get("or_phone")),
            find_note(values, "reason", texts),
            values.get("due"),
            tuple(files.get((number, values.get("files_of")), ())),
            values.get("files_of"),
            tuple((int(contact), outcome) for contact, outcome in (values.get("recipients") or {}).items()),
            find_note(values, "answer", texts),
            values.get("words_of"),
        )
        for number, key, state, at, values in parsed
    ]


def _load_file_names(reader: ReadConnection, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[str]]:
    """Load the names of the files of messages by ticket and seq; those that were erased are left out."""
    found: dict[tuple[int, int], list[str]] = {}
    for number, seq in places:
        for file in load_files(reader, [number]):
            if file.seq == seq and file.digest is not None:
                found.setdefault((number, seq), []).append(file.name)
    return found


def _load_messages(reader: ReadConnection, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Load the words of messages by ticket and seq; those that were erased are empty. The numbers come from the store
    itself, so they may stand in the SQL."""
    found: dict[tuple[int, int], str] = {}
    for start in range(0, len(places), NUMBERS_PER_QUERY // 2):
        part = places[start : start + NUMBERS_PER_QUERY // 2]
        tickets, seqs = (
            ",".join(sorted({str(int(number)) for number in column})) for column in zip(*part, strict=True)
        )
        rows = reader.rows(
            "SELECT m.ticket_id, m.seq, t.body FROM message m JOIN personal_text t ON t.id = m.text_id "
            f"WHERE m.ticket_id IN ({tickets}) AND m.seq IN ({seqs})"
        )
        found.update(((number, seq), body) for number, seq, body in rows)
    return found


def _load_recipients(reader: ReadConnection, numbers: Iterable[int]) -> dict[int, Recipient]:
    """Load recipients by contact number. The numbers come from the store itself, so they may stand in the SQL."""
    ordered = sorted({int(number) for number in numbers})
    return {
        row[0]: Recipient(row[0], row[1], row[2] or "")
        for start in range(0, len(ordered), NUMBERS_PER_QUERY)
        for row in reader.rows(
            "SELECT id, name, email FROM contact "
            f"WHERE id IN ({','.join(map(str, ordered[start : start + NUMBERS_PER_QUERY]))})"
        )
    }


def load_participants(reader: ReadConnection, number: int) -> list[tuple[Recipient, str]]:
    """Load the participants of a ticket beside its requester, in the order in which they joined, each with their
    part: the state of the record."""
    found = reader.rows(
        "SELECT data FROM record WHERE ticket_id = :number AND kind = 'participant' ORDER BY at, length(key), key",
        {"number": number},
    )
    parsed = [json.loads(data) for (data,) in found]
    people = _load_recipients(reader, {int(values["contact"]) for values in parsed})
    return [
        (people[values["contact"]], str(values.get("state", ""))) for values in parsed if values["contact"] in people
    ]
