"""Calls that repeat until somebody acknowledges them (D-10)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.notify.calls import acknowledge
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from shipped_desk import as_agent
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure
from store_templates import create_desk
from ticket_reads import read_ticket

EVENING = 10 * 60
"""Minutes from Monday 09:00 to 19:00, when the office is closed."""

CALL = """
[[roles]]
key = "technician"
label = "Technician"

[[rules]]
key = "pump"
label = "A pump is dark"
on = "create"
when = { type = "fault", severity = "high" }
notify = ["technician"]
repeat = "10m"
calls = 4
"""


@pytest.fixture
def ward(store_url: str) -> Iterator[DeskSession]:
    """A desk that calls its technician, sam; kim is an agent, lea a lead. One ticket came in the evening."""
    procedure = small_procedure(SMALL_PROCEDURE + CALL)
    desk = open_desk(create_desk(store_url, procedure, admin_login="ann", admin_name="Ann", now=MONDAY), "ann")
    people = [
        {"login": "sam", "name": "Sam", "role": "agent", "roles": "technician"},
        {"login": "kim", "name": "Kim", "role": "agent"},
        {"login": "lea", "name": "Lea", "role": "lead"},
    ]
    seed_agents(desk, people, now=MONDAY)
    register(desk, subject="The pump is dark", type="fault", severity="high", requester="Ida", now=at(EVENING))
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def call_minutes(desk: DeskSession, login: str = "sam") -> list[float]:
    """When somebody was called, in minutes after the ticket came; no call waits for the office to open."""
    called = [
        record
        for record in read_ticket(desk).records
        if record.kind == "notice" and record.values["on"] == "pump" and f",{login}," in record.values["who"]
    ]
    assert all(record.values.get("due") is None for record in called)
    return sorted((record.at - at(EVENING).timestamp()) / 60 for record in called)


def run(desk: DeskSession, minutes: float) -> None:
    list(Runner(desk.store).step(at(EVENING + minutes)))


def test_a_call_repeats_at_any_hour_until_it_is_acknowledged(ward: DeskSession) -> None:
    assert call_minutes(ward) == [0]
    run(ward, 25)
    assert call_minutes(ward) == [0, 10, 20]
    assert "calling" in read_ticket(ward).flags
    answer = acknowledge(as_agent(ward, "sam"), 1001, now=at(EVENING + 26))
    assert answer.summary == "1001: call acknowledged (A pump is dark); nobody is called again"
    run(ward, 300)
    assert call_minutes(ward) == [0, 10, 20]
    assert "calling" not in read_ticket(ward).flags
    with pytest.raises(DeskError, match="has no call to acknowledge: sam did"):
        acknowledge(as_agent(ward, "kim"), 1001, now=at(EVENING + 301))


def test_with_the_last_call_the_leads_are_told_and_it_ends(ward: DeskSession) -> None:
    sentences = [alert.sentence for alert in Runner(ward.store).step(at(EVENING + 600))]
    assert [one for one in sentences if "call" in one] == [
        f"1001: A pump is dark: time is over, call {count} of 4" for count in (2, 3, 4)
    ]
    assert call_minutes(ward) == [0, 10, 20, 30]
    assert call_minutes(ward, "lea") == [30]


def test_a_ticket_that_is_solved_calls_nobody(ward: DeskSession) -> None:
    update.move(as_agent(ward, "kim"), 1001, "solved", now=at(EVENING + 5))
    run(ward, 600)
    assert call_minutes(ward) == [0]
    assert "calling" not in read_ticket(ward).flags


def test_an_acknowledgement_that_was_taken_back_lets_the_call_go_on(ward: DeskSession) -> None:
    acknowledge(as_agent(ward, "sam"), 1001, now=at(EVENING + 5))
    undo_last_command(as_agent(ward, "sam"), 1001, now=at(EVENING + 6))
    run(ward, 12)
    assert call_minutes(ward) == [0, 10]
