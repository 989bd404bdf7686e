"""Keys in their order on a machine that has no time for the console."""

from __future__ import annotations

import time

import pytest
from textual import events

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
        for key in "S2":
            console.app.post_message(events.Key(key, key))
        await console.wait_until(lambda: console.workspace.acts.last is not None, "the severity")
    assert order == ["S", "severity", "2"]
