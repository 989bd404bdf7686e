"""A mail is one key away as it came (M-64)."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from deskterm.desk.api import open_system_desk
from deskterm.mail.intake.work_on import work_on
from deskterm.mail.keeping.kept_mails import keep_mail
from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.store.db.engine import open_store
from mail.support.mail_desk import write_mail
from small_desk import at
from tui.console_session import open_console


@pytest.mark.rule("M-64")
async def test_a_mail_is_shown_with_all_its_headers_and_moves_no_cursor(url: str) -> None:
    store = open_store(url)
    raw = write_mail("It \x1b[31mburns.", message_id="one@larch.example", X_Strange="\x1b]0;gone\x07")
    kept = keep_mail(store, "support", "1", raw.encode(), received_at=at(5), now=at(5))
    number = work_on(open_system_desk(store), MailSettings(), kept.key, at(5)).ticket
    store.close()
    assert number is not None
    async with open_console(url) as console:
        console.workspace.show_ticket(number)
        await console.wait_for_ticket(number)
        await console.pilot.press("H")
        await console.wait_for_text(f"Mail {kept.key} · {number}")
        for words in ("X-Strange:", "<one@larch.example>", "burns."):
            await console.wait_for_text(words)
        text = str(console.app.screen.query_one("#words", Static).content)
        assert "gone" not in text
        assert not {"\x1b", "\x07"} & set(text)


async def test_a_ticket_without_mails_says_so(url: str) -> None:
    async with open_console(url) as console:
        await console.wait_for_ticket(1001)
        await console.pilot.press("H")
        await console.wait_for_notice("No mail is kept on 1001")
