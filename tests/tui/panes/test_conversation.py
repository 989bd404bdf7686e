"""The thread of a ticket: every word of every message is painted, whatever the width and the letters."""

from __future__ import annotations

import asyncio
from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from deskterm.present.models import TimelineEntry
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.panes.conversation import Conversation
from tui.queue_rows import NOW, ticket_with

ROWS = 12
"""Lines of the terminal: far fewer than the words need, so that the pane scrolls."""


class ThreadApp(App[None]):
    """A conversation in the style that the desk screen gives it."""

    CSS = "#conversation { height: 1fr; padding: 0 1; scrollbar-size: 1 1; overflow-x: hidden; }"

    def compose(self) -> ComposeResult:
        yield Conversation(NOW, id="conversation")


async def paint(entries: tuple[TimelineEntry, ...], width: int) -> list[str]:
    """Paint a thread, screen by screen, as the terminal gets it; return its lines."""
    app = ThreadApp()
    painted: list[str] = []
    async with app.run_test(size=(width, ROWS)) as pilot:
        pane = app.query_one(Conversation)
        pane.show(ticket_with("Printer")._replace(timeline=entries), NOW, UTC)
        await pilot.pause()
        pane.edge(last=False)
        await pilot.pause()
        while True:
            top = round(pane.scroll_offset.y)
            for line, strip in enumerate(app.screen._compositor.render_strips(), top):
                painted[line:] = ["".join(segment.text for segment in strip)]
            if top >= pane.max_scroll_y:
                return painted
            pane.move(pane.size.height)
            await pilot.pause()


def make_turn(body: str, author: str = "Kim Novak") -> TimelineEntry:
    """Make a turn of the requester with this body."""
    return TimelineEntry(1, NOW - 60, "requester", sanitize(author), Safe("email"), sanitize(body, multiline=True))


# Full-width letters take two cells, and a word of them has to be broken where the line ends
WORDS = st.one_of(
    st.text("abcdefghijklmnopqrstuvwxyzäöü", min_size=1, max_size=14),
    st.text("東京販売管理起動システム한국어", min_size=1, max_size=30),
    st.text("0123456789abcdef/:.", min_size=60, max_size=200),
)
BODIES = st.lists(st.lists(WORDS, min_size=1, max_size=40).map(" ".join), min_size=ROWS, max_size=20).map("\n".join)


@pytest.mark.law("C-13")
@pytest.mark.parametrize("width", [80, 120, 180])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=BODIES, author=st.text("Kimöß東京 ", min_size=1, max_size=200).filter(str.strip))
def test_every_word_of_a_turn_is_on_the_painted_lines(width: int, body: str, author: str) -> None:
    """C-13: the last letters of full lines were missing wherever the pane scrolled."""
    painted = "".join(asyncio.run(paint((make_turn(body, author),), width)))
    signs = str.maketrans("", "", "▶┃▁▂▃▄▅▆▇█ \n")

    # A long word is broken over lines, so the letters are compared and not the words
    assert "".join(body.split()) in painted.translate(signs)
    assert "".join(author.split()) in painted.translate(signs)
