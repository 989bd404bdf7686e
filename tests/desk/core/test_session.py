"""Commands in a session, on both databases: rows, clocks, refusals and versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession, VersionConflict
from deskterm.desk.linking import duplicate, merge
from deskterm.desk.tickets import assignment, confirmation, reopening, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists
from deskterm.desk.workflow import work_sessions as work
from deskterm.errors import DeskError, UsageError
from small_desk import at, small_desk
from ticket_reads import DeskFactory, clock_state, read_ticket


def test_the_first_ticket_is_number_1001_and_its_clocks_run(desk: DeskSession) -> None:
    done = register(
        desk,
        subject="  Login\nfails ",
        body="Since this morning.\n",
        type="fault",
        severity="high",
        requester="Kim Doe",
        email="Kim@Larch.example",
        now=at(0),
    )
    found = read_ticket(desk, done.number)
    assert done.number == 1001
    assert (found.row.subject, found.row.status, found.row.severity) == ("Login fails", "new", "high")
    assert (found.row.requester, found.row.organisation) == ("Kim Doe", "Larch Ltd")
    assert found.messages[0].body == "Since this morning."
    assert clock_state(desk, 1001, "response") == ("running", int(at(30).timestamp()))
    assert clock_state(desk, 1001, "resolution") == ("running", int(at(240).timestamp()))
    assert found.row.next_due == int(at(30).timestamp())


def test_a_reply_stops_the_response_clock_and_may_move_the_ticket(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="high", requester="Ida", now=at(0))
    update.move(desk, 1001, "working", now=at(5))
    done = messages.reply(desk, 1001, "Which browser?", status="Waiting for customer", now=at(10))
    assert done.changes == {"status": ("working", "waiting")}
    assert clock_state(desk, 1001, "response")[0] == "met"
    assert clock_state(desk, 1001, "resolution") == ("paused", None)
    assert read_ticket(desk, 1001).row.next_due is None


def test_the_requesters_words_wake_a_waiting_ticket_and_the_time_between_is_not_counted(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="high", requester="Ida", now=at(0))
    update.move(desk, 1001, "working", now=at(5))
    messages.reply(desk, 1001, "Which browser?", status="waiting", now=at(10))
    messages.record_customer_message(desk, 1001, "Firefox", now=at(70))
    assert read_ticket(desk, 1001).row.status == "working"
    assert clock_state(desk, 1001, "resolution") == ("running", int(at(300).timestamp()))
    assert clock_state(desk, 1001, "next-response") == ("running", int(at(130).timestamp()))


def test_a_note_is_no_answer(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="high", requester="Ida", now=at(0))
    messages.add_note(desk, 1001, "smells like the proxy", now=at(1))
    assert clock_state(desk, 1001, "response")[0] == "running"
    assert read_ticket(desk, 1001).messages[-1].kind == "internal"


def test_an_automatic_reply_is_no_answer(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="high", requester="Ida", now=at(0))
    messages.reply(desk, 1001, "We have got your letter.", automatic=True, now=at(0))
    assert clock_state(desk, 1001, "response")[0] == "running"


def test_an_illegal_move_is_refused_with_the_legal_ones(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(0))
    with pytest.raises(
        DeskError, match=r"From New a ticket cannot go to Closed; it can go to: Working on it \(working\)"
    ):
        update.move(desk, 1001, "closed", now=at(1))
    with pytest.raises(DeskError, match=r"no status 'wrking'\. Did you mean working\?"):
        update.move(desk, 1001, "wrking", now=at(1))
    assert read_ticket(desk, 1001).version == 1


def test_a_question_has_no_severity_and_no_clocks(desk: DeskSession) -> None:
    register(desk, subject="x", type="question", now=at(0))
    assert read_ticket(desk, 1001).clocks == []
    with pytest.raises(UsageError, match="A Question has no severity"):
        register(desk, subject="x", type="question", severity="high", now=at(0))
    with pytest.raises(DeskError, match="A Question has no severity"):
        update.set_severity(desk, 1001, "high", now=at(1))


def test_a_solved_ticket_comes_back_with_the_gap_left_out(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="high", requester="Ida", now=at(0))
    messages.reply(desk, 1001, "Try now.", status="solved", now=at(60))
    assert clock_state(desk, 1001, "resolution")[0] == "met"
    messages.record_customer_message(desk, 1001, "Still broken.", now=at(120))
    assert read_ticket(desk, 1001).reopened == 1
    assert clock_state(desk, 1001, "resolution", 2) == ("running", int(at(300).timestamp()))


def test_what_a_person_saw_must_be_what_there_is(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(0))
    messages.add_note(desk, 1001, "one", now=at(1), version=1)
    with pytest.raises(VersionConflict, match="you saw version 1, it is at 2"):
        messages.reply(desk, 1001, "two", now=at(2), version=1)


def test_words_keep_their_lines_and_lose_only_what_a_database_cannot_hold(desk: DeskSession) -> None:
    body = "  indented\n\n\x1b[31mred\x1b[0m [b]x[/b] \u202e日本\x00語 🙂"
    register(desk, subject="[urgent] x", body=body, type="fault", now=at(0))
    assert read_ticket(desk, 1001).messages[0].body == body.replace("\x00", "")


def test_a_ticket_that_is_not_there_is_said_so(desk: DeskSession) -> None:
    with pytest.raises(DeskError, match="There is no ticket 7"):
        messages.add_note(desk, 7, "x", now=at(0))


def test_the_clocks_of_two_machines_may_differ_but_history_keeps_its_order(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(10))
    messages.add_note(desk, 1001, "from a machine that is behind", now=at(9))
    assert read_ticket(desk, 1001).events[-1].at == int(at(10).timestamp())


def close_for_good(desk: DeskSession) -> None:
    update.move(desk, 1001, "triage", now=at(1))
    resolution.resolve(desk, 1001, "It is configured.", code="configured", now=at(10))
    confirmation.confirm(desk, 1001, "Yes.", now=at(20))
    confirmation.confirm(desk, 1001, now=at(30))


CHANGES: dict[str, Callable[[DeskSession], object]] = {
    "reply": lambda desk: messages.reply(desk, 1001, "Hello", now=at(40)),
    "note": lambda desk: messages.add_note(desk, 1001, "Hm", now=at(40)),
    "status": lambda desk: update.move(desk, 1001, "triage", now=at(40)),
    "assign": lambda desk: assignment.assign(desk, 1001, "sam", now=at(40)),
    "severity": lambda desk: update.set_severity(desk, 1001, "severity-1", now=at(40)),
    "tag": lambda desk: update.tag(desk, 1001, ["x"], now=at(40)),
    "subject": lambda desk: update.edit(desk, 1001, subject="Other", now=at(40)),
    "resolve": lambda desk: resolution.resolve(desk, 1001, "Done", code="advised", now=at(40)),
    "reopen": lambda desk: reopening.reopen(desk, 1001, "called", now=at(40)),
    "check": lambda desk: checklists.tick_items(desk, 1001, [1], now=at(40)),
    "work": lambda desk: work.start_work(desk, 1001, now=at(40)),
}


@pytest.mark.requirement("S4-15")
def test_a_ticket_that_is_closed_for_good_refuses_every_change(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("saas-platform")
    close_for_good(desk)
    before = read_ticket(desk)
    for change in CHANGES.values():
        with pytest.raises(DeskError, match="is closed for good and can no longer be changed"):
            change(desk)
    assert read_ticket(desk) == before


def test_a_simulated_desk_does_not_write_history_backwards(store_url: str) -> None:
    desk = small_desk(store_url, simulated=True)
    register(desk, subject="x", type="fault", now=at(10))
    with pytest.raises(DeskError, match=r"last touched on Mon 23 Nov 2026 09:10 GMT; give a later time"):
        messages.add_note(desk, 1001, "x", now=at(9))
    desk.store.close()


def read_state(desk: DeskSession, number: int = 1001) -> tuple[Any, ...]:
    found = read_ticket(desk, number)
    said = [(message.body, message.mark) for message in found.messages if message.mark != "undone"]
    return found.row.status, found.row.assignee, found.row.waiting, found.clocks, said, found.records, found.fields


@pytest.mark.requirement("S1-33")
@pytest.mark.parametrize("name", ["saas-platform", "software-vendor", "web-agency"])
def test_commands_on_a_joined_ticket_are_refused_with_the_number_of_the_other(
    desk_with_ticket: DeskFactory, name: str
) -> None:
    desk = desk_with_ticket(name)
    other = register(desk, subject="Also", requester="Lou Roe", organisation="larch", incomplete=True, now=at(1)).number
    third = register(desk, subject="Too", requester="Max Poe", organisation="larch", incomplete=True, now=at(2)).number
    duplicate.close_as_duplicate(desk, other, 1001, now=at(3))
    merge.merge_into(desk, third, into=1001, now=at(4))
    before = read_state(desk, other), read_state(desk, third)
    commands: list[Callable[[int], object]] = [
        lambda number: messages.reply(desk, number, "Hello", now=at(5)),
        lambda number: messages.add_note(desk, number, "Hm", now=at(5)),
        lambda number: resolution.resolve(desk, number, "Done", now=at(5)),
        lambda number: reopening.reopen(desk, number, "called", now=at(5)),
        lambda number: update.move(desk, number, "closed", now=at(5)),
    ]
    for number in (other, third):
        for command in commands:
            with pytest.raises(DeskError, match=f"Ticket {number} goes on in 1001"):
                command(number)
    assert (read_state(desk, other), read_state(desk, third)) == before
