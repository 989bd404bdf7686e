"""Files are attached to what is being written, shown, taken off, kept with the draft, sent, and come back (C-22)."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from textual import events

from deskterm.tui.attached_files import list_attached
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.compose import Composer
from deskterm.tui.dialogs.confirm import Confirm
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail, open_composer

pytestmark = pytest.mark.law("C-22")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "my plan.pdf"
    path.write_bytes(b"%PDF the plan")
    return path


def names(composer: Composer) -> list[str]:
    return [file.shown_name for file in list_attached(composer)]


async def type_path(console: ConsoleSession, path: str) -> None:
    await console.pilot.press("ctrl+f")
    await console.wait_for_text("Attach to 10")
    console.app.post_message(events.Paste(path))
    await console.pilot.press("enter")
    await console.wait_until(lambda: not console.busy(), "the file")


async def test_a_file_is_attached_shown_kept_with_the_draft_and_sent(url: str, plan: Path, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("up")
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        composer = await open_composer(console, "reply")
        await console.pilot.press("H", "i")
        await type_path(console, str(plan))
        await console.wait_for_text("with file my plan.pdf 13 B")
        # A draft has its files, in any console of the agent
        composer.action_keep()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        composer = await open_composer(console, "reply")
        assert names(composer) == ["my plan.pdf"]
        await console.wait_for_text("with file my plan.pdf 13 B")
        # With files there, ctrl+f chooses between another one and those that are taken off
        await console.pilot.press("ctrl+f")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the list of files")
        await console.wait_for_text("take off my plan.pdf")
        await console.pilot.press("1")
        await console.wait_for_text("Attach to 1001")
        console.app.post_message(events.Paste(str(tmp_path / "log.txt")))
        await console.pilot.press("enter")
        await console.wait_until(lambda: names(composer) == ["my plan.pdf", "log.txt"], "the second file")
        await console.pilot.press("ctrl+f")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the list of files")
        await console.pilot.press("3")
        await console.wait_until(lambda: names(composer) == ["my plan.pdf"], "the file to be taken off")
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        await console.wait_for_notice("1001 answered with 1 file")
        console.workspace.show_ticket(1001)
        await console.wait_for_text("+ my plan.pdf, 13 B")
        (file,) = load_detail(url, 1001).files
        assert (file.name, file.type, file.kind) == ("my plan.pdf", "application/pdf", "public")
        # Taken back, the words are there again with their file, which the store has
        plan.unlink()
        await console.pilot.press("u")
        await console.wait_until(lambda: console.workspace.composer is not None, "the words")
        again = console.workspace.composer
        assert again is not None
        assert names(again) == ["my plan.pdf"]
        again.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    assert [one.is_undone for one in load_detail(url, 1001).files] == [True, False]


async def test_a_file_that_is_gone_keeps_words_and_composer(url: str, plan: Path) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "note")
        composer.text = "The plan."
        await type_path(console, "/gone/plan.pdf")
        await console.wait_for_notice("There is no file /gone/plan.pdf")
        await type_path(console, str(plan))
        plan.unlink()
        number = composer.number
        composer.action_send()
        await console.wait_for_notice("check the path, or take it off with ctrl+f")
        assert console.workspace.composer is composer
        assert composer.text == "The plan."
    assert not load_detail(url, number).files


async def test_a_path_that_is_dragged_in_is_attached_or_stays_words(url: str, plan: Path) -> None:
    dragged = f"'{plan}' "
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        for key in ("n", "y"):
            console.app.post_message(events.Paste(dragged))
            await console.wait_until(lambda: isinstance(console.app.screen, Confirm), "the question")
            await console.wait_for_text(f"to what you write on {composer.number}?")
            await console.pilot.press(key)
            await console.wait_until(lambda: not console.busy(), "the answer")
        assert (composer.text, names(composer)) == (dragged, ["my plan.pdf"])
        console.app.post_message(events.Paste("/no/such/file"))
        await console.wait_until(lambda: composer.text == f"{dragged}/no/such/file", "the words")


async def test_lines_above_the_letter_in_the_editor_attach_files(
    url: str, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\nsed -i "1s|^|Attach: {plan}\\n\\n|" "$1"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        composer.text = "Dear Kim"
        monkeypatch.setattr(console.app, "suspend", nullcontext)
        await console.pilot.press("ctrl+e")
        await console.wait_until(lambda: names(composer) == ["my plan.pdf"], "the file")
        assert composer.text == "Dear Kim"
