"""Letters that ask the requester to confirm a resolution, in each shipped procedure that waits for that."""

from __future__ import annotations

import pytest

from deskterm.desk.tickets import resolution, update
from shipped_desk import shipped_desk
from small_desk import at
from ticket_reads import letters_about, open_ticket, read_ticket


@pytest.mark.requirement("S1-27", "S3-13", "S4-13")
@pytest.mark.parametrize(
    ("procedure", "worked_on", "question"),
    [
        ("managed-services", "in-progress", "Please tell us whether all works as you expect it"),
        ("saas-platform", "triage", "tell us whether all is well. When you have confirmed it, we close it after seven"),
        ("software-vendor", "under-investigation", "Please tell us whether it is resolved for you"),
        ("campus-it", "in-progress", "If anything is not as you expect it, let us know"),
    ],
)
def test_the_letter_about_a_resolution_asks_for_the_confirmation_that_the_ticket_waits_for(
    store_url: str, procedure: str, worked_on: str, question: str
) -> None:
    desk = shipped_desk(store_url, procedure)
    number = open_ticket(desk, organisation="larch")
    update.move(desk, number, worked_on, now=at(1))
    codes = desk.procedure.definition.closing.resolutions
    before = len(letters_about(desk, number))
    resolution.resolve(desk, number, "The lamp was replaced.", code=codes[0].key if codes else None, now=at(2))
    status = desk.procedure.statuses[read_ticket(desk, number).row.status]
    assert status.on_reject is not None, "it waits for the requester"
    (letter,) = letters_about(desk, number)[before:]
    assert question in letter.body
    assert "The lamp was replaced." in letter.body
    desk.store.close()
