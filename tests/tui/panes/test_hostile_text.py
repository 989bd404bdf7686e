"""No pane lets hostile words act on the terminal, take markup for style, or break it."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from deskterm.desk.explain.explanation_rows import TextLine
from deskterm.present.models import Choice, ViewLine
from deskterm.present.sanitize import sanitize
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.compose import Composer
from deskterm.tui.dialogs.confirm import Confirm
from deskterm.tui.dialogs.page import Page
from deskterm.tui.pages.clock_text import lay_out
from deskterm.tui.panes.banner import Banner, Ticker
from deskterm.tui.panes.bars.keyline import Key, KeyLine
from deskterm.tui.panes.bars.view_bar import ViewBar
from deskterm.tui.panes.clocks import Clocks
from deskterm.tui.panes.next_breach import NextBreach
from deskterm.tui.panes.queue import Queue
from deskterm.tui.panes.ticket import Ticket
from deskterm.tui.panes.views import Views
from deskterm.tui.themes import DARK
from tui.queue_rows import NOW, clock, line, ticket_with
from tui.support.hostile_text import HOSTILE, find_control_characters


class WidgetApp(App[None]):
    """Widgets without a screen around them, with the console's theme variables."""

    CSS = "Queue { height: 100%; } Conversation { height: 1fr; } Facts { height: auto; }"

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DARK.variables


def screen_text(app: App[Any]) -> str:
    """Return all text that goes to the terminal."""
    strips = app.screen._compositor.render_strips()
    return "".join(segment.text for strip in strips for segment in strip if segment.control is None)


async def test_the_queue_shows_hostile_words() -> None:
    queue = Queue(NOW)
    async with WidgetApp(queue).run_test(size=(180, len(HOSTILE) + 4)) as pilot:
        queue.show(len(HOSTILE), {0: [line(n, words) for n, words in enumerate(HOSTILE)]}, 0, NOW)
        await pilot.pause()
        text = screen_text(pilot.app)
    assert find_control_characters(text) == []
    assert "[urgent] printer down" in text
    assert "re: [/b] hello" in text


@pytest.mark.parametrize("words", HOSTILE)
async def test_the_panes_of_a_ticket_show_hostile_words(words: str) -> None:
    ticket, clocks, next_breach = Ticket(NOW, id="ticket"), Clocks(NOW, id="clocks"), NextBreach(NOW, id="soon")
    ticket.with_clock = True
    async with WidgetApp(ticket, clocks, next_breach).run_test(size=(90, 60)) as pilot:
        ticket_view = ticket_with(
            words, clock(words), clock(words, state="met", stopped=NOW - 60), clock(words, state="paused")
        )
        ticket.show(ticket_view, NOW, UTC)
        clocks.show(ticket_view, NOW, UTC)
        next_breach.show([ticket_view.line], NOW)
        await pilot.pause()
        assert find_control_characters(screen_text(pilot.app)) == []


@pytest.mark.parametrize("words", HOSTILE[:12])
async def test_headings_and_dialogs_show_hostile_words(words: str) -> None:
    safe = sanitize(words)
    banner, bar, keys, views = Banner(), ViewBar(), KeyLine(), Views([ViewLine("x", safe, 1)])
    dialogs: list[Screen[Any]] = [
        Choose(safe, [Choice("a", safe, safe, safe)]),
        Choose(safe, [Choice("a", safe, safe, safe)], search=True),
        Confirm(safe, "yes", "no"),
        Page(
            safe,
            lay_out([TextLine(words, "head"), TextLine(f"Policies  {words}", "fact"), TextLine(words, "paused")], 80),
        ),
    ]
    async with WidgetApp(banner, bar, views, keys).run_test(size=(90, 40)) as pilot:
        banner.show(safe, safe, safe, "Mon", Ticker(safe, safe, "soon"))
        bar.show([ViewLine("x", safe, 1), ViewLine("y", safe, 2)], "y")
        keys.show([Key("x", safe, "x"), Key("?", "help", "help")])
        views.border_title = Content(safe)
        pilot.app.notify(safe, markup=False)
        await pilot.pause()
        assert find_control_characters(screen_text(pilot.app)) == []
        for dialog in dialogs:
            await pilot.app.push_screen(dialog)
            await pilot.pause()
            assert find_control_characters(screen_text(pilot.app)) == []


async def test_the_composer_shows_hostile_words() -> None:
    for words in HOSTILE[:6]:
        composer = Composer("reply", 1042, sanitize(words), 3, sanitize(words, multiline=True), None)
        async with WidgetApp(composer).run_test(size=(80, 20)) as pilot:
            composer.hold(Content(sanitize(words)))
            await pilot.pause()
            assert find_control_characters(screen_text(pilot.app)) == []
