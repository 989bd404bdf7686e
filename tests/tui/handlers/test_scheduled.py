"""A reply is sent later from the composer, and listed, changed, sent and called off from its list (C-20)."""

from __future__ import annotations

import pytest

from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import ScheduledReply, load_scheduled_replies
from deskterm.tui.dialogs.choose import Choose
from small_desk import at
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail, open_composer

pytestmark = pytest.mark.law("C-20")


def load(url: str) -> list[ScheduledReply]:
    with open_reader(url) as reader:
        return load_scheduled_replies(reader)


async def choose(console: ConsoleSession, title: str, *keys: str) -> None:
    """Wait for a dialog with this title, and press keys in it."""
    await console.wait_until(lambda: isinstance(console.app.screen, Choose), title)
    await console.wait_for_text(title)
    await console.pilot.press(*keys)


async def wait_for_end(console: ConsoleSession) -> None:
    await console.wait_until(lambda: not console.busy(), "the end of the command")


async def test_a_reply_is_sent_later_changed_and_sent_by_the_automation(url: str) -> None:
    async with open_console(url) as console:
        await open_composer(console, "reply")
        await console.pilot.press(*"It is back.", "ctrl+l")
        await choose(console, "Send the reply to 1001", "enter")
        await console.wait_for_notice("1001: the reply is sent Tue 24 Nov 2026 08:00 GMT")
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        assert load(url)[0].due == int(at(23 * 60).timestamp())
        assert load_detail(url, 1001).messages[-1].body == "Words of matter 0"
        await console.pilot.press("g", "o")
        await choose(console, "Replies that are sent later", "enter")
        await choose(console, "Reply to 1001 by sam", "3")
        await console.wait_until(lambda: console.workspace.composer is not None, "the composer")
        await wait_for_end(console)
        assert load(url) == []
        assert console.workspace.composer is not None
        assert console.workspace.composer.text == "It is back."
        await console.pilot.press(*" Really.", "ctrl+l")
        await choose(console, "Send the reply to 1001", "2")
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        await wait_for_end(console)
        (waiting,) = load(url)
        assert (waiting.body, waiting.due) == ("It is back. Really.", int(at(120).timestamp()))
        await console.wait_for_text("u undo: scheduled reply to 1001")
        await console.pilot.press("g", "o")
        await choose(console, "Replies that are sent later", "enter")
        await choose(console, "Reply to 1001 by sam", "1")
        await console.wait_for_notice("1001 answered")
    assert load_detail(url, 1001).messages[-1].body == "It is back. Really."
    assert load(url) == []


async def test_a_scheduled_reply_is_undone_into_the_composer(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        await console.pilot.press(*"Soon")
        composer.set_channel("phone")
        await console.pilot.press("ctrl+l")
        await console.wait_for_notice("Only a letter is sent later")
        composer.set_channel("email")
        await wait_for_end(console)
        await console.pilot.press("ctrl+l")
        await choose(console, "Send the reply to 1001", "2")
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        await wait_for_end(console)
        await console.pilot.press("u")
        await console.wait_for_notice("Undone: the reply to 1001 is no longer scheduled")
        await console.wait_until(lambda: console.workspace.composer is not None, "the composer")
        assert console.workspace.composer is not None
        assert console.workspace.composer.text == "Soon"
    assert load(url) == []
