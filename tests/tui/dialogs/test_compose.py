"""Public and internal are never taken for each other, and a letter is sent with the status that follows (C-20)."""

from __future__ import annotations

import pytest
from textual import events

from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.compose import Kind
from deskterm.tui.terminal.escapes import EscapeParser
from deskterm.tui.themes import THEMES
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail, open_composer
from tui.support.hostile_text import OWN, find_control_characters

pytestmark = pytest.mark.law("C-20")


async def look(console: ConsoleSession, kind: str) -> tuple[str, str, str]:
    """Return the words, the corner and the colour of the border of a composer, and leave it."""
    composer = await open_composer(console, kind)
    await console.pilot.pause()
    words = f"{composer.border_title} {composer.border_subtitle}"
    style, colour = composer.styles.border_top
    composer.action_keep()
    await console.wait_until(lambda: console.workspace.composer is None and not console.busy(), "the end")
    return words, style, colour.hex


async def test_a_reply_and_a_note_differ_in_word_border_and_colour_in_every_theme(url: str) -> None:
    async with open_console(url) as console:
        for theme in THEMES:
            await console.run("theme", theme)
            public, internal = await look(console, "reply"), await look(console, "note")
            assert public[0] == "PUBLIC · Reply to Kim Novak · 1001 Kim Novak reads this"
            assert internal[0] == "INTERNAL NOTE · 1001 Only colleagues read this, never Kim Novak"
            assert public[1] != internal[1], "the border without colours"
            assert public[2] != internal[2], theme


async def test_everybody_who_gets_the_letter_is_named(url: str) -> None:
    """Somebody on CC read what the composer said was for the requester alone."""
    async with open_console(url) as console:
        for name in ("Lee Moss", "Max", "Noa", "Ola", "Pia"):
            await console.run("join", f"{name} <{name[:3].lower()}@larch.example>")
            if name == "Max":
                public, internal = await look(console, "reply"), await look(console, "note")
                assert public[0].endswith("1001 Kim Novak, Lee Moss and Max read this")
                assert internal[0].endswith("Only colleagues read this, never Kim Novak")
        assert (await look(console, "reply"))[0].endswith("1001 Kim Novak, Lee Moss, Max, Noa and 2 others read this")
        composer = await open_composer(console, "reply")
        composer.set_channel("phone")
        assert str(composer.border_subtitle) == "Kim Novak reads this"
        composer.set_channel("email")
        assert "Lee Moss" in str(composer.border_subtitle)


async def test_without_colour_words_and_border_are_left(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_console(url) as console:
        await open_composer(console, "note")
        await console.wait_for_text("╔═ INTERNAL NOTE · 1001")
        await console.run("reply")
        await console.wait_for_text("╭─ PUBLIC · Reply to Kim Novak · 1001")


@pytest.mark.law("C-05", "C-22")
async def test_what_is_pasted_does_nothing_to_the_terminal(url: str) -> None:
    hostile = "Dear Kim,\x1b]0;owned\x07 \x9b31m\u202eabc\u200b\x7f\x01\x08\r\n" + "\r".join(OWN)
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        console.app.post_message(events.Paste(hostile))
        await console.wait_until(lambda: bool(composer.text), "the words")
        await console.pilot.pause()
        assert composer.text.startswith("Dear Kim, ")
        shown = composer.text + console.screen_text()
        assert find_control_characters(shown.replace("\n", "").replace("\t", "")) == []


async def test_one_key_and_enter_send_with_the_likeliest_status(url: str) -> None:
    async with open_console(url) as console:
        await console.run("status", "working")
        await open_composer(console, "reply")
        await console.pilot.press(*"Which model?", "ctrl+t")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the choice")
        await console.wait_for_text("Send, and move 1001 to")
        await console.pilot.press("enter")
        await console.wait_until(lambda: console.workspace.composer is None, "the letter to be sent")
    found = load_detail(url, 1001)
    assert (found.row.status, found.messages[-1].body) == ("waiting", "Which model?")


@pytest.mark.law("C-24")
async def test_a_key_that_does_nothing_here_says_why(url: str) -> None:
    async with open_console(url) as console:
        answers: list[tuple[Kind, dict[str, str]]] = [
            ("note", {"ctrl+l": "sent to nobody", "ctrl+t": "moves no ticket", "ctrl+o": "goes nowhere"}),
            ("resolve", {"ctrl+l": "only replies are sent later"}),
        ]
        for kind, keys in answers:
            await console.workspace.write(kind, 1001)
            for key, words in keys.items():
                await console.pilot.press(key)
                await console.wait_for_notice(words)
            await console.pilot.press("escape")
            await console.wait_until(lambda: console.workspace.composer is None, "the end")


async def test_a_mention_is_completed_by_tab_and_tab_leads_on_otherwise(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "note")
        await console.pilot.press(*"Ask @k")
        await console.wait_for_text("tab kim (Kim)")
        await console.pilot.press("tab", *"or @le", "tab", *"!")
        await console.wait_until(lambda: composer.text == "Ask @kim or @lea !", "the names")
        await console.pilot.press("enter", *"a@le")
        await console.pilot.pause()
        assert "tab lea" not in console.screen_text(), "an address mentions nobody"
        await console.pilot.press("tab")
        await console.wait_until(lambda: console.workspace.pane != "conversation", "the next pane")


@pytest.mark.law("C-05", "C-07")
async def test_alt_and_enter_neither_leave_the_letter_nor_send_it(url: str) -> None:
    parser = EscapeParser()
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        # As terminals send it; escape and enter, typed by hand over a slow line, are the same
        for key in parser.feed("Hello\x1b\rthere"):
            console.app.post_message(key)
        await console.wait_for_notice("To send, press ctrl+s")
        await console.wait_until(lambda: composer.text.endswith("there"), "the words")
        assert composer.text == "Hello\nthere"
        assert console.workspace.composer is composer
        for key in parser.feed("\x1bj"):
            console.app.post_message(key)
        await console.wait_until(lambda: console.workspace.composer is None, "the end of the letter")
