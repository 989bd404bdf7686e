"""Words that a command asked for are kept like those of a line after `:`, whatever becomes of the command (C-05)."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input

from deskterm.store.db.reader import open_reader
from deskterm.store.personal.drafts import load_drafts
from deskterm.tui.dialogs.choose import Choose
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail

pytestmark = pytest.mark.law("C-05")


def load_texts(url: str) -> list[str]:
    with open_reader(url) as reader:
        return [draft.text for draft in load_drafts(reader, "sam")]


async def type_answer(console: ConsoleSession, words: str) -> None:
    console.workspace.run_command("reopen")
    await console.wait_for_text("1001")
    await console.wait_until(lambda: console.workspace.prompts.is_open, "the question")
    await console.pilot.press(*words)


async def test_an_answer_is_kept_while_it_is_typed_when_it_is_left_and_when_it_is_refused(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        await type_answer(console, "It smokes again")
        await console.wait_until(lambda: load_texts(url) == ["reopen It smokes again"], "the words in the store")
        await console.pilot.press("escape")
        await console.wait_until(lambda: not console.busy(), "the end")
        assert [line.text for line in console.workspace.drafts.lines()] == ["reopen It smokes again"]
        # The ticket is open, so that it cannot be reopened
        await type_answer(console, "It burns")
        await console.pilot.press("enter")
        await console.wait_until(lambda: not console.busy(), "the refusal")
        assert next(line.text for line in console.workspace.drafts.lines()) == "reopen It burns"
        await console.wait_until(lambda: "reopen It burns" in load_texts(url), "the words in the store")


async def test_an_answer_that_was_given_leaves_no_draft(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        console.workspace.run_command("subject")
        await console.wait_until(lambda: console.workspace.prompts.is_open, "the question")
        for paste in ("Smoke\r\n", "here\nand there"):
            console.app.post_message(events.Paste(paste))
        await console.wait_for_text("here and there")
        await console.pilot.press("enter")
        await console.wait_until(lambda: "Smokehere and there" in load_detail(url, 1001).row.subject, "the subject")
        await console.wait_until(lambda: not console.busy(), "the end")
        assert (list(console.workspace.drafts.lines()), load_texts(url)) == ([], [])


async def test_an_answer_that_was_chosen_stands_in_the_line_as_the_command_wants_it(url: str) -> None:
    async with open_console(url) as console:
        workspace, kept = console.workspace, []
        workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        for command, choice in (("confirm-severity", "high"), ("settle", "high"), ("transfer", "team second")):
            workspace.run_command(command)
            await console.wait_until(
                lambda: isinstance(console.app.screen, Choose) and not console.app.type_ahead.holds, "the choices"
            )
            console.app.screen.dismiss(choice)
            await console.wait_until(lambda: isinstance(console.app.focused, Input), "the question")
            await console.pilot.press(*"Why, then", "escape")
            await console.wait_until(lambda: not console.busy(), "the end")
            kept.append(next(line.text for line in workspace.drafts.lines()))
    assert kept == ["confirm-severity high Why, then", "settle high Why, then", "transfer team second, Why, then"]
