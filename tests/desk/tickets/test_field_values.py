"""People in request fields: callers, requesters and those to be notified."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
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


@pytest.mark.requirement("S2-08", "S2-05")
def test_caller_requester_and_those_to_be_told_are_three_people(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    ticket = read_ticket(desk, issue(desk))
    assert ticket.row.requester == "Kim Roe"
    assert ticket.fields["caller"] == "Ada Byron <ada@example.org> 022 3131"
    assert ticket.fields["notify"] == "Kim Roe; Bo Quill <bo@example.org>"
    part = {record.state for record in ticket.records if record.kind == "participant"}
    assert part == {"caller", "notify"}
    assert ticket.fields["occurred-at"] == "2026-11-20T08:30:00Z"
    assert ticket.row.received == int(MONDAY.timestamp())  # clocks start there, not at the occurrence
    assert ticket.fields["first-time"] is True
    assert check_integrity(desk.store).findings == ()
