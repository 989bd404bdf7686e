"""Replies and notes are written in the composer, sent, held back and kept as drafts."""

from __future__ import annotations

import time

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.tickets import register as intake
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.workers.read_worker import ReadWorker
from small_desk import at
from tui.console_session import open_console
from tui.four_tickets import load_detail, open_as_colleague, open_composer


async def test_a_reply_is_sent_and_the_ticket_moves(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        composer = await open_composer(console, "reply")
        composer.text = "We are looking into it."
        composer.set_next_status(console.workspace.vocabulary.statuses["working"])
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    found = load_detail(url, 1001)
    assert found.messages[-1].body == "We are looking into it."
    assert found.row.status == "working"
    assert found.events[-1].actor == "sam"


async def test_a_note_is_internal(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1002)
        await console.wait_for_ticket(1002)
        composer = await open_composer(console, "note")
        composer.text = "Call the vendor."
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    assert load_detail(url, 1002).messages[-1].kind == "internal"


async def test_a_reply_that_crossed_a_message_is_held_back_once(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        composer = await open_composer(console, "reply")
        composer.text = "Have you tried again?"
        messages.record_customer_message(open_as_colleague(url), 1001, "It works again, thank you!", now=at(61))
        console.clock.advance(90)
        composer.action_send()
        await console.wait_for_text("Held back")
        assert len(load_detail(url, 1001).messages) == 2
        await console.wait_for_text("It works again")
        await console.wait_until(lambda: not console.busy(), "the first try to end")
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    assert [message.body for message in load_detail(url, 1001).messages][-1] == "Have you tried again?"


@pytest.mark.law("C-02")
async def test_what_the_writer_did_just_before_holds_no_reply_back(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ticket pane is slow: the composer answers the ticket as the act has left it, and not as it is in sight."""
    read_rest = ReadWorker._read_rest

    def read_slowly(worker: ReadWorker) -> None:
        time.sleep(0.2)
        read_rest(worker)

    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        monkeypatch.setattr(ReadWorker, "_read_rest", read_slowly)
        await console.run("status", "working")
        composer = await open_composer(console, "reply")
        composer.text = "We are looking into it."
        composer.action_send()
        await console.pilot.pause()
        await console.wait_until(lambda: not console.busy(), "the end of sending")
        assert console.workspace.composer is None, "held back"
    assert load_detail(url, 1001).messages[-1].body == "We are looking into it."


async def test_what_is_typed_ahead_reaches_the_composer(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.run_command("note")
        for key in "ajs":
            console.app.simulate_key(key)
        await console.wait_until(lambda: console.workspace.composer is not None, "the composer")
        assert console.panes.queue.cursor == 0
        assert not isinstance(console.app.screen, Choose)


async def test_an_answer_to_nobody_says_how_it_was_said(url: str) -> None:
    """D-13: by mail it is refused, and stays in the composer; ctrl+o says that it was by phone."""
    number = intake.register(open_as_colleague(url), subject="A sensor is hot", type="question", now=at(50)).number
    async with open_console(url) as console:
        console.workspace.show_ticket(number)
        await console.wait_for_ticket(number)
        composer = await open_composer(console, "reply")
        composer.text = "The operator knows."
        composer.action_send()
        await console.wait_for_notice("has no requester")
        assert len(load_detail(url, number).messages) == 0
        composer.set_channel("phone")
        await console.wait_for_text("by phone, no letter")
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    (message,) = load_detail(url, number).messages
    assert (message.body, message.channel) == ("The operator knows.", "phone")


async def test_the_way_of_an_answer_is_chosen_and_kept_with_its_draft(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        composer.text = "As I said."
        await console.pilot.press("ctrl+o")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the choice of channels")
        await console.pilot.press("down", "enter")
        await console.wait_until(lambda: composer.channel == "phone", "the channel")
        composer.action_keep()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        assert (await open_composer(console, "reply")).channel == "phone"
