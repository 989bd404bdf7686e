"""Undo by the shipped procedures: replies, resolutions and closures, while their letters have not gone out."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.api import open_system_desk
from deskterm.desk.conversation import messages, thanks_messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import incidents
from deskterm.desk.notify import letters
from deskterm.desk.tickets import closing, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation
from deskterm.errors import DeskError
from linked_tickets import JOIN_COMMANDS, Join
from shipped_desk import as_agent
from small_desk import at
from ticket_reads import DeskFactory, read_records, read_ticket


def deliver_letters(desk: DeskSession, number: int, minute: float) -> None:
    """Mark all queued letters of a ticket as sent."""
    for record in read_ticket(desk, number).records:
        if record.kind == "letter" and record.state == "queued":
            letters.record_delivery(open_system_desk(desk.store), number, record.key, "sent", now=at(minute))


def read_state(desk: DeskSession, number: int = 1001) -> tuple[Any, ...]:
    found = read_ticket(desk, number)
    texts = [(message.body, message.mark) for message in found.messages if message.mark != "undone"]
    # That a letter was withdrawn stays in the outbox (D-11)
    records = [record for record in found.records if record.state != "withdrawn"]
    return found.row.status, found.row.assignee, found.row.waiting, found.clocks, texts, records, found.fields


def test_a_reply_with_a_queued_letter_can_be_undone(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    before = read_state(desk)
    messages.reply(desk, 1001, "Wrong ticket, sorry.", now=at(5))
    assert [record["state"] for record in read_records(desk, "letter")] == ["queued"]
    undo_last_command(desk, 1001, now=at(6))
    assert read_state(desk) == before
    found = read_ticket(desk)
    assert [(record.body, record.mark) for record in found.messages][-1] == ("Wrong ticket, sorry.", "undone")
    assert [(record["state"], record["reason"]) for record in read_records(desk, "letter")] == [
        ("withdrawn", "taken back")
    ]


def test_a_reply_with_a_failed_letter_can_be_undone(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    before = read_state(desk)
    messages.reply(desk, 1001, "Hello", now=at(5))
    (letter,) = [record for record in read_ticket(desk).records if record.kind == "letter"]
    letters.record_delivery(
        open_system_desk(desk.store), 1001, letter.key, "failed", reason="no such mailbox", now=at(6)
    )
    undo_last_command(desk, 1001, now=at(7))
    assert read_state(desk) == before


def test_a_reply_that_was_sent_cannot_be_undone(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    messages.reply(desk, 1001, "Hello", now=at(5))
    deliver_letters(desk, 1001, 6)
    with pytest.raises(DeskError, match="the reply has gone out"):
        undo_last_command(desk, 1001, now=at(7))
    messages.reply(desk, 1001, "As I said just now.", channel="phone", now=at(8))
    with pytest.raises(DeskError, match="the requester has been told"):
        undo_last_command(desk, 1001, now=at(9))


def test_undoing_a_resolution_restores_the_status_and_withdraws_its_letters(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    update.move(desk, 1001, "in-progress", now=at(1))
    before = read_state(desk)
    resolution.resolve(desk, 1001, "The box is on the other side now.", now=at(5))
    assert (read_ticket(desk).row.status, len(read_records(desk, "resolution"))) == ("closed", 1)
    undo_last_command(desk, 1001, now=at(6))
    assert read_state(desk) == before
    resolution.resolve(desk, 1001, "The box is on the other side now.", now=at(7))
    deliver_letters(desk, 1001, 8)
    with pytest.raises(DeskError, match="the reply has gone out"):
        undo_last_command(desk, 1001, now=at(9))


def test_an_announcement_is_undone_on_all_tickets_of_the_incident_or_none(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("saas-platform")
    other = register(desk, subject="Down", requester="Lou Roe", organisation="birch", incomplete=True, now=at(1)).number
    incidents.attach_ticket(desk, other, 1001, now=at(2))
    before = read_state(desk), read_state(desk, other)
    incidents.announce_to_attached(desk, 1001, "We are on it.", now=at(5))
    undo_last_command(desk, other, now=at(6))
    assert (read_state(desk), read_state(desk, other)) == before
    incidents.announce_to_attached(desk, 1001, "We are on it.", now=at(7))
    deliver_letters(desk, other, 8)
    with pytest.raises(DeskError, match="the reply has gone out"):
        undo_last_command(desk, 1001, now=at(9))


def test_undoing_overruled_thanks_closes_the_ticket_again(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "Done.", now=at(5))
    messages.record_customer_message(desk, 1001, "Thank you!", now=at(6))
    before = read_state(desk)
    thanks_messages.overrule_thanks(desk, 1001, now=at(7))
    undo_last_command(desk, 1001, now=at(8))
    assert read_state(desk) == before


def test_a_follow_up_cannot_be_undone(desk_with_ticket: DeskFactory) -> None:
    desk = as_agent(desk_with_ticket("saas-platform"), "lea")
    update.move(desk, 1001, "triage", now=at(1))
    closing.close(desk, 1001, desk.procedure.definition.closing.reasons[0].key, now=at(2))
    number = messages.record_customer_message(desk, 1001, "It is back.", now=at(3)).number
    with pytest.raises(DeskError, match="what the requester wrote stays, and so does the follow-up ticket"):
        undo_last_command(desk, 1001, now=at(4))
    with pytest.raises(DeskError, match="the request has been made"):
        undo_last_command(desk, number, now=at(5))
    assert (read_ticket(desk).fields["follow_ups"], read_ticket(desk, number).fields["follow_up_of"]) == (
        [number],
        1001,
    )


@pytest.mark.requirement("S4-15")
def test_a_final_closure_cannot_be_undone(desk_with_ticket: DeskFactory) -> None:
    desk = as_agent(desk_with_ticket("saas-platform"), "lea")
    update.move(desk, 1001, "triage", now=at(1))
    closing.close(desk, 1001, desk.procedure.definition.closing.reasons[0].key, now=at(2))
    with pytest.raises(DeskError, match="is closed for good; open a new ticket that names it"):
        undo_last_command(desk, 1001, now=at(3))


@pytest.mark.parametrize("join", JOIN_COMMANDS.values(), ids=JOIN_COMMANDS)
def test_a_duplicate_or_merge_can_be_undone_although_closed_tickets_are_final(
    desk_with_ticket: DeskFactory, join: Join
) -> None:
    desk = desk_with_ticket("saas-platform")
    other = register(desk, subject="Also", requester="Lou Roe", organisation="larch", incomplete=True, now=at(1)).number
    before = read_state(desk), read_state(desk, other)
    join(desk, other, 1001, now=at(2))
    undo_last_command(desk, other, now=at(3))
    assert (read_state(desk), read_state(desk, other)) == before


@pytest.mark.parametrize("name", ["managed-services", "saas-platform"])
def test_undo_reverts_the_actions_of_rules_too(desk_with_ticket: DeskFactory, name: str) -> None:
    desk = as_agent(desk_with_ticket(name), "lea")
    before = read_state(desk)
    if name == "managed-services":
        update.update_ticket(desk, 1001, priority="critical", reason="All are down.", now=at(1))
    else:
        update.set_severity(desk, 1001, "severity-1", reason="All are down.", now=at(1))
    assert [event for event in read_ticket(desk).events if event.data.get("by_rule")]
    undo_last_command(desk, 1001, now=at(2))
    assert read_state(desk) == before


def test_undoing_an_escalation_keeps_the_letter_that_was_sent(desk_with_ticket: DeskFactory) -> None:
    desk = as_agent(desk_with_ticket("campus-it"), "lea")
    before = read_state(desk)
    escalation.escalate(desk, 1001, reason="He asked for it.", now=at(1))
    deliver_letters(desk, 1001, 2)
    result = undo_last_command(desk, 1001, now=at(3))
    assert result.summary.endswith("one letter has already gone out")
    after = read_state(desk)
    assert after[:4] == before[:4]
    assert ("escalated", "sent") in [(record["on"], record["state"]) for record in read_records(desk, "letter")]
    assert read_records(desk, "escalation") == []
