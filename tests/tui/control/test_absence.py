"""A console whose server stops answering: it stays at work, says so, keeps the words, and goes on by itself (D-42)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deskterm.desk.tickets.register import register
from deskterm.store.db import server_connection
from small_desk import at, small_desk
from store.db.stalling_proxy import require_socket, stalling_proxy
from tui.console_session import ConsoleSession, open_console


@asynccontextmanager
async def watch_loop() -> AsyncIterator[list[float]]:
    """Note the longest time, in seconds, for which the event loop did nothing else."""
    longest = [0.0]

    async def watch() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.02)
            longest[0] = max(longest[0], time.monotonic() - before)

    task = asyncio.create_task(watch())
    yield longest
    task.cancel()


def is_said(console: ConsoleSession) -> bool:
    return "no answer from the desk since 10:00" in console.screen_text().splitlines()[0]


@pytest.mark.first
@pytest.mark.law("C-02", "C-05")
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
async def test_a_console_stays_at_work_while_the_server_is_stalled_and_goes_on_when_it_is_back(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_connection, "SILENCE", 0.4)
    monkeypatch.setattr(server_connection, "PROBE_TIMEOUT", 2)
    monkeypatch.setitem(server_connection.NETWORK_SETTINGS, "connect_timeout", "2")
    desk = small_desk(require_socket(store_url))
    for minute in range(3):
        register(desk, subject=f"Printer {minute}", type="fault", body="It hums.", requester="Kim",
                 email="kim@larch.example", now=at(minute))  # fmt: skip
    desk.store.close()
    with stalling_proxy(store_url) as proxy:
        async with open_console(proxy.url) as console, watch_loop() as longest:
            await console.pilot.press("r", *"Hello")
            proxy.is_stalled.set()
            longest[0] = 0
            await console.pilot.press("ctrl+s")
            await console.wait_for_notice("cannot be reached")
            composer = console.workspace.composer
            assert composer is not None
            assert composer.text == "Hello"
            await console.pilot.press("escape")
            # A filter that overtakes a search asks the server to end that, which does not answer this either
            console.workspace.refresh_lists()
            await console.wait_until(lambda: is_said(console), "the sentence of the first line")
            for _ in range(2):
                console.workspace.refresh_lists()
                await console.pilot.pause(0.1)
            await console.pilot.press("j", "r", *"es")
            await console.wait_for_notice("The 2 keys typed behind it went nowhere.")
            assert "Reason to escalate" not in console.screen_text(), "keys of a letter became commands"
            assert longest[0] < 1.5, "the event loop waited for the server"
            proxy.is_stalled.clear()
            await console.wait_for_notice("The desk answers again.")
            assert not is_said(console)
            await console.pilot.press("k", "r")
            await console.wait_until(lambda: console.workspace.composer is not None, "the composer")
            assert console.workspace.composer is not None
            assert console.workspace.composer.text == "Hello"
            await console.pilot.press("ctrl+s")
            await console.wait_for_notice("1001 answered")
            proxy.is_stalled.set()
            console.workspace.refresh_lists()  # leaving ends a read that is under way


@pytest.mark.law("C-05", "C-45")
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
async def test_a_server_that_has_stopped_is_said_in_words_of_the_console_and_the_letter_stays(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server_connection.NETWORK_SETTINGS, "connect_timeout", "2")
    desk = small_desk(require_socket(store_url))
    register(desk, subject="Printer", type="fault", requester="Kim", email="kim@larch.example", now=at(0))
    desk.store.close()
    with stalling_proxy(store_url) as proxy:
        async with open_console(proxy.url) as console:
            await console.pilot.press("r", *"Hello")
            proxy.close()
            await console.pilot.press("ctrl+s")
            await console.wait_for_notice("The database cannot be reached. What you typed stays here")
            assert not any("127.0.0.1" in notice.message for notice in console.app._notifications)
            composer = console.workspace.composer
            assert composer is not None
            assert composer.text == "Hello"
