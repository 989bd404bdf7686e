"""A mailbox that does not work stands in the first line (M-13), and tickets with a lost letter in a view (M-45)."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.conversation.messages import reply
from deskterm.desk.notify.delivery import UNDELIVERED, record_outcome
from deskterm.mail.keeping.leases import note_trouble, note_well
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.personal import saved_views
from deskterm.store.queries.outbox import load_ticket_letters
from small_desk import at
from tui.console_session import open_console


@pytest.mark.rule("M-13")
async def test_a_mailbox_that_is_down_stands_in_the_first_line_until_it_works(url: str) -> None:
    store = open_store(url)
    note_trouble(store, "in:support", "No route to the server.", at(0), is_lasting=True)
    note_trouble(store, "out:main", "Busy.", at(59))
    async with open_console(url) as console:
        await console.wait_for_text("mail down: support")
        assert "main" not in console.screen_text().splitlines()[0]
        note_well(store, "in:support", at(60))
        await console.wait_until(lambda: "mail down" not in console.screen_text(), "the first line without it")
    store.close()


@pytest.mark.rule("M-45")
async def test_tickets_with_a_lost_letter_have_a_view_while_there_are_any(url: str) -> None:
    store = open_store(url)
    reply(open_desk(store, "sam"), 1003, "Please restart it.", now=at(10))
    with open_reader(url) as reader:
        (letter,) = load_ticket_letters(reader, 1003)
    async with open_console(url) as console:
        assert "Undelivered" not in [view.label for view in console.workspace.views]
        record_outcome(
            open_system_desk(store), 1003, letter.key, "failed", recipients={}, reason="Unknown.", now=at(11)
        )
        await console.wait_until(lambda: "Undelivered" in [one.label for one in console.workspace.views], "the view")
        await console.run("view", "undelivered")
        await console.wait_until(lambda: [line.number for line in console.panes.queue._pages.lines()] == [1003], "1003")
    store.close()


def test_the_view_is_of_the_flag_that_a_lost_letter_sets() -> None:
    assert saved_views.UNDELIVERED.filter == f"flag:{UNDELIVERED}"
