"""Macros: several changes and the words with them, in one transaction, with one undo (C-21)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession, VersionConflict
from deskterm.desk.core.transaction import load_events
from deskterm.desk.domain.events import Event
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.history.undo_acts import list_undoable_acts, undo_commands
from deskterm.desk.templates.definitions import Macro
from deskterm.desk.templates.run import MissingValue, prepare_macro, run_macro
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.update import move
from deskterm.errors import DeskError, Unchanged
from deskterm.tui.acts import run_on_each
from small_desk import at, small_desk
from ticket_reads import read_ticket

pytestmark = pytest.mark.law("C-21")


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    sam = small_desk(store_url, login="sam")
    for number in range(3):
        register(sam, type="fault", subject=f"Matter {number}", requester="Kim Lee <kim@larch.example>", now=at(number))
    yield sam
    assert check_integrity(sam.store).findings == ()
    sam.store.close()


def macro(**values: Any) -> Macro:
    return Macro(key="all-at-once", label="All at once", **values)


FULL = macro(
    severity="high",
    assign="me",
    tags=["vip", "-old"],
    note="Called {requester} about {subject}.",
    status=["working", "waiting"],
    reply="Hello {first_name},\n\n{cursor}please answer {number}. {agent}",
    snooze="2h",
)


def read_events(desk: DeskSession, number: int = 1001) -> list[Event]:
    with desk.store.reading() as session:
        return list(load_events(session, number))


def test_everything_happens_in_one_act_and_one_undo_takes_it_back(desk: DeskSession) -> None:
    before = read_ticket(desk, 1001).row
    with desk.note_changes() as heads:
        result = run_macro(desk, 1001, prepare_macro(desk, FULL), now=at(10))
    assert result.summary.startswith("1001: All at once: severity Low → High; assigned to sam; tags vip")
    found = read_ticket(desk, 1001)
    row = found.row
    assert (row.status, row.severity, row.assignee) == ("waiting", "high", "sam")
    assert [message.body for message in found.messages[-2:]] == [
        "Called Kim Lee about Matter 0.",
        "Hello Kim,\n\nplease answer 1001. Sam",
    ]
    assert {event.data.get("macro") for event in read_events(desk) if "bulk" in event.data} == {"All at once"}
    (act, *_) = list_undoable_acts(desk)
    assert (act.name, act.heads) == ("All at once on", heads)
    assert act.what.startswith("set the severity (macro All at once)")
    undone = undo_commands(desk, heads, now=at(11))
    assert undone.result.summary.startswith("Undone: the note on 1001 is taken back; the reply on 1001 is taken back")
    assert "1001 is New again, has severity Low again, is unassigned again" in undone.result.summary
    after = read_ticket(desk, 1001)
    assert (after.row.status, after.row.severity, after.row.assignee) == (
        before.status,
        before.severity,
        before.assignee,
    )
    assert {message.mark for message in after.messages[-2:]} == {"undone"}


def test_a_step_that_is_refused_leaves_nothing_of_the_others(desk: DeskSession) -> None:
    version = len(read_events(desk))
    wrong = macro(severity="high", note="Not this", status=["closed"])
    with pytest.raises(DeskError, match="Closed"):
        run_macro(desk, 1001, prepare_macro(desk, wrong), now=at(10))
    with pytest.raises(MissingValue, match=r"Ticket 1001 has no value for \{client\} \(the client\)"):
        run_macro(desk, 1001, prepare_macro(desk, macro(severity="high", reply="{client}")), now=at(10))
    assert len(read_events(desk)) == version
    given = prepare_macro(desk, macro(reply="{client}, {due}"), {"client": "Larch {due}"})
    run_macro(desk, 1001, given, now=at(10))
    assert read_ticket(desk, 1001).messages[-1].body.startswith("Larch {due}, Mon 23 Nov 2026 10:00")
    # An ordinary command after it is one of its own again
    move(desk, 1001, "working", now=at(11))
    assert "macro" not in read_events(desk)[-1].data


def test_what_a_ticket_is_already_is_left_out_and_nothing_left_is_said(desk: DeskSession) -> None:
    call = prepare_macro(desk, macro(severity="low", assign="me", status=["working", "waiting"]))
    assert "severity" not in run_macro(desk, 1001, call, now=at(10)).changes
    with pytest.raises(Unchanged, match="1001 is already as All at once would make it"):
        run_macro(desk, 1001, call, now=at(11))
    move(desk, 1001, "working", now=at(12))
    assert run_macro(desk, 1001, call, now=at(13)).changes == {"status": ("working", "waiting")}


def test_on_several_tickets_those_that_refuse_it_keep_no_other_back_and_one_undo_is_for_all(
    desk: DeskSession,
) -> None:
    move(desk, 1002, "solved", now=at(5))
    call = prepare_macro(desk, macro(statuses=["new"], assign="me", note="Seen.", status=["working"]))
    outcome = run_on_each(desk, [1001, 1002, 1003], lambda desk, number: run_macro(desk, number, call, now=at(10)))
    assert [one.number for one in outcome.results] == [1001, 1003]
    assert outcome.refused[0].reason == "All at once is for New, and 1002 is Solved."
    assert outcome.act is not None
    assert outcome.act.name == "All at once on 2 tickets"
    undone = undo_commands(desk, outcome.act.heads, now=at(11), together=outcome.act.together)
    assert undone.numbers == (1001, 1003)
    assert read_ticket(desk, 1003).row.status == "new"


def test_a_macro_is_held_back_by_what_came_since_and_by_what_one_may_not_do(desk: DeskSession) -> None:
    messages.record_customer_message(desk, 1001, "Wait!", now=at(5))
    # What became due before it is no part of it
    call = prepare_macro(desk, macro(tags=["y"]))
    run_macro(desk, 1002, call, now=at(90))
    assert {event.kind for event in read_events(desk, 1002) if "macro" in event.data} == {"tagged"}
    with pytest.raises(VersionConflict):
        run_macro(desk, 1001, prepare_macro(desk, macro(tags=["x"])), now=at(10), version=1)
    viewer = open_desk(desk.store, "vic")
    with pytest.raises(DeskError, match="viewer"):
        run_macro(viewer, 1001, prepare_macro(viewer, macro(tags=["x"])), now=at(10))


def test_a_note_that_an_agent_wrote_stays_and_one_of_a_macro_is_taken_back(desk: DeskSession) -> None:
    run_macro(desk, 1001, prepare_macro(desk, macro(note="By the macro.")), now=at(10))
    assert "Undone" in undo_last_command(desk, 1001, now=at(11)).summary
    messages.add_note(desk, 1001, "By hand.", now=at(12))
    with pytest.raises(DeskError, match="notes stay on record"):
        undo_last_command(desk, 1001, now=at(13))
