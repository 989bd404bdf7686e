"""Rules of the shipped procedures, and rules that trigger each other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update as handling
from deskterm.desk.tickets.register import register
from deskterm.procedure.load import loads
from shipped_desk import SAAS_ISSUE, staffed_platform_desk
from small_desk import MONDAY, SMALL_PROCEDURE
from store_templates import create_desk
from ticket_reads import read_ticket, records_of, routing_of


@pytest.mark.requirement("S4-03")
def test_a_ticket_of_severity_1_is_routed_to_development_triage_at_once(store_url: str) -> None:
    desk = staffed_platform_desk(store_url)
    number = register(desk, subject="All is down", severity="severity-1", **SAAS_ISSUE, now=MONDAY).number
    assert routing_of(desk, number)[:2] == ("escalated-to-dev", "development-triage")
    assert any(",dev," in record.who for record in records_of(desk, number, "notice"))
    later = register(desk, subject="Slow", **SAAS_ISSUE, now=MONDAY).number
    assert routing_of(desk, later) == ("new", None, None)
    handling.set_severity(desk, later, "severity-1", now=MONDAY + timedelta(minutes=5))
    assert routing_of(desk, later)[:2] == ("escalated-to-dev", "development-triage")
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S4-18", "S4-20")
def test_the_route_of_a_ticket_depends_on_its_type(store_url: str) -> None:
    desk = staffed_platform_desk(store_url)
    wish = register(
        desk, subject="A wish", type="change-request", severity="severity-1", **SAAS_ISSUE, now=MONDAY
    ).number
    assert routing_of(desk, wish)[:2] == ("escalated-to-dev", "product")
    assert [record.values["route"] for record in records_of(desk, wish, "item")] == ["change-request"]
    paid = register(desk, subject="Training", **SAAS_ISSUE, now=MONDAY).number
    handling.move(desk, paid, "triage", now=MONDAY)
    handling.move(desk, paid, "quote-required", now=MONDAY)
    assert routing_of(desk, paid)[:2] == ("quote-required", "quoting")


ROUND = """
[[rules]]
key = "there"
label = "There"
on = "status"
entered = "working"
status = "waiting"
[[rules]]
key = "back"
label = "And back"
on = "status"
entered = "waiting"
status = "working"
[[rules]]
key = "up"
label = "Up"
on = "severity-change"
raise_severity = 1
"""


def test_rules_that_trigger_each_other_come_to_an_end(store_url: str) -> None:
    store = create_desk(
        store_url, loads(SMALL_PROCEDURE + ROUND, "x.toml").procedure, admin_login="ann", admin_name="Ann", now=MONDAY
    )
    desk = open_desk(store, "ann")
    number = register(desk, subject="x", type="fault", severity="high", now=MONDAY).number
    handling.move(desk, number, "working", now=MONDAY)
    events = [event.data.get("by_rule") for event in read_ticket(desk, number).events if event.kind == "moved"]
    assert events == [None, "there", "back"]
    handling.set_severity(desk, number, "low", now=MONDAY)
    assert read_ticket(desk, number).row.severity == "high"
    assert check_integrity(store).findings == ()
