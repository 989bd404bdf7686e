"""All tickets of one requester, over a bare `ReadConnection`."""

from __future__ import annotations

from deskterm.errors import DeskError
from deskterm.store.db.reader import ReadConnection, escape_like
from deskterm.store.queries.queue import QueueRow, queue_columns, to_queue_row


def load_requester_tickets(
    reader: ReadConnection, requester: str, *, closed: bool | None = None, match: str = "", limit: int = 100
) -> tuple[list[QueueRow], int]:
    """Load the tickets of a requester, the newest first, and count them all.

    requester: an e-mail address or a name, whatever the case; people of the same name are listed together. closed: only
    those that are solved or closed, or only those that are not. match: only tickets with this text in their
    conversation or subject (S2-09, S5-17). Raises DeskError when no such person is known.
    """
    # PostgreSQL lowers every letter; SQLite's `lower` knows ASCII only, so the reader brings Python's `casefold`.
    lower = "lower" if reader.dialect == "postgresql" else "casefold"
    contacts = reader.rows(
        f"SELECT id FROM contact WHERE {lower}(name) = :name OR email = :name", {"name": requester.strip().casefold()}
    )
    if not contacts:
        raise DeskError(f"Nobody outside is known as {requester!r}: give an e-mail address or a whole name.")
    numbers = ", ".join(str(int(number)) for (number,) in contacts)
    where, params = f"requester_id IN ({numbers})", dict[str, object]()
    if closed is not None:
        where += f" AND is_open = {int(not closed)}"
    if match:
        escaped = escape_like(match)
        like = "ILIKE :match" if reader.dialect == "postgresql" else "LIKE :match"
        column = "t.body" if reader.dialect == "postgresql" or match.isascii() else "casefold(t.body)"
        params["match"] = f"%{escaped if match.isascii() else escaped.casefold()}%"
        # The subject is a personal text as well: one condition finds both.
        where += (
            f" AND EXISTS (SELECT 1 FROM personal_text t WHERE t.ticket_id = ticket.id AND {column} {like} ESCAPE '\\')"
        )
    ((total,),) = reader.rows(f"SELECT count(*) FROM ticket WHERE {where}", params)
    found = reader.rows(
        f"SELECT {queue_columns()} FROM ticket WHERE {where} ORDER BY received_at DESC, id DESC LIMIT :limit",
        params | {"limit": limit},
    )
    return [to_queue_row(row) for row in found], int(total)
