"""Everything that one person outside asked for, over a bare `ReadConnection`."""

from __future__ import annotations

from deskterm.errors import DeskError
from deskterm.store.db.reader import ReadConnection, escape_like
from deskterm.store.queries.queue import QueueRow, queue_columns, queue_row


def load_requester_tickets(
    reader: ReadConnection, requester: str, *, closed: bool | None = None, match: str = "", limit: int = 100
) -> tuple[list[QueueRow], int]:
    """The tickets of a person, the newest first, and how many there are. who: an e-mail address or a name, whatever
    the case; people of the same name are listed together. closed: only those that are, or are not, done with. match:
    only what has this text in its subject or its conversation (S2-09, S5-17). DeskError when nobody is known by it."""
    wanted = requester.strip()
    lower = "lower" if reader.dialect == "postgresql" else "casefold"
    known = reader.rows(
        f"SELECT id FROM contact WHERE {lower}(name) = :name OR email = :name", {"name": wanted.casefold()}
    )
    if not known:
        raise DeskError(f"Nobody outside is known as {requester!r}: give an e-mail address or a whole name.")
    people = ", ".join(str(int(number)) for (number,) in known)
    where, params = f"requester_id IN ({people})", dict[str, object]()
    if closed is not None:
        where += f" AND is_open = {int(not closed)}"
    if match:
        escaped = escape_like(match)
        like = "ILIKE :match" if reader.dialect == "postgresql" else "LIKE :match"
        column = "t.body" if reader.dialect == "postgresql" or match.isascii() else "casefold(t.body)"
        params["match"] = f"%{escaped if match.isascii() else escaped.casefold()}%"
        where += (
            f" AND EXISTS (SELECT 1 FROM personal_text t WHERE t.ticket_id = ticket.id AND {column} {like} ESCAPE '\\')"
        )
    ((total,),) = reader.rows(f"SELECT count(*) FROM ticket WHERE {where}", params)
    found = reader.rows(
        f"SELECT {queue_columns()} FROM ticket WHERE {where} ORDER BY received_at DESC, id DESC LIMIT :limit",
        params | {"limit": limit},
    )
    return [queue_row(row) for row in found], int(total)
