"""The desk screen shows the queue as it is now, follows what others do, and fits the terminal."""

from __future__ import annotations

import pytest
from textual.events import DescendantFocus
from textual.selection import SELECT_ALL
from textual.widgets import TextArea
from textual.widgets._toast import ToastRack

from deskterm.desk.tickets import register as intake
from deskterm.desk.tickets import update
from deskterm.tui.dialogs.page import Page
from small_desk import at
from tui.console_session import open_console
from tui.four_tickets import open_as_colleague


async def test_the_queue_shows_the_open_tickets_in_the_order_of_work(url: str) -> None:
    async with open_console(url) as console:
        assert console.panes.queue.count == 4
        assert console.workspace.open_ticket is not None
        await console.wait_for_text("Matter 0")
        await console.wait_for_text("Queue · by order of work · 4 open")
        await console.wait_for_text("Words of matter")


@pytest.mark.law("C-02")
async def test_a_letter_stays_open_when_news_of_an_older_focus_come_behind_it(url: str) -> None:
    """A dialog that closes gives the focus back to the queue, and the letter that it opens takes it at once."""
    async with open_console(url, size=(80, 24)) as console:
        await console.pilot.press("n")
        await console.wait_until(lambda: isinstance(console.screen.focused, TextArea), "the letter")
        console.screen.post_message(DescendantFocus(console.panes.queue))
        await console.pilot.pause()
        assert console.workspace.pane == "conversation"
        await console.pilot.press(*"Called back")
        assert console.workspace.composer is not None
        assert console.workspace.composer.text == "Called back"


async def test_marking_all_marks_what_the_filter_shows(url: str) -> None:
    async with open_console(url) as console:
        await console.run("filter", '"Matter 2"')
        await console.wait_until(lambda: console.panes.queue.count == 1, "the filtered list")
        await console.run("mark-all")
        await console.wait_until(lambda: len(console.panes.queue.marks) == 1, "the mark")


async def test_what_a_colleague_does_shows_without_a_key(url: str) -> None:
    async with open_console(url) as console:
        update.move(open_as_colleague(url), 1001, "solved", now=at(61))
        await console.wait_until(lambda: console.panes.queue.count == 3, "the list without it")
        intake.register(open_as_colleague(url), type="question", subject="Brand new", now=at(62))
        await console.wait_for_text("Brand new")


async def test_the_cursor_stays_on_its_ticket_when_the_list_is_sorted_anew(url: str) -> None:
    async with open_console(url) as console:
        console.panes.queue.edge(last=True)
        await console.wait_until(lambda: console.panes.queue.cursor == 3, "the last row")
        number = console.panes.queue.current.number if console.panes.queue.current else 0
        await console.run("order")
        await console.wait_for_text("by due")
        await console.wait_until(
            lambda: console.panes.queue.current is not None and console.panes.queue.current.number == number,
            "the same ticket",
        )


async def test_bug_10_a_breach_sorts_the_counts_anew_without_a_key_or_a_write(url: str) -> None:
    async with open_console(url, minutes=10) as console:

        def breached() -> int | None:
            return next(view.total for view in console.workspace.views if view.key == "breached")

        await console.wait_until(lambda: breached() == 0, "no breach yet")
        console.screen.tick()
        console.clock.advance(21 * 60)
        console.screen.tick()
        await console.wait_until(lambda: breached() == 1, "the breach of the first response")
        await console.wait_for_text("✖")


async def test_the_filter_narrows_down_while_it_is_typed(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("slash")
        await console.wait_until(lambda: bool(console.screen.query("Prompt")), "the line to type in")
        await console.pilot.press(*'"r 2')
        await console.wait_until(lambda: console.panes.queue.count == 1, "the one that matches")
        await console.pilot.press("escape")
        await console.wait_until(lambda: console.panes.queue.count == 4, "the whole list again")


async def test_a_command_is_said_by_its_name(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("colon")
        await console.wait_until(lambda: bool(console.screen.query("Prompt")), "the line to type in")
        await console.pilot.press(*"view mine", "enter")
        await console.wait_until(lambda: console.workspace.queue_query.view == "mine", "the view")
        await console.pilot.press("colon")
        await console.wait_until(lambda: bool(console.screen.query("Prompt")), "the line to type in")
        await console.pilot.press(*"stats x", "enter")
        await console.wait_for_notice("Did you mean :status")


async def test_the_help_page_says_every_key(url: str) -> None:
    async with open_console(url, size=(120, 500)) as console:
        console.workspace.run_command("help")
        await console.wait_until(lambda: isinstance(console.app.screen, Page), "the page")
        for words in (":status", ":goto", "ctrl+p", "working time"):
            await console.wait_for_text(words)


async def test_one_pane_at_a_time_on_a_narrow_terminal(url: str) -> None:
    async with open_console(url, size=(80, 24)) as console:
        await console.wait_for_text("Queue ·")
        assert "SLA ·" not in console.screen_text()
        await console.pilot.press("enter")
        await console.wait_for_text("Words of matter")
        await console.wait_for_text("due")
        await console.pilot.press("g", "s")
        await console.wait_for_text("SLA ·")
        await console.pilot.press("escape")
        await console.wait_for_text("Queue ·")


async def test_zoom_shows_one_pane_on_a_wide_terminal(url: str) -> None:
    async with open_console(url, size=(140, 40)) as console:
        await console.wait_for_text("SLA ·")
        await console.run("zoom")
        await console.wait_until(lambda: "SLA ·" not in console.screen_text(), "one pane")
        console.workspace.run_command("back")
        await console.wait_for_text("SLA ·")


async def test_a_ticket_that_is_not_there_is_said_so(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "4711")
        await console.wait_for_notice("There is no ticket 4711.")


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 23, "9" * 5000])
async def test_a_number_that_no_ticket_can_have_is_said_once(url: str, number: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", number)
        await console.wait_for_notice("There is no ticket 9")
        await console.run("goto", number)
        await console.run("refresh")
        assert [notice.severity for notice in console.app._notifications] == ["error"]


async def test_the_keys_of_the_last_line_can_be_clicked(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.click("#keys", offset=(2, 0))
        await console.wait_until(lambda: console.workspace.composer is not None and not console.busy(), "the composer")
        await console.wait_for_text("ctrl+s send")
        keys = next(line for line in console.screen_text().splitlines() if "ctrl+s send" in line)
        await console.pilot.click("#keys", offset=(keys.index("esc"), 0))
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")


@pytest.mark.law("C-07")
async def test_escape_takes_the_selection_of_the_mouse_away_first(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("space")
        console.screen.selections = {console.panes.ticket: SELECT_ALL}
        await console.pilot.press("escape")
        assert (console.screen.selections, len(console.panes.queue.marks)) == ({}, 1)
        await console.pilot.press("escape")
        assert not console.panes.queue.marks


@pytest.mark.law("C-01")
async def test_notices_leave_the_row_under_the_cursor_in_sight_on_a_small_screen(simulated_url: str) -> None:
    async with open_console(simulated_url, "ann", size=(80, 11)) as console:
        await console.pilot.press("G")
        await console.wait_until(lambda: console.panes.queue.cursor == 5, "the last row")
        # Other tests show no notices
        console.app._disable_notifications = False
        await console.screen.mount(ToastRack(id="textual-toastrack"))
        sentence = "The first of two notices"
        console.workspace.notify(sentence)
        console.workspace.notify("1006 assigned to Ann", severity="error")
        await console.wait_for_text(sentence)
        await console.wait_for_text("1006 assigned to Ann")
        assert "New              Matter 5 " in console.screen_text()


@pytest.mark.law("C-01")
async def test_the_newest_notices_take_the_place_of_older_ones_on_a_small_screen(simulated_url: str) -> None:
    async with open_console(simulated_url, "ann", size=(80, 11)) as console:
        await console.pilot.press("G")
        await console.wait_until(lambda: console.panes.queue.cursor == 5, "the last row")
        console.app._disable_notifications = False
        await console.screen.mount(ToastRack(id="textual-toastrack"))
        cursor_row, sentences = "New              Matter 5 ", ("The first of four", "The second", "The third")
        words = (
            "Nothing was sent, because the mail server does not answer: it is tried again in five minutes, then hourly"
        )

        async def wait_for_notices(*expected: str) -> None:
            def are_there() -> bool:
                shown = {sentence for sentence in (*sentences, words[:40]) if sentence in console.screen_text()}
                return shown == {*expected} and cursor_row in console.screen_text()

            await console.wait_until(are_there, f"{expected} in sight, and the row under the cursor")

        for sentence in sentences:
            console.app.notify(sentence, timeout=600)
        await wait_for_notices("The second", "The third")
        # One of two lines needs the place of two
        console.app.notify(words, timeout=600)
        await wait_for_notices(words[:40])
        assert "hourly" in console.screen_text()
        await console.pilot.click(f"#--textual-toast-{[*console.app._notifications][-1].identity} Toast")
        await wait_for_notices("The second", "The third")
