"""One transaction: what an event keeps of what is appended, and what its rows say."""

from __future__ import annotations

import pytest

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import load_events
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from small_desk import at, small_procedure
from ticket_reads import read_ticket


def test_an_event_keeps_real_changes_and_members_with_a_value(desk: DeskSession) -> None:
    number = register(desk, subject="Down", type="fault", now=at(0)).number
    with desk.ticket(number, "edit", at(1)) as work:
        state = work.state
        first = work.append("edited", {"team": (state.team, "first-line"), "tier": (state.tier, state.tier)}, reason="")
        second = work.append("noted", {}, {"body": "a\x00b"}, author="Ann", automatic=False, contact=None)
        result = work.build_result("done")
    assert (first.changes, first.data) == ({"team": (None, "first-line")}, {})
    assert second.data == {"author": "Ann", "act": first.seq}
    assert (result.version, result.changes) == (second.seq, {"team": (None, "first-line")})
    assert read_ticket(desk, number).messages[-1].body == "ab"
    assert check_integrity(desk.store).findings == ()


def test_commands_in_a_group_share_a_mark_and_a_dry_run_leaves_nothing(desk: DeskSession) -> None:
    numbers = [register(desk, subject="Down", type="fault", now=at(0)).number for _ in range(2)]
    with desk.tickets(numbers, "edit", at(1)) as works:
        marks = {work.append("edited", {"team": (None, "first-line")}).data["bulk"] for work in works}
    assert len(marks) == 1
    with desk.ticket(numbers[0], "edit", at(2), dry_run=True) as work:
        work.append("edited", {"team": ("first-line", None)})
    with desk.store.reading() as session:
        assert [event.kind for event in load_events(session, numbers[0])] == ["registered", "edited"]


def move_and_write_too_much(desk: DeskSession, number: int) -> None:
    with desk.ticket(number, "note", at(1)) as work:
        work.append("edited", {"team": (None, "first-line")})
        work.append("noted", {}, {"body": "x" * 1_000_001})


def test_a_failed_command_writes_nothing(desk: DeskSession) -> None:
    number = register(desk, subject="Down", type="fault", now=at(0)).number
    with pytest.raises(UsageError, match="MB of words"):
        move_and_write_too_much(desk, number)
    assert (read_ticket(desk, number).version, read_ticket(desk, number).row.team) == (1, None)


def test_a_simulated_desk_refuses_to_write_history_backwards(store_url: str) -> None:
    store = create_desk(store_url, small_procedure(), admin_login="ann", admin_name="Ann", simulated=True, now=at(0))
    desk = open_desk(store, "ann")
    number = register(desk, subject="Down", type="fault", now=at(10)).number
    with (
        pytest.raises(DeskError, match=r"was last touched on .*; give a later time"),
        desk.ticket(number, "note", at(9)),
    ):
        pass
    store.close()
