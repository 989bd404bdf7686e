"""Commands on a ticket that have no key: each does what the command line's command of its name does (C-13)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.directory import participants
from deskterm.desk.linking import incidents
from small_desk import at
from tui.console_session import open_console
from tui.four_tickets import create_desk_of_four_tickets, load_detail, open_as_colleague

pytestmark = pytest.mark.law("C-13")


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    create_desk_of_four_tickets(url)
    return url


DONE = [
    ("due", "response tomorrow 17:00, they come back then", "due_set", "they come back then"),
    ("work", "", "work_started", ""),
    ("subject", "Down on the second floor", "edited", "Down on the second floor"),
    ("supply", "product=printer", "edited", ""),
    ("feedback", "complaint 1 slow", "feedback", ""),
    ("price", "agreed 400", "agreed", ""),
]


@pytest.mark.parametrize(("name", "argument", "kind", "words"), DONE, ids=[name for name, *_ in DONE])
async def test_a_command_changes_the_ticket(url: str, name: str, argument: str, kind: str, words: str) -> None:
    async with open_console(url, "lea") as console:
        await console.run("goto", "1002")
        await console.wait_for_ticket(1002)
        await console.run(name, argument)
        notices = [notice.message for notice in console.app._notifications]
    detail = load_detail(url, 1002)
    assert [event.kind for event in detail.events][-1] == kind, notices
    assert words in f"{detail.row.subject} {detail.events[-1].data}"


async def test_work_is_stopped_again(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "1001")
        await console.wait_for_ticket(1001)
        await console.run("work")
        await console.run("work", "stop")
        await console.run("work", "maybe")
        await console.wait_for_notice("`:work stop`")
    assert [event.kind for event in load_detail(url, 1001).events][-2:] == ["work_started", "work_stopped"]


async def test_somebody_leaves_the_copies_and_a_ticket_its_incident(url: str) -> None:
    desk = open_as_colleague(url)
    participants.add_participant(desk, 1001, "lea@larch.example", now=at(20))
    incidents.attach_ticket(desk, 1001, 1002, now=at(21))
    desk.store.close()
    async with open_console(url) as console:
        await console.run("goto", "1001")
        await console.wait_for_ticket(1001)
        await console.run("leave", "lea@larch.example")
        await console.run("detach")
    detail = load_detail(url, 1001)
    assert not [record for record in detail.records if record.kind == "participant"]
    assert not detail.fields.get("incident")


async def test_a_due_time_asks_for_the_clock_the_instant_and_the_reason(url: str) -> None:
    async with open_console(url, "lea") as console:
        await console.run("goto", "1001")
        await console.wait_for_ticket(1001)
        console.workspace.run_command("due")
        await console.wait_for_text("Due time of which clock of 1001?")
        await console.pilot.press("enter")
        await console.wait_for_text("of 1001 due?")
        await console.pilot.press(*"4h", "enter")
        await console.wait_for_text("Reason for the due time of 1001")
        await console.pilot.press(*"parts", "enter")
        await console.wait_until(lambda: not console.busy(), "the end")
    assert load_detail(url, 1001).events[-1].data["reason"] == "parts"


async def test_tickets_like_one_are_offered_and_opened(url: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "1001")
        await console.wait_for_ticket(1001)
        console.workspace.run_command("like", "matter")
        await console.wait_for_text("Like 1001")
        await console.pilot.press("enter")
        await console.wait_until(lambda: console.workspace.open_ticket.number != 1001, "another ticket")  # type: ignore[union-attr]


REFUSED = [
    ("waive", "response for good reasons"),
    ("schedule", "2026-11-26"),
    ("transfer", "nowhere, a note"),
    ("passed", "their desk"),
    ("settle", "- it stays"),
    ("review-feedback", "read it"),
    ("impact", ""),
    ("urgency", "high"),
    ("confirm-severity", "high they said so"),
    ("fixed", "a new disk"),
    ("join-item", "1002"),
    ("decide", "yes it pays"),
    ("schedule-item", "next"),
    ("end-item", "not taken up"),
    ("release", "2026-11-26 better"),
    ("outbox", ""),
]


@pytest.mark.parametrize(("name", "argument"), REFUSED, ids=[name for name, _ in REFUSED])
async def test_what_a_procedure_does_not_have_is_refused_in_a_sentence(url: str, name: str, argument: str) -> None:
    async with open_console(url) as console:
        await console.run("goto", "1001")
        await console.wait_for_ticket(1001)
        await console.run(name, argument)
        await console.wait_until(lambda: bool(console.app._notifications), "a sentence")
        notices = [notice.message for notice in console.app._notifications]
    assert not [notice for notice in notices if "log" in notice or "Error" in notice], notices
