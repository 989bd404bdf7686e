"""Undo at the console: the last act of this console that still stands, wherever the cursor is (C-03)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.conversation import messages
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.notify import letters
from deskterm.desk.tickets import assignment, register, update
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.personal.drafts import load_drafts
from deskterm.store.queries.outbox import load_letters, load_ticket_letters
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.compose import Composer
from deskterm.tui.dialogs.confirm import Confirm
from deskterm.tui.settings.declarations import Settings
from deskterm.tui.settings.file import SettingsFile
from deskterm.tui.settings.preferences import Preferences
from small_desk import at, small_desk
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail, open_composer

pytestmark = pytest.mark.law("C-03")

NUMBERS = (1001, 1002, 1003)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A desk with three faults of an hour ago."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(place)
    request: dict[str, Any] = {"type": "fault", "requester": "Kim Novak", "email": "kim@larch.example"}
    for number in range(3):
        register.register(desk, subject=f"Matter {number}", body="It hurts.", **request, now=at(number))
    desk.store.close()
    return place


def load_statuses(url: str) -> list[str]:
    return [load_detail(url, number).row.status for number in NUMBERS]


async def mark_all(console: ConsoleSession) -> None:
    await console.run("mark-all")
    await console.wait_until(lambda: len(console.panes.queue.marks) == 3, "the marks")


async def undo(console: ConsoleSession) -> None:
    """Press u, and wait for the end of it. On a busy machine the key may wait for the list after the act before."""
    type_ahead = console.app.type_ahead
    before = type_ahead.pressed_at
    await console.pilot.press("u")

    def has_ended() -> bool:
        waits = type_ahead.waiting or type_ahead._rounds or type_ahead.holds
        return type_ahead.pressed_at != before and not (waits or console.busy())

    await console.wait_until(has_ended, "the end of the undo")


async def test_an_act_on_marked_tickets_is_undone_by_one_key(url: str) -> None:
    async with open_console(url) as console:
        await mark_all(console)
        await console.run("status", "working")
        await console.wait_for_text("u undo: status of 3 tickets")
        assert load_statuses(url) == ["working"] * 3
        await undo(console)
        await console.wait_for_notice("Undone: 1001 is New again, also on 2 other tickets")
    assert load_statuses(url) == ["new"] * 3


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_last_line_says_what_u_would_undo(url: str, size: tuple[int, int]) -> None:
    async with open_console(url, size=size) as console:
        await console.run("severity", "high")
        await console.wait_for_text("u undo: severity of 1001")
        await console.run("tag", "vip")
        await console.wait_for_text("u undo: tags of 1001")
        last_line = console.screen_text().splitlines()[-1]
        assert last_line.strip().startswith("r reply")
        assert last_line.strip().endswith("? help")
        await undo(console)
        await console.wait_for_text("u undo: severity of 1001")


async def test_an_act_is_undone_from_wherever_the_cursor_went(url: str) -> None:
    async with open_console(url) as console:
        await console.run("severity", "high")
        await console.pilot.press("j")
        console.workspace.show_view("closed")
        await console.wait_until(lambda: console.panes.queue.count == 0, "the closed ones")
        await undo(console)
        await console.wait_for_notice("Undone: 1001 has severity Low again")
    assert load_detail(url, 1001).row.severity == "low"


async def test_u_goes_back_act_by_act_through_what_was_done_here(url: str) -> None:
    async with open_console(url) as console:
        await console.run("tag", "vip")
        await console.pilot.press("j")
        await console.run("status", "working")
        await mark_all(console)
        await console.run("assign", "kim")
        await undo(console)
        assert [load_detail(url, number).row.assignee for number in NUMBERS] == [None] * 3
        assert load_statuses(url) == ["new", "working", "new"]
        await undo(console)
        assert load_statuses(url) == ["new"] * 3
        assert load_detail(url, 1001).tags == ("vip",)
        await undo(console)
        assert load_detail(url, 1001).tags == ()
        await undo(console)
        await console.wait_for_notice("Nothing was done here that can be undone. Press U")


async def test_what_was_done_elsewhere_is_not_undone_by_u(url: str) -> None:
    store = open_store(url)
    update.move(open_desk(store, "sam"), 1001, "working", now=at(30))
    store.close()
    async with open_console(url) as console:
        await undo(console)
        await console.wait_for_notice("Nothing was done here that can be undone")
        assert load_statuses(url) == ["working", "new", "new"]
        await console.run("tag", "vip")
        await undo(console)
        await undo(console)
    assert load_statuses(url) == ["working", "new", "new"]


async def test_tickets_that_refused_an_act_keep_what_was_done_before(url: str) -> None:
    """The refused tickets stay marked, and undo once took back what they had been given before."""
    store = open_store(url)
    for number in NUMBERS:
        assignment.assign(open_desk(store, "sam"), number, "kim", now=at(30))
    store.close()
    async with open_console(url) as console:
        await console.run("status", "working")
        await mark_all(console)
        # Only the one that is in work can wait
        await console.run("status", "waiting")
        assert load_statuses(url) == ["waiting", "new", "new"]
        await undo(console)
        assert load_statuses(url) == ["working", "new", "new"]
    assert [load_detail(url, number).row.assignee for number in NUMBERS] == ["kim"] * 3


async def test_what_a_colleague_changed_meanwhile_stays_and_is_named(url: str) -> None:
    async with open_console(url) as console:
        await console.run("status", "working")
        store = open_store(url)
        update.tag(open_desk(store, "lea"), 1001, ["vip"], now=at(61))
        store.close()
        await undo(console)
        await console.wait_for_notice("Can't undo: 1001 has changed since (lea tagged it, Mon 23 Nov 10:01).")
        assert load_detail(url, 1001).tags == ("vip",)
        assert load_statuses(url) == ["working", "new", "new"]


async def test_of_an_act_on_several_tickets_only_those_that_a_colleague_left_alone_are_undone(url: str) -> None:
    async with open_console(url) as console:
        await mark_all(console)
        await console.run("status", "working")
        store = open_store(url)
        assignment.assign(open_desk(store, "lea"), 1002, "lea", now=at(61))
        store.close()
        await undo(console)
        await console.wait_for_notice("Undone: 1001 is New again, also on 1003")
        await console.wait_for_notice("Not on 1002: Can't undo: 1002 has changed since (lea assigned it")
    assert load_statuses(url) == ["new", "working", "new"]
    assert load_detail(url, 1002).row.assignee == "lea"


async def test_what_was_undone_elsewhere_is_said_and_the_act_before_it_is_left_for_the_next_key(url: str) -> None:
    async with open_console(url) as console:
        await console.run("tag", "vip")
        await console.run("status", "working")
        store = open_store(url)
        undo_last_command(open_desk(store, "lea"), 1001, now=at(61))
        store.close()
        await undo(console)
        await console.wait_for_notice("That was undone on 1001 already (lea undid a command")
        assert load_detail(url, 1001).tags == ("vip",)
        await console.wait_for_text("u undo: tags of 1001")
        await undo(console)
    assert load_detail(url, 1001).tags == ()


async def test_a_merge_is_undone_on_both_tickets_or_on_none(url: str) -> None:
    async with open_console(url) as console:
        await console.run("merge", "1003")
        await console.wait_for_text("u undo: merge of 1001")
        store = open_store(url)
        update.tag(open_desk(store, "lea"), 1003, ["vip"], now=at(61))
        store.close()
        await undo(console)
        await console.wait_for_notice("Can't undo: 1003 has changed since (lea tagged it")
        assert load_detail(url, 1001).row.category == "closed"


async def test_a_reply_is_undone_as_long_as_its_letter_waits(url: str) -> None:
    async with open_console(url) as console:
        for text in ("Soon.", "Sooner."):
            composer = await open_composer(console, "reply")
            composer.text = text
            await console.pilot.press("ctrl+s")
            await console.wait_until(lambda: console.workspace.composer is None and not console.busy(), "the end")
            console.workspace.show_ticket(1001)
            await console.wait_for_ticket(1001)
        await console.wait_for_text("u undo: reply to 1001")
        await undo(console)
        await console.wait_for_notice("Undone: the reply on 1001 is taken back, and its letter is withdrawn")
        (await wait_for_composer(console)).action_keep()
        await console.wait_until(lambda: console.workspace.composer is None and not console.busy(), "the end")
        store = open_store(url)
        desk = open_system_desk(store)
        with desk.open_reader() as reader:
            waiting = load_letters(reader)
        for letter in waiting:
            letters.record_delivery(desk, letter.number, letter.key, "sent", now=at(61))
        store.close()
        await undo(console)
        await console.wait_for_notice("Can't undo: the reply has gone out")
    assert "Soon." in [one.body for one in load_detail(url, 1001).messages]


async def test_what_is_older_or_of_others_is_chosen_from_a_list_and_confirmed(url: str) -> None:
    store = open_store(url)
    update.move(open_desk(store, "sam"), 1001, "working", now=at(30))
    assignment.assign(open_desk(store, "kim"), 1002, "kim", now=at(31))
    messages.add_note(open_desk(store, "sam"), 1003, "Hm.", now=at(32))
    store.close()
    async with open_console(url, "lea") as console:
        await console.pilot.press("U")
        await console.wait_for_text("09:30  status of 1001")
        await console.wait_for_text("sam changed the status: status New → Working on it")
        await console.wait_for_text("09:31  assignee of 1002")
        assert "1003" not in str([choice.label for choice in dialog(console)._list.choices])
        await console.pilot.press("up", "enter")
        await console.wait_until(lambda: isinstance(console.app.screen, Confirm), "the question")
        await console.wait_for_text("Undo assignee of 1002? 09:31 kim assigned it")
        await console.pilot.press("y")
        await console.wait_for_notice("Undone: 1002 is unassigned again")
    assert load_detail(url, 1002).row.assignee is None
    assert load_statuses(url) == ["working", "new", "new"]


def dialog(console: ConsoleSession) -> Choose:
    screen = console.app.screen
    assert isinstance(screen, Choose)
    return screen


async def test_agents_choose_from_their_own_acts(url: str) -> None:
    store = open_store(url)
    update.move(open_desk(store, "kim"), 1001, "working", now=at(30))
    store.close()
    async with open_console(url) as console:
        await console.run("undo-older")
        await console.wait_for_notice("Nothing here can be undone.")


async def test_what_cannot_be_undone_says_why(url: str) -> None:
    async with open_console(url) as console:
        composer = await open_composer(console, "note")
        composer.text = "Seen."
        await console.pilot.press("ctrl+s")
        await console.wait_until(lambda: console.workspace.composer is None and not console.busy(), "the end")
        await undo(console)
        await console.wait_for_notice("Can't undo: notes stay on record")


@pytest.mark.law("C-20", "C-40")
async def test_a_reply_waits_for_the_set_time_and_is_written_on_as_it_was_once_it_is_taken_back(url: str) -> None:
    preferences = Preferences(SettingsFile(Path(), Settings(undo_send=30)))
    async with open_console(url, preferences=preferences) as console:
        await console.run("status", "working")
        before = load_detail(url, 1001)
        composer = await open_composer(console, "reply")
        await console.pilot.press(*"Is it hot", "left", "left")
        composer.set_next_status(console.workspace.vocabulary.statuses["waiting"])
        await console.pilot.press("ctrl+s")
        await console.wait_for_notice("It leaves in 30 s: u takes it back.")
        with open_reader(url) as reader:
            (letter,) = [one for one in load_letters(reader) if one.on == "replied"]
        assert letter.not_before == letter.at + 30
        assert load_detail(url, 1001).row.waiting == "them"
        await undo(console)
        composer = await wait_for_composer(console)
        assert (composer.kind, composer.number, composer.text, composer.cursor) == ("reply", 1001, "Is it hot", (0, 7))
        assert composer.next_status == console.workspace.vocabulary.statuses["waiting"]
        assert not composer.query_one("#held").display, "nothing new came"
        # A reply that was taken back before its letter left has answered nothing
        assert load_detail(url, 1001).clocks == before.clocks
        await console.pilot.press(*"t", "ctrl+s")
        await console.wait_until(lambda: console.workspace.composer is None and not console.busy(), "the end")
    with open_reader(url) as reader:
        states = [(one.state, one.body) for one in load_ticket_letters(reader, 1001) if one.on == "replied"]
    assert sorted(states) == [("queued", "Is it htot"), ("withdrawn", "Is it hot")]
    with open_reader(url) as reader:
        assert load_drafts(reader, "sam") == []


async def wait_for_composer(console: ConsoleSession) -> Composer:
    await console.wait_until(lambda: console.workspace.composer is not None, "the composer")
    assert console.workspace.composer is not None
    return console.workspace.composer
