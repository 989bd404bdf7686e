"""Drafts: the words that an agent has not sent yet, kept in the store so that nothing loses them (C-05).

A draft is private to its agent. It has no events, and only the consoles of that agent are notified of it. Each time
that it is saved it gets a new id: a console that saves over an id that is gone learns that another console has saved or
sent the draft meanwhile, and keeps its own text beside it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from deskterm.store.db import errors
from deskterm.store.db.connection import CHANNEL, DRAFT_SAVED, connect_for_writing
from deskterm.store.db.instants import seconds_from_stored, to_stored_text
from deskterm.store.db.location import dialect, sqlite_path
from deskterm.store.db.reader import ReadConnection, translate_parameters
from deskterm.store.db.sqlite.file_guard import FileGuard
from deskterm.store.db.sqlite.write_queue import begin_writing

DraftKind = Literal["reply", "note", "resolve", "ticket", "command"]
"""A letter to the requester, a note, a letter that resolves, the form of a new ticket, a line after `:`."""

LOCK_TIMEOUT = 10.0
"""Seconds for which the writing of a draft waits for another writer."""


@dataclass(slots=True)
class StoredDraft:
    """A draft. number: its ticket, None for a new ticket and a command line; saved_at: epoch seconds; data: what else
    belongs to it, JSON values; id: of its last save, None before the first."""

    kind: DraftKind
    number: int | None
    text: str
    saved_at: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    id: int | None = None


def load_drafts(reader: ReadConnection, login: str, behind: str = "") -> list[StoredDraft]:
    """Load the drafts of an agent, the one that was saved last at the end. behind: the login of whoever works in the
    agent's name; their drafts are apart from the agent's own."""
    found = reader.rows(
        "SELECT id, key, kind, ticket_id, saved_at, text, data FROM draft "
        "WHERE login = :login AND behind = :behind ORDER BY id",
        {"login": login, "behind": behind},
    )
    return [
        StoredDraft(kind, number, text, seconds_from_stored(saved_at), json.loads(data), key, row)
        for row, key, kind, number, saved_at, text, data in found
    ]


class DraftWriter:
    """Saves and removes the drafts of one agent, over a bare connection of its own, so that saving never waits for the
    import of the desk's modules. For one thread. behind: as for `load_drafts`. Every method raises DeskError when the
    store cannot be written."""

    def __init__(self, url: str, login: str, behind: str = "", *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        self._url, self._login, self._behind = url, login, behind
        self._lock_timeout = lock_timeout
        self._is_sqlite = dialect(url) == "sqlite"
        self._file_guard = FileGuard(url)
        self._connection: Any = None

    def save(self, draft: StoredDraft, at: datetime) -> None:
        """Save a draft, and set its new id. When another console has changed it meanwhile, it becomes a separate draft
        beside the other one."""

        def write() -> None:
            if draft.id is not None and not self._delete(draft.id) and self._exists(draft.key):
                draft.key = secrets.token_hex(8)
            ((draft.id,),) = self._execute(
                "INSERT INTO draft (key, login, behind, kind, ticket_id, saved_at, text, data) "
                "VALUES (:key, :login, :behind, :kind, :number, :at, :text, :data) RETURNING id",
                {
                    "key": draft.key,
                    "kind": draft.kind,
                    "number": draft.number,
                    "at": to_stored_text(at) if self._is_sqlite else at,
                    "text": _storable(draft.text),
                    "data": _storable(json.dumps(draft.data, ensure_ascii=False)),
                },
            )
            draft.saved_at = int(at.timestamp())

        before = draft.key, draft.id
        try:
            self._write(write)
        except BaseException:
            draft.key, draft.id = before  # the data of the row that is still there
            raise

    def remove(self, draft: StoredDraft) -> bool:
        """Remove a draft as it was saved last, and return whether it was there; False when another console has changed
        it since."""
        found = False

        def write() -> None:
            nonlocal found
            found = draft.id is not None and self._delete(draft.id)

        if draft.id is not None:
            self._write(write)
            draft.id = None
        return found

    def close(self) -> None:
        """Close the connection. The next call opens another one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _write(self, write: Callable[[], None]) -> None:
        """Run statements in one short transaction."""
        self._file_guard.check_writable()
        try:
            if self._connection is None:
                self._connection = connect_for_writing(self._url, lock_timeout=self._lock_timeout)
            if self._is_sqlite:
                begin_writing(self._connection, sqlite_path(self._url), self._lock_timeout)
            else:
                self._connection.execute("BEGIN")
            write()
            if not self._is_sqlite:
                # Another payload than that of changes, so that no console reads its lists again
                self._connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, DRAFT_SAVED))
            self._connection.execute("COMMIT")
        except Exception as error:
            self.close()  # rolls back, and a connection that was lost is made anew
            raise errors.to_desk_error(error, self._url) or error from error

    def _delete(self, row: int) -> bool:
        """Delete a row of this agent, and return whether there was one."""
        return bool(
            self._execute(
                "DELETE FROM draft WHERE id = :id AND login = :login AND behind = :behind RETURNING id", {"id": row}
            )
        )

    def _exists(self, key: str) -> bool:
        return bool(self._execute("SELECT 1 FROM draft WHERE key = :key AND login = :login", {"key": key}))

    def _execute(self, sql: str, params: Mapping[str, object]) -> list[tuple[Any, ...]]:
        values = {**params, "login": self._login, "behind": self._behind}
        found: list[tuple[Any, ...]] = self._connection.execute(
            sql if self._is_sqlite else translate_parameters(sql), values
        ).fetchall()
        return found


def _storable(text: str) -> str:
    """Return a text as both databases can store it: without NUL, which PostgreSQL refuses, and without unpaired
    surrogates, which a terminal may send and UTF-8 cannot encode."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
