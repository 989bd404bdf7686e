"""People in request fields: callers, requesters and those to be notified."""

from __future__ import annotations

import pytest

from deskterm.desk.history.integrity import check_integrity
from shipped_desk import open_campus_issue, shipped_desk
from small_desk import MONDAY
from ticket_reads import read_ticket


@pytest.mark.requirement("S2-08", "S2-05")
def test_caller_requester_and_people_to_notify_may_differ(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    ticket = read_ticket(desk, open_campus_issue(desk))
    assert ticket.row.requester == "Kim Roe"
    assert ticket.fields["caller"] == "Ada Byron <ada@example.org> 022 3131"
    assert ticket.fields["notify"] == "Kim Roe; Bo Quill <bo@example.org>"
    part = {record.state for record in ticket.records if record.kind == "participant"}
    assert part == {"caller", "notify"}
    assert ticket.fields["occurred-at"] == "2026-11-20T08:30:00Z"
    assert ticket.row.received == int(MONDAY.timestamp())  # clocks start there, not at the occurrence
    assert ticket.fields["first-time"] is True
    assert check_integrity(desk.store).findings == ()
