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
from deskterm.store.queries.ticket_detail import TicketDetail, ticket_detail
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.compose import Composer
from deskterm.tui.dialogs.confirm import Confirm
from deskterm.tui.dialogs.page import Page
from deskterm.tui.dialogs.register import Register, Request
from deskterm.tui.themes import DARK
from small_desk import at, small_desk
from tui.console_session import Sitting, sitting


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
        found = ticket_detail(reader, number)
    assert found is not None
    return found


def colleague(url: str) -> DeskSession:
    """Somebody else at work on the same desk."""
    return open_desk(open_store(url), "kim")


async def composing(here: Sitting, kind: str) -> Composer:
    await here.do(kind)
    composer = here.screen.writing.composer
    assert composer is not None
    return composer


async def test_the_queue_shows_the_open_tickets_in_the_order_of_work(url: str) -> None:
    async with sitting(url) as here:
        assert here.screen.queue.count == 4
        assert here.screen.card is not None
        await here.shows("Matter 0")
        await here.shows("Queue · by order of work · 4 open")
        await here.shows("Words of matter")


async def test_a_reply_is_sent_and_the_ticket_moves(url: str) -> None:
    async with sitting(url) as here:
        here.screen.go_to(1001)
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1001, "ticket 1001")
        composer = await composing(here, "reply")
        composer.words = "We are looking into it."
        composer.set_then(here.screen.vocabulary.statuses["working"])
        composer.action_send()
        await here.until(lambda: here.screen.writing.composer is None, "the composer to close")
    found = stored(url, 1001)
    assert found.messages[-1].body == "We are looking into it."
    assert found.row.status == "working"
    assert found.events[-1].actor == "sam"


async def test_a_note_is_internal(url: str) -> None:
    async with sitting(url) as here:
        here.screen.go_to(1002)
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1002, "ticket 1002")
        composer = await composing(here, "note")
        composer.words = "Call the vendor."
        composer.action_send()
        await here.until(lambda: here.screen.writing.composer is None, "the composer to close")
    assert stored(url, 1002).messages[-1].kind == "internal"


async def test_a_reply_that_crossed_a_message_is_held_back_once(url: str) -> None:
    async with sitting(url) as here:
        here.screen.go_to(1001)
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1001, "ticket 1001")
        composer = await composing(here, "reply")
        composer.words = "Have you tried again?"
        messages.record_customer_message(colleague(url), 1001, "It works again, thank you!", now=at(61))
        here.clock.passes(90)
        composer.action_send()
        await here.shows("Held back")
        assert len(stored(url, 1001).messages) == 2
        await here.shows("It works again")
        await here.until(lambda: not here.working(), "the first try to end")
        composer.action_send()
        await here.until(lambda: here.screen.writing.composer is None, "the composer to close")
    assert [message.body for message in stored(url, 1001).messages][-1] == "Have you tried again?"


async def test_a_draft_is_kept_and_asked_about_before_leaving(url: str) -> None:
    async with sitting(url) as here:
        composer = await composing(here, "reply")
        composer.words = "Not yet sent"
        composer.action_keep()
        await here.until(lambda: here.screen.writing.composer is None, "the composer to close")
        again = await composing(here, "reply")
        assert again.words == "Not yet sent"
        here.screen.action_carry_out("quit")
        await here.until(lambda: isinstance(here.app.screen, Confirm), "the question")
        await here.pilot.press("n")
        await here.until(lambda: here.app.screen is here.screen, "the desk again")


async def test_nothing_is_asked_before_leaving_without_a_draft(url: str) -> None:
    async with sitting(url) as here:
        here.screen.action_carry_out("quit")
        await here.until(lambda: here.app._exit, "the end")


async def test_the_status_dialog_offers_only_legal_moves(url: str) -> None:
    async with sitting(url) as here:
        here.screen.action_carry_out("status")
        await here.until(lambda: isinstance(here.app.screen, Choose), "the dialog")
        assert [choice.key for choice in here.app.screen.query_one("Choices").choices] == ["working", "solved"]  # type: ignore[attr-defined]
        await here.pilot.press("1")
        number = here.screen.queue.current.number if here.screen.queue.current else 0
        await here.until(lambda: stored(url, number).row.status == "working", "the new status")


async def test_an_illegal_status_is_refused_in_a_sentence(url: str) -> None:
    async with sitting(url) as here:
        await here.do("status", "closed")
        await here.told("cannot go to Closed")


async def test_commands_reach_all_marked_tickets(url: str) -> None:
    async with sitting(url) as here:
        here.screen.queue.mark()
        here.screen.queue.mark()
        await here.do("assign", "lea")
        await here.until(lambda: not here.screen.queue.marks, "the marks to go")
        with open_reader(url) as reader:
            given = reader.rows("SELECT count(*) FROM ticket WHERE assignee = 'lea'")
        assert given == [(2,)]


async def test_marking_all_marks_what_the_filter_shows(url: str) -> None:
    async with sitting(url) as here:
        await here.do("filter", "Matter 2")
        await here.until(lambda: here.screen.queue.count == 1, "the filtered list")
        await here.do("mark-all")
        await here.until(lambda: len(here.screen.queue.marks) == 1, "the mark")


async def test_a_ticket_is_given_to_nobody(url: str) -> None:
    async with sitting(url) as here:
        number = here.screen.queue.current.number if here.screen.queue.current else 0
        await here.do("take")
        assert stored(url, number).row.assignee == "sam"
        await here.do("assign", "-")
        assert stored(url, number).row.assignee is None


async def test_severity_and_tags_change(url: str) -> None:
    async with sitting(url) as here:
        await here.do("goto", "1002")
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1002, "ticket 1002")
        await here.do("severity", "high")
        await here.do("tag", "vip -none")
        found = stored(url, 1002)
        assert (found.row.severity, found.tags) == ("high", ("vip",))


async def test_what_a_choice_would_do_to_due_times_is_shown_before_it_is_taken(url: str) -> None:
    async with sitting(url, minutes=50) as here:
        await here.do("goto", "1002")
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1002, "ticket 1002")
        here.screen.action_carry_out("severity")
        await here.until(lambda: isinstance(here.app.screen, Choose), "the severities")
        await here.pilot.press("home")
        await here.pilot.press("k", "k")
        await here.shows("Response    Mon 23 Nov 10:01 → Mon 23 Nov 09:31  late at once")
        await here.shows("Resolution  Wed 25 Nov 09:01 → Mon 23 Nov 13:01")
        await here.pilot.press("j")
        await here.shows("no due time moves")
        await here.pilot.press("escape")
        assert stored(url, 1002).row.severity == "low"


async def test_marked_tickets_are_counted_before_they_are_changed(url: str) -> None:
    async with sitting(url, minutes=50) as here:
        here.screen.mark_all(100)
        await here.until(lambda: len(here.screen.queue.marks) == 4, "marks")
        here.screen.show_pane("queue")
        here.screen.action_carry_out("severity")
        await here.until(lambda: isinstance(here.app.screen, Choose), "the severities")
        await here.pilot.press("k", "k")
        await here.shows("2 of 4 tickets: 4 due times move, 2 late at once")
        await here.pilot.press("enter")
        await here.until(lambda: stored(url, 1004).row.severity == "high", "the change")


@pytest.mark.requirement("S1-02", "S1-03")
async def test_type_and_client_are_corrected_with_their_due_times_in_view(url: str) -> None:
    async with sitting(url) as here:
        await here.do("goto", "1002")
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1002, "ticket 1002")
        await here.pilot.press("T")
        await here.until(lambda: isinstance(here.app.screen, Choose), "the types")
        await here.pilot.press("j")
        await here.shows("→ no due time")
        await here.shows("Somebody wants to know.")
        await here.pilot.press("enter")
        await here.until(lambda: stored(url, 1002).type == "question", "the change")
        await here.do("client", "larch")
        await here.told("already")


async def test_the_explanation_goes_on_with_the_time_and_stays_where_one_reads(url: str) -> None:
    async with sitting(url, size=(80, 16)) as here:
        here.screen.go_to(1002)
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1002, "ticket 1002")
        here.screen.action_carry_out("why")
        await here.until(lambda: isinstance(here.app.screen, Page), "the page")
        page = here.app.screen
        assert isinstance(page, Page)
        await here.until(lambda: bool(page.query("#words")), "the words")
        words = page.query_one("#words", Static)
        await here.until(lambda: "Response" in str(words.content), "the words")
        page.action_scroll(2)
        await here.pilot.pause()
        here.clock.passes(90)
        page.tick()
        assert "0:00:30 overdue" in str(words.content)
        assert page.query_one(VerticalScroll).scroll_offset.y == 2
        messages.reply(colleague(url), 1002, "Here we are.", now=here.clock())
        await here.until(
            lambda: here.screen.card is not None and here.screen.card.turns[-1].words == "Here we are.", ""
        )
        page.tick()
        await here.until(lambda: page.tick() or "Stopped" in str(words.content), "that it stopped")  # type: ignore[func-returns-value]


async def test_a_viewer_is_told_why_not(url: str) -> None:
    async with sitting(url, "vic") as here:
        here.screen.action_carry_out("reply")
        await here.told("viewer")
        assert here.screen.writing.composer is None


async def test_somebody_unknown_may_look(url: str) -> None:
    async with sitting(url, "mallory") as here:
        assert here.screen.queue.count == 4
        here.screen.action_carry_out("take")
        await here.told("no agent of this desk")


async def test_an_empty_list_says_so_and_commands_say_why(url: str) -> None:
    async with sitting(url, view="mine") as here:
        await here.shows("Nothing is assigned to you.")
        here.screen.action_carry_out("status")
        await here.told("There is no ticket here: choose a view that has one.")


async def test_what_a_colleague_does_shows_without_a_key(url: str) -> None:
    async with sitting(url) as here:
        update.move(colleague(url), 1001, "solved", now=at(61))
        await here.until(lambda: here.screen.queue.count == 3, "the list without it")
        intake.register(colleague(url), type="question", subject="Brand new", now=at(62))
        await here.shows("Brand new")


async def test_the_cursor_stays_on_its_ticket_when_the_list_is_sorted_anew(url: str) -> None:
    async with sitting(url) as here:
        here.screen.queue.edge(last=True)
        await here.until(lambda: here.screen.queue.cursor == 3, "the last row")
        number = here.screen.queue.current.number if here.screen.queue.current else 0
        await here.do("order")
        await here.shows("by due")
        await here.until(
            lambda: here.screen.queue.current is not None and here.screen.queue.current.number == number,
            "the same ticket",
        )


async def test_bug_10_a_breach_sorts_the_counts_anew_without_a_key_or_a_write(url: str) -> None:
    async with sitting(url, minutes=10) as here:

        def breached() -> int | None:
            return next(view.total for view in here.screen.views if view.key == "breached")

        await here.until(lambda: breached() == 0, "no breach yet")
        here.screen.tick()
        here.clock.passes(21 * 60)
        here.screen.tick()
        await here.until(lambda: breached() == 1, "the breach of the first response")
        await here.shows("✖")


async def test_the_filter_narrows_down_while_it_is_typed(url: str) -> None:
    async with sitting(url) as here:
        await here.pilot.press("slash")
        await here.until(lambda: bool(here.screen.query("Prompt")), "the line to type in")
        await here.pilot.press(*"r 2")
        await here.until(lambda: here.screen.queue.count == 1, "the one that matches")
        await here.pilot.press("escape")
        await here.until(lambda: here.screen.queue.count == 4, "the whole list again")


async def test_a_command_is_said_by_its_name(url: str) -> None:
    async with sitting(url) as here:
        await here.pilot.press("colon")
        await here.until(lambda: bool(here.screen.query("Prompt")), "the line to type in")
        await here.pilot.press(*"view mine", "enter")
        await here.until(lambda: here.screen.looking.view == "mine", "the view")
        await here.pilot.press("colon")
        await here.until(lambda: bool(here.screen.query("Prompt")), "the line to type in")
        await here.pilot.press(*"stats x", "enter")
        await here.told("Did you mean :status")


async def test_what_is_typed_ahead_reaches_the_composer(url: str) -> None:
    async with sitting(url) as here:
        here.screen.action_carry_out("note")
        for key in "ajs":
            here.app.simulate_key(key)
        await here.until(lambda: here.screen.writing.composer is not None, "the composer")
        assert here.screen.queue.cursor == 0
        assert not isinstance(here.app.screen, Choose)


async def test_why_shows_a_sum_that_reaches_the_due_instant(url: str) -> None:
    async with sitting(url) as here:
        await here.do("goto", "1001")
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1001, "ticket 1001")
        here.screen.action_carry_out("why")
        await here.until(lambda: isinstance(here.app.screen, Page), "the page")
        await here.shows("office, Europe/London, UTC+00:00 at the start")
        await here.shows("0:30:00")
        await here.pilot.press("tab")
        await here.shows("Resolution: running")
        await here.pilot.press("escape")


async def test_a_new_ticket_is_opened_from_its_form(url: str) -> None:
    async with sitting(url) as here:
        here.screen.action_carry_out("new")
        await here.until(lambda: isinstance(here.app.screen, Choose), "the types")
        await here.pilot.press("1")
        await here.shows("severe")
        await here.pilot.press("2")
        await here.until(lambda: isinstance(here.app.screen, Register), "the form")
        await here.pilot.press(*"Help", "ctrl+s")
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1005, "the new ticket")
    found = stored(url, 1005)
    assert (found.row.subject, found.type, found.row.severity) == ("Help", "fault", "low")


async def form_of_a_fault(here: Sitting) -> Register:
    here.screen.action_carry_out("new")
    await here.until(lambda: isinstance(here.app.screen, Choose), "the types")
    await here.pilot.press("1")
    await here.shows("severe")
    await here.pilot.press("2")
    return await form(here)


async def form(here: Sitting, other_than: Register | None = None) -> Register:
    def there() -> bool:
        screen = here.app.screen
        return isinstance(screen, Register) and screen is not other_than and bool(screen.query("#subject"))

    await here.until(there, "the form")
    assert isinstance(here.app.screen, Register)
    return here.app.screen


async def test_a_refused_ticket_keeps_what_was_typed(url: str) -> None:
    async with sitting(url) as here:
        first = await form_of_a_fault(here)
        first.query_one("#body", TextArea).text = "It jams."
        await here.pilot.press(*"Help")
        first.query_one("#organisation", Input).value = "nobody-at-all"
        await here.pilot.press("ctrl+s")
        again = await form(here, first)
        await here.shows("nobody-at-all")
        assert again.query(".refusal")
        assert again.query_one("#subject", Input).value == "Help"
        assert again.query_one("#body", TextArea).text == "It jams."
        again.query_one("#organisation", Input).value = ""
        await here.pilot.press("ctrl+s")
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1005, "the new ticket")
    assert stored(url, 1005).messages[0].body == "It jams."


async def test_a_ticket_that_was_not_opened_is_gone_on_with_and_asked_about(url: str) -> None:
    async with sitting(url) as here:
        await form_of_a_fault(here)
        await here.pilot.press(*"Help", "escape")
        await here.told("c goes on with it")
        await here.until(lambda: not here.working(), "the end of the first")
        again = await form_of_a_fault(here)
        assert again.query_one("#subject", Input).value == "Help"
        await here.pilot.press("escape")
        await here.until(lambda: not here.working(), "the end of the second")
        here.screen.action_carry_out("quit")
        await here.until(lambda: isinstance(here.app.screen, Confirm), "the question")
        await here.shows("a new ticket")


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
    async with sitting(url, size=(120, 170)) as here:
        here.screen.action_carry_out("help")
        await here.until(lambda: isinstance(here.app.screen, Page), "the page")
        for words in (":status", ":goto", "ctrl+p", "working time"):
            await here.shows(words)


async def test_one_pane_at_a_time_on_a_narrow_terminal(url: str) -> None:
    async with sitting(url, size=(80, 24)) as here:
        await here.shows("2 Queue")
        assert "4 SLA" not in here.text()
        await here.pilot.press("enter")
        await here.shows("Words of matter")
        await here.shows("due")
        await here.pilot.press("4")
        await here.shows("4 SLA")
        await here.pilot.press("escape")
        await here.shows("2 Queue")


async def test_zoom_shows_one_pane_on_a_wide_terminal(url: str) -> None:
    async with sitting(url, size=(140, 40)) as here:
        await here.shows("4 SLA")
        await here.do("zoom")
        await here.until(lambda: "4 SLA" not in here.text(), "one pane")
        here.screen.action_carry_out("back")
        await here.shows("4 SLA")


async def test_a_ticket_that_is_not_there_is_said_so(url: str) -> None:
    async with sitting(url) as here:
        await here.do("goto", "4711")
        await here.told("There is no ticket 4711.")


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 23, "9" * 5000])
async def test_a_number_that_no_ticket_can_have_is_said_once(url: str, number: str) -> None:
    async with sitting(url) as here:
        await here.do("goto", number)
        await here.told("There is no ticket 9")
        await here.do("goto", number)
        await here.do("refresh")
        assert [notice.severity for notice in here.app._notifications] == ["error"]


async def test_the_keys_of_the_last_line_can_be_clicked(url: str) -> None:
    async with sitting(url) as here:
        await here.pilot.click("#keys", offset=(2, 0))
        await here.until(lambda: here.screen.writing.composer is not None and not here.working(), "the composer")
        await here.shows("ctrl+s send")
        await here.pilot.click("#keys", offset=(70, 0))
        await here.until(lambda: here.screen.writing.composer is None, "the composer to close")


async def test_what_is_typed_behind_a_colon_is_done_to_the_tickets_that_one_was_at(url: str) -> None:
    async with sitting(url, size=(120, 40)) as here:
        await here.until(lambda: here.screen.soon.line is not None, "what is next to breach")
        beside = here.screen.soon.line
        assert beside is not None
        while here.screen.queue.current is None or here.screen.queue.current.number == beside.number:
            await here.pilot.press("j")
        number = here.screen.queue.current.number
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == number, "the ticket")
        for word in ("one", "two"):
            await here.pilot.press("colon")
            await here.until(lambda: bool(here.screen.query("Prompt")), "the line")
            for sign in f"tag {word}":
                await here.pilot.press("space" if sign == " " else sign)
            await here.pilot.press("enter")
            await here.told(f"{number}: ")
            await here.until(lambda: not here.working() and not here.screen.query("Prompt"), "the end of it")
            assert here.screen.pane == "queue"
    assert set(stored(url, number).tags) >= {"one", "two"}
    assert not {"one", "two"} & set(stored(url, beside.number).tags)
