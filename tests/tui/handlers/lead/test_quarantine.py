"""Mails in quarantine are read, released and dropped in the console (M-09)."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from deskterm.mail.keeping.kept_mails import keep_mail
from deskterm.present.views import QUARANTINE
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.mail.mails import MailLine, load_mails
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.confirm import Confirm
from deskterm.tui.dialogs.page import Page
from mail.support.mail_desk import write_mail
from small_desk import at
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail

pytestmark = pytest.mark.rule("M-09")


@pytest.fixture(autouse=True)
def no_mail_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the desk have a mail file of its own, without mailboxes: the token's key lies beside it."""
    (tmp_path / "mail.toml").write_text("")
    monkeypatch.setenv("DESKTERM_MAIL", str(tmp_path / "mail.toml"))


def park(url: str, *words: str) -> None:
    """Let mails wait in quarantine."""
    store = open_store(url)
    for place, one in enumerate(words):
        raw = write_mail(f"\x1b[31m{one}", subject=f"Matter {place}", message_id=f"{place}@larch.example")
        reason = f"flood: more than 30 of {one}"
        keep_mail(store, "support", str(place), raw.encode(), received_at=at(5), now=at(5), quarantined_for=reason)
    store.close()


def mails(url: str) -> dict[int, MailLine]:
    with open_reader(url) as reader:
        return {mail.key: mail for mail in load_mails(reader)}


async def open_mail(console: ConsoleSession, *keys: str) -> None:
    """Wait for the list of mails, and open one of them."""
    await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the list of mails")
    await console.pilot.press(*keys)
    await console.wait_until(lambda: isinstance(console.app.screen, Page), "the mail")


async def test_mails_in_quarantine_are_read_released_and_dropped(url: str) -> None:
    park(url, "one", "two", "three")
    async with open_console(url, "ann") as console:
        await console.wait_until(lambda: console.workspace.views[-1].key == QUARANTINE.key, "the line of the views")
        assert console.workspace.views[-1].total == 3
        await console.pilot.press("g", "u")
        await console.wait_for_text("Quarantine · 3 mails")
        await console.wait_for_text("flood: more than 30 of three")
        await open_mail(console, "3")
        text = str(console.app.screen.query_one("#words", Static).content)
        assert "Kim Reed <kim@larch.example>" in text
        assert "one" in text
        assert "\x1b" not in text
        await console.pilot.press("n")  # a new ticket
        await console.wait_for_notice("1005")
        await open_mail(console, "2")
        await console.pilot.press("t")
        await console.wait_for_text("Ticket that mail 2 goes onto:")
        await console.pilot.press(*"1003", "enter")
        await open_mail(console, "1")
        await console.pilot.press("d")
        await console.wait_until(lambda: isinstance(console.app.screen, Confirm), "the question")
        await console.pilot.press("y")
        await console.wait_for_notice("Mail 3 dropped")
        await console.wait_until(lambda: not console.busy(), "the end of the list")
        await console.wait_until(lambda: console.workspace.views[-1].key != QUARANTINE.key, "the views without it")
    found = mails(url)
    assert {key: (mail.state, mail.ticket) for key, mail in found.items()} == {
        1: ("done", 1005), 2: ("done", 1003), 3: ("ignored", None),
    }  # fmt: skip
    assert load_detail(url, 1003).messages[-1].body.endswith("two")


async def test_the_line_of_the_views_opens_the_list_over_the_tickets_that_are_there(url: str) -> None:
    park(url, "one")
    async with open_console(url, "ann") as console:
        await console.wait_until(lambda: console.workspace.views[-1].key == QUARANTINE.key, "the line of the views")
        await console.run("view", "closed")
        await console.pilot.press("v")
        await console.wait_until(lambda: console.workspace.queue_query.view == "mine", "the view after the last list")
        console.workspace.run_command("view", "quarantine")
        await open_mail(console, "1")
        await console.pilot.press("escape")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the list again")
        await console.pilot.press("escape")
        await console.wait_until(lambda: not console.busy(), "the end")
        assert console.workspace.queue_query.view == "mine"
        await console.run("quarantine", "7")
        await console.wait_for_notice("No mail 7 is in quarantine")
    assert [mail.state for mail in mails(url).values()] == ["quarantined"]


async def test_the_mails_are_for_those_who_look_after_them(url: str) -> None:
    park(url, "one")
    async with open_console(url, "sam") as console:
        await console.pilot.press("g", "u")
        await console.wait_for_notice("may not look after mails")
        assert QUARANTINE.key not in [view.key for view in console.workspace.views]


async def test_a_desk_without_such_mails_says_so(url: str) -> None:
    async with open_console(url, "ann") as console:
        await console.pilot.press("g", "u")
        await console.wait_for_notice("No mail is in quarantine")


@pytest.mark.law("C-02")
async def test_keys_that_are_typed_ahead_decide_on_one_mail_after_the_other(url: str) -> None:
    park(url, "one", "two", "three")
    async with open_console(url, "ann") as console:
        await console.wait_for_ticket(1001)
        console.type_burst("g", "u", "1", "n", "2", "d", "y", "1", "escape", "escape", "j")
        await console.wait_for_notice("dropped")
        await console.wait_until(lambda: not console.busy() and len(console.app.screen_stack) == 1, "the end")
    assert [(key, mail.state) for key, mail in sorted(mails(url).items())] == [
        (1, "ignored"), (2, "quarantined"), (3, "done"),
    ]  # fmt: skip
