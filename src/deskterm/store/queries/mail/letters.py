"""Facts about tickets, people and mails for letters that are to leave (M-35, M-39, M-54, M-56). SQL over a
bare `ReadConnection`."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection


class TicketHeading(NamedTuple):
    """The heading of a ticket. department: empty where it is in none."""

    department: str
    subject: str


class AnsweredMail(NamedTuple):
    """The mail of a customer that a letter answers. key: of the kept mail; mailbox: it came to."""

    key: int
    mailbox: str
    message_id: str


class PublicMessage(NamedTuple):
    """A message of somebody outside. at: epoch seconds; author: their name."""

    at: int
    author: str
    text: str


class LeftLetter(NamedTuple):
    """A letter that has left. at: when its state changed last, epoch seconds; data: of its record."""

    at: int
    data: dict[str, Any]


def load_heading(reader: ReadConnection, number: int) -> TicketHeading:
    """Load the heading of a ticket that there is."""
    found = reader.rows("SELECT department, subject FROM ticket WHERE id = :number", {"number": number})
    return TicketHeading(found[0][0] or "", found[0][1])


def load_department_label(reader: ReadConnection, key: str) -> str:
    """Load the name of a department as the procedure in force has it; its key where that has none of it."""
    found = reader.rows("SELECT p.document FROM procedure_version p JOIN desk d ON d.procedure_version = p.id")
    return _parse_departments(found[0][0]).get(key, key) if found else key


# A procedure is a long document, and the same for every letter until another version is in force
@lru_cache(maxsize=2)
def _parse_departments(document: str) -> dict[str, str]:
    return {part["key"]: part["label"] for part in json.loads(document).get("departments", ())}


def load_author_name(reader: ReadConnection, number: int, seq: int | None) -> str:
    """Load the name of the agent who wrote a message; empty where there is none."""
    found = reader.rows(
        "SELECT coalesce(a.name, m.author) FROM message m LEFT JOIN agent a ON a.login = m.author "
        "WHERE m.ticket_id = :number AND m.seq = :seq",
        {"number": number, "seq": seq},
    )
    return str(found[0][0]) if found else ""


def find_open_survey(reader: ReadConnection, number: int) -> str | None:
    """Find the key of the newest survey of a ticket that waits for its answer."""
    found = reader.rows(
        "SELECT key FROM record WHERE ticket_id = :number AND kind = 'feedback' AND state = 'asked' "
        "ORDER BY length(key) DESC, key DESC LIMIT 1",
        {"number": number},
    )
    return str(found[0][0]) if found else None


def find_answered_mail(reader: ReadConnection, number: int) -> AnsweredMail | None:
    """Find the last mail of a ticket's conversation that a person outside wrote."""
    found = reader.rows(
        # Reports, absences and mails of agents are kept on the ticket too
        "SELECT l.id, l.mailbox, l.message_id "
        "FROM mail l JOIN message m ON m.ticket_id = l.ticket_id AND m.seq = l.seq "
        "WHERE l.ticket_id = :number AND l.state = 'done' AND l.message_id <> '' AND m.author_kind = 'requester' "
        "AND m.automatic = 0 ORDER BY l.received_at DESC, l.id DESC LIMIT 1",
        {"number": number},
    )
    return AnsweredMail(*found[0]) if found else None


def find_last_marks(reader: ReadConnection, number: int, contact: int) -> list[str]:
    """Find by which signs the last mail that a contact wrote on a ticket is automatic; none for a person's words."""
    found = reader.rows(
        "SELECT e.data FROM message m JOIN event e ON e.ticket_id = m.ticket_id AND e.seq = m.seq "
        "WHERE m.ticket_id = :number AND m.contact_id = :contact AND m.author_kind = 'requester' AND m.automatic = 0 "
        "ORDER BY m.seq DESC LIMIT 1",
        {"number": number, "contact": contact},
    )
    return list(json.loads(found[0][0]).get("marks", ())) if found else []


def load_message_before(reader: ReadConnection, number: int, seq: int | None) -> PublicMessage | None:
    """Load the last message before another one of a ticket that a person outside wrote."""
    found = reader.rows(
        "SELECT m.at, coalesce(c.name, m.author), p.body FROM message m JOIN personal_text p ON p.id = m.text_id "
        "LEFT JOIN contact c ON c.id = m.contact_id WHERE m.ticket_id = :number AND m.seq < :seq "
        "AND m.kind = 'public' AND m.author_kind = 'requester' AND m.automatic = 0 ORDER BY m.seq DESC LIMIT 1",
        {"number": number, "seq": seq},
    )
    return PublicMessage(seconds_from_stored(found[0][0]), found[0][1], found[0][2]) if found else None


def list_file_places(reader: ReadConnection, number: int, seq: int) -> list[int]:
    """List the places of the files of a message that have not been erased."""
    found = reader.rows(
        "SELECT place FROM attachment WHERE ticket_id = :number AND seq = :seq AND content IS NOT NULL ORDER BY place",
        {"number": number, "seq": seq},
    )
    return [place for (place,) in found]


def find_undeliverable_reason(reader: ReadConnection, contact: int) -> str:
    """Find why letters to a contact do not arrive; empty where they do."""
    found = reader.rows("SELECT undeliverable FROM contact WHERE id = :contact", {"contact": contact})
    return str(found[0][0] or "") if found else ""


def load_left_letters(reader: ReadConnection, since: int, number: int, key: str) -> list[LeftLetter]:
    """Load the letters that have left, or may have, since an instant, epoch seconds, but for one, by its ticket and
    key."""
    found = reader.rows(
        "SELECT at, data FROM record WHERE kind = 'letter' AND state IN ('sent', 'unsure') AND at >= :since "
        "AND NOT (ticket_id = :number AND key = :key)",
        {"since": reader.instant(since), "number": number, "key": key},
    )
    return [LeftLetter(seconds_from_stored(at), json.loads(data)) for at, data in found]


def count_quarantined(reader: ReadConnection, since: int) -> int:
    """Count the mails in quarantine that came after an instant, epoch seconds."""
    found = reader.rows(
        "SELECT count(*) FROM mail WHERE state = 'quarantined' AND taken_at > :since", {"since": reader.instant(since)}
    )
    return int(found[0][0])


class AdminAddress(NamedTuple):
    """The address of an admin."""

    login: str
    address: str


def list_admin_addresses(reader: ReadConnection) -> list[AdminAddress]:
    """List the addresses of active admins, by their logins."""
    found = reader.rows("SELECT login, email, active FROM agent WHERE role = 'admin' AND email <> '' ORDER BY login")
    return [AdminAddress(login, email) for login, email, is_active in found if is_active]
