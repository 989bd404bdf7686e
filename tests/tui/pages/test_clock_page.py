"""The page that explains a clock shows how it is counted, and goes on with the time."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.widgets import Static

from deskterm.desk.conversation import messages
from deskterm.tui.dialogs.page import Page
from tui.console_session import open_console
from tui.four_tickets import open_as_colleague


async def test_the_explanation_goes_on_with_the_time_and_stays_where_one_reads(url: str) -> None:
    async with open_console(url, size=(80, 16)) as console:
        console.workspace.show_ticket(1002)
        await console.wait_for_ticket(1002)
        console.workspace.run_command("why")
        await console.wait_until(lambda: isinstance(console.app.screen, Page), "the page")
        page = console.app.screen
        assert isinstance(page, Page)
        await console.wait_until(lambda: bool(page.query("#words")), "the words")
        words = page.query_one("#words", Static)
        await console.wait_until(lambda: "Response" in str(words.content), "the words")
        page.action_scroll(2)
        await console.pilot.pause()
        console.clock.advance(90)
        page.tick()
        assert "0:00:30 overdue" in str(words.content)
        assert page.query_one(VerticalScroll).scroll_offset.y == 2
        messages.reply(open_as_colleague(url), 1002, "Here we are.", now=console.clock())
        await console.wait_until(
            lambda: (
                console.workspace.open_ticket is not None
                and console.workspace.open_ticket.timeline[-1].text == "Here we are."
            ),
            "",
        )
        page.tick()
        await console.wait_until(lambda: page.tick() or "Stopped" in str(words.content), "that it stopped")  # type: ignore[func-returns-value]


async def test_why_shows_a_sum_that_reaches_the_due_instant(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "1001")
        await console.wait_for_ticket(1001)
        console.workspace.run_command("why")
        await console.wait_until(lambda: isinstance(console.app.screen, Page), "the page")
        await console.wait_for_text("office, Europe/London, UTC+00:00 at the start")
        await console.wait_for_text("0:30:00")
        await console.pilot.press("tab")
        await console.wait_for_text("Resolution: running")
        await console.pilot.press("escape")
