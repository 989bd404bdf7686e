"""What counts down is written past the compositor, in the letters and colours that it would give (C-44)."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from textual.strip import Strip
from textual.widget import Widget

from deskterm.tui.terminal.painter import _split
from deskterm.tui.terminal.ticks import Part, is_settled, place_parts
from tui.console_session import ConsoleSession, open_console


def split(strip: Strip) -> list[tuple[str, object]]:
    return [(text, look) for text, look in _split(strip, ColorSystem.TRUECOLOR)]


async def tick(console: ConsoleSession, seconds: int) -> list[tuple[int, int, Strip]]:
    """Let time pass; return what is written without the compositor."""
    written: list[tuple[int, int, Strip]] = []

    def paint(widget: Widget, parts: list[Part]) -> bool:
        written.extend(place_parts(widget, parts))
        return True

    console.app.paint_parts = paint  # type: ignore[method-assign,assignment]
    console.clock.advance(seconds)
    console.screen.tick()
    return written


@pytest.mark.law("C-44")
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (180, 50)])
async def test_a_second_is_painted_as_the_compositor_would(url: str, size: tuple[int, int]) -> None:
    async with open_console(url, size=size, minutes=20) as console:
        await console.pilot.press("space", "j")
        await console.pilot.pause(0.1)
        assert is_settled(console.app, console.screen)
        written = await tick(console, 2)
        assert len(written) >= 2
        # What comes by the compositor later is rendered anew, and the same
        console.screen.refresh(layout=True)
        await console.pilot.pause(0.2)
        rows = console.screen._compositor.render_strips()
        for x, y, strip in written:
            cells = split(strip)
            assert cells == split(rows[y])[x : x + len(cells)]


@pytest.mark.law("C-44")
async def test_nothing_is_written_under_what_lies_over_the_desk(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.notify("A notice.")
        await console.wait_for_notice("A notice.")
        assert not is_settled(console.app, console.screen)
        console.app.clear_notifications()
        await console.pilot.press("question_mark")
        await console.wait_until(lambda: len(console.app.screen_stack) == 2, "the help")
        assert not is_settled(console.app, console.screen)
