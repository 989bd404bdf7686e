"""The events that restoring a backup loses: those that the desk holds and the backup does not."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from deskterm.errors import DeskError
from deskterm.exchange.backup.proof import DeskContents
from deskterm.store.db import errors
from deskterm.store.db.connection import read_schema_number
from deskterm.store.db.errors import NoDesk
from deskterm.store.db.instants import UnreadableInstant, seconds_from_stored
from deskterm.store.db.location import display_location
from deskterm.store.db.reader import ReadConnection


@dataclass(frozen=True, slots=True)
class Loss:
    """The events that a desk holds and its backup does not.

    is_known: false when the desk is too damaged to be read. events, tickets: how many; since: the first of those
    events, epoch seconds.
    """

    is_known: bool
    events: int = 0
    tickets: int = 0
    since: int | None = None


def find_loss(url: str, place: str, contents: DeskContents) -> Loss:
    """Find out what the desk has and the backup has not. Raises DeskError when the two are different desks."""
    try:
        with ReadConnection(url) as current, ReadConnection(place) as restored:
            if read_schema_number(current.driver_connection, url) is None:
                return Loss(True)
            ((name, created_at),) = current.rows("SELECT name, created_at FROM desk")
            created = datetime.fromtimestamp(seconds_from_stored(created_at), UTC)
            if (name, created) != (contents.desk, contents.created_at):
                raise DeskError(
                    f"The backup is of {contents.desk!r}, and at {display_location(url)} is another desk, {name!r}: "
                    "give another place with `--database`, or move that desk away first."
                )
            return _compare_chains(current, restored)
    except NoDesk:
        return Loss(True)  # an empty file or database
    except (errors.DamagedDesk, UnreadableInstant, sqlite3.Error, ValueError, TypeError):
        return Loss(False)


def _compare_chains(current: ReadConnection, restored: ReadConnection) -> Loss:
    """Compare the ends of all chains: each names all that came before it."""
    ends = "SELECT id, version, hash FROM ticket"
    kept = {number: (version, end) for number, version, end in restored.rows(ends)}
    events, tickets, since = 0, 0, None
    for number, version, end in current.rows(ends):
        if kept.get(number) == (version, end):
            continue
        shared = _count_shared(current, number, kept.get(number, (0, "")))
        found = current.rows(
            "SELECT count(*), min(at) FROM event WHERE ticket_id = :number AND seq > :shared",
            {"number": number, "shared": shared},
        )
        ((count, first),) = found
        if not count:
            continue
        events, tickets = events + int(count), tickets + 1
        at = seconds_from_stored(first)
        since = at if since is None else min(since, at)
    return Loss(True, events, tickets, since)


def _count_shared(current: ReadConnection, number: int, end: tuple[int, str]) -> int:
    """Return how many events of a ticket the backup has too. end: version and hash of the ticket there."""
    version, digest = end
    found = current.rows(
        "SELECT 1 FROM event WHERE ticket_id = :number AND seq = :seq AND hash = :hash",
        {"number": number, "seq": version, "hash": digest},
    )
    return version if found else 0
