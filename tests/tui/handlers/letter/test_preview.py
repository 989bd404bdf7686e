"""The letter that is being written is shown as its recipients will read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.console_session import open_console
from tui.four_tickets import load_detail, open_composer

MAIL_FILE = """
[account.main]
smtp = {host = "127.0.0.1", port = 9, tls = "none"}
[identity.default]
from = "Example Support <support@desk.example>"
account = "main"
signature = "{agent}"
"""


@pytest.mark.rule("M-54")
async def test_a_key_shows_the_letter_with_what_stands_around_the_words(url: str, tmp_path: Path) -> None:
    (tmp_path / "mail.toml").write_text(MAIL_FILE)
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        number = composer.number
        composer.text = "Use the extinguisher."
        await console.pilot.press("ctrl+n")
        await console.wait_for_text(f"The letter · {number}")
        for words in (
            "Example Support <support@desk.example>",
            "Kim Novak <kim@larch.example>",
            "extinguisher.",
            "-- ",
        ):
            await console.wait_for_text(words)
        await console.pilot.press("escape")
        await console.wait_until(lambda: len(console.app.screen_stack) == 1, "the page to close")
        # The words are still being written, and nobody has had them
        assert console.workspace.composer is composer
        assert composer.text == "Use the extinguisher."
        assert [message.author for message in load_detail(url, number).messages] == ["Kim Novak"]


async def test_a_note_and_an_answer_by_phone_are_no_letters(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        composer.text = "Told."
        composer.set_channel("phone")
        await console.pilot.press("ctrl+n")
        await console.wait_for_notice("no letter leaves")
