"""Taking back what was said to people and how a ticket ended: as long as nothing of it has gone out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deskterm.desk.api import open_system_desk
from deskterm.desk.conversation import messages, thanks_messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import duplicate, incidents, merge
from deskterm.desk.notify import letters
from deskterm.desk.tickets import closing, reopening, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation
from deskterm.errors import DeskError
from shipped_desk import as_agent
from small_desk import at
from ticket_reads import DeskFactory, read_records, read_ticket


def sent(desk: DeskSession, number: int, minute: float) -> None:
    """All letters of a ticket go out."""
    for record in read_ticket(desk, number).records:
        if record.kind == "letter" and record.state == "queued":
            letters.record_delivery(open_system_desk(desk.store), number, record.key, "sent", now=at(minute))


def stands(desk: DeskSession, number: int = 1001) -> tuple[Any, ...]:
    found = read_ticket(desk, number)
    said = [(message.body, message.mark) for message in found.messages if message.mark != "undone"]
    return found.row.status, found.row.assignee, found.row.waiting, found.clocks, said, found.records, found.fields


def test_a_reply_whose_letter_waits_is_taken_back_with_it(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    before = stands(desk)
    messages.reply(desk, 1001, "Wrong ticket, sorry.", now=at(5))
    assert [one["state"] for one in read_records(desk, "letter")] == ["queued"]
    undo_last_command(desk, 1001, now=at(6))
    assert stands(desk) == before
    found = read_ticket(desk)
    assert [(one.body, one.mark) for one in found.messages][-1] == ("Wrong ticket, sorry.", "undone")
    assert read_records(desk, "letter") == []


def test_a_reply_whose_letter_failed_never_went_out_either(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    before = stands(desk)
    messages.reply(desk, 1001, "Hello", now=at(5))
    (letter,) = [record for record in read_ticket(desk).records if record.kind == "letter"]
    letters.record_delivery(
        open_system_desk(desk.store), 1001, letter.key, "failed", reason="no such mailbox", now=at(6)
    )
    undo_last_command(desk, 1001, now=at(7))
    assert stands(desk) == before


def test_a_reply_that_went_out_stays_and_the_refusal_says_so(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    messages.reply(desk, 1001, "Hello", now=at(5))
    sent(desk, 1001, 6)
    with pytest.raises(DeskError, match="its letter has gone out, and what was sent stays sent"):
        undo_last_command(desk, 1001, now=at(7))
    messages.reply(desk, 1001, "As I said just now.", channel="phone", now=at(8))
    with pytest.raises(DeskError, match="a reply that was sent stays sent"):
        undo_last_command(desk, 1001, now=at(9))


def test_a_resolution_goes_back_with_its_status_and_its_letters(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    update.move(desk, 1001, "in-progress", now=at(1))
    before = stands(desk)
    resolution.resolve(desk, 1001, "The box is on the other side now.", now=at(5))
    assert (read_ticket(desk).row.status, len(read_records(desk, "resolution"))) == ("closed", 1)
    undo_last_command(desk, 1001, now=at(6))
    assert stands(desk) == before
    resolution.resolve(desk, 1001, "The box is on the other side now.", now=at(7))
    sent(desk, 1001, 8)
    with pytest.raises(DeskError, match="its letter has gone out"):
        undo_last_command(desk, 1001, now=at(9))


def test_what_was_said_of_an_incident_goes_back_on_all_its_tickets_or_on_none(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("saas-platform")
    other = register(desk, subject="Down", requester="Lou Roe", organisation="birch", incomplete=True, now=at(1)).number
    incidents.attach_ticket(desk, other, 1001, now=at(2))
    before = stands(desk), stands(desk, other)
    incidents.announce_to_attached(desk, 1001, "We are on it.", now=at(5))
    undo_last_command(desk, other, now=at(6))
    assert (stands(desk), stands(desk, other)) == before
    incidents.announce_to_attached(desk, 1001, "We are on it.", now=at(7))
    sent(desk, other, 8)
    with pytest.raises(DeskError, match="its letter has gone out"):
        undo_last_command(desk, 1001, now=at(9))


def test_a_message_that_was_only_thanks_after_all_keeps_the_ticket_closed_again(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "Done.", now=at(5))
    messages.record_customer_message(desk, 1001, "Thank you!", now=at(6))
    before = stands(desk)
    thanks_messages.overrule_thanks(desk, 1001, now=at(7))
    undo_last_command(desk, 1001, now=at(8))
    assert stands(desk) == before


def test_a_follow_up_that_the_requester_made_stays_linked_on_both_sides(desk_with_ticket: DeskFactory) -> None:
    desk = as_agent(desk_with_ticket("saas-platform"), "lea")
    update.move(desk, 1001, "triage", now=at(1))
    closing.close(desk, 1001, desk.procedure.definition.closing.reasons[0].key, now=at(2))
    number = messages.record_customer_message(desk, 1001, "It is back.", now=at(3)).number
    with pytest.raises(DeskError, match="what the requester wrote stays, and so does the ticket that came of it"):
        undo_last_command(desk, 1001, now=at(4))
    with pytest.raises(DeskError, match="a request that was made stays"):
        undo_last_command(desk, number, now=at(5))
    assert (read_ticket(desk).fields["follow_ups"], read_ticket(desk, number).fields["follow_up_of"]) == (
        [number],
        1001,
    )


@pytest.mark.requirement("S4-15")
def test_what_was_closed_for_good_is_not_opened_by_taking_back(desk_with_ticket: DeskFactory) -> None:
    desk = as_agent(desk_with_ticket("saas-platform"), "lea")
    update.move(desk, 1001, "triage", now=at(1))
    closing.close(desk, 1001, desk.procedure.definition.closing.reasons[0].key, now=at(2))
    with pytest.raises(DeskError, match="it is closed for good: open a new one that names it"):
        undo_last_command(desk, 1001, now=at(3))


@pytest.mark.parametrize(
    "connect",
    [
        duplicate.close_as_duplicate,
        lambda desk, number, other, now: merge.merge_into(desk, number, into=other, now=now),
    ],
)
def test_tickets_that_were_taken_for_one_come_apart_even_where_closed_is_for_good(
    desk_with_ticket: DeskFactory, connect: Any
) -> None:
    desk = desk_with_ticket("saas-platform")
    other = register(desk, subject="Also", requester="Lou Roe", organisation="larch", incomplete=True, now=at(1)).number
    before = stands(desk), stands(desk, other)
    connect(desk, other, 1001, now=at(2))
    undo_last_command(desk, other, now=at(3))
    assert (stands(desk), stands(desk, other)) == before


@pytest.mark.requirement("S1-33")
@pytest.mark.parametrize("name", ["saas-platform", "software-vendor", "web-agency"])
def test_who_answers_a_ticket_that_goes_on_in_another_is_told_which(desk_with_ticket: DeskFactory, name: str) -> None:
    desk = desk_with_ticket(name)
    other = register(desk, subject="Also", requester="Lou Roe", organisation="larch", incomplete=True, now=at(1)).number
    third = register(desk, subject="Too", requester="Max Poe", organisation="larch", incomplete=True, now=at(2)).number
    duplicate.close_as_duplicate(desk, other, 1001, now=at(3))
    merge.merge_into(desk, third, into=1001, now=at(4))
    before = stands(desk, other), stands(desk, third)
    acts: list[Callable[[int], object]] = [
        lambda number: messages.reply(desk, number, "Hello", now=at(5)),
        lambda number: messages.add_note(desk, number, "Hm", now=at(5)),
        lambda number: resolution.resolve(desk, number, "Done", now=at(5)),
        lambda number: reopening.reopen(desk, number, "called", now=at(5)),
        lambda number: update.move(desk, number, "closed", now=at(5)),
    ]
    for number in (other, third):
        for act in acts:
            with pytest.raises(DeskError, match=f"Ticket {number} goes on in 1001"):
                act(number)
    assert (stands(desk, other), stands(desk, third)) == before


@pytest.mark.parametrize("name", ["managed-services", "saas-platform"])
def test_what_rules_did_of_a_command_goes_back_with_it(desk_with_ticket: DeskFactory, name: str) -> None:
    desk = as_agent(desk_with_ticket(name), "lea")
    before = stands(desk)
    if name == "managed-services":
        update.update_ticket(desk, 1001, priority="critical", reason="All are down.", now=at(1))
    else:
        update.set_severity(desk, 1001, "severity-1", reason="All are down.", now=at(1))
    assert [event for event in read_ticket(desk).events if event.data.get("by_rule")]
    undo_last_command(desk, 1001, now=at(2))
    assert stands(desk) == before


def test_an_escalation_is_taken_back_and_its_letter_stays_sent(desk_with_ticket: DeskFactory) -> None:
    desk = as_agent(desk_with_ticket("campus-it"), "lea")
    before = stands(desk)
    escalation.escalate(desk, 1001, reason="He asked for it.", now=at(1))
    sent(desk, 1001, 2)
    done = undo_last_command(desk, 1001, now=at(3))
    assert done.summary.endswith("a letter of it was sent already")
    after = stands(desk)
    assert after[:4] == before[:4]
    assert ("escalated", "sent") in [(one["on"], one["state"]) for one in read_records(desk, "letter")]
    assert read_records(desk, "escalation") == []
