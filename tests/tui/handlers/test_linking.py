"""Changes are undone and tickets linked at the console, and access to them is logged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.tickets import register, update
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


async def test_what_was_done_to_marked_tickets_is_taken_back_by_one_key(url: str) -> None:
    async with open_console(url) as console:
        await console.run("mark-all")
        await console.wait_until(lambda: len(console.panes.queue.marks) == 3, "the marks")
        await console.run("status", "working")
        await console.wait_for_notice("Moved 3 tickets to Working on it")
        assert load_statuses(url) == ["working"] * 3
        await console.pilot.press("u")
        await console.wait_for_notice("also on 2 other tickets")
    assert load_statuses(url) == ["new"] * 3


async def test_marked_tickets_are_taken_back_once_each(url: str) -> None:
    async with open_console(url) as console:
        await show_ticket(console, 1001)
        await console.run("status", "working")
        console.workspace.show_pane("queue")
        await console.run("mark-all")
        await console.wait_until(lambda: len(console.panes.queue.marks) == 3, "the marks")
        await console.run("tag", "vip")
        await console.run("mark-all")
        await console.wait_until(lambda: len(console.panes.queue.marks) == 3, "the marks again")
        await console.run("undo")
        await console.wait_for_notice("Undid the last change on 3 tickets")
    assert [load_detail(url, number).tags for number in (1001, 1002, 1003)] == [()] * 3
    assert load_statuses(url) == ["working", "new", "new"]


async def test_marked_tickets_that_were_assigned_are_taken_back_from_where_the_marks_left_the_cursor(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("space", "space")
        await console.run("assign", "kim")
        await console.wait_for_notice("Assigned 2 tickets to Kim")
        assert [load_detail(url, number).row.assignee for number in (1001, 1002, 1003)] == ["kim", "kim", None]
        assert console.panes.queue.current is not None
        assert console.panes.queue.current.number == 1003
        await console.pilot.press("u")
        await console.wait_for_notice("also on 1001")
    assert [load_detail(url, number).row.assignee for number in (1001, 1002, 1003)] == [None] * 3


async def test_what_left_the_list_by_being_closed_is_taken_back_and_so_is_what_was_before(url: str) -> None:
    async with open_console(url) as console:
        for act in (("status", "working"), ("status", "solved")):
            await console.run("mark-all")
            await console.wait_until(lambda: len(console.panes.queue.marks) == 3, "the marks")
            await console.run(*act)
        await console.wait_until(lambda: console.panes.queue.count == 0, "an empty list")
        assert load_statuses(url) == ["solved"] * 3
        await console.pilot.press("u")
        await console.wait_until(
            lambda: load_statuses(url) == ["working"] * 3 and not console.busy(), "the last status"
        )
        await console.pilot.press("u")
        await console.wait_until(lambda: load_statuses(url) == ["new"] * 3, "how it began")


async def test_who_goes_to_another_ticket_takes_back_what_was_done_there(url: str) -> None:
    async with open_console(url) as console:
        await console.run("tag", "vip")
        await console.pilot.press("j")
        await console.pilot.press("u")
        await console.wait_for_notice("Can't undo: ")
    assert load_detail(url, 1001).tags == ("vip",)


async def test_what_somebody_else_built_on_since_is_not_taken_back(url: str) -> None:
    async with open_console(url) as console:
        await console.run("status", "working")
        store = open_store(url)
        update.tag(open_desk(store, "lea"), 1001, ["vip"], now=at(61))
        store.close()
        await console.pilot.press("u")
        await console.wait_for_notice("moved on")
    assert load_detail(url, 1001).tags == ("vip",)
    assert load_statuses(url) == ["working", "new", "new"]


async def test_what_cannot_be_taken_back_says_why(url: str) -> None:
    async with open_console(url) as console:
        await show_ticket(console, 1001)
        await console.run("undo")
        await console.wait_for_notice("the request has been made")


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
