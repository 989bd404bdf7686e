"""Keys in their order on a machine that has no time for the console."""

from __future__ import annotations

import asyncio
import time

import pytest
from textual import events

from deskterm.tui.control.key_sequence import COUNT_PATIENCE
from tui.console_session import open_console

STALL = 0.6
"""Seconds for which the machine does other things while a key is on its way."""


@pytest.mark.law("C-02")
async def test_a_key_waits_for_the_one_before_it_however_busy_the_machine_is(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    async with open_console(url) as console:
        queue, on_event = console.panes.queue, console.panes.queue.on_event
        deliver, run = console.app.type_ahead._deliver, console.workspace.run_command

        async def take_long(event: events.Event) -> None:
            if isinstance(event, events.Key):
                time.sleep(STALL)  # all of the console stands still
            await on_event(event)

        async def note_key(event: events.Event, serial: int) -> None:
            order.append(getattr(event, "key", ""))
            await deliver(event, serial)

        def note_command(name: str, argument: str = "") -> None:
            order.append(name)
            run(name, argument)

        monkeypatch.setattr(queue, "on_event", take_long)
        monkeypatch.setattr(console.app.type_ahead, "_deliver", note_key)
        monkeypatch.setattr(console.workspace, "run_command", note_command)
        console.type_burst(*"S2")
        await console.wait_until(lambda: console.workspace.acts.last is not None, "the severity")
    assert order == ["S", "severity", "2"]


@pytest.mark.law("C-02", "C-42")
async def test_a_movement_that_came_in_time_takes_its_count_when_the_console_stood_still(url: str) -> None:
    async with open_console(url) as console:
        console.type_burst("3")
        await console.wait_until(lambda: console.workspace.sequence.pending == "3", "the count")
        time.sleep(STALL)
        # As the driver's thread hands over what it has read
        asyncio.run_coroutine_threadsafe(console.app._post_message(events.Key("G", "G")), asyncio.get_running_loop())
        await console.wait_until(lambda: not console.workspace.sequence.pending, "the movement")
        assert (console.panes.queue.cursor, console.workspace.queue_query.view) == (2, "open")


@pytest.mark.law("C-02", "C-42")
async def test_a_count_waits_for_a_movement_that_is_held_back(url: str) -> None:
    async with open_console(url) as console:
        console.type_burst("3")
        await console.wait_until(lambda: console.workspace.sequence.pending == "3", "the count")
        hold = console.app.type_ahead.make_hold()
        hold.take()
        console.type_burst("G")
        await asyncio.sleep(2 * COUNT_PATIENCE)
        assert console.workspace.sequence.pending == "3"
        hold.drop()
        await console.wait_until(lambda: not console.workspace.sequence.pending, "the movement")
        assert (console.panes.queue.cursor, console.workspace.queue_query.view) == (2, "open")


async def test_a_key_that_still_bubbles_when_the_last_screen_has_gone_does_not_end_the_console(url: str) -> None:
    async with open_console(url) as console:
        key = events.Key("j", "j")
        key._set_forwarded()
        console.app._screen_stacks[console.app._current_mode].clear()
        await console.app.on_event(key)
