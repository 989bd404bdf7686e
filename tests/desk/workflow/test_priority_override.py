"""Overrides of a priority, with a reason that stays on record."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.priority_override import override_priority
from deskterm.errors import DeskError
from shipped_desk import shipped_desk
from small_desk import MONDAY
from ticket_reads import read_ticket

ISSUE: dict[str, Any] = {
    "occurred-at": "2026-11-20 14:00",
    "caller": "Ada Byron <ada@example.org> 022 3131",
    "notify": "requester; Bo Quill <bo@example.org>",
    "resource": "printer on the second floor",
    "first-time": "yes",
    "building": "Main",
    "room": "204",
    "number-affected": "3",
}


def issue(desk: DeskSession, **more: Any) -> int:
    given: dict[str, Any] = {"subject": "It jams", "requester": "Kim Roe", "body": "Paper jam 42", "fields": ISSUE}
    return register(desk, **{**given, "now": MONDAY, **more}).number


@pytest.mark.requirement("S2-10", "S2-12")
def test_a_ticket_is_lifted_out_of_its_order_for_a_reason_and_a_number(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    number = issue(desk, fields={name: value for name, value in ISSUE.items() if name != "number-affected"})
    with pytest.raises(DeskError, match="how many people"):
        override_priority(desk, number, "critical", override="no-alternative", now=MONDAY)
    with pytest.raises(DeskError, match="There is no reason 'because'"):
        override_priority(desk, number, "critical", override="because", affected=1, now=MONDAY)
    override_priority(desk, number, "critical", override="no-alternative", affected=40, note="exam week", now=MONDAY)
    ticket = read_ticket(desk, number)
    assert (ticket.row.priority, ticket.fields["number-affected"]) == ("critical", 40)
    (record,) = [record for record in ticket.records if record.kind == "override"]
    assert (record.state, record.who, record.values["affected"]) == ("no-alternative", "ann", 40)
    assert check_integrity(desk.store).findings == ()
