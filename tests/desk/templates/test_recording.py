"""A macro is made of what was just done, and does the same on another ticket (C-21)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.templates.recording import list_own_acts, make_key, record_macro
from deskterm.desk.templates.run import prepare_macro, run_macro
from deskterm.desk.tickets.assignment import assign
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.update import set_severity, tag
from deskterm.desk.workflow.snooze import snooze
from deskterm.desk.workflow.work_sessions import start_work
from deskterm.errors import DeskError, UsageError
from small_desk import at, small_desk
from ticket_reads import read_ticket

pytestmark = pytest.mark.law("C-21")


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    sam = small_desk(store_url, login="sam")
    for name in ("Kim Lee", "Ines Calder", "Bo Ray"):
        register(
            sam, type="fault", subject=f"Matter of {name}", requester=f"{name} <{name[:2]}@larch.example>", now=at(0)
        )
    yield sam
    sam.store.close()


def test_what_was_done_on_one_ticket_is_done_on_another_with_its_own_names(desk: DeskSession) -> None:
    set_severity(desk, 1001, "high", now=at(1))
    assign(desk, 1001, "sam", now=at(2))
    tag(desk, 1001, ["vip", "old"], now=at(3))
    tag(desk, 1001, [], ["old"], now=at(3))
    messages.add_note(desk, 1001, "Kim Lee called {twice} about Matter of Kim Lee.\x1b[2J", now=at(4))
    messages.reply(desk, 1001, "Hello Kim,\n1001 is in work.\nSam", status="working", now=at(5))
    snooze(desk, 1001, at(5 + 150), now=at(5))
    found = record_macro(desk, "Take  it up!", list_own_acts(desk, 1001, 7), now=at(6))
    macro = found.macro
    assert found.left_out == ()
    assert (macro.key, macro.label) == ("take-it-up", "Take it up!")
    assert (macro.severity, macro.assign, macro.tags) == ("high", "me", ("vip", "-old"))
    assert macro.note == "{requester} called {{twice}} about {subject}.[2J"
    assert macro.reply == "Hello {first_name},\n{number} is in work.\n{agent}"
    assert (macro.status, macro.snooze) == (("working",), "2h30m")
    run_macro(desk, 1002, prepare_macro(desk, macro), now=at(7))
    assert [message.body for message in read_ticket(desk, 1002).messages[-2:]] == [
        "Ines Calder called {twice} about Matter of Ines Calder.[2J",
        "Hello Ines,\n1002 is in work.\nSam",
    ]
    # A macro that was run is recorded as its steps
    again = record_macro(desk, "Again", list_own_acts(desk, 1002, 1), now=at(8)).macro
    assert again.model_copy(update={"key": macro.key, "label": macro.label, "tags": macro.tags}) == macro


def test_only_the_agents_last_acts_are_taken_and_what_no_macro_can_do_is_named(desk: DeskSession) -> None:
    messages.record_customer_message(desk, 1001, "And?", now=at(1))
    tag(desk, 1003, ["x"], now=at(2))
    start_work(desk, 1003, now=at(3))
    found = record_macro(desk, "two", list_own_acts(desk, 1003, 2), now=at(4))
    assert (found.macro.tags, found.left_out) == (("x",), ("start of work",))
    with pytest.raises(DeskError, match="Nothing was done that a macro could do again"):
        record_macro(desk, "none", [], now=at(4))
    with pytest.raises(DeskError, match="The last thing on 1004 is not yours"):
        list_own_acts(desk, 1004, 1)
    with pytest.raises(UsageError, match="no name for a macro"):
        make_key("!?")
