"""A ticket is resolved, confirmed, reopened and ticked off at the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking import incidents
from deskterm.desk.tickets import resolution, update
from deskterm.desk.tickets.register import register
from deskterm.procedure.schema import Notice
from deskterm.tui.dialogs.confirm import Confirm
from one_ticket import hung, seen
from shipped_desk import as_, shipped_desk
from small_desk import at
from tui.console_session import sitting

PLAIN = Notice(on="replied", to=("requester",))
"""Answers are letters as they are written."""


def opened(tmp_path: Path, procedure: str, notices: tuple[Notice, ...] = (), **facts: object) -> DeskSession:
    changes = {"notices": notices} if notices else {}
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", procedure, **changes)
    register(desk, subject="The form fails", requester="Kim Doe", incomplete=True, now=at(0), **facts)  # type: ignore[arg-type]
    return as_(desk, "sam")


@pytest.mark.requirement("S2-19")
async def test_a_letter_that_lacks_something_is_held_back_once(tmp_path: Path) -> None:
    desk = opened(tmp_path, "campus-it", (PLAIN,))
    async with sitting(desk.store.url) as here:
        await here.do("resolve", "solved")
        composer = here.screen.writing.composer
        assert composer is not None
        composer.words = "It is fixed."
        composer.action_send()
        await here.shows("Held back: the letter lacks")
        await here.shows("A closing that offers further assistance")
        assert seen(desk).row.status == "registered"
        composer.action_send()
        await here.told("1001: resolved, now Resolved")
    assert seen(desk).row.status == "resolved"
    assert hung(desk, "resolution")[0]["code"] == "solved"
    desk.store.close()


@pytest.mark.requirement("S2-19")
async def test_a_note_that_a_template_makes_a_letter_of_is_not_held_back(tmp_path: Path) -> None:
    desk = opened(tmp_path, "campus-it")
    async with sitting(desk.store.url) as here:
        await here.do("resolve", "solved")
        composer = here.screen.writing.composer
        assert composer is not None
        composer.words = "Replaced the lamp."
        composer.action_send()
        await here.told("1001: resolved, now Resolved")
    desk.store.close()


@pytest.mark.requirement("S4-17")
@pytest.mark.parametrize(("answer", "ended"), [("y", {"resolved"}), ("n", {"resolved", "registered"})])
async def test_an_incident_is_resolved_with_what_is_attached_to_it_or_alone(
    tmp_path: Path, answer: str, ended: set[str]
) -> None:
    desk = opened(tmp_path, "campus-it")
    register(desk, subject="It fails here too", requester="Lou", incomplete=True, now=at(1))
    incidents.attach_ticket(desk, 1002, 1001, now=at(2))
    async with sitting(desk.store.url) as here:
        here.screen.go_to(1001)
        await here.until(lambda: here.screen.card is not None and here.screen.card.number == 1001, "the ticket")
        here.screen.action_carry_out("resolve", "solved")
        await here.shows("1 open ticket is attached to 1001.")
        await here.pilot.press(answer)
        await here.until(lambda: here.screen.composer is not None, "the composer")
        composer = here.screen.writing.composer
        assert composer is not None
        composer.words = "It is fixed."
        composer.action_send()
        if answer == "y":
            await here.shows("Held back: the letter lacks")
            composer.action_send()
        await here.until(lambda: seen(desk).row.status == "resolved", "the end")
        await here.until(lambda: here.screen.composer is None, "the composer is gone")
    assert {seen(desk, number).row.status for number in (1001, 1002)} == ended
    desk.store.close()


async def test_what_the_requester_said_is_written_down(tmp_path: Path) -> None:
    desk = opened(tmp_path, "managed-services")
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "It was the cable.", now=at(2))
    async with sitting(desk.store.url) as here:
        await here.do("reject", "It was not.")
        await here.told("not confirmed by the requester")
        assert seen(desk).row.status == "in-progress"
        await here.do("close", "withdrawn")
        await here.told("cannot be closed from where it is")
    resolution.resolve(desk, 1001, "It was the switch.", now=at(90))
    async with sitting(desk.store.url, minutes=100) as here:
        await here.do("confirm", "-")
        await here.told("confirmed by the requester, now Closed")
    desk.store.close()


@pytest.mark.requirement("S5-12")
async def test_one_key_opens_a_ticket_again_that_stayed_closed_for_thanks(tmp_path: Path) -> None:
    desk = opened(tmp_path, "web-agency", type="question")
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "Done.", now=at(2))
    messages.record_customer_message(desk, 1001, "Great job.", now=at(3))
    async with sitting(desk.store.url, view="closed") as here:
        await here.until(lambda: here.screen.queue.count == 1, "the closed ticket")
        await here.pilot.press("O")
        await here.told("opened again for what was taken for thanks")
    assert seen(desk).row.status == "client-responded"
    desk.store.close()


@pytest.mark.requirement("S1-28")
async def test_a_checklist_is_ticked_off(tmp_path: Path) -> None:
    desk = opened(tmp_path, "software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(1))
    async with sitting(desk.store.url) as here:
        await here.do("check", "1 2 3 4 5 6")
        await here.told("all done, say what it ended in")
        here.screen.action_carry_out("check", "")
        await here.shows("what did it end in?")
        await here.pilot.press("enter")
        await here.told("done: Software issue")
    assert hung(desk, "checklist")[0]["outcome"] == "software-issue"
    desk.store.close()


async def test_a_status_that_waits_for_a_word_is_asked_about(tmp_path: Path) -> None:
    desk = opened(tmp_path, "saas-platform")
    update.move(desk, 1001, "triage", now=at(1))
    async with sitting(desk.store.url) as here:
        here.screen.action_carry_out("status", "waiting-for-customer")
        await here.until(lambda: isinstance(here.app.screen, Confirm), "the question")
        await here.pilot.press("y")
        await here.told("Triage → Waiting for Customer")
    desk.store.close()
