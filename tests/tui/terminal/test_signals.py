"""Signals and the keys that always work: the terminal is as it was, and the keyboard never dead."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.tickets import register
from small_desk import at, small_desk
from store_templates import copy_store
from tui.four_tickets import load_detail
from tui.real_terminal import Start, Terminal

CTRL_C, CTRL_Q, CTRL_Z, SEND, ESCAPE, TAB, ENTER = "\x03", "\x11", "\x1a", "\x13", "\x1b", "\t", "\r"


def _create(url: str) -> object:
    desk = small_desk(url, simulated=True)
    for minute in range(6):
        done = register.register(
            desk, type="fault", subject=f"Matter {minute}", requester="Kim Lee", email="kim@lee.example", now=at(minute)
        )
        messages.record_customer_message(desk, done.number, f"Words {done.number}.", author="Kim", now=at(minute))
    return desk.store


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a desk with the tickets 1001 to 1006."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    copy_store(place, ("six tickets for signals",), _create).close()  # type: ignore[arg-type]
    return place


def open_queue(start: Start, url: str, **variables: str) -> Terminal:
    terminal = start(url, **variables)
    terminal.wait_for("SLA · 1001", "ann · ")
    return terminal


def lock(url: str) -> sqlite3.Connection:
    """Lock a desk as another program does that writes."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


@pytest.mark.law("C-08")
def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(url: str, start: Start) -> None:
    terminal = open_queue(start, url)
    terminal.type("rHalf a sentence")
    terminal.wait_for("Half a sentence")
    terminal.type(CTRL_Z)
    terminal.wait_until_stopped()
    assert terminal.restored
    assert terminal.modes_left_on == []
    terminal.resize((100, 30))
    terminal.forget_screen()
    terminal.send_signal(signal.SIGCONT)
    terminal.wait_for("Half a sentence", "Reply to")
    assert not terminal.restored
    terminal.type(f", and its end.{SEND}")
    terminal.wait_for("answered")
    terminal.type("q")
    assert terminal.wait_for_exit() == 0
    assert terminal.restored
    assert terminal.modes_left_on == []


@pytest.mark.law("C-08")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_console_in_order(url: str, start: Start, tmp_path: Path, ending: signal.Signals) -> None:
    terminal = open_queue(start, url, XDG_STATE_HOME=str(tmp_path))
    terminal.type("rHalf a sentence")
    terminal.wait_for("Half a sentence")
    terminal.send_signal(ending)
    assert terminal.wait_for_exit() == 1
    assert terminal.restored
    assert terminal.modes_left_on == []
    last = terminal.output.decode().rpartition("\x1b[?1004l")[2]
    assert f"deskterm: The console was ended by {ending.name}" in last
    assert "Traceback" not in last
    log = next(tmp_path.rglob("console.log"))
    assert f"ended by {ending.name}" in log.read_text()
    again = open_queue(start, url)
    again.type("r")
    again.wait_for("Half a sentence")


@pytest.mark.law("C-08")
def test_an_error_in_the_console_restores_the_terminal(url: str, start: Start, tmp_path: Path) -> None:
    # Loaded by the interpreter at its start: the first second that is counted down fails
    (tmp_path / "sitecustomize.py").write_text(
        "import threading\n"
        "def fail():\n"
        "    import deskterm.tui.screens.titles as titles\n"
        "    def update(screen): raise LookupError('on purpose')\n"
        "    titles.update_banner = update\n"
        "threading.Timer(4, fail).start()\n"
    )
    terminal = start(url, PYTHONPATH=str(tmp_path), XDG_STATE_HOME=str(tmp_path))
    assert terminal.wait_for_exit() == 1
    assert terminal.restored
    assert terminal.modes_left_on == []
    assert "Something unexpected happened (LookupError)" in terminal.output.decode().rpartition("\x1b[?1004l")[2]
    assert "on purpose" in next(tmp_path.rglob("console.log")).read_text()


@pytest.mark.law("C-08")
def test_ctrl_c_leaves_what_is_open_and_twice_asks_to_quit(url: str, start: Start) -> None:
    terminal = open_queue(start, url)
    terminal.type("s")
    terminal.wait_for("Move 1001 to")
    terminal.type(CTRL_C)
    terminal.wait_for("SLA · 1001", without=["Move 1001 to"])
    terminal.record(seconds=1.6)
    terminal.type(":stat")
    terminal.wait_for(":stat")
    terminal.type(CTRL_C)
    terminal.wait_for("SLA · 1001", without=[":stat"])
    terminal.record(seconds=1.6)
    terminal.type("rFor later")
    terminal.wait_for("For later")
    terminal.type(CTRL_C)
    terminal.wait_for("Draft for 1001 saved", without=["ctrl+s send"])
    terminal.record(seconds=1.6)
    terminal.type(CTRL_C)
    terminal.wait_for("Press ctrl+c again to quit.")
    terminal.record(seconds=1.6)
    terminal.type(CTRL_C + CTRL_C)
    terminal.wait_for("Leave deskterm?", "y leave")
    terminal.type("y")
    assert terminal.wait_for_exit() == 0


@pytest.mark.first
@pytest.mark.law("C-08", "C-45")
def test_a_locked_desk_leaves_the_keyboard_alive_and_loses_no_word(url: str, start: Start) -> None:
    terminal = open_queue(start, url)
    terminal.type("rAll of these words")
    terminal.wait_for("All of these words")
    other = lock(url)
    terminal.type(f"{SEND}jjj")
    terminal.wait_for("saving…", "3 keys waiting")
    terminal.wait_for("ctrl+c frees the keys")
    terminal.type(CTRL_C)
    terminal.wait_for("3 keys that waited are dropped")
    terminal.type(" and more")
    terminal.wait_for("All of these words and more")
    # Until SQLite gives up
    terminal.wait_for("locked", "All of these words and more", without=["saving…"])
    other.execute("ROLLBACK")
    terminal.type(SEND)
    terminal.wait_for("1001 answered")
    assert load_detail(url, 1001).messages[-1].body == "All of these words and more"
    terminal.type(CTRL_Q)
    assert terminal.wait_for_exit() == 0


@pytest.mark.law("C-08", "C-45")
def test_leaving_waits_for_a_change_on_the_free_terminal(url: str, start: Start) -> None:
    terminal = open_queue(start, url)
    other = lock(url)
    terminal.type("A")
    terminal.wait_for("saving…")
    terminal.type(CTRL_Q)
    terminal.wait_for("The last change is still being saved")
    terminal.type("y")
    terminal.wait_for("Saving the last change")
    assert terminal.restored
    other.execute("ROLLBACK")
    assert terminal.wait_for_exit() == 0
    assert load_detail(url, 1001).row.assignee == "ann"


@pytest.mark.law("C-07")
def test_escape_leaves_the_line_and_what_is_written_wherever_the_focus_is(url: str, start: Start) -> None:
    terminal = open_queue(start, url)
    terminal.type(f":zzz{TAB}{TAB}")
    terminal.wait_for(":zzz")
    terminal.type(ESCAPE)
    terminal.wait_for("SLA · 1001", without=[":zzz"])
    terminal.type("rHalf a word")
    terminal.wait_for("Half a word")
    terminal.type(TAB)
    terminal.wait_for("r reply")
    # From the pane beside it: back to the queue, and then out of the letter
    terminal.type(ESCAPE)
    terminal.record(seconds=0.3)
    terminal.type(ESCAPE)
    terminal.wait_for("Draft for 1001 saved", without=["ctrl+s send"])
    terminal.type(CTRL_Q)
    assert terminal.wait_for_exit() == 0


@pytest.mark.law("C-08")
def test_a_console_ends_when_its_terminal_is_closed_and_keeps_what_was_written(url: str, start: Start) -> None:
    terminal = open_queue(start, url)
    terminal.type("rHalf a sentence")
    terminal.wait_for("Half a sentence")
    # So much that more is written to the closed terminal than Textual's queue has room for
    terminal.type(" and more" * 40)
    terminal.wait_for("and more")
    terminal.hang_up()
    assert terminal.wait_for_exit() != 0
    again = open_queue(start, url)
    again.type("r")
    again.wait_for("Half a sentence")
