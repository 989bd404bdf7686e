"""Painting waits with its frame: a burst of keys is painted a few times, and its end is painted whole (C-44)."""

from __future__ import annotations

import pytest
from textual import events
from textual._compositor import Compositor

from tui.console_session import ConsoleSession, open_console

KEYS = "jk" * 30


def type_at_once(console: ConsoleSession, keys: str) -> None:
    for key in keys:
        console.app.post_message(events.Key(key, key))


async def settle(console: ConsoleSession) -> None:
    """Wait until no key is under way and nothing waits to be painted."""
    app = console.app
    await console.wait_until(lambda: not app.type_ahead.waiting and not app.type_ahead._rounds, "the last key")
    await console.wait_until(lambda: not app._unpainted and not app._frames.is_held, "the last frame")
    await console.pilot.pause()


@pytest.mark.law("C-44")
async def test_a_burst_is_painted_less_often_than_it_has_keys(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    painted = 0
    render_update = Compositor.render_update

    def count(compositor: Compositor, *args: object, **named: object) -> object:
        nonlocal painted
        painted += 1
        return render_update(compositor, *args, **named)  # type: ignore[arg-type]

    async with open_console(url) as console:
        monkeypatch.setattr(Compositor, "render_update", count)
        type_at_once(console, KEYS)
        await settle(console)
        assert 0 < painted < len(KEYS) / 2
        monkeypatch.undo()
        # What was held back has been painted: nothing is left over, on the desk and under a dialog
        for keys in ("j", "t"):
            type_at_once(console, keys)
            await settle(console)
            assert not any(screen._compositor._dirty_regions for screen in console.app.screen_stack[-1:])


@pytest.mark.law("C-44")
async def test_what_changes_while_a_frame_is_held_back_is_painted_too(url: str) -> None:
    async with open_console(url) as console:
        app, screen, panes = console.app, console.screen, console.panes
        await settle(console)
        app._frames.hold("key")
        panes.queue.refresh()
        await console.wait_until(lambda: screen in app._unpainted, "a screen that waits")
        panes.clocks.refresh()
        await console.wait_until(lambda: panes.clocks in screen._dirty_widgets or not app._unpainted, "the other pane")
        app._frames.release("key")
        await settle(console)
        assert not panes.clocks._repaint_regions
        assert not screen._compositor._dirty_regions
