"""Where the requester is asked first, a ticket is closed by their word, by the time, or for a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import closing, confirmation, resolution, update
from deskterm.errors import DeskError
from one_ticket import open_ticket, seen
from small_desk import at


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
    assert seen(services, number).row.status == "closed"


@pytest.mark.requirement("S3-13")
def test_a_ticket_is_closed_unasked_for_a_reason_of_the_procedure(services: DeskSession) -> None:
    first, second = open_ticket(services), open_ticket(services)
    closing.close(services, first, "withdrawn", now=at(1))
    update.move(services, second, "closed", reason="duplicate", now=at(1))
    assert [seen(services, number).row.status for number in (first, second)] == ["closed", "closed"]


def test_a_procedure_that_asks_nobody_lets_tickets_be_closed_by_hand(agency: DeskSession) -> None:
    number = open_ticket(agency, type="question", organisation="larch")
    update.move(agency, number, "closed", now=at(1))
    assert seen(agency, number).row.status == "closed"


@pytest.mark.requirement("S1-27")
def test_a_ticket_that_came_back_by_a_word_of_thanks_is_confirmed_where_it_is(vendor: DeskSession) -> None:
    number = open_ticket(vendor, type="support-query")
    update.move(vendor, number, "under-investigation", now=at(1))
    messages.reply(vendor, number, "Press the button.", resolution="permanent", status="client-sign-off", now=at(2))
    messages.record_customer_message(vendor, number, "That did it.", now=at(3))
    assert seen(vendor, number).row.status == "under-investigation"
    with pytest.raises(DeskError, match=f"confirmed: say so with `deskterm ticket confirm {number}`"):
        update.move(vendor, number, "closed", now=at(4))
    confirmation.confirm(vendor, number, now=at(5))
    assert seen(vendor, number).row.status == "closed"
