"""Tickets are escalated, passed on and announced at the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.directory import absence
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.tickets import register
from small_desk import SMALL_PROCEDURE, at, small_procedure
from store_templates import create_desk, load_shipped
from tui.console_session import open_console
from tui.four_tickets import load_detail


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A desk by the managed services procedure with two tickets; kim, who has the second, is away."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    store = create_desk(place, load_shipped("managed-services"), admin_login="ann", admin_name="Ann", now=at(0))
    desk = open_desk(store, "ann")
    people = [{"login": "sam", "name": "Sam", "role": "lead"}, {"login": "kim", "name": "Kim", "role": "agent"}]
    seed_agents(desk, people, now=at(0))
    for assignee in (None, "kim"):
        register.register(
            desk, subject="No mail", body="x", requester="Ida", email="ida@larch.example", priority="low",
            assignee=assignee, incomplete=True, now=at(0),
        )  # fmt: skip
    absence.set_absence(desk, "kim", at(6000), now=at(0))
    store.close()
    return place


async def test_a_ticket_is_escalated_with_a_reason_and_decided_on(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        await console.run("escalate", "needs a field engineer")
        assert "escalated" in load_detail(url, 1001).flags
        await console.run("review", "somebody goes there")
        assert "escalated" not in load_detail(url, 1001).flags
        await console.run("dispute", "nobody can work")
        assert "disputed" in load_detail(url, 1001).flags
        await console.run("join", "ola@larch.example")
        await console.run("attach", "1002")
        assert load_detail(url, 1001).fields["incident"] == 1002


async def test_a_ticket_of_somebody_away_is_taken_over(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.show_ticket(1002)
        await console.wait_for_ticket(1002)
        await console.run("cover")
        await console.wait_until(lambda: load_detail(url, 1002).row.assignee == "sam", "the ticket taken over")
        await console.run("delay", "until tomorrow")
        assert "until tomorrow" in load_detail(url, 1002).messages[-1].body


async def test_escalating_to_a_level_further_up_asks_how_its_criterion_is_met(tmp_path: Path) -> None:
    """D-05."""
    place = f"sqlite:///{tmp_path / 'saas.sqlite3'}"
    store = create_desk(place, load_shipped("saas-platform"), admin_login="ann", admin_name="Ann", now=at(0))
    desk = open_desk(store, "ann")
    register.register(desk, subject="Slow", type="issue", requester="Ida", incomplete=True, now=at(0))
    store.close()
    async with open_console(place, "ann") as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        console.workspace.run_command("escalate-to", "5")
        await console.wait_for_text("is for: Critical, and still unresolved")
        await console.pilot.press(*"down", "enter")
        await console.wait_for_text("Reason to escalate 1001")
        await console.pilot.press(*"angry", "enter")
        await console.wait_until(lambda: "escalated" in load_detail(place, 1001).flags, "the escalation")


async def test_a_number_typed_in_the_console_is_the_levels_and_not_its_place(tmp_path: Path) -> None:
    """D-05: "Level two" is the first of its ladder."""
    place = f"sqlite:///{tmp_path / 'services.sqlite3'}"
    store = create_desk(place, load_shipped("managed-services"), admin_login="ann", admin_name="Ann", now=at(0))
    register.register(open_desk(store, "ann"), subject="Slow", requester="Ida", incomplete=True, now=at(0))
    store.close()
    async with open_console(place, "ann") as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        console.workspace.run_command("escalate-to", "2")
        await console.wait_for_text("Reason to escalate 1001")
        await console.pilot.press(*"hard", "enter")
        await console.wait_for_notice("1001 escalated to Level two")


async def test_a_call_is_acknowledged(tmp_path: Path) -> None:
    # D-10
    rule = """
[[rules]]
key = "pump"
label = "A pump is dark"
on = "create"
notify = ["lead"]
repeat = "10m"
"""
    place = f"sqlite:///{tmp_path / 'ward.sqlite3'}"
    store = create_desk(place, small_procedure(SMALL_PROCEDURE + rule), admin_login="ann", admin_name="Ann", now=at(0))
    desk = open_desk(store, "ann")
    seed_agents(desk, [{"login": "sam", "name": "Sam", "role": "lead"}], now=at(0))
    register.register(desk, subject="Dark", requester="Ida", type="fault", now=at(0))
    assert "calling" in load_detail(place, 1001).flags
    store.close()
    async with open_console(place) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        await console.run("acknowledge")
        assert "calling" not in load_detail(place, 1001).flags


async def test_the_guide_says_what_the_procedure_says_about_a_word(url: str) -> None:
    # D-15
    async with open_console(url) as console:
        console.workspace.run_command("guide", "second line")
        await console.wait_for_text("Half an hour of first-line work")
