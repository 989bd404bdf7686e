"""Templates in the composer and in the queue: found by words, filled in, and never sent with a gap (C-21)."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.templates.definitions import ReplyTemplate
from deskterm.desk.templates.library import apply_library
from deskterm.store.db.engine import open_store
from deskterm.tui.dialogs.find_text import FindText
from small_desk import at
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail, open_composer

pytestmark = pytest.mark.law("C-21")

ASK = ReplyTemplate(
    key="ask",
    label="Ask for the version",
    body="Hello {requester},\n{product}: {cursor}\nBy {due}.",
    words=("release",),
)
THANKS = ReplyTemplate(key="bye", label="Say goodbye", body="See you, {first_name}", statuses=("solved",))
NOTED = ReplyTemplate(key="seen", label="Seen by me", body="Seen by {agent}", use=("note",))


@pytest.fixture
def templates_url(url: str) -> str:
    """The desk of four tickets, with templates."""
    ann = open_desk(open_store(url), "ann")
    apply_library(ann, [ASK, THANKS, NOTED], now=at(5))
    ann.store.close()
    return url


async def open_picker(console: ConsoleSession, title: str) -> FindText:
    await console.wait_until(lambda: isinstance(console.app.screen, FindText), "the list of templates")
    await console.wait_for_text(title)
    picker = console.app.screen
    assert isinstance(picker, FindText)
    return picker


async def test_a_template_is_found_by_its_words_and_inserted_at_the_cursor(templates_url: str) -> None:
    async with open_console(templates_url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        composer = await open_composer(console, "reply")
        composer.text = "Before  after"
        composer.resume((0, 7), None)
        await console.pilot.press("ctrl+g", *"relea")
        await open_picker(console, "Template for 1001")
        await console.wait_for_text("Hello Kim Novak,")  # the preview
        await console.pilot.press("enter")
        await console.wait_until(lambda: "Hello" in composer.text, "the template")
        assert composer.text == "Before Hello Kim Novak,\n‹product?›: \nBy ‹due?›. after"
        await console.wait_for_notice("2 gaps to fill in before it is sent: ‹product?›, ‹due?›")
        await console.wait_until(lambda: not console.busy(), "the end of the insertion")
        await console.pilot.press("h", "i")
        assert composer.text.splitlines()[1] == "‹product?›: hi"
        # What is missing is asked for before it is sent, and called off it is not sent
        composer.action_send()
        await console.wait_for_text("1001 has no value for the product. What should it be?")
        await console.pilot.press("escape")
        await console.wait_for_notice("Not sent: ‹product?› has still to be filled in.")
        await console.wait_until(lambda: not console.busy(), "the end of the first try")
        assert console.workspace.composer is composer
        await console.pilot.press("ctrl+s", *"Larch", "enter", *"noon", "enter")
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    body = load_detail(templates_url, 1001).messages[-1].body
    assert body == "Before Hello Kim Novak,\nLarch: hi\nBy noon. after"


async def test_a_reply_or_a_note_is_opened_with_a_template_from_the_queue(templates_url: str) -> None:
    async with open_console(templates_url) as console:
        await console.run("template", "ask")
        composer = console.workspace.composer
        assert composer is not None
        first = composer.number
        assert (composer.kind, composer.cursor) == ("reply", (1, 12))
        await console.pilot.press("x", "escape")
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        # The draft is gone on with, and the template is put behind it
        await console.run("template", "seen")
        composer = console.workspace.composer
        assert composer is not None
        assert (composer.kind, composer.text) == ("note", "Seen by Sam")
        await console.pilot.press("escape")
        await console.wait_until(lambda: console.workspace.composer is None, "the note to close")
        await console.pilot.press("i")
        picker = await open_picker(console, f"Template for {first}")
        # Those that are for another status come last
        assert [choice.label for choice in picker._list.choices] == [
            "Ask for the version",
            "Seen by me",
            "Say goodbye",
        ]
        await console.pilot.press("escape")
        await console.wait_until(lambda: not console.busy(), "the end of the command")
        console.workspace.run_command("template", "asq")
        await console.wait_for_notice("There is no template 'asq'; did you mean \"ask\"?")


async def test_without_templates_a_sentence_says_how_they_come(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.run_command("template")
        await console.wait_for_notice("There are no templates for this yet: an admin puts them in")
        console.workspace.run_command("macro")
        await console.wait_for_notice("There are no macros yet. Do by hand what is to be done, then :macro save NAME")
