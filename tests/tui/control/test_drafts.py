"""Words that were typed and not sent are kept, whatever becomes of console and ticket (C-05)."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import postgres
from deskterm.desk.conversation import messages
from deskterm.desk.tickets import register, update
from deskterm.store.db.reader import open_reader
from deskterm.store.personal.drafts import DraftWriter, StoredDraft, load_drafts
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.confirm import Confirm
from deskterm.tui.dialogs.page import Page
from deskterm.tui.dialogs.prompt import Prompt
from deskterm.tui.dialogs.register import Register
from small_desk import at, small_desk
from store_templates import copy_store
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail, open_as_colleague, open_composer
from tui.support.hostile_text import OWN, find_control_characters

if TYPE_CHECKING:
    from deskterm.store.db.engine import Store
    from tui.real_terminal import Start, Terminal

pytestmark = pytest.mark.law("C-05")


def load(url: str, login: str = "sam") -> list[StoredDraft]:
    with open_reader(url) as reader:
        return load_drafts(reader, login)


def save(url: str, draft: StoredDraft, login: str = "sam") -> None:
    writer = DraftWriter(url, login)
    writer.save(draft, at(0))
    writer.close()


async def leave_composer(console: ConsoleSession) -> None:
    composer = console.workspace.composer
    assert composer is not None
    composer.action_keep()
    await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    await console.wait_until(lambda: not console.busy(), "the end")


async def wait_for_drafts(console: ConsoleSession, url: str, *texts: str) -> None:
    await console.wait_until(lambda: [one.text for one in load(url)] == list(texts), f"the drafts {texts}")


# -- while it is typed -----------------------------------------------------------------------------------------------


async def test_what_is_typed_is_in_the_store_within_seconds_and_on_leaving(url: str) -> None:
    async with open_console(url) as console:
        await open_composer(console, "reply")
        await console.pilot.press(*"Hel")
        await wait_for_drafts(console, url, "Hel")
        await console.pilot.press("l", "o")
        await leave_composer(console)
        await wait_for_drafts(console, url, "Hello")
        (draft,) = load(url)
        assert (draft.kind, draft.number, draft.data["cursor"]) == ("reply", 1001, [0, 5])


async def test_the_store_is_written_once_in_two_seconds_at_most(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[float] = []
    write = DraftWriter.save

    def save_and_note(self: DraftWriter, *arguments: object) -> None:
        times.append(time.monotonic())
        write(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(DraftWriter, "save", save_and_note)
    async with open_console(url) as console:
        await open_composer(console, "reply")
        begin = time.monotonic()
        while time.monotonic() < begin + 5.5:
            await console.pilot.press("a")
        assert 2 <= len(times) <= 4
        assert all(after - before > 1.9 for before, after in pairwise(times))


async def test_a_draft_is_shown_in_the_queue_and_only_to_its_agent(url: str) -> None:
    async with open_console(url) as console:
        await open_composer(console, "reply")
        await console.pilot.press(*"Secret")
        await leave_composer(console)
        await console.wait_for_text("✎ Matter 0")
        await console.wait_for_text("✎ 1 draft")
        await wait_for_drafts(console, url, "Secret")
    async with open_console(url, "kim") as colleague:
        await colleague.pilot.pause(0.6)
        assert "✎" not in colleague.screen_text()
        assert colleague.workspace.drafts.every() == []


async def test_an_emptied_draft_is_gone(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "note")
        composer.text = "Call them"
        await leave_composer(console)
        await wait_for_drafts(console, url, "Call them")
        composer = await open_composer(console, "note")
        composer.text = " "
        await leave_composer(console)
        await wait_for_drafts(console, url)
        assert "✎" not in console.screen_text()


async def test_a_letter_that_was_sent_leaves_no_draft(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        composer.text = "On its way"
        await wait_for_drafts(console, url, "On its way")
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        # In the transaction of the reply, so that there is no moment with both
        assert load(url) == []
        await console.pilot.pause(2.5)
        assert load(url) == []
    assert load_detail(url, 1001).messages[-1].body == "On its way"


# -- going on --------------------------------------------------------------------------------------------------------


async def test_a_draft_is_gone_on_with_in_another_console_where_its_writer_was(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        await console.pilot.press(*"Hello there", "left", "left")
        composer.set_next_status(console.workspace.vocabulary.statuses["working"])
        composer.set_channel("phone")
        await leave_composer(console)
    async with open_console(url) as console:
        await console.wait_for_text("✎ Matter 0")
        composer = await open_composer(console, "reply")
        assert (composer.text, composer.cursor, composer.channel) == ("Hello there", (0, 9), "phone")
        assert composer.next_status is not None
        assert composer.next_status.key == "working"


async def test_what_can_be_undone_in_a_draft_stays_so_in_the_same_console(url: str) -> None:
    async with open_console(url) as console:
        await open_composer(console, "reply")
        await console.pilot.press(*"Hello", "enter", *"Bye")
        await leave_composer(console)
        composer = await open_composer(console, "reply")
        await console.pilot.press("super+z", "super+z")
        assert "Bye" not in composer.text


async def test_words_given_with_a_command_are_put_behind_the_draft(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        composer.text = "Hello"
        await leave_composer(console)
        await console.run("reply", "And more")
        composer = console.workspace.composer  # type: ignore[assignment]
        assert composer.text == "Hello\nAnd more"


async def test_two_consoles_of_one_agent_on_one_ticket_lose_no_word(url: str) -> None:
    async with open_console(url) as console:
        await open_composer(console, "reply")
        await console.pilot.press(*"Here")
        await wait_for_drafts(console, url, "Here")
        (elsewhere,) = load(url)
        elsewhere.text = "Here too"
        save(url, elsewhere)
        await console.pilot.press(*" and on")
        await leave_composer(console)
        await wait_for_drafts(console, url, "Here too", "Here and on")
        await console.wait_for_text("✎ 2 drafts")
        composer = await open_composer(console, "reply")
        assert composer.text == "Here and on"
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        await wait_for_drafts(console, url, "Here too")


async def test_all_drafts_are_in_a_list_and_opened_from_it(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "note")
        composer.text = "Call them"
        await leave_composer(console)
        await console.pilot.press("G")
        await console.pilot.press("g", "d")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the list")
        await console.wait_for_text("Note on 1001")
        await console.wait_for_text("Call them")
        await console.pilot.press("enter")
        await console.wait_until(lambda: console.workspace.composer is not None, "the composer")
        composer = console.workspace.composer  # type: ignore[assignment]
        assert (composer.kind, composer.number, composer.text) == ("note", 1001, "Call them")


async def test_drafts_of_a_ticket_are_thrown_away_by_a_command(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "note")
        composer.text = "Call them"
        await leave_composer(console)
        await console.run("drafts", "discard 1001")
        await console.wait_for_notice("Discarded 1 draft for 1001")
        await wait_for_drafts(console, url)
        await console.run("drafts")
        await console.wait_for_notice("You have no drafts.")


async def test_a_draft_says_what_became_of_its_ticket(url: str) -> None:
    save(url, StoredDraft("reply", 1001, "Still open?", data={"version": load_detail(url, 1001).version}))
    desk = open_as_colleague(url)
    messages.record_customer_message(desk, 1001, "It works again", now=at(30))
    update.move(desk, 1001, "solved", now=at(31))
    update.move(desk, 1001, "closed", now=at(32))
    async with open_console(url, view="closed") as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        composer = await open_composer(console, "reply")
        await console.wait_for_text("1001 is Closed by now. 1 message came since")
        assert composer.text == "Still open?"


async def test_the_words_for_a_ticket_that_is_gone_are_shown(url: str) -> None:
    save(url, StoredDraft("reply", 4711, "Words for nobody"))
    async with open_console(url) as console:
        await console.pilot.press("g", "d")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the list")
        await console.pilot.press("enter")
        await console.wait_until(lambda: isinstance(console.app.screen, Page), "the words")
        await console.wait_for_text("Words for nobody")
    assert [draft.text for draft in load(url)] == ["Words for nobody"]


async def test_hostile_text_in_drafts_does_nothing_to_the_terminal(url: str) -> None:
    hostile = "\n".join(OWN)
    save(url, StoredDraft("reply", 1001, hostile, data={"status": hostile, "channel": hostile, "version": 1}))
    save(url, StoredDraft("ticket", None, hostile, data={"form": {"subject": hostile, "fields.x": hostile}}))
    save(url, StoredDraft("command", None, f"note {hostile}"))
    async with open_console(url) as console:
        for name in ("drafts", "reply", "command"):
            console.workspace.run_command(name)
            await console.pilot.pause(0.3)
            if name == "command":
                await console.pilot.press("up")
            assert find_control_characters(console.screen_text().replace("\n", "")) == [], name
            await console.pilot.press("escape")
            await console.pilot.pause(0.2)


# -- new tickets and command lines -----------------------------------------------------------------------------------


async def open_form(console: ConsoleSession) -> None:
    console.workspace.run_command("new")
    for _ in range(2):
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "a question")
        question = console.app.screen
        await console.pilot.press("enter")
        await console.wait_until(lambda: console.app.screen is not question, "the answer")  # noqa: B023
        if isinstance(console.app.screen, Register):
            break
    await console.wait_until(lambda: isinstance(console.app.screen, Register), "the form")


async def test_a_new_ticket_is_kept_while_it_is_typed_and_opened_with_its_type(url: str) -> None:
    async with open_console(url) as console:
        await open_form(console)
        await console.pilot.press(*"Smoke")
        await console.wait_until(
            lambda: [one.data["form"]["subject"] for one in load(url)] == ["Smoke"], "the words of the form"
        )
    async with open_console(url) as console:
        await console.wait_for_text("✎ 1 draft")
        await console.pilot.press("g", "d")
        await console.wait_for_text("New ticket")
        await console.pilot.press("enter")
        await console.wait_until(lambda: isinstance(console.app.screen, Register), "the form")
        await console.wait_for_text("Smoke")
        await console.pilot.press("ctrl+s")
        await console.wait_for_ticket(1005)
        assert load(url) == []


async def test_a_command_line_is_kept_when_it_is_left_or_refused(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("colon", *"note them words", "escape")
        await wait_for_drafts(console, url, "note them words")
        await console.pilot.press("colon", *"nute their words", "enter")
        await console.wait_for_notice("There is no command 'nute'")
        await console.pilot.press("colon", *"status nowhere at all", "enter")
        await wait_for_drafts(console, url, "note them words", "nute their words", "status nowhere at all")
        await console.pilot.press("colon", "up", "up", "up")
        await console.wait_until(lambda: "note them words" in console.screen_text(), "the line")
        await console.pilot.press("enter")
        await console.wait_until(lambda: console.workspace.composer is not None, "the composer")
        assert "note them words" not in [one.text for one in load(url)]
        # One word is no loss, and what was typed ahead is never put behind an older line
        await leave_composer(console)
        await console.pilot.press("colon", *"refresh", "escape", "colon")
        await console.wait_until(lambda: bool(console.screen.query(Prompt)), "the line")
        assert console.screen.query_one(Prompt).query_one("Input").value == ""  # type: ignore[attr-defined]


# -- refused ---------------------------------------------------------------------------------------------------------


async def test_a_reply_that_is_refused_keeps_its_words_in_the_composer(url: str) -> None:
    """The ticket was closed meanwhile, and no way leads from there to the status that the writer had chosen."""
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        composer.text = "Words"
        composer.set_next_status(console.workspace.vocabulary.statuses["waiting"])
        desk = open_as_colleague(url)
        update.move(desk, 1001, "solved", now=at(61))
        update.move(desk, 1001, "closed", now=at(62))
        console.clock.advance(180)
        composer.action_send()
        await console.wait_for_text("Held back")
        await console.wait_until(lambda: not console.busy(), "the first try to end")
        composer.action_send()
        await console.wait_for_notice("cannot")
        assert console.workspace.composer is composer
        await console.pilot.press("end", "!")
        assert composer.text == "Words!"
        await wait_for_drafts(console, url, "Words!")
    assert len(load_detail(url, 1001).messages) == 1


# -- leaving ---------------------------------------------------------------------------------------------------------


async def test_leaving_asks_nothing_and_keeps_what_is_being_written(url: str) -> None:
    async with open_console(url) as console:
        await open_composer(console, "reply")
        await console.pilot.press(*"Not yet")
        console.workspace.run_command("quit")
        await console.wait_until(lambda: console.app._exit, "the end")
    assert [draft.text for draft in load(url)] == ["Not yet"]


async def test_leaving_asks_when_drafts_cannot_be_saved(url: str) -> None:
    async with open_console(url) as console:
        await open_composer(console, "reply")
        await console.pilot.press(*"Not yet")
        path = Path(url.removeprefix("sqlite:///"))
        path.rename(path.with_suffix(".away"))
        console.workspace.run_command("quit")
        await console.wait_until(lambda: isinstance(console.app.screen, Confirm), "the question")
        path.with_suffix(".away").rename(path)
        await console.pilot.press("n")
        await console.wait_until(lambda: console.app.screen is console.screen, "the desk again")
        await console.wait_until(lambda: len(load(url)) == 1, "the draft, once it can be saved")


async def test_typing_waits_for_no_store(url: str) -> None:
    """Somebody else has the store for seconds: keys go on, and the words are saved afterwards."""
    async with open_console(url) as console:
        composer = await open_composer(console, "reply")
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await console.pilot.press(*"Hello")
        await console.pilot.pause(1.5)
        begin = time.monotonic()
        await console.pilot.press(*" there")
        assert composer.text == "Hello there"
        assert time.monotonic() - begin < 5
        other.execute("COMMIT")
        other.close()
        await wait_for_drafts(console, url, "Hello there")


# -- on a real terminal ----------------------------------------------------------------------------------------------


def _create_simulated(url: str) -> Store:
    """Create a desk of one ticket whose time tests of the program may set."""
    desk = small_desk(url, simulated=True)
    register.register(
        desk,
        type="fault",
        subject="Matter 0",
        body="Words of matter 0",
        requester="Kim Lee",
        email="kim@lee.example",
        now=at(0),
    )
    return desk.store


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a desk of four tickets, on each of the two databases."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
        copy_store(url, ("a simulated ticket",), _create_simulated).close()
        yield url
        return
    try:
        postgres.server_url()
    except postgres.NoServer as reason:
        pytest.skip(str(reason))
    with postgres.database() as url:
        copy_store(url, ("a simulated ticket",), _create_simulated).close()
        yield url


def wait_until_stored(url: str, *texts: str) -> None:
    """Wait until ann's drafts are these: a machine that has much to do takes longer than the two seconds."""
    deadline = time.monotonic() + 30
    while [one.text or one.data["form"]["subject"] for one in load(url, "ann")] != list(texts):
        assert time.monotonic() < deadline, load(url, "ann")
        time.sleep(0.1)


def kill(terminal: Terminal) -> None:
    """End the program as nothing can that it could answer."""
    os.killpg(terminal._program.pid, signal.SIGKILL)
    terminal._program.wait()


def test_words_survive_a_program_that_is_killed(desk_url: str, start: Start) -> None:
    terminal = start(desk_url)
    terminal.wait_for("Words of matter 0")
    terminal.type("rDear Kim, the printer")
    terminal.wait_for("Dear Kim, the printer")
    wait_until_stored(desk_url, "Dear Kim, the printer")
    kill(terminal)
    again = start(desk_url)
    again.wait_for("✎ Matter 0", "✎ 1 draft")
    again.type("r smokes\x13")
    again.wait_for("1001 answered")
    assert load_detail(desk_url, 1001).messages[-1].body == "Dear Kim, the printer smokes"
    again.type("q")
    assert again.wait_for_exit() == 0


def test_a_command_line_and_a_new_ticket_survive_a_program_that_is_killed(tmp_path: Path, start: Start) -> None:
    url = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
    copy_store(url, ("a simulated ticket",), _create_simulated).close()
    terminal = start(url)
    terminal.wait_for("Words of matter 0")
    terminal.type(":note Call the vendor")
    terminal.wait_for("Call the vendor")
    wait_until_stored(url, "note Call the vendor")
    kill(terminal)
    again = start(url)
    again.wait_for("Words of matter 0")
    again.type(":\x1b[A")
    again.wait_for(":note Call the vendor")
    again.type("\x1b")
    again.wait_for("? help", without=[":note Call the vendor"])
    again.type("c\r\rSmoke in the hall")
    again.wait_for("New ticket", "Smoke in the hall")
    wait_until_stored(url, "note Call the vendor", "Smoke in the hall")
    kill(again)
    last = start(url)
    last.wait_for("✎ 1 draft")
    last.type("gd")
    last.wait_for("New ticket", "Smoke in the hall", "Command line", "note Call the vendor")
    kill(last)
