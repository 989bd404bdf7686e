"""Exemptions, priorities out of order and suggestions of rules are decided at the console."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import work_sessions
from shipped_desk import as_agent, shipped_desk
from small_desk import at
from ticket_reads import read_records, read_ticket
from tui.console_session import open_console


def create_ticket(tmp_path: Path, procedure: str, login: str = "sam") -> DeskSession:
    """Create a desk by a shipped procedure with one ticket, and open it as an agent."""
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", procedure)
    register(desk, subject="The form fails", requester="Kim Doe", incomplete=True, now=at(0))
    return as_agent(desk, login)


@pytest.mark.requirement("S2-10")
async def test_a_ticket_is_lifted_out_of_its_order_for_a_reason(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "campus-it")
    async with open_console(desk.store.url) as console:
        console.workspace.run_command("prioritise", "critical")
        await console.wait_for_text("Reason")
        await console.pilot.press("down", "enter")
        await console.wait_for_text("Number of people affected")
        await console.pilot.press(*"40", "enter")
        await console.wait_for_notice("priority Critical")
    assert read_ticket(desk).row.priority == "critical"
    assert read_records(desk, "override")[0]["affected"] == 40
    assert read_records(desk, "override")[0]["state"] == "no-alternative"
    desk.store.close()


async def test_a_procedure_without_such_reasons_says_so(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "saas-platform")
    async with open_console(desk.store.url) as console:
        await console.run("prioritise", "high")
        await console.wait_for_notice("no reasons that lift a ticket out of its order")
    desk.store.close()


@pytest.mark.requirement("S2-14")
async def test_a_ticket_is_exempt_for_one_of_the_reasons_there_are_and_no_longer(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "campus-it", "lea")
    async with open_console(desk.store.url, "lea") as console:
        console.workspace.run_command("exempt", "")
        await console.wait_for_text("Reason for the SLA exemption of 1001")
        await console.pilot.press("down", "enter")
        await console.wait_for_notice("1001 is exempt: Server down")
        assert read_ticket(desk).exempt == "server"
        await console.run("exempt", "-")
        await console.wait_for_notice("is not exempt any more")
    assert read_ticket(desk).exempt is None
    desk.store.close()


@pytest.mark.requirement("S3-06")
@pytest.mark.parametrize(("keys", "tier"), [(("enter",), 2), (("down", "enter"), 1)])
async def test_what_a_rule_suggests_is_taken_or_left(tmp_path: Path, keys: tuple[str, ...], tier: int) -> None:
    desk = create_ticket(tmp_path, "managed-services", "ann")
    seed_agents(desk, [{"login": "sam", "name": "Sam", "role": "agent", "tier": "1"}], now=at(0))
    work_sessions.start_work(as_agent(desk, "sam"), 1001, now=at(1))
    assert list(Runner(desk.store).step(at(1) + timedelta(minutes=31)))
    async with open_console(desk.store.url, minutes=40) as console:
        console.workspace.run_command("suggested", "")
        await console.wait_for_text("Suggestion")
        await console.wait_for_text("pass it to the second line?")
        await console.pilot.press("down", "enter")
        await console.wait_for_text("Apply it to 1001?")
        await console.pilot.press(*keys)
        await console.wait_until(lambda: not console.busy(), "the end of :suggested")
    assert read_ticket(desk).values["tier"] == tier
    assert [record["state"] for record in read_records(desk, "suggestion")].count("taken") == (tier == 2)
    desk.store.close()


@pytest.mark.requirement("S2-11")
async def test_the_place_of_a_ticket_in_the_queue_is_explained(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "campus-it")
    register(desk, subject="All rooms are dark", requester="Lou", priority="critical", incomplete=True, now=at(5))
    async with open_console(desk.store.url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        console.workspace.run_command("place")
        await console.wait_for_text("2 of 2 open tickets")
        await console.wait_for_text("after 1002 All rooms are dark")
        await console.wait_for_text("by urgent: no against yes")
        await console.wait_for_text("nobody is after it")
        await console.pilot.press("escape")
    desk.store.close()
