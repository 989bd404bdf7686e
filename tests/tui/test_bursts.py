"""Keys in bursts on a real terminal: each goes to what the keys before it opened, and acts on the right ticket."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.templates.definitions import Macro, ReplyTemplate
from deskterm.desk.templates.library import apply_library
from deskterm.desk.tickets import register
from small_desk import at, small_desk
from store_templates import copy_store
from tui.four_tickets import load_detail
from tui.real_terminal import Start, Terminal

ENTER, ESCAPE, SEND, TAB = "\r", "\x1b", "\x13", "\t"

SUBJECTS = 140
"""Tickets of the desk: more than the pages that a console reads ahead."""


def _create(url: str) -> object:
    desk = small_desk(url, simulated=True)
    for number in range(SUBJECTS):
        subject = "The printer smokes" if number == 77 else f"Matter {number}"
        done = register.register(
            desk, type="fault", subject=subject, requester="Kim Lee", email="kim@lee.example", now=at(number / 10)
        )
        messages.record_customer_message(desk, done.number, f"Words {done.number}.", author="Kim", now=at(number / 10))
    template = ReplyTemplate(key="ask", label="Ask", body="Dear {requester},\n{cursor}\n{agent}", words=("release",))
    apply_library(desk, [template, Macro(key="tag", label="Tag", tags=("vip",), note="{number}")], now=at(20))
    return desk.store


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a desk with the tickets 1001 to 1140, in the order in which the queue has them."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    copy_store(place, ("many tickets",), _create).close()  # type: ignore[arg-type]
    return place


def last_message(url: str, number: int) -> str:
    return load_detail(url, number).messages[-1].body


def leave(terminal: Terminal) -> None:
    terminal.type("q")
    assert terminal.wait_for_exit() == 0


@pytest.mark.law("C-01", "C-02")
def test_a_reply_in_one_burst_goes_to_the_ticket_that_the_cursor_was_moved_to(url: str, start: Start) -> None:
    terminal = start(url)
    terminal.wait_for("Words 1001.")
    # The first ticket goes to the end of the list, and leaves the cursor with the next one
    terminal.type(f"jjrHello there{SEND}jjjrAnd you{SEND}")
    terminal.wait_for("1007 answered")
    assert [last_message(url, number) for number in (1003, 1007)] == ["Hello there", "And you"]
    # An escape in the same packet is one, too: what is behind it belongs to no letter (C-07)
    terminal.type(f"rNot sent{ESCAPE}4{ESCAPE}7rNor this{ESCAPE}{TAB}{ESCAPE}GA")
    terminal.wait_for("1007 assigned", "2 drafts")
    leave(terminal)


@pytest.mark.law("C-02", "C-21")
def test_a_template_and_a_macro_in_one_burst_are_for_the_rows_that_were_under_the_cursor(
    url: str, start: Start
) -> None:
    terminal = start(url)
    terminal.wait_for("Words 1001.")
    terminal.type(f"jirelea\rHello there{SEND}jmtag\r")
    terminal.wait_for("1002 answered")
    terminal.wait_for("1004: Tag:")
    assert last_message(url, 1002) == "Dear Kim Lee,\nHello there\nAnn"
    assert last_message(url, 1004) == "1004"
    leave(terminal)


@pytest.mark.law("C-02")
def test_keys_that_come_before_the_first_rows_wait_for_them(url: str, start: Start) -> None:
    terminal = start(url)
    # After enter, j scrolls the ticket
    terminal.type("j\rjrHello there")
    # Only now: until the program has the terminal, ctrl+s is a key of the system
    terminal.wait_for("Reply to Kim Lee · 1002", "Hello there")
    terminal.type(SEND)
    terminal.wait_for("1002 answered")
    assert last_message(url, 1002) == "Hello there"
    leave(terminal)


@pytest.mark.law("C-01", "C-02")
def test_a_command_for_a_row_that_has_not_been_read_waits_for_it(url: str, start: Start) -> None:
    terminal = start(url)
    terminal.wait_for("Words 1001.")
    terminal.type(f"GrThe last{SEND}")
    terminal.wait_for("1140 answered")
    assert last_message(url, 1140) == "The last"
    leave(terminal)


@pytest.mark.law("C-02", "C-12")
def test_a_filter_with_fields_is_typed_with_what_follows_it(url: str, start: Start) -> None:
    terminal = start(url)
    terminal.wait_for("Words 1001.")
    terminal.type(f"/subject:printer assignee:none{ENTER}rFor the filter{SEND}")
    terminal.wait_for("1078 answered")
    assert last_message(url, 1078) == "For the filter"
    leave(terminal)


@pytest.mark.law("C-02")
def test_a_number_a_search_and_a_command_line_are_typed_with_what_follows_them(url: str, start: Start) -> None:
    terminal = start(url)
    terminal.wait_for("Words 1001.")
    terminal.type(f":1112{ENTER}rFor the number{SEND}")
    terminal.wait_for("1112 answered")
    terminal.type(f"gq/printer{ENTER}rFor the search{SEND}")
    terminal.wait_for("1078 answered")
    terminal.type(f"{ESCAPE}")
    terminal.wait_for("140 open")
    terminal.type(f"ggj:reply{ENTER}For the command{SEND}")
    terminal.wait_for("1002 answered")
    texts = [last_message(url, number) for number in (1112, 1078, 1002)]
    assert texts == ["For the number", "For the search", "For the command"]
    leave(terminal)


@pytest.mark.law("C-01", "C-02")
def test_questions_are_answered_ahead(url: str, start: Start) -> None:
    terminal = start(url)
    terminal.wait_for("Words 1001.")
    terminal.type(f"js1jtvip{ENTER}jA")
    terminal.wait_for("1004 assigned", without=["Move 1002"])
    assert load_detail(url, 1002).row.status == "working"
    terminal.wait_for("vip")
    assert load_detail(url, 1004).row.assignee == "ann"
    leave(terminal)


@pytest.mark.law("C-01")
def test_a_letter_is_not_written_to_the_row_under_the_cursor_while_others_are_marked(url: str, start: Start) -> None:
    terminal = start(url)
    terminal.wait_for("Words 1001.")
    terminal.type("  jr")
    terminal.wait_for("2 tickets are marked, and this is for one")
    terminal.type(f"{ESCAPE}")
    terminal.wait_for("Words 1004.", without=["2 marked"])
    terminal.type(f" jrTo the marked one{SEND}")
    terminal.wait_for("1004 answered")
    assert last_message(url, 1004) == "To the marked one"
    leave(terminal)


@pytest.mark.law("C-01", "C-06")
def test_a_ticket_that_one_has_gone_into_stays_when_it_leaves_the_list(url: str, start: Start) -> None:
    terminal = start(url, size=(80, 24))
    terminal.wait_for("Matter 5")
    terminal.type(f":view unassigned{ENTER}")
    terminal.wait_for("Matter 5", "Unassigned")
    terminal.type(f"{ENTER}AnSeen{SEND}")
    terminal.wait_for("1001 noted", "─ 1001 ·")
    assert (load_detail(url, 1001).row.assignee, last_message(url, 1001)) == ("ann", "Seen")
    leave(terminal)


@pytest.mark.law("C-02", "C-03")
def test_acts_in_one_burst_are_undone_one_by_one_in_another(url: str, start: Start) -> None:
    terminal = start(url, size=(80, 24))
    terminal.wait_for("Matter 5")
    terminal.type(f"Ajtvip{ENTER}S1jj")
    terminal.wait_for("u undo: severity of 1002")
    detail = load_detail(url, 1002)
    assert (load_detail(url, 1001).row.assignee, detail.row.severity, detail.tags) == ("ann", "high", ("vip",))
    terminal.type("uu")
    terminal.wait_for("u undo: assignee of 1001")
    detail = load_detail(url, 1002)
    assert (load_detail(url, 1001).row.assignee, detail.row.severity, detail.tags) == ("ann", "low", ())
    terminal.type("u")
    terminal.wait_for("Undone: 1001 is unassigned again", without=["u undo:"])
    assert load_detail(url, 1001).row.assignee is None
    leave(terminal)


@pytest.mark.law("C-02", "C-04", "C-42")
def test_marks_and_what_they_are_marked_again_for_are_typed_in_one_burst(url: str, start: Start) -> None:
    terminal = start(url)
    terminal.wait_for("Words 1001.")
    terminal.type(f"jj  jAggjtone{ENTER}gvtvip{ENTER}")
    terminal.wait_for("u undo: tags of 2 tickets")
    assert [load_detail(url, number).tags for number in (1002, 1003, 1004)] == [("one",), ("vip",), ("vip",)]
    leave(terminal)
