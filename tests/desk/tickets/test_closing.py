"""Closing of tickets: by confirmation, for a reason, or by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import closing, confirmation, resolution, update
from deskterm.errors import DeskError
from small_desk import at
from ticket_reads import DeskFactory, open_ticket, read_records, read_ticket


@pytest.mark.requirement("S3-13")
def test_a_ticket_is_not_closed_by_hand_before_its_client_has_confirmed(services: DeskSession) -> None:
    number = open_ticket(services)
    named = f"ask them with `deskterm ticket resolve {number}`, then say so with `deskterm ticket confirm {number}`, or"
    with pytest.raises(DeskError, match=f"Closed is for what the requester has confirmed: {named}"):
        update.move(services, number, "closed", now=at(1))
    update.move(services, number, "in-progress", now=at(2))
    resolution.resolve(services, number, "Replaced the disk.", now=at(3))
    ways = f"say so with `deskterm ticket confirm {number}`, or close it for a reason with `deskterm ticket close"
    shut: tuple[Callable[[], object], ...] = (
        lambda: update.move(services, number, "closed", anyway=True, now=at(4)),
        lambda: update.move(services, number, "closed", reason="they will not mind", now=at(4)),
        lambda: messages.reply(services, number, "Closed now.", status="closed", now=at(4)),
    )
    for one in shut:
        with pytest.raises(DeskError, match=ways):
            one()
    confirmation.confirm(services, number, now=at(5))
    assert read_ticket(services, number).row.status == "closed"


@pytest.mark.requirement("S3-13")
def test_a_reason_of_the_procedure_closes_a_ticket_without_confirmation(services: DeskSession) -> None:
    first, second = open_ticket(services), open_ticket(services)
    closing.close(services, first, "withdrawn", now=at(1))
    update.move(services, second, "closed", reason="duplicate", now=at(1))
    assert [read_ticket(services, number).row.status for number in (first, second)] == ["closed", "closed"]


def test_without_confirmation_in_the_procedure_tickets_are_closed_by_hand(agency: DeskSession) -> None:
    number = open_ticket(agency, type="question", organisation="larch")
    update.move(agency, number, "closed", now=at(1))
    assert read_ticket(agency, number).row.status == "closed"


@pytest.mark.requirement("S1-03")
def test_a_ticket_that_lacks_information_is_closed_for_that_reason(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="technical-support", severity="low")
    update.move(desk, 1001, "under-investigation", now=at(1))
    messages.reply(desk, 1001, "On which page?", status="awaiting-client-info", now=at(2))
    with pytest.raises(DeskError, match=r"Known: insufficient-information, duplicate, withdrawn"):
        closing.close(desk, 1001, "bored", now=at(3))
    done = closing.close(desk, 1001, "insufficient-information", now=at(5 * 1440))
    assert done.summary.startswith("1001: Closed/Resolved, insufficient information")
    assert read_records(desk, "resolution")[0]["code"] == "insufficient-information"
