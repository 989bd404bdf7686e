"""The help page: where one is first, and searched (C-16)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widgets import Input

from deskterm.tui.commands.table import BY_NAME, TABLE
from deskterm.tui.dialogs.page import Page
from deskterm.tui.pages.help_page import HERE, format_help
from tui.console_session import open_console


def format_words(words: str) -> str:
    return format_help({}, 90, lambda name: BY_NAME[name].keys, words=words).plain


@pytest.mark.law("C-16")
@settings(max_examples=30)
@given(st.sampled_from(TABLE), st.data())
def test_a_command_is_found_by_each_of_its_words(command, data) -> None:  # type: ignore[no-untyped-def]
    words = data.draw(st.lists(st.sampled_from([*command.help.split(), command.name]), min_size=2, max_size=3))
    text = format_words(" ".join(words).upper())
    assert command.help.split()[0] in text
    assert "No command" not in text


@pytest.mark.law("C-16")
def test_a_key_finds_what_it_does_and_nothing_else() -> None:
    assert "wall" in format_words("W").casefold()
    assert len([line for line in format_words("W").splitlines() if line.startswith("  ") and line[2] != " "]) == 1
    assert "esc" in format_words("esc")
    assert format_words("frobnicate everything").startswith("No command has the words “frobnicate everything”")


@pytest.mark.law("C-16")
def test_what_stands_first_are_commands() -> None:
    for pane, (heading, names) in HERE.items():
        text = format_help({}, 90, lambda name: BY_NAME[name].keys, pane=pane).plain
        assert text.startswith(heading)
        assert all(BY_NAME[name].keys or BY_NAME[name].in_palette for name in names)


@pytest.mark.law("C-16", "C-07")
async def test_the_help_shows_where_one_is_first_and_is_searched(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("question_mark")
        await console.wait_for_text("Here, in the queue")
        await console.pilot.press("slash", *"quotations")
        await console.wait_until(lambda: "Here, in the queue" not in console.screen_text(), "what was found")
        assert ":fold" in console.screen_text()
        await console.pilot.press("enter", "j")
        assert isinstance(console.app.screen, Page)
        assert console.app.screen.query_one(Input).value == "quotations"
        await console.pilot.press("escape")
        await console.wait_for_text("Here, in the queue")
        await console.pilot.press("escape")
        await console.wait_until(lambda: console.app.screen is console.screen, "the desk")
        await console.pilot.press("enter", "question_mark")
        await console.wait_for_text("Here, in the ticket")
        await console.pilot.press("escape")
        await console.pilot.press("r")
        await console.wait_until(lambda: console.workspace.typing_letter, "the composer")
        await console.pilot.press("f1")
        await console.wait_for_text("Here, in the composer")
