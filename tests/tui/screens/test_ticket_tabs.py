"""The ticket pane: its tabs, its folds, and the turn that it opens at (C-13)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.billing import time_entries
from deskterm.desk.conversation import messages
from deskterm.desk.linking import duplicate
from deskterm.present.models import TABS
from small_desk import at
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import create_desk_of_four_tickets, open_as_colleague

pytestmark = pytest.mark.law("C-13")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A desk of four tickets of one requester, to which a colleague has written."""
    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    create_desk_of_four_tickets(url)
    desk = open_as_colleague(url)
    duplicate.close_as_duplicate(desk, 1004, 1002, now=at(20))
    time_entries.add_entry(desk, 1001, 1500, note="looked at the disk", now=at(25))
    desk.store.close()
    return url


def page(console: ConsoleSession) -> str:
    """Return the lines of the open tab."""
    return "\n".join(line.text for line in console.panes.ticket.conversation._lines)


async def go_to(console: ConsoleSession, number: int) -> None:
    await console.run("goto", str(number))
    await console.wait_for_ticket(number)


async def wait_for_tab(console: ConsoleSession, tab: str) -> None:
    await console.wait_until(
        lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.tab == tab, f"the tab {tab}"
    )


async def test_l_and_h_go_from_tab_to_tab_and_what_each_has_is_read(url: str) -> None:
    async with open_console(url) as console:
        await go_to(console, 1002)
        seen = []
        for tab in [*list(TABS)[1:], "thread"]:
            await console.pilot.press("l")
            await wait_for_tab(console, tab)
            seen.append(page(console))
        await console.pilot.press("h")
        await wait_for_tab(console, "work")
    history, client, files, links, work, thread = seen
    assert "opened it" in history
    assert "Status: none → " in history
    assert "Kim Novak  kim@larch.example" in client
    assert "1001" in client
    assert files == "No files came with this ticket."
    assert "Duplicates" in links
    assert "1004" in links
    assert work.startswith("No work is written down")
    assert "Words of matter 1" in thread


async def test_names_of_tabs_say_how_much_is_in_them_and_can_be_clicked(url: str) -> None:
    async with open_console(url) as console:
        await go_to(console, 1001)
        await console.wait_for_text("[Thread] History  Client 2  Files  Links  Work 1")
        bar = console.app.screen.query_one("#tabs")
        await console.pilot.click(bar, offset=(1 + len("[Thread] History  Client 2  Files  Links  W"), 0))
        await wait_for_tab(console, "work")
        assert "Time: 25m" in page(console)
        assert "looked at the" in page(console)
        await console.run("tab", "hist")
        await wait_for_tab(console, "history")
        await console.run("tab", "nonsense")
        await console.wait_for_notice("There is no tab 'nonsense'")


async def test_enter_opens_the_ticket_that_a_tab_names(url: str) -> None:
    async with open_console(url) as console:
        await go_to(console, 1002)
        await console.run("tab", "links")
        await wait_for_tab(console, "links")
        await console.pilot.press("enter")
        await console.wait_for_ticket(1004)
        assert "Duplicate of" in page(console), "the tab stays from ticket to ticket"


async def test_j_goes_from_ticket_to_ticket_in_the_tab_of_the_client(url: str) -> None:
    async with open_console(url) as console:
        await go_to(console, 1001)
        await console.run("tab", "client")
        await wait_for_tab(console, "client")
        named = [line.spot for line in console.panes.ticket.conversation._lines if line.spot is not None]
        await console.pilot.press("j", "enter")
        assert isinstance(named[1], int)
        await console.wait_for_ticket(named[1])


async def test_a_letter_is_written_with_the_thread_in_view(url: str) -> None:
    async with open_console(url) as console:
        await go_to(console, 1001)
        await console.run("tab", "work")
        await wait_for_tab(console, "work")
        await console.run("note")
        await wait_for_tab(console, "thread")


async def test_a_ticket_opens_at_the_first_turn_that_the_agent_has_not_read(url: str) -> None:
    desk = open_as_colleague(url)
    for minute in range(30):
        messages.reply(desk, 1001, f"Step {minute}\n\nLine\nLine\nLine", now=at(26 + minute / 10))
    desk.store.close()
    async with open_console(url) as console:
        await go_to(console, 1001)
        thread = console.panes.ticket.conversation
        await console.wait_until(lambda: "first new" in console.screen_text(), "the mark")
        assert "Words of matter 0" in console.screen_text(), "they have read nothing of it yet"

        # A look is enough: all that was there is read
        await console.pilot.press("g", "t")
        await console.pilot.press("g", "q")
        desk = open_as_colleague(url)
        messages.reply(desk, 1001, "News\n\n" + "More\n" * 40, now=at(50))
        desk.store.close()
        await go_to(console, 1002)
        await go_to(console, 1001)
        await console.wait_until(lambda: "News" in console.screen_text(), "the new turn")
        top = thread._lines[round(thread.scroll_offset.y) : round(thread.scroll_offset.y) + 3]
        assert [line.mark for line in top if line.mark] == ["first new"]


async def test_all_folds_are_opened_by_one_key_and_closed_by_it_again(url: str) -> None:
    desk = open_as_colleague(url)
    messages.reply(desk, 1001, "We have\nyour letter", automatic=True, now=at(30))
    messages.record_customer_message(desk, 1001, "Any news?\n> We have\n> your letter", now=at(40))
    desk.store.close()
    async with open_console(url) as console:
        await go_to(console, 1001)
        await console.wait_for_text("automatic letter, 2 lines")
        assert "▸ 2 quoted lines" in page(console)
        assert "your letter" not in page(console)
        await console.pilot.press("x")
        assert page(console).count("your letter") == 2
        await console.pilot.press("x")
        assert "your letter" not in page(console)

        await console.pilot.press("home", "enter")
        assert page(console).count("your letter") == 1, "enter opens the fold that is marked"
        await console.pilot.press("right_curly_bracket", "enter")
        assert page(console).count("your letter") == 2
