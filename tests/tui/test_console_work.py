"""Work at the console ends up in the store, and what others do shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App
from textual.containers import VerticalScroll
from textual.widgets import Input, Static, TextArea

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import register as intake
from deskterm.desk.tickets import update
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import TicketDetail, load_ticket_detail
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.compose import Composer
from deskterm.tui.dialogs.confirm import Confirm
from deskterm.tui.dialogs.page import Page
from deskterm.tui.dialogs.register import Register, Request
from deskterm.tui.themes import DARK
from small_desk import at, small_desk
from tui.console_session import ConsoleSession, open_console


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A desk with three faults and a question, of an hour ago."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(place)
    for number, (kind, severity) in enumerate(
        [("fault", "high"), ("fault", "low"), ("question", None), ("fault", "low")]
    ):
        intake.register(
            desk,
            type=kind,
            severity=severity,
            subject=f"Matter {number}",
            body=f"Words of matter {number}",
            requester="Kim Novak",
            email="kim@larch.example",
            now=at(number),
        )
    desk.store.close()
    return place


def stored(url: str, number: int) -> TicketDetail:
    with open_reader(url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return found


def colleague(url: str) -> DeskSession:
    """Somebody else at work on the same desk."""
    return open_desk(open_store(url), "kim")


async def composing(console: ConsoleSession, kind: str) -> Composer:
    await console.run(kind)
    composer = console.workspace.composer
    assert composer is not None
    return composer


async def test_the_queue_shows_the_open_tickets_in_the_order_of_work(url: str) -> None:
    async with open_console(url) as console:
        assert console.panes.queue.count == 4
        assert console.workspace.open_ticket is not None
        await console.wait_for_text("Matter 0")
        await console.wait_for_text("Queue · by order of work · 4 open")
        await console.wait_for_text("Words of matter")


async def test_a_reply_is_sent_and_the_ticket_moves(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1001,
            "ticket 1001",
        )
        composer = await composing(console, "reply")
        composer.text = "We are looking into it."
        composer.set_next_status(console.workspace.vocabulary.statuses["working"])
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    found = stored(url, 1001)
    assert found.messages[-1].body == "We are looking into it."
    assert found.row.status == "working"
    assert found.events[-1].actor == "sam"


async def test_a_note_is_internal(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1002)
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1002,
            "ticket 1002",
        )
        composer = await composing(console, "note")
        composer.text = "Call the vendor."
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    assert stored(url, 1002).messages[-1].kind == "internal"


async def test_a_reply_that_crossed_a_message_is_held_back_once(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1001,
            "ticket 1001",
        )
        composer = await composing(console, "reply")
        composer.text = "Have you tried again?"
        messages.record_customer_message(colleague(url), 1001, "It works again, thank you!", now=at(61))
        console.clock.advance(90)
        composer.action_send()
        await console.wait_for_text("Held back")
        assert len(stored(url, 1001).messages) == 2
        await console.wait_for_text("It works again")
        await console.wait_until(lambda: not console.busy(), "the first try to end")
        composer.action_send()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
    assert [message.body for message in stored(url, 1001).messages][-1] == "Have you tried again?"


async def test_a_draft_is_kept_and_asked_about_before_leaving(url: str) -> None:
    async with open_console(url) as console:
        composer = await composing(console, "reply")
        composer.text = "Not yet sent"
        composer.action_keep()
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")
        again = await composing(console, "reply")
        assert again.text == "Not yet sent"
        console.workspace.run_command("quit")
        await console.wait_until(lambda: isinstance(console.app.screen, Confirm), "the question")
        await console.pilot.press("n")
        await console.wait_until(lambda: console.app.screen is console.screen, "the desk again")


async def test_nothing_is_asked_before_leaving_without_a_draft(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.run_command("quit")
        await console.wait_until(lambda: console.app._exit, "the end")


async def test_the_status_dialog_offers_only_legal_moves(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.run_command("status")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the dialog")
        assert [choice.key for choice in console.app.screen.query_one("ChoiceList").choices] == ["working", "solved"]  # type: ignore[attr-defined]
        await console.pilot.press("1")
        number = console.panes.queue.current.number if console.panes.queue.current else 0
        await console.wait_until(lambda: stored(url, number).row.status == "working", "the new status")


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


async def test_marking_all_marks_what_the_filter_shows(url: str) -> None:
    async with open_console(url) as console:
        await console.run("filter", "Matter 2")
        await console.wait_until(lambda: console.panes.queue.count == 1, "the filtered list")
        await console.run("mark-all")
        await console.wait_until(lambda: len(console.panes.queue.marks) == 1, "the mark")


async def test_a_ticket_is_given_to_nobody(url: str) -> None:
    async with open_console(url) as console:
        number = console.panes.queue.current.number if console.panes.queue.current else 0
        await console.run("take")
        assert stored(url, number).row.assignee == "sam"
        await console.run("assign", "-")
        assert stored(url, number).row.assignee is None


async def test_severity_and_tags_change(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "1002")
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1002,
            "ticket 1002",
        )
        await console.run("severity", "high")
        await console.run("tag", "vip -none")
        found = stored(url, 1002)
        assert (found.row.severity, found.tags) == ("high", ("vip",))


async def test_what_a_choice_would_do_to_due_times_is_shown_before_it_is_taken(url: str) -> None:
    async with open_console(url, minutes=50) as console:
        await console.run("goto", "1002")
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1002,
            "ticket 1002",
        )
        console.workspace.run_command("severity")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the severities")
        await console.pilot.press("home")
        await console.pilot.press("k", "k")
        await console.wait_for_text("Response    Mon 23 Nov 10:01 → Mon 23 Nov 09:31  late at once")
        await console.wait_for_text("Resolution  Wed 25 Nov 09:01 → Mon 23 Nov 13:01")
        await console.pilot.press("j")
        await console.wait_for_text("no due time moves")
        await console.pilot.press("escape")
        assert stored(url, 1002).row.severity == "low"


async def test_marked_tickets_are_counted_before_they_are_changed(url: str) -> None:
    async with open_console(url, minutes=50) as console:
        console.workspace.mark_all(100)
        await console.wait_until(lambda: len(console.panes.queue.marks) == 4, "marks")
        console.workspace.show_pane("queue")
        console.workspace.run_command("severity")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the severities")
        await console.pilot.press("k", "k")
        await console.wait_for_text("2 of 4 tickets: 4 due times move, 2 late at once")
        await console.pilot.press("enter")
        await console.wait_until(lambda: stored(url, 1004).row.severity == "high", "the change")


@pytest.mark.requirement("S1-02", "S1-03")
async def test_type_and_client_are_corrected_with_their_due_times_in_view(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "1002")
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1002,
            "ticket 1002",
        )
        await console.pilot.press("T")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the types")
        await console.pilot.press("j")
        await console.wait_for_text("→ no due time")
        await console.wait_for_text("Somebody wants to know.")
        await console.pilot.press("enter")
        await console.wait_until(lambda: stored(url, 1002).type == "question", "the change")
        await console.run("client", "larch")
        await console.wait_for_notice("already")


async def test_the_explanation_goes_on_with_the_time_and_stays_where_one_reads(url: str) -> None:
    async with open_console(url, size=(80, 16)) as console:
        console.workspace.show_ticket(1002)
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1002,
            "ticket 1002",
        )
        console.workspace.run_command("why")
        await console.wait_until(lambda: isinstance(console.app.screen, Page), "the page")
        page = console.app.screen
        assert isinstance(page, Page)
        await console.wait_until(lambda: bool(page.query("#words")), "the words")
        words = page.query_one("#words", Static)
        await console.wait_until(lambda: "Response" in str(words.content), "the words")
        page.action_scroll(2)
        await console.pilot.pause()
        console.clock.advance(90)
        page.tick()
        assert "0:00:30 overdue" in str(words.content)
        assert page.query_one(VerticalScroll).scroll_offset.y == 2
        messages.reply(colleague(url), 1002, "Here we are.", now=console.clock())
        await console.wait_until(
            lambda: (
                console.workspace.open_ticket is not None
                and console.workspace.open_ticket.timeline[-1].text == "Here we are."
            ),
            "",
        )
        page.tick()
        await console.wait_until(lambda: page.tick() or "Stopped" in str(words.content), "that it stopped")  # type: ignore[func-returns-value]


async def test_a_viewer_is_told_why_not(url: str) -> None:
    async with open_console(url, "vic") as console:
        console.workspace.run_command("reply")
        await console.wait_for_notice("viewer")
        assert console.workspace.composer is None


async def test_somebody_unknown_may_look(url: str) -> None:
    async with open_console(url, "mallory") as console:
        assert console.panes.queue.count == 4
        console.workspace.run_command("take")
        await console.wait_for_notice("no agent of this desk")


async def test_an_empty_list_says_so_and_commands_say_why(url: str) -> None:
    async with open_console(url, view="mine") as console:
        await console.wait_for_text("Nothing is assigned to you.")
        console.workspace.run_command("status")
        await console.wait_for_notice("There is no ticket here: choose a view that has one.")


async def test_what_a_colleague_does_shows_without_a_key(url: str) -> None:
    async with open_console(url) as console:
        update.move(colleague(url), 1001, "solved", now=at(61))
        await console.wait_until(lambda: console.panes.queue.count == 3, "the list without it")
        intake.register(colleague(url), type="question", subject="Brand new", now=at(62))
        await console.wait_for_text("Brand new")


async def test_the_cursor_stays_on_its_ticket_when_the_list_is_sorted_anew(url: str) -> None:
    async with open_console(url) as console:
        console.panes.queue.edge(last=True)
        await console.wait_until(lambda: console.panes.queue.cursor == 3, "the last row")
        number = console.panes.queue.current.number if console.panes.queue.current else 0
        await console.run("order")
        await console.wait_for_text("by due")
        await console.wait_until(
            lambda: console.panes.queue.current is not None and console.panes.queue.current.number == number,
            "the same ticket",
        )


async def test_bug_10_a_breach_sorts_the_counts_anew_without_a_key_or_a_write(url: str) -> None:
    async with open_console(url, minutes=10) as console:

        def breached() -> int | None:
            return next(view.total for view in console.workspace.views if view.key == "breached")

        await console.wait_until(lambda: breached() == 0, "no breach yet")
        console.screen.tick()
        console.clock.advance(21 * 60)
        console.screen.tick()
        await console.wait_until(lambda: breached() == 1, "the breach of the first response")
        await console.wait_for_text("✖")


async def test_the_filter_narrows_down_while_it_is_typed(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("slash")
        await console.wait_until(lambda: bool(console.screen.query("Prompt")), "the line to type in")
        await console.pilot.press(*"r 2")
        await console.wait_until(lambda: console.panes.queue.count == 1, "the one that matches")
        await console.pilot.press("escape")
        await console.wait_until(lambda: console.panes.queue.count == 4, "the whole list again")


async def test_a_command_is_said_by_its_name(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("colon")
        await console.wait_until(lambda: bool(console.screen.query("Prompt")), "the line to type in")
        await console.pilot.press(*"view mine", "enter")
        await console.wait_until(lambda: console.workspace.queue_query.view == "mine", "the view")
        await console.pilot.press("colon")
        await console.wait_until(lambda: bool(console.screen.query("Prompt")), "the line to type in")
        await console.pilot.press(*"stats x", "enter")
        await console.wait_for_notice("Did you mean :status")


async def test_what_is_typed_ahead_reaches_the_composer(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.run_command("note")
        for key in "ajs":
            console.app.simulate_key(key)
        await console.wait_until(lambda: console.workspace.composer is not None, "the composer")
        assert console.panes.queue.cursor == 0
        assert not isinstance(console.app.screen, Choose)


async def test_why_shows_a_sum_that_reaches_the_due_instant(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "1001")
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1001,
            "ticket 1001",
        )
        console.workspace.run_command("why")
        await console.wait_until(lambda: isinstance(console.app.screen, Page), "the page")
        await console.wait_for_text("office, Europe/London, UTC+00:00 at the start")
        await console.wait_for_text("0:30:00")
        await console.pilot.press("tab")
        await console.wait_for_text("Resolution: running")
        await console.pilot.press("escape")


async def test_a_new_ticket_is_opened_from_its_form(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.run_command("new")
        await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the types")
        await console.pilot.press("1")
        await console.wait_for_text("severe")
        await console.pilot.press("2")
        await console.wait_until(lambda: isinstance(console.app.screen, Register), "the form")
        await console.pilot.press(*"Help", "ctrl+s")
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1005,
            "the new ticket",
        )
    found = stored(url, 1005)
    assert (found.row.subject, found.type, found.row.severity) == ("Help", "fault", "low")


async def form_of_a_fault(console: ConsoleSession) -> Register:
    console.workspace.run_command("new")
    await console.wait_until(lambda: isinstance(console.app.screen, Choose), "the types")
    await console.pilot.press("1")
    await console.wait_for_text("severe")
    await console.pilot.press("2")
    return await form(console)


async def form(console: ConsoleSession, other_than: Register | None = None) -> Register:
    def there() -> bool:
        screen = console.app.screen
        return isinstance(screen, Register) and screen is not other_than and bool(screen.query("#subject"))

    await console.wait_until(there, "the form")
    assert isinstance(console.app.screen, Register)
    return console.app.screen


async def test_a_refused_ticket_keeps_what_was_typed(url: str) -> None:
    async with open_console(url) as console:
        first = await form_of_a_fault(console)
        first.query_one("#body", TextArea).text = "It jams."
        await console.pilot.press(*"Help")
        first.query_one("#organisation", Input).value = "nobody-at-all"
        await console.pilot.press("ctrl+s")
        again = await form(console, first)
        await console.wait_for_text("nobody-at-all")
        assert again.query(".refusal")
        assert again.query_one("#subject", Input).value == "Help"
        assert again.query_one("#body", TextArea).text == "It jams."
        again.query_one("#organisation", Input).value = ""
        await console.pilot.press("ctrl+s")
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == 1005,
            "the new ticket",
        )
    assert stored(url, 1005).messages[0].body == "It jams."


async def test_a_ticket_that_was_not_opened_is_gone_on_with_and_asked_about(url: str) -> None:
    async with open_console(url) as console:
        await form_of_a_fault(console)
        await console.pilot.press(*"Help", "escape")
        await console.wait_for_notice("c goes on with it")
        await console.wait_until(lambda: not console.busy(), "the end of the first")
        again = await form_of_a_fault(console)
        assert again.query_one("#subject", Input).value == "Help"
        await console.pilot.press("escape")
        await console.wait_until(lambda: not console.busy(), "the end of the second")
        console.workspace.run_command("quit")
        await console.wait_until(lambda: isinstance(console.app.screen, Confirm), "the question")
        await console.wait_for_text("a new ticket")


class Bare(App[None]):
    """Nothing but the console's colours."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DARK.variables


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("sentences", [0, 4, 12])
async def test_all_that_is_to_be_read_before_asking_can_be_read(size: tuple[int, int], sentences: int) -> None:
    intake = " ".join(["Say what you did, what happened then, and what you expected instead of it."] * sentences)
    app = Bare()
    async with app.run_test(size=size) as pilot:
        await app.push_screen(Register("Fault", Request(), f"{intake} That is all." if intake else ""))
        await pilot.pause()
        screen = app.screen
        assert screen.query_one(TextArea).size.height >= 2
        assert screen.query(".hint").last().region.bottom < screen.query_one(".form").region.bottom
        for scroll in screen.query(".intake"):
            shown = scroll.max_scroll_y + scroll.size.height
            assert shown == scroll.query_one(Static).virtual_region.bottom
            if scroll.can_focus:
                await pilot.press("shift+tab", "end")
                await pilot.pause()
                assert scroll.scroll_target_y == scroll.max_scroll_y


async def test_the_help_page_says_every_key(url: str) -> None:
    async with open_console(url, size=(120, 170)) as console:
        console.workspace.run_command("help")
        await console.wait_until(lambda: isinstance(console.app.screen, Page), "the page")
        for words in (":status", ":goto", "ctrl+p", "working time"):
            await console.wait_for_text(words)


async def test_one_pane_at_a_time_on_a_narrow_terminal(url: str) -> None:
    async with open_console(url, size=(80, 24)) as console:
        await console.wait_for_text("2 Queue")
        assert "4 SLA" not in console.screen_text()
        await console.pilot.press("enter")
        await console.wait_for_text("Words of matter")
        await console.wait_for_text("due")
        await console.pilot.press("4")
        await console.wait_for_text("4 SLA")
        await console.pilot.press("escape")
        await console.wait_for_text("2 Queue")


async def test_zoom_shows_one_pane_on_a_wide_terminal(url: str) -> None:
    async with open_console(url, size=(140, 40)) as console:
        await console.wait_for_text("4 SLA")
        await console.run("zoom")
        await console.wait_until(lambda: "4 SLA" not in console.screen_text(), "one pane")
        console.workspace.run_command("back")
        await console.wait_for_text("4 SLA")


async def test_a_ticket_that_is_not_there_is_said_so(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "4711")
        await console.wait_for_notice("There is no ticket 4711.")


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 23, "9" * 5000])
async def test_a_number_that_no_ticket_can_have_is_said_once(url: str, number: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", number)
        await console.wait_for_notice("There is no ticket 9")
        await console.run("goto", number)
        await console.run("refresh")
        assert [notice.severity for notice in console.app._notifications] == ["error"]


async def test_the_keys_of_the_last_line_can_be_clicked(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.click("#keys", offset=(2, 0))
        await console.wait_until(lambda: console.workspace.composer is not None and not console.busy(), "the composer")
        await console.wait_for_text("ctrl+s send")
        await console.pilot.click("#keys", offset=(70, 0))
        await console.wait_until(lambda: console.workspace.composer is None, "the composer to close")


async def test_what_is_typed_behind_a_colon_is_done_to_the_tickets_that_one_was_at(url: str) -> None:
    async with open_console(url, size=(120, 40)) as console:
        await console.wait_until(lambda: console.panes.next_breach.line is not None, "what is next to breach")
        beside = console.panes.next_breach.line
        assert beside is not None
        while console.panes.queue.current is None or console.panes.queue.current.number == beside.number:
            await console.pilot.press("j")
        number = console.panes.queue.current.number
        await console.wait_until(
            lambda: console.workspace.open_ticket is not None and console.workspace.open_ticket.number == number,
            "the ticket",
        )
        for word in ("one", "two"):
            await console.pilot.press("colon")
            await console.wait_until(lambda: bool(console.screen.query("Prompt")), "the line")
            for sign in f"tag {word}":
                await console.pilot.press("space" if sign == " " else sign)
            await console.pilot.press("enter")
            await console.wait_for_notice(f"{number}: ")
            await console.wait_until(lambda: not console.busy() and not console.screen.query("Prompt"), "the end of it")
            assert console.workspace.layout.pane == "queue"
    assert set(stored(url, number).tags) >= {"one", "two"}
    assert not {"one", "two"} & set(stored(url, beside.number).tags)
