"""Confirmation and correction of the severity that the requester chose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.severity_confirmation import confirm_severity
from deskterm.errors import DeskError
from shipped_desk import as_agent, shipped_desk
from small_desk import MONDAY
from ticket_reads import read_ticket


@pytest.mark.requirement("S1-05", "S1-07", "S1-06")
def test_the_requested_severity_is_kept_beside_the_confirmed_one(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    wanted: dict[str, Any] = {"product": "platform", "body": "It is down", "impact": "nobody can teach", "now": MONDAY}
    number = register(desk, subject="Down", severity="highest", **wanted).number
    confirmed = confirm_severity(as_agent(desk, "sam"), number, now=MONDAY)
    assert confirmed.summary == f"{number}: severity Highest (Priority 1) confirmed"
    corrected = confirm_severity(
        as_agent(desk, "kim"), number, "low", reason="cosmetic", now=MONDAY + timedelta(minutes=5)
    )
    assert corrected.summary == f"{number}: severity Low (Priority 4), Highest (Priority 1) was asked for"
    ticket = read_ticket(desk, number)
    assert ticket.row.severity == "low"
    assert ticket.values["impact"] == "nobody can teach"
    (record,) = [record for record in ticket.records if record.kind == "severity"]
    assert record.values == {"state": "corrected", "who": "kim", "severity": "low", "requested": "highest"}
    assert [event.actor for event in ticket.events if event.kind == "severity_set"] == ["sam", "kim"]
    with pytest.raises(DeskError, match="has no severity"):
        register(desk, subject="How?", type="support-query", severity="low", **wanted)
