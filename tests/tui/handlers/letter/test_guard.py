"""What speaks against a letter is shown in one dialog before it goes out; a key overrules each point (C-23)."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.templates.definitions import Macro
from deskterm.desk.templates.library import apply_library
from deskterm.desk.tickets.register import register
from deskterm.store.db.engine import open_store
from deskterm.tui.dialogs.guard import Guard
from small_desk import at
from tui.console_session import open_console
from tui.four_tickets import load_detail, open_as_colleague, open_composer

pytestmark = pytest.mark.law("C-23")


async def test_points_are_overruled_one_by_one_or_together_and_not_asked_twice(url: str) -> None:
    desk = open_as_colleague(url)
    register(desk, subject="Other", type="question", requester="Ines Calder", email="ines@elm.example", now=at(20))
    number = register(desk, subject="Hot", type="fault", severity="high", requester="Bo Hill", now=at(30)).number
    desk.store.close()
    async with open_console(url) as console:
        console.workspace.show_ticket(number)
        await console.wait_for_ticket(number)
        composer = await open_composer(console, "reply")
        composer.text = "Dear Ines,\nthe plan is attached."
        await console.pilot.press("ctrl+s")
        await console.wait_until(lambda: isinstance(console.app.screen, Guard), "the guard")
        await console.wait_for_text(f"Before it goes out · {number}")
        for words in ("Bo Hill has no e-mail address", "It names Ines", "is attached"):
            await console.wait_for_text(words)
        # Back to the text: nothing was sent, and nothing is lost
        await console.pilot.press("1", "escape")
        await console.wait_until(lambda: not console.busy(), "the end")
        assert console.workspace.composer is composer
        assert not load_detail(url, number).messages
        await console.pilot.press("ctrl+s")
        await console.wait_until(lambda: isinstance(console.app.screen, Guard), "the guard again")
        await console.pilot.press("1", "2", "3")
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        # It waits for an address, so nothing leaves in ten seconds
        await console.wait_for_notice("so the letter waits")
        assert not [one for one in console.app._notifications if "leaves in" in one.message]
        (message,) = load_detail(url, number).messages
        clocks = {clock.metric: clock.state for clock in load_detail(url, number).clocks}
        assert (message.body, clocks["response"]) == ("Dear Ines,\nthe plan is attached.", "running")
        # With nothing against it, nothing is asked; a note is for colleagues, whatever it says
        await open_composer(console, "note")
        note = console.workspace.composer
        assert note is not None
        note.text = "Ines Calder has the plan attached."
        note.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the note to be written")


async def test_the_replies_of_a_macro_on_several_tickets_are_shown_before_any_is_sent(url: str) -> None:
    ann = open_desk(open_store(url), "ann")
    apply_library(ann, [Macro(key="ask", label="Ask", reply="{first_name}, see the attached plan.")], now=at(5))
    ann.store.close()
    async with open_console(url) as console:
        await console.run("mark-all")
        for keys, replies in (("escape", 0), ("s", 1)):
            console.workspace.run_command("macro", "ask")
            await console.wait_until(lambda: isinstance(console.app.screen, Guard), "the guard")
            await console.wait_for_text("Before it goes out · 4 tickets")
            await console.wait_for_text("1 It says “see the attached”, and no file goes with it")
            await console.pilot.press(keys)
            await console.wait_until(lambda: not console.busy(), "the end")
            assert [len(load_detail(url, number).messages) - 1 for number in (1001, 1003)] == [replies] * 2


@pytest.mark.law("C-05")
async def test_a_message_to_all_of_an_incident_is_held_back_and_its_words_are_kept(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        console.workspace.run_command("announce")
        await console.wait_for_text("Message to everyone affected by 1001")
        await console.pilot.press(*"See the attachment", "enter")
        await console.wait_until(lambda: isinstance(console.app.screen, Guard), "the guard")
        await console.pilot.press("escape")
        await console.wait_for_notice("Not sent")
        assert len(load_detail(url, 1001).messages) == 1
        await console.pilot.press("colon", "up")
        await console.wait_for_text("announce See the attachment")
        await console.pilot.press("enter")
        await console.wait_until(lambda: isinstance(console.app.screen, Guard), "the guard again")
        await console.pilot.press("1")
        await console.wait_until(lambda: len(load_detail(url, 1001).messages) == 2, "the message")


async def test_one_key_sends_in_spite_of_all_of_it(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        composer = await open_composer(console, "reply")
        composer.text = "See the attachment."
        await console.pilot.press("ctrl+s", "s")
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    assert load_detail(url, 1001).messages[-1].body == "See the attachment."
