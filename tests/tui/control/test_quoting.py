"""Quotations in replies, and the conversation below a letter in an editor (C-20)."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.present.models import TimelineEntry, Voice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.control.quoting import CUT_LINE, add_conversation, cut_conversation, find_words_below, quote_last
from tui.console_session import open_console
from tui.four_tickets import open_composer

NOW = 1_800_000_000

texts = st.text(max_size=60).map(lambda text: sanitize(text, multiline=True))
entries = st.builds(
    lambda voice, text: TimelineEntry(1, NOW, voice, Safe("Kim Lee"), Safe("email"), text),
    st.sampled_from(Voice.__args__),  # type: ignore[attr-defined]
    texts,
)

pytestmark = pytest.mark.law("C-20")


@given(texts, st.lists(entries, max_size=5))
def test_what_is_above_the_cut_line_comes_back_as_it_was(text: Safe, timeline: list[TimelineEntry]) -> None:
    shown = sanitize(add_conversation(text, timeline, NOW, UTC).rstrip(), multiline=True)
    assert cut_conversation(shown).split() == text.split()


@given(st.lists(entries, max_size=5))
def test_a_quotation_is_of_the_requesters_last_words(timeline: list[TimelineEntry]) -> None:
    said = [entry.text for entry in timeline if entry.voice == "requester" and entry.text.strip()]
    quotation = quote_last(timeline, NOW, UTC)
    assert bool(quotation) == bool(said)
    lines = quotation.splitlines()[1:]
    assert all(line.startswith(">") for line in lines)
    assert not said or [line[1:].strip() for line in lines] == [line.strip() for line in said[-1].strip().splitlines()]


def test_a_conversation_is_not_sent_when_its_line_was_taken_away() -> None:
    entry = TimelineEntry(1, NOW, "internal", Safe("Sam"), Safe(""), Safe("They pay late."))
    shown = add_conversation("Hello", [entry], NOW, UTC).replace(CUT_LINE, "")
    assert cut_conversation(sanitize(shown, multiline=True)) == "Hello"


@given(texts, st.lists(entries, max_size=5), st.booleans(), st.lists(st.sampled_from(["Yes.", "Sam", "ünd so"])))
def test_words_below_the_cut_line_are_found_and_the_conversation_is_not_taken_for_some(
    text: Safe, timeline: list[TimelineEntry], at_end: bool, written: list[str]
) -> None:
    timeline = [TimelineEntry(1, NOW, "internal", Safe("Sam"), Safe(""), Safe("They pay late.")), *timeline]
    shown = add_conversation(text, timeline, NOW, UTC)
    head, cut, below = shown.partition(CUT_LINE)
    mark = "They pay late."
    edited = (
        shown + "\n".join(written) if at_end else f"{head}{cut}{below.replace(mark, chr(10).join([mark, *written]))}"
    )
    assert find_words_below(shown, sanitize(edited.rstrip(), multiline=True)) == written


def test_a_conversation_whose_lines_were_broken_anew_is_not_taken_for_words() -> None:
    long = "They have not paid since May and their lawyer has written to us twice about it by now."
    shown = add_conversation("Hello", [TimelineEntry(1, NOW, "internal", Safe("Sam"), Safe(""), Safe(long))], NOW, UTC)
    edited = shown.replace("twice about it", "twice\nabout it") + "\nI agree."
    assert find_words_below(shown, sanitize(edited, multiline=True)) == ["I agree."]


async def test_the_editor_shows_the_conversation_and_only_the_letter_comes_back(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\ncp "$1" {seen}\nsed -i "1s/.*/Dear Kim/" "$1"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        composer.text = "Dear"
        monkeypatch.setattr(console.app, "suspend", nullcontext)  # a test has no terminal to lend
        await console.pilot.press("ctrl+e")
        await console.wait_until(lambda: composer.text == "Dear Kim", "the letter")
    assert CUT_LINE in seen.read_text()
    assert "Words of matter" in seen.read_text()


@pytest.mark.law("C-05", "C-20")
async def test_words_below_the_cut_line_and_of_a_failing_editor_stand_in_the_letter(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "Below everything" >> "$1"\nexit 3\n')
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        composer.text = "Dear Kim"
        monkeypatch.setattr(console.app, "suspend", nullcontext)  # a test has no terminal to lend
        await console.pilot.press("ctrl+e")
        await console.wait_until(lambda: composer.text == "Dear Kim\n\nBelow everything", "the letter")
        await console.wait_for_notice("1 line written below the cut line")
        await console.wait_for_notice("ended with an error")
        await console.pilot.press("ctrl+underscore")
        await console.wait_until(lambda: composer.text == "Dear Kim", "the words before")
        # A file that is empty, as on a full disk, is no letter; and what names no file is words
        editor.write_text('#!/bin/sh\n: > "$1"\n')
        await console.pilot.press("ctrl+e")
        await console.wait_for_notice("The editor left an empty letter")
        assert composer.text == "Dear Kim"
        editor.write_text('#!/bin/sh\nsed -i "1s/^/Attach: see below\\n/" "$1"\n')
        await console.pilot.press("ctrl+e")
        await console.wait_for_notice("There is no file see below")
        assert composer.text == "Attach: see below\n\nDear Kim"


async def test_a_key_quotes_where_the_cursor_is(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        await console.pilot.press("ctrl+r")
        await console.wait_until(lambda: "> Words of matter" in composer.text, "the quotation")


async def test_a_note_says_that_only_colleagues_read_it(url: str) -> None:
    async with open_console(url) as console:
        await open_composer(console, "note")
        await console.wait_for_text("INTERNAL NOTE")
