"""Questions with words of procedures and customers in them."""

from __future__ import annotations

from pathlib import Path

from deskterm.tui.handlers.questions import format_question
from deskterm.tui.target import Target
from tui.console_session import open_console
from tui.four_tickets import create_desk_of_four_tickets
from tui.support.hostile_text import OWN, find_control_characters


def test_braces_in_the_words_of_a_procedure_are_only_words() -> None:
    words = "{} and {ladder} and {0.__class__} and {"
    assert (
        format_question(f"Reason to escalate {{}} to {words}", Target()) == f"Reason to escalate 0 tickets to {words}"
    )


async def test_a_question_shows_no_control_characters_of_the_words_in_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    create_desk_of_four_tickets(url)
    async with open_console(url) as console:
        for text in (one for one in OWN if one and len(one) < 100):
            question = f"Marked {text} How?"
            console.app.run_worker(console.workspace.ask(question))
            await console.wait_for_text("Marked")
            assert find_control_characters(console.screen_text().replace("\n", "")) == []
            await console.pilot.press("escape")
            await console.wait_until(lambda: "Marked" not in console.screen_text(), "the end of the question")
