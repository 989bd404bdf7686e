"""Overrides of a priority, with a reason that stays on record."""

from __future__ import annotations

import pytest

from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.workflow.priority_override import override_priority
from deskterm.errors import DeskError
from shipped_desk import CAMPUS_ISSUE, open_campus_issue, shipped_desk
from small_desk import MONDAY
from ticket_reads import read_ticket


@pytest.mark.requirement("S2-10", "S2-12")
def test_a_priority_override_requires_a_reason_and_the_number_of_people_affected(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    number = open_campus_issue(
        desk, fields={name: value for name, value in CAMPUS_ISSUE.items() if name != "number-affected"}
    )
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
