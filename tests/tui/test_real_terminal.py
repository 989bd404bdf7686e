"""The program on a real terminal: keys go in, text comes out, and the store has the result."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from cli_call import program_as
from deskterm.desk.conversation import messages
from deskterm.desk.tickets import register
from small_desk import at, small_desk
from tui.four_tickets import load_detail
from tui.real_terminal import ALTERNATE, NOW, Start

COLOUR = re.compile(rb"\x1b\[(?:\d*;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:]\d*)*m")

ENTER, ESCAPE, SEND, EDIT = "\r", "\x1b", "\x13", "\x05"

ATTACKS = {
    "\x1b]52;c;aGVsbG8=\x07": "52;c",
    "\x1b]0;owned\x07": "owned",
    "\x9d2;taken\x9c": "\x9d",
    "\x1b[2J\x1b[8mgone": "\x1b[8m",
    "\x9b31mred": "\x9b",
    "\x1bPq#0;2;0;0;0#0~~\x1b\\": "\x1bP",
    "\x1b[?1049lback": "\x1b[?1049lback",
    "invoice\u202efdp.exe": "\u202e",
    "a\x08\x08b": "\x08",
}
"""Text of a subject → the part of it that must not reach the terminal."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a desk that has not been made yet, in a file."""
    return f"sqlite:///{tmp_path / 'desk.sqlite3'}"


def create_desk_with(url: str, *subjects: str) -> None:
    """Create a simulated desk with a ticket for each subject, from 1001 on."""
    desk = small_desk(url, simulated=True)
    for minute, subject in enumerate(subjects):
        done = register.register(
            desk, type="fault", subject=subject, requester="Kim Lee", email="kim@lee.example", now=at(minute)
        )
        messages.record_customer_message(
            desk, done.number, f"Words of {done.number}.", author="Kim Lee", now=at(minute)
        )
    desk.store.close()


def test_a_ticket_is_answered_and_moved_and_it_is_in_the_store(store_url: str, start: Start) -> None:
    create_desk_with(store_url, "The scales are stuck", "The till is silent", "The door is open")
    terminal = start(store_url)
    terminal.wait_for("The scales are stuck", "The door is open", "Words of 1001.")

    terminal.type("j")
    terminal.wait_for("Words of 1002.", "SLA · 1002")
    terminal.type("r")
    terminal.wait_for("Reply to Kim Lee · 1002", "ctrl+s send")
    terminal.type("We are on our way.")
    terminal.wait_for("We are on our way.")
    terminal.type(SEND)
    terminal.wait_for("1002 answered", "Ann (agent)", without=["ctrl+s send"])

    terminal.type("s")
    terminal.wait_for("Move 1002 to", "1 Working on it", "2 Solved")
    terminal.type("1")
    terminal.wait_for("status New → Working on it", without=["Move 1002 to"])
    terminal.type("q")

    assert terminal.wait_for_exit() == 0
    assert terminal.restored
    ticket = load_detail(store_url, 1002)
    assert (ticket.messages[-1].author, ticket.messages[-1].body) == ("Ann", "We are on our way.")
    assert ticket.row.status == "working"
    assert load_detail(store_url, 1001).row.status == "new"


def test_words_and_the_key_that_sends_them_may_come_at_once(url: str, start: Start) -> None:
    create_desk_with(url, "The scales are stuck")
    terminal = start(url)
    terminal.wait_for("Words of 1001.")
    terminal.type("r")
    terminal.wait_for("Reply to Kim Lee · 1001")
    words = "All of it is said in one breath, and sent with it. " * 8 + "That is all."
    terminal.type(words + SEND)
    terminal.wait_for("1001 answered", without=["Reply to"])
    terminal.type("q")
    assert terminal.wait_for_exit() == 0
    assert load_detail(url, 1001).messages[-1].body == words


def test_what_another_process_writes_is_shown(store_url: str, start: Start, environment: dict[str, str]) -> None:
    create_desk_with(store_url, "The scales are stuck")
    terminal = start(store_url)
    terminal.wait_for("Words of 1001.")
    program = program_as("ann", "ticket", "new", "Written elsewhere", "--type", "fault", *NOW)
    subprocess.run(program, env=environment | {"DESKTERM_DATABASE": store_url}, check=True, stdout=subprocess.DEVNULL)
    terminal.wait_for("Written elsewhere", "2 open")
    terminal.type("q")
    assert terminal.wait_for_exit() == 0


def test_an_editor_is_given_the_terminal_and_the_words_come_back(url: str, start: Start, tmp_path: Path) -> None:
    create_desk_with(url, "The scales are stuck")
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\ntest -t 0 && test -t 1 && sed -i "1s/$/ and from here/" "$1"\n')
    editor.chmod(0o755)
    terminal = start(url, EDITOR=str(editor))
    terminal.wait_for("Words of 1001.")
    terminal.type("r")
    terminal.wait_for("ctrl+s send")
    terminal.type("Begun there")
    terminal.wait_for("Begun there")
    terminal.type(EDIT)
    terminal.wait_for("Begun there and from here", "SLA · 1001")
    terminal.type(SEND)
    terminal.wait_for("1001 answered")
    terminal.type("q")
    assert terminal.wait_for_exit() == 0
    assert terminal.restored
    assert load_detail(url, 1001).messages[-1].body == "Begun there and from here"


def test_another_size_shows_other_panes(url: str, start: Start) -> None:
    create_desk_with(url, "The scales are stuck")
    terminal = start(url)
    terminal.wait_for("[All open 1]", "SLA · 1001", "Words of 1001.")
    terminal.resize((80, 24))
    terminal.wait_for("The scales are stuck", without=["[All open 1]", "SLA · 1001", "Words of 1001."])
    terminal.type(ENTER)
    terminal.wait_for("Words of 1001.", without=["Queue ·"])
    terminal.resize((120, 40))
    terminal.wait_for("Words of 1001.", "Queue ·", "[All open 1]")
    terminal.resize((180, 50))
    terminal.wait_for("Words of 1001.", "Queue ·", "Next to breach")
    terminal.type("q")
    assert terminal.wait_for_exit() == 0
    assert terminal.restored


def test_no_color_means_none(url: str, start: Start) -> None:
    create_desk_with(url, "The scales are stuck")
    outputs = []
    for variables in ({"NO_COLOR": "1"}, {}):
        terminal = start(url, **variables)
        terminal.wait_for("Words of 1001.")
        terminal.type("s")
        terminal.wait_for("Move 1001 to")
        terminal.type(ESCAPE)
        terminal.wait_for("Words of 1001.", without=["Move 1001 to"])
        terminal.type("q")
        assert terminal.wait_for_exit() == 0
        outputs.append(terminal.output)
    assert COLOUR.findall(outputs[0]) == []
    assert COLOUR.search(outputs[1])


def test_hostile_words_reach_no_terminal(url: str, start: Start) -> None:
    create_desk_with(url, *(f"{number} before {attack} after" for number, attack in enumerate(ATTACKS)))
    terminal = start(url)
    terminal.wait_for("Words of 1001.", *(f"{number} before" for number in range(len(ATTACKS))))
    for number in range(2, len(ATTACKS) + 1):
        terminal.type("j")
        terminal.wait_for(f"Words of 100{number}.")
    terminal.type("q")
    assert terminal.wait_for_exit() == 0
    assert terminal.restored
    assert [harm for harm in ATTACKS.values() if harm.encode() in terminal.output] == []


def test_without_a_keyboard_the_queue_is_printed(url: str, start: Start) -> None:
    create_desk_with(url, "The scales are stuck", "The till \x1b[31mis silent")
    terminal = start(url, size=(200, 50), keyboard=False)
    assert terminal.wait_for_exit() == 0
    terminal.wait_for("The scales are stuck", "The till", "is silent", "1002")
    assert ALTERNATE not in terminal.output
    assert b"\x1b[31m" not in terminal.output


def test_a_stranger_is_told_so_and_the_terminal_is_left_alone(url: str, start: Start) -> None:
    create_desk_with(url, "The scales are stuck")
    terminal = start(url, login="zoe")
    assert terminal.wait_for_exit() == 1
    terminal.wait_for("'zoe' is no agent of this desk")
    assert ALTERNATE not in terminal.output
