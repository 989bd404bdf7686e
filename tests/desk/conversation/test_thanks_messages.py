"""Messages of thanks to a closed ticket: it stays closed, until an agent overrules that."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages, thanks_messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import confirmation, resolution, update
from deskterm.errors import DeskError
from small_desk import at
from ticket_reads import DeskFactory, read_records, read_ticket


def resolve_job(desk: DeskSession) -> None:
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "The box is on the other side now.", now=at(10))


@pytest.mark.requirement("S5-12")
def test_thanks_keep_a_ticket_closed_without_a_letter_or_notice(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    resolve_job(desk)
    before = read_ticket(desk)
    result = messages.record_customer_message(desk, 1001, "Thank you, Sam!", now=at(60))
    assert result.summary == "1001: thanks recorded, it stays closed"
    after = read_ticket(desk)
    assert (after.row.status, after.row.waiting, after.reopened) == ("closed", before.row.waiting, 0)
    assert (after.messages[-1].body, after.messages[-1].mark) == ("Thank you, Sam!", "thanks")
    assert len(read_records(desk, "letter")) == len([record for record in before.records if record.kind == "letter"])
    assert len(read_records(desk, "notice")) == len([record for record in before.records if record.kind == "notice"])
    assert after.clocks == before.clocks


@pytest.mark.requirement("S5-12")
def test_thanks_with_an_attachment_reopen_the_ticket(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    resolve_job(desk)
    messages.record_customer_message(desk, 1001, "Thank you!", attachments=True, now=at(60))
    assert read_ticket(desk).row.status == "client-responded"


@pytest.mark.requirement("S5-12")
def test_overruled_thanks_reopen_the_ticket_and_count_from_the_arrival_of_the_message(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    resolve_job(desk)
    messages.record_customer_message(desk, 1001, "Great job.", received_at=at(60), now=at(61))
    result = thanks_messages.overrule_thanks(desk, 1001, now=at(300))
    assert result.summary.startswith("1001: opened again for what was taken for thanks, now Client responded")
    found = read_ticket(desk)
    assert (found.row.status, found.row.waiting, found.reopened) == ("client-responded", "us", 1)
    (record,) = read_records(desk, "thanks")
    assert (record["state"], record["who"]) == ("overruled", "sam")
    event = next(event for event in found.events if event.kind == "overruled")
    assert event.data["counts_from"] == int(at(60).timestamp())
    with pytest.raises(DeskError, match="there is nothing to overrule"):
        thanks_messages.overrule_thanks(desk, 1001, now=at(301))


@pytest.mark.requirement("S4-13", "S4-14", "S5-12")
def test_thanks_before_the_closing_leave_its_timer_running_and_a_request_stops_it(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("saas-platform")
    update.move(desk, 1001, "triage", now=at(1))
    resolution.resolve(desk, 1001, "The filter is set.", code="configured", now=at(2))
    confirmation.confirm(desk, 1001, now=at(3))
    before = read_ticket(desk)
    assert before.row.status == "pending-closure"
    messages.record_customer_message(desk, 1001, "Thanks again", now=at(4))
    after = read_ticket(desk)
    assert (after.row.status, after.reopened, after.clocks) == ("pending-closure", 0, before.clocks)
    messages.record_customer_message(desk, 1001, "Thanks, but the total is wrong.", now=at(5))
    assert read_ticket(desk).row.status == "customer-responded"
