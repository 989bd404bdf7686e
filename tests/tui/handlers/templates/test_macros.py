"""Macros in the console: run on marked tickets, undone as one, and recorded from what was just done (C-21)."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.templates.definitions import Macro
from deskterm.desk.templates.library import apply_library, list_own_macros
from deskterm.store.db.engine import open_store
from deskterm.tui.dialogs.find_text import FindText
from small_desk import at
from tui.console_session import open_console
from tui.four_tickets import load_detail

pytestmark = pytest.mark.law("C-21")

NUMBERS = (1001, 1002, 1003, 1004)
TAKE = Macro(key="take", label="Take it", types=("fault",), assign="me", note="Mine: {subject}", status=("working",))
ASK = Macro(key="ask", label="Ask", reply="Which {product}, {requester}?", status=("working", "waiting"))


@pytest.fixture
def macros_url(url: str) -> str:
    """The desk of four tickets, with macros."""
    ann = open_desk(open_store(url), "ann")
    apply_library(ann, [TAKE, ASK], now=at(5))
    ann.store.close()
    return url


@pytest.mark.law("C-03", "C-04")
async def test_a_macro_on_marked_tickets_says_both_sides_and_is_undone_as_one(macros_url: str) -> None:
    async with open_console(macros_url) as console:
        await console.run("mark-all")
        await console.pilot.press("m")
        await console.wait_until(lambda: isinstance(console.app.screen, FindText), "the list of macros")
        await console.wait_for_text("Macro on 4 tickets")
        await console.pilot.press(*"tke")
        await console.wait_for_text("Mine: {subject}")
        await console.pilot.press("enter")
        await console.wait_for_notice("Changed 3 of 4 tickets by Take it · 1 could not be changed. Press ! for why.")
        await console.wait_until(lambda: not console.busy(), "the end of the macro")
        assert sorted(console.panes.queue.marks) == [1003]
        rows = [load_detail(macros_url, number).row for number in NUMBERS]
        assert [(row.status, row.assignee) for row in rows] == [
            *[("working", "sam")] * 2,
            ("new", None),
            ("working", "sam"),
        ]
        last = console.workspace.acts.last
        assert last is not None
        assert last.name == "Take it on 3 tickets"
        console.workspace.run_command("back")
        await console.run("undo")
        await console.wait_for_notice("Undone: ")
        assert {load_detail(macros_url, number).row.status for number in NUMBERS} == {"new"}
        assert load_detail(macros_url, 1001).messages[-1].mark == "undone"


async def test_what_a_reply_lacks_is_asked_for_on_one_ticket_and_refused_on_several(macros_url: str) -> None:
    async with open_console(macros_url) as console:
        console.workspace.show_ticket(1002)
        await console.wait_for_ticket(1002)
        await console.pilot.press("m", *"ask", "enter")
        await console.wait_for_text("1002 has no value for the product. What should it be?")
        await console.pilot.press(*"desk", "enter")
        await console.wait_for_notice("1002: Ask:")
        assert load_detail(macros_url, 1002).messages[-1].body == "Which desk, Kim Novak?"
        await console.wait_until(lambda: not console.busy(), "the end of the macro")
        console.workspace.show_pane("queue")
        await console.run("mark-all")
        await console.run("macro", "Ask")
        await console.wait_for_notice("Ticket 1001 has no value for {product} (the product): give one.")


async def test_a_macro_is_made_of_the_last_acts_and_of_what_was_recorded(macros_url: str) -> None:
    async with open_console(macros_url) as console:
        workspace = console.workspace
        workspace.run_command("macro", "save x")
        await console.wait_for_notice("Nothing was done here that a macro could do again")
        await console.run("tag", "vip")
        await console.run("macro", "record")
        await console.wait_for_text("● recording a macro")
        await console.run("tag", "urgent")
        await console.run("undo")
        await console.run("status", "working")
        await console.run("assign", "sam")
        await console.run("macro", "save Work on it")
        await console.wait_until(lambda: "● recording" not in console.screen_text(), "the end of the recording")
        await console.wait_for_notice("Macro work-on-it saved: assign, status. Run it with :macro work-on-it.")
        workspace.show_ticket(1004)
        await console.wait_for_ticket(1004)
        await console.run("macro", "work on it")
        assert (load_detail(macros_url, 1004).row.status, load_detail(macros_url, 1004).row.assignee) == (
            "working",
            "sam",
        )
        await console.run("macro", "save again")
        await console.wait_for_notice("Macro again saved: assign, status.")
        workspace.run_command("macro", "stop")
        await console.wait_for_notice("No macro is being recorded")
        await console.run("macro", "delete work-on-it")
        await console.wait_for_notice("Macro work-on-it deleted.")
    sam = open_desk(open_store(macros_url), "sam")
    assert [one.key for one in list_own_macros(sam)] == ["again"]
    sam.store.close()
