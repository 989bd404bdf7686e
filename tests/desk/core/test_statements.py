"""Statements that a command sends: what is known or can be written together is not sent again (D-45)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from small_desk import at
from ticket_reads import DeskFactory, read_ticket


@contextmanager
def sent(desk: DeskSession) -> Iterator[list[str]]:
    """Collect the statements that are sent in the block, by their first two words."""
    found: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(" ".join(statement.split()[:2]))

    event.listen(desk.store.engine, "after_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(desk.store.engine, "after_cursor_execute", keep)


def test_opening_a_desk_looks_once_at_what_it_says_of_itself(desk: DeskSession) -> None:
    """Its name, zone, edition and whether its history has begun; before that, whether its rows are those of an older
    version."""
    with sent(desk) as statements:
        open_desk(desk.store, "sam")
    assert [one for one in statements if one.startswith("SELECT desk.")] == [
        "SELECT desk.fold,", "SELECT desk.id,", "SELECT desk.schema_number,"
    ]  # fmt: skip


def test_what_became_due_is_written_together(desk_with_ticket: DeskFactory) -> None:
    """Warnings and misses of several instants are one statement for the events and one for the ticket's row; no edition
    is looked up for instants after the newest."""
    desk = desk_with_ticket("incident-management")
    later = at(30 * 1440)
    with sent(desk) as statements:
        desk.bring_up_to_date([1001], later)
    noticed = [event for event in read_ticket(desk).events if event.kind == "noticed"]
    assert len({event.at for event in noticed}) > 2
    assert statements.count("INSERT INTO") == 2
    assert statements.count("UPDATE ticket") == statements.count("DELETE FROM") == 1
    assert statements.count("SELECT max(procedure_version.id)") == 0


def test_a_note_sends_no_more_than_it_needs(desk_with_ticket: DeskFactory) -> None:
    """Its look at rights, edition and layout; ticket, events, and the rows that it writes (D-45). The words in which
    somebody may be mentioned are its own, and need no look."""
    desk = desk_with_ticket("incident-management")
    with sent(desk) as statements:
        messages.add_note(desk, 1001, "Seen before.", now=at(1))
    kinds = [statement.partition(" ")[0] for statement in statements if "pg_notify" not in statement]
    assert kinds.count("SELECT") == 3
    assert kinds.count("INSERT") == 3
    assert kinds.count("UPDATE") == 1
