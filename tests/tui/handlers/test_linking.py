"""Tickets are linked at the console, and access to them is logged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.tickets import register
from deskterm.procedure.load import loads
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.access_log import load_accesses
from small_desk import SMALL_PROCEDURE, at, small_desk
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A desk with three faults of an hour ago, the last of which lists two things."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(place)
    request: dict[str, Any] = {"type": "fault", "requester": "Kim Novak", "email": "kim@larch.example"}
    for number, body in enumerate(("It hurts.", "It hurts too.", "Please:\n1. the door\n2. the window")):
        register.register(desk, subject=f"Matter {number}", body=body, **request, now=at(number))
    desk.store.close()
    return place


def load_statuses(url: str) -> list[str]:
    """Load the statuses of the three tickets."""
    return [load_detail(url, number).row.status for number in (1001, 1002, 1003)]


async def show_ticket(console: ConsoleSession, number: int) -> None:
    """Open a ticket, and wait until it has been read."""
    console.workspace.show_ticket(number)
    await console.wait_for_ticket(number)


async def test_a_merged_ticket_shows_its_words_in_the_other(url: str) -> None:
    async with open_console(url) as console:
        await show_ticket(console, 1002)
        await console.run("merge", "1001")
        await console.wait_for_notice("1002 merged into 1001")
        await show_ticket(console, 1001)
        await console.wait_for_text("It hurts too.")
        await console.wait_for_text("in 1002")
        await console.run("undo")
        await console.wait_for_notice("Undone: ")
    assert load_statuses(url) == ["new"] * 3


async def test_a_message_that_lists_things_is_split_up(url: str) -> None:
    async with open_console(url) as console:
        await show_ticket(console, 1003)
        console.workspace.run_command("split", "")
        await console.wait_for_text("a ticket of each of its 2 things")
        await console.pilot.press("enter")
        await console.wait_for_notice("1003 split into 1004, 1005")
    assert [load_detail(url, number).row.subject for number in (1004, 1005)] == ["the door", "the window"]


async def test_a_look_is_written_down_where_the_procedure_wants_it(url: str) -> None:
    async with open_console(url, "kim") as console:
        await show_ticket(console, 1003)
    with open_reader(url) as reader:
        assert load_accesses(reader) == []
    store = open_store(url)
    apply_procedure(
        open_desk(store, "ann"),
        loads(SMALL_PROCEDURE + "[retention]\nlog_accesses = true\n", "x.toml").procedure,
        now=at(30),
    )
    store.close()
    async with open_console(url, "sam") as console:
        await show_ticket(console, 1001)
        await show_ticket(console, 1003)
        await console.run("refresh")
        await show_ticket(console, 1001)
    with open_reader(url) as reader:
        accesses = [(access.login, access.ticket) for access in reversed(load_accesses(reader))]
    assert accesses[-3:] == [("sam", 1001), ("sam", 1003), ("sam", 1001)]
