"""A ticket is resolved, confirmed, reopened and ticked off at the console."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking import incidents
from deskterm.desk.tickets import resolution, update
from deskterm.desk.tickets.register import register
from deskterm.procedure.schema import Notice
from deskterm.tui.dialogs.confirm import Confirm
from shipped_desk import as_agent, shipped_desk
from small_desk import at
from ticket_reads import read_records, read_ticket
from tui.console_session import open_console

PLAIN = Notice(on="replied", to=("requester",))
"""Answers are letters as they are written."""


def create_ticket(tmp_path: Path, procedure: str, notices: tuple[Notice, ...] = (), **facts: object) -> DeskSession:
    """Create a desk by a shipped procedure with one ticket, and open it as sam. facts: of the ticket."""
    changes = {"notices": notices} if notices else {}
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", procedure, **changes)
    values: dict[str, Any] = {"requester": "Kim Doe", "email": "kim@doe.example", **facts}
    register(desk, subject="The form fails", incomplete=True, now=at(0), **values)
    return as_agent(desk, "sam")


@pytest.mark.requirement("S2-19")
async def test_a_letter_that_lacks_something_is_held_back_once(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "campus-it", (PLAIN,))
    async with open_console(desk.store.url) as console:
        await console.run("resolve", "solved")
        composer = console.workspace.composer
        assert composer is not None
        composer.text = "It is fixed."
        composer.action_send()
        await console.wait_for_text("Held back: the letter lacks")
        await console.wait_for_text("A closing that offers further assistance")
        assert read_ticket(desk).row.status == "registered"
        composer.action_send()
        await console.wait_for_notice("1001: resolved, now Resolved")
    assert read_ticket(desk).row.status == "resolved"
    assert read_records(desk, "resolution")[0]["code"] == "solved"
    desk.store.close()


@pytest.mark.requirement("S2-19")
async def test_a_note_that_a_template_makes_a_letter_of_is_not_held_back(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "campus-it")
    async with open_console(desk.store.url) as console:
        await console.run("resolve", "solved")
        composer = console.workspace.composer
        assert composer is not None
        composer.text = "Replaced the lamp."
        composer.action_send()
        await console.wait_for_notice("1001: resolved, now Resolved")
    desk.store.close()


@pytest.mark.requirement("S4-17")
@pytest.mark.parametrize(("answer", "statuses"), [("y", {"resolved"}), ("n", {"resolved", "registered"})])
async def test_an_incident_is_resolved_with_what_is_attached_to_it_or_alone(
    tmp_path: Path, answer: str, statuses: set[str]
) -> None:
    desk = create_ticket(tmp_path, "campus-it")
    register(desk, subject="It fails here too", requester="Lou", email="lou@larch.example", incomplete=True, now=at(1))
    incidents.attach_ticket(desk, 1002, 1001, now=at(2))
    async with open_console(desk.store.url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        console.workspace.run_command("resolve", "solved")
        await console.wait_for_text("1 open ticket is attached to 1001.")
        await console.pilot.press(answer)
        await console.wait_until(lambda: console.workspace.composer is not None, "the composer")
        composer = console.workspace.composer
        assert composer is not None
        composer.text = "It is fixed."
        composer.action_send()
        if answer == "y":
            await console.wait_for_text("Held back: the letter lacks")
            composer.action_send()
        await console.wait_until(lambda: read_ticket(desk).row.status == "resolved", "the end")
        await console.wait_until(lambda: console.workspace.composer is None, "the composer is gone")
    assert {read_ticket(desk, number).row.status for number in (1001, 1002)} == statuses
    desk.store.close()


async def test_what_the_requester_said_is_written_down(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "managed-services")
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "It was the cable.", now=at(2))
    async with open_console(desk.store.url) as console:
        await console.run("reject", "It was not.")
        await console.wait_for_notice("not confirmed by the requester")
        assert read_ticket(desk).row.status == "in-progress"
        await console.run("close", "withdrawn")
        await console.wait_for_notice("before closing it (`:status`).")
    resolution.resolve(desk, 1001, "It was the switch.", now=at(90))
    async with open_console(desk.store.url, minutes=100) as console:
        await console.run("confirm", "-")
        await console.wait_for_notice("confirmed by the requester, now Closed")
    desk.store.close()


@pytest.mark.requirement("S5-12")
async def test_one_key_opens_a_ticket_again_that_stayed_closed_for_thanks(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "web-agency", type="question")
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "Done.", now=at(2))
    messages.record_customer_message(desk, 1001, "Great job.", now=at(3))
    async with open_console(desk.store.url, view="closed") as console:
        await console.wait_until(lambda: console.panes.queue.count == 1, "the closed ticket")
        await console.pilot.press("O")
        await console.wait_for_notice("opened again for what was taken for thanks")
    assert read_ticket(desk).row.status == "client-responded"
    desk.store.close()


@pytest.mark.requirement("S1-28")
async def test_a_checklist_is_ticked_off(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    async with open_console(desk.store.url) as console:
        await console.run("check", "1 2 3 4 5 6")
        await console.wait_for_notice("all done, say what it ended in")
        console.workspace.run_command("check", "")
        await console.wait_for_text("what did it end in?")
        await console.pilot.press("enter")
        await console.wait_for_notice("done: Software issue")
    assert read_records(desk, "checklist")[0]["outcome"] == "software-issue"
    desk.store.close()


async def test_a_status_that_waits_for_a_word_is_asked_about(tmp_path: Path) -> None:
    desk = create_ticket(tmp_path, "saas-platform")
    update.move(desk, 1001, "triage", now=at(1))
    async with open_console(desk.store.url) as console:
        console.workspace.run_command("status", "waiting-for-customer")
        await console.wait_until(lambda: isinstance(console.app.screen, Confirm), "the question")
        await console.pilot.press("y")
        await console.wait_for_notice("Triage → Waiting for Customer")
    desk.store.close()
