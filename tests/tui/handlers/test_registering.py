"""A new ticket at the console: the fields of its type, and tickets that may be about the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from deskterm.desk.api import open_desk
from deskterm.desk.tickets import register
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import TicketDetail, load_ticket_detail
from deskterm.tui.dialogs.confirm import Confirm
from deskterm.tui.dialogs.register import Register
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure
from store_templates import create_desk
from tui.console_session import ConsoleSession, open_console

ONE_TYPE = (
    SMALL_PROCEDURE.replace('default_severity = "low"', 'has_severity = false\nfields = ["page"]\nrequired = ["page"]')
    .replace(
        """[[types]]
key = "question"
label = "Question"
definition = "Somebody wants to know."
has_severity = false
""",
        "",
    )
    .replace("[policies.by_severity.high]", "[policies.targets]")
    .split("[policies.by_severity.low]")[0]
    + '\n[[fields]]\nkey = "page"\nlabel = "Page"\nkind = "url"\n'
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A desk with one type of request, which has a field of its own, and one ticket."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    store = create_desk(place, small_procedure(ONE_TYPE), admin_login="sam", admin_name="Sam", now=MONDAY)
    desk = open_desk(store, "sam")
    register.register(desk, subject="Invoice run fails", fields={"page": "shop.example/run"}, now=at(0))
    store.close()
    return place


def load_new_ticket(url: str) -> TicketDetail | None:
    """Load the second ticket of the desk; None before it was form."""
    with open_reader(url) as reader:
        return load_ticket_detail(reader, 1002)


async def open_form(console: ConsoleSession) -> Register:
    """Open the form of a new ticket, and wait for its fields."""
    console.workspace.run_command("new")
    await console.wait_until(
        lambda: isinstance(console.app.screen, Register) and bool(console.app.screen.query("#field-page")), "the form"
    )
    assert isinstance(console.app.screen, Register)
    return console.app.screen


@pytest.mark.requirement("S1-33")
async def test_likely_originals_show_while_a_subject_is_typed(url: str) -> None:
    async with open_console(url) as console:
        form = await open_form(console)
        assert not form.query_one("#likely").display
        form.query_one("#subject", Input).value = "invoice run"
        await console.wait_for_text("May be about the same:")
        await console.wait_for_text("1001  Invoice run fails")
        form.query_one("#subject", Input).value = "Something else"
        await console.wait_until(lambda: not form.query_one("#likely").display, "nothing alike")


@pytest.mark.requirement("S1-37", "S5-14")
async def test_the_fields_of_a_type_are_asked_for_and_may_be_left_out_when_they_cannot_be_had(url: str) -> None:
    async with open_console(url) as console:
        form = await open_form(console)
        form.query_one("#subject", Input).value = "Where is it?"
        form.action_send()
        await console.wait_until(lambda: isinstance(console.app.screen, Confirm), "the question")
        await console.wait_for_text("is missing. Open anyway?")
        await console.pilot.press("n")
        await console.wait_until(lambda: isinstance(console.app.screen, Register), "the form again")
        assert load_new_ticket(url) is None
        again = console.app.screen
        await console.wait_until(lambda: bool(again.query("#field-page")), "its fields")
        again.query_one("#field-page", Input).value = "shop.example/cart"
        assert isinstance(again, Register)
        again.action_send()
        await console.wait_for_ticket(1002)
    ticket = load_new_ticket(url)
    assert ticket is not None
    assert (ticket.fields["page"], ticket.flags) == ("shop.example/cart", ())
