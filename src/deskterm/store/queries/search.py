"""Tickets by the words in them, and all tickets of one requester, over a bare `ReadConnection`."""

from __future__ import annotations

from deskterm.errors import DeskError
from deskterm.store.db.reader import ReadConnection, escape_like
from deskterm.store.filters.compiler import compile_condition
from deskterm.store.filters.conditions import Condition
from deskterm.store.filters.folding import build_name_order
from deskterm.store.queries.queue import IS_AWAKE, QueueRow, queue_columns, to_queue_row

_MOST_NAMED = 6
"""People that a refusal names at most."""


def load_requester_tickets(
    reader: ReadConnection, requester: str, *, closed: bool | None = None, match: str = "", limit: int = 100
) -> tuple[list[QueueRow], int]:
    """Load the tickets of a requester, the newest first, and count them all.

    requester: an e-mail address, a name, or a part of either that only one person has (C-51), whatever the case; people
    of the same name are listed together. closed: only those that are solved or closed, or only those that are not.
    match: only tickets with this text in their conversation or subject (S2-09, S5-17). Raises DeskError when no such
    person is known, or a part fits several.
    """
    numbers = ", ".join(map(str, _find_contacts(reader, requester)))
    where, params = f"requester_id IN ({numbers})", dict[str, object]()
    if closed is not None:
        where += f" AND is_open = {int(not closed)}"
    if match:
        condition, params["match"] = _match_texts(reader, match, "match")
        where += f" AND {condition}"
    return _load_newest(reader, where, params, limit)


def search_tickets(
    reader: ReadConnection, condition: Condition, now: int, *, closed: bool | None = None, limit: int = 100
) -> tuple[list[QueueRow], int]:
    """Load the tickets that meet the condition of a filter, the newest first, and count them all. now: epoch seconds;
    closed: as for `load_requester_tickets`."""
    where, params = compile_condition(reader, condition, now, is_open=None if closed is None else not closed)
    if closed is not None:
        where += f" AND is_open = {int(not closed)}"
    return _load_newest(reader, where, params, limit)


def load_filtered_numbers(reader: ReadConnection, condition: Condition, now: int, *, open_only: bool) -> list[int]:
    """Load the numbers of the tickets that meet the condition of a filter, in their order. now: epoch seconds;
    open_only: leave out those that are closed or asleep."""
    where, params = compile_condition(reader, condition, now, is_open=True if open_only else None)
    if open_only:
        where += f" AND is_open = 1 AND {IS_AWAKE}"
        params["now"] = reader.instant(now)
    return [int(number) for (number,) in reader.rows(f"SELECT id FROM ticket WHERE {where} ORDER BY id", params)]


def _load_newest(
    reader: ReadConnection, where: str, params: dict[str, object], limit: int
) -> tuple[list[QueueRow], int]:
    ((total,),) = reader.rows(f"SELECT count(*) FROM ticket WHERE {where}", params)
    found = reader.rows(
        f"SELECT {queue_columns()} FROM ticket WHERE {where} ORDER BY received_at DESC, id DESC LIMIT :limit",
        params | {"limit": limit},
    )
    return [to_queue_row(row) for row in found], int(total)


def _find_contacts(reader: ReadConnection, requester: str) -> list[int]:
    """Return the rows of the people outside with an address or a name, or of the only one with a part of them."""
    # PostgreSQL lowers every letter; SQLite's `lower` knows ASCII only, so the reader brings Python's `casefold`.
    lower = "lower" if reader.dialect == "postgresql" else "casefold"
    wanted = requester.strip().casefold()
    whole = reader.rows(f"SELECT id FROM contact WHERE {lower}(name) = :name OR email = :name", {"name": wanted})
    if whole:
        return [int(number) for (number,) in whole]
    found = reader.rows(
        f"SELECT id, name, email FROM contact WHERE {lower}(name) LIKE :part ESCAPE '\\' "
        "OR email LIKE :part ESCAPE '\\' "
        f"ORDER BY {build_name_order('name', reader.dialect)}, id",
        {"part": f"%{escape_like(wanted)}%"},
    )
    people = {(name.casefold(), email): f"{name} <{email}>" if email else name for _, name, email in found}
    if not found or not wanted:
        raise DeskError(f"Nobody outside is known as {requester!r}: give an e-mail address or a name.")
    if len(people) > 1:
        listed = ", ".join(list(people.values())[:_MOST_NAMED]) + (" …" if len(people) > _MOST_NAMED else "")
        raise DeskError(f"{requester!r} may be {listed}: give an e-mail address or a whole name.")
    return [int(number) for number, _, _ in found]


def _match_texts(reader: ReadConnection, text: str, name: str) -> tuple[str, str]:
    """Return the condition for a text in the words of a ticket, and the value of its parameter of that name. The
    subject is a personal text as well: one condition finds both."""
    column = _fold(reader, "t.body", text)
    escaped = escape_like(text)
    return (
        f"EXISTS (SELECT 1 FROM personal_text t WHERE t.ticket_id = ticket.id AND {column} {_like(reader)} :{name} "
        "ESCAPE '\\')",
        f"%{escaped if text.isascii() else escaped.casefold()}%",
    )


def _like(reader: ReadConnection) -> str:
    return "ILIKE" if reader.dialect == "postgresql" else "LIKE"


def _fold(reader: ReadConnection, column: str, text: str) -> str:
    """Return a column as it is compared with a text: SQLite's LIKE ignores the case of ASCII letters only."""
    return column if reader.dialect == "postgresql" or text.isascii() else f"casefold({column})"
