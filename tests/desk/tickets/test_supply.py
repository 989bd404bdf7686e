"""Supply of fields after registration."""

from __future__ import annotations

import pytest

from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.supply import supply_fields
from shipped_desk import shipped_desk
from small_desk import MONDAY, at
from ticket_reads import DeskFactory, read_ticket


@pytest.mark.requirement("S2-15", "S2-08", "S1-03")
def test_missing_fields_flag_the_ticket_until_they_are_supplied(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    done = register(desk, subject="Where is it?", body="I cannot find it", incomplete=True, now=MONDAY)
    assert "without a product" in done.summary
    assert read_ticket(desk, done.number).flags == ("incomplete",)
    supply_fields(desk, done.number, {"product": "platform"}, now=MONDAY)
    assert read_ticket(desk, done.number).flags == ()
    assert read_ticket(desk, done.number).values["product"] == "platform"


@pytest.mark.requirement("S2-17")
def test_a_workaround_is_supplied_in_its_field(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("campus-it")
    supply_fields(desk, 1001, {"workaround": "Print from the library."}, now=at(5))
    assert read_ticket(desk).fields["workaround"] == "Print from the library."
