"""Status, assignee, severity and tags change at the console, of one ticket and of all marked ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.directory.absence import set_absence
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.tickets import assignment
from deskterm.desk.tickets.register import register
from deskterm.store.db.engine import open_store
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Desk, table_of
from deskterm.store.queries.queue import Viewer, load_queue_page
from deskterm.tui.dialogs.choose import Choose
from small_desk import at
from store_templates import load_shipped
from tui.console_session import open_console
from tui.four_tickets import load_detail


async def test_the_status_dialog_offers_only_legal_moves(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.run_command("status")
        await console.wait_until(lambda: bool(console.app.screen.query("ChoiceList")), "the dialog")
        assert [choice.key for choice in console.app.screen.query_one("ChoiceList").choices] == ["working", "solved"]  # type: ignore[attr-defined]
        await console.pilot.press("1")
        number = console.panes.queue.current.number if console.panes.queue.current else 0
        await console.wait_until(lambda: load_detail(url, number).row.status == "working", "the new status")


async def test_an_illegal_status_is_refused_in_a_sentence(url: str) -> None:
    async with open_console(url) as console:
        await console.run("status", "closed")
        await console.wait_for_notice("cannot go to Closed")


async def test_commands_reach_all_marked_tickets(url: str) -> None:
    async with open_console(url) as console:
        console.panes.queue.toggle_mark()
        console.panes.queue.toggle_mark()
        await console.run("assign", "lea")
        await console.wait_until(lambda: not console.panes.queue.marks, "the marks to go")
        with open_reader(url) as reader:
            given = reader.rows("SELECT count(*) FROM ticket WHERE assignee = 'lea'")
        assert given == [(2,)]


async def test_a_ticket_is_given_to_nobody(url: str) -> None:
    async with open_console(url) as console:
        number = console.panes.queue.current.number if console.panes.queue.current else 0
        await console.run("take")
        assert load_detail(url, number).row.assignee == "sam"
        await console.run("assign", "-")
        assert load_detail(url, number).row.assignee is None


async def test_severity_and_tags_change(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "1002")
        await console.wait_for_ticket(1002)
        await console.run("severity", "high")
        await console.run("tag", "vip -none")
        found = load_detail(url, 1002)
        assert (found.row.severity, found.tags) == ("high", ("vip",))


async def test_what_a_choice_would_do_to_due_times_is_shown_before_it_is_taken(url: str) -> None:
    async with open_console(url, minutes=50) as console:
        await console.run("goto", "1002")
        await console.wait_for_ticket(1002)
        console.workspace.run_command("severity")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the severities")
        await console.pilot.press("home")
        await console.pilot.press("k", "k")
        await console.wait_for_text("Response    Mon 23 Nov 10:01 → Mon 23 Nov 09:31  late at once")
        await console.wait_for_text("Resolution  Wed 25 Nov 09:01 → Mon 23 Nov 13:01")
        await console.pilot.press("j")
        await console.wait_for_text("no due time moves")
        await console.pilot.press("escape")
        assert load_detail(url, 1002).row.severity == "low"


async def test_marked_tickets_are_counted_before_they_are_changed(url: str) -> None:
    async with open_console(url, minutes=50) as console:
        await console.workspace.marking.mark_all(100)
        await console.wait_until(lambda: len(console.panes.queue.marks) == 4, "marks")
        console.workspace.show_pane("queue")
        console.workspace.run_command("severity")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the severities")
        await console.pilot.press("k", "k")
        await console.wait_for_text("2 of 4 tickets: 4 due times move, 2 late at once")
        await console.pilot.press("enter")
        await console.wait_until(lambda: load_detail(url, 1004).row.severity == "high", "the change")


@pytest.mark.requirement("S1-02", "S1-03")
async def test_type_and_client_are_corrected_with_their_due_times_in_view(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "1002")
        await console.wait_for_ticket(1002)
        await console.pilot.press("T")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the types")
        await console.pilot.press("j")
        await console.wait_for_text("→ no due time")
        await console.wait_for_text("Somebody wants to know.")
        await console.pilot.press("enter")
        await console.wait_until(lambda: load_detail(url, 1002).type == "question", "the change")
        await console.run("client", "larch")
        await console.wait_for_notice("already")


async def test_a_viewer_is_told_why_not(url: str) -> None:
    async with open_console(url, "vic") as console:
        console.workspace.run_command("reply")
        await console.wait_for_notice("viewer")
        assert console.workspace.composer is None


async def test_somebody_unknown_sees_nothing(url: str) -> None:
    async with open_console(url, "mallory") as console:
        await console.wait_for_notice("no agent of this desk")
        assert console.panes.queue.count == 0


async def test_an_open_console_shows_nothing_more_to_somebody_who_was_retired(url: str) -> None:
    """D-40: and sends nothing for them."""
    async with open_console(url) as console:
        assert console.workspace.open_ticket is not None
        desk = open_desk(open_store(url), "ann")
        seed_agents(desk, [{"login": "sam", "active": False}], now=at(61))
        await console.wait_for_notice("sam is no longer active on this desk")
        await console.wait_until(lambda: not console.panes.queue.count, "an empty list")
        await console.wait_until(lambda: console.workspace.open_ticket is None, "the ticket to go")
        seed_agents(desk, [{"login": "sam", "active": True}], now=at(62))
        await console.wait_until(lambda: console.panes.queue.count == 4, "the list again")


async def test_an_open_console_is_not_read_by_an_older_program(url: str) -> None:
    """D-40: another program has brought the desk to a newer layout meanwhile."""
    async with open_console(url) as console:
        with open_store(url).writing() as session:
            session.execute(update(table_of(Desk)).values(schema_number=SCHEMA + 1))
        await console.wait_for_notice("written by a newer deskterm")
        await console.run("assign", "lea")
        await console.wait_for_notice("written by a newer deskterm")
        with open_reader(url, schema=SCHEMA + 1) as reader:
            assert reader.rows("SELECT count(*) FROM ticket WHERE assignee = 'lea'") == [(0,)]


async def test_the_console_hides_what_is_for_the_members_of_a_department_only(url: str, tmp_path: Path) -> None:
    """D-21: in lists, counts, and when the number is typed."""
    place = f"sqlite:///{tmp_path / 'agency.sqlite3'}"
    desk = open_desk(create_desk(place, load_shipped("web-agency"), admin_login="ann", now=at(0)), "ann")
    seed_agents(desk, [{"login": "sam", "name": "Sam", "team": "support"}], now=at(0))
    seed_clients(desk, [{"key": "larch", "name": "Larch"}], now=at(0))
    for kind in ("question", "data-protection"):
        register(desk, subject=kind, type=kind, incomplete=True, organisation="larch", now=at(1))
    async with open_console(place) as console:
        assert console.panes.queue.count == 1
        assert [line.total for line in console.workspace.views if line.key == "open"] == [1]
        console.workspace.run_command("goto", "1002")
        await console.wait_for_notice("for the members of its department only")


async def test_an_empty_list_says_so_and_commands_say_why(url: str) -> None:
    async with open_console(url, view="mine") as console:
        await console.wait_for_text("Nothing is assigned to you.")
        console.workspace.run_command("status")
        await console.wait_for_notice("There is no ticket here: choose a view that has one.")


async def test_what_is_typed_behind_a_colon_is_done_to_the_tickets_that_one_was_at(url: str) -> None:
    async with open_console(url, size=(120, 40)) as console:
        await console.wait_until(lambda: console.panes.next_breach.line is not None, "what is next to breach")
        beside = console.panes.next_breach.line
        assert beside is not None
        while console.panes.queue.current is None or console.panes.queue.current.number == beside.number:
            await console.pilot.press("j")
        number = console.panes.queue.current.number
        await console.wait_for_ticket(number)
        for word in ("one", "two"):
            await console.pilot.press("colon")
            await console.wait_until(lambda: bool(console.screen.query("Prompt")), "the line")
            for sign in f"tag {word}":
                await console.pilot.press("space" if sign == " " else sign)
            await console.pilot.press("enter")
            await console.wait_for_notice(f"{number}: ")
            await console.wait_until(lambda: not console.busy() and not console.screen.query("Prompt"), "the end of it")
            assert console.workspace.layout.pane == "queue"
    assert set(load_detail(url, number).tags) >= {"one", "two"}
    assert not {"one", "two"} & set(load_detail(url, beside.number).tags)


async def test_a_snoozed_ticket_leaves_the_queue_and_is_in_its_own_view(url: str) -> None:
    """D-31: it stayed in the queue. The console had no way to snooze one."""
    async with open_console(url) as console:
        number = console.panes.queue.current.number if console.panes.queue.current else 0
        await console.run("snooze", "2h")
        assert load_detail(url, number).snoozed_until is not None
        with open_reader(url) as reader:
            viewer = Viewer("sam", None, load_detail(url, number).row.updated)
            assert number not in {row.number for row in load_queue_page(reader, "open", viewer)}
            assert [row.number for row in load_queue_page(reader, "snoozed", viewer)] == [number]
        await console.run("goto", str(number))
        await console.wait_for_ticket(number)
        await console.run("snooze", "friday")
        await console.wait_for_notice("does not say in which week")
        await console.run("snooze", "-")
        assert load_detail(url, number).snoozed_until is None


@pytest.mark.law("C-24")
async def test_the_list_of_agents_shows_load_and_absence_and_is_searched_without_accents(url: str) -> None:
    store = open_store(url)
    lea = open_desk(store, "lea")
    seed_agents(open_desk(store, "ann"), [{"login": "rene", "name": "René Dupont", "role": "agent"}], now=at(5))
    set_absence(lea, "sam", at(3000), now=at(5))
    for number in (1001, 1002):
        assignment.assign(lea, number, "kim", now=at(6))
    store.close()
    async with open_console(url, "lea") as console:
        await console.pilot.press("a")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the list")
        await console.wait_for_text("Kim · first-line · 2 open, 1 due, 1 late")
        await console.wait_for_text("Sam · first-line · 0 open · away until 25 Nov 11:00")
        text = console.screen_text()
        assert text.index("Sam ·") > text.index("René Dupont ·"), "who is away comes last"
        await console.pilot.press(*"rene dup")
        await console.wait_for_text("▸ rene")
        await console.pilot.press("enter")
        await console.wait_for_notice("assigned to rene")
        await console.run("assign", "dup")
        await console.run("assign", "am")
        await console.wait_for_notice("1001 assigned to sam")
        await console.run("assign", "kimm")
        await console.wait_for_notice("'kimm' is no agent of this desk: did you mean kim (Kim)?")


@pytest.mark.law("C-24")
async def test_a_mention_is_in_the_notices_and_found_by_the_filter(url: str) -> None:
    store = open_store(url)
    messages.add_note(open_desk(store, "kim"), 1003, "@sam: you know this one.", now=at(5))
    store.close()
    async with open_console(url) as console:
        await console.pilot.press("g", "m")
        await console.wait_for_text("Kim mentioned you in a note")
        await console.pilot.press("enter")
        await console.wait_for_ticket(1003)
        console.workspace.filter("is:mentioned")
        await console.wait_until(lambda: console.panes.queue.count == 1, "the ticket with the mention")
        current = console.panes.queue.current
        assert current is not None
        assert current.number == 1003
    async with open_console(url, "lea") as console:
        console.workspace.filter("is:mentioned")
        await console.wait_until(lambda: console.panes.queue.count == 0, "no ticket")
