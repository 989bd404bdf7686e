"""Tickets that may be about the same matter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.desk.directory.seed_people import seed_clients
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.similar_tickets import find_similar_tickets
from small_desk import MONDAY, small_desk


@pytest.mark.requirement("S1-33")
def test_those_of_the_same_organisation_come_first(store_url: str) -> None:
    desk = small_desk(store_url)
    seed_clients(desk, [{"key": "birch", "name": "Birch Ltd", "domain": "birch.example"}], now=MONDAY)
    numbers: dict[str, int] = {}
    for name, subject, client in (
        ("theirs", "Invoice run fails after the update", "birch"),
        ("ours", "Invoice run fails since this morning", "larch"),
        ("other", "Password forgotten", "larch"),
    ):
        later = MONDAY + timedelta(minutes=len(numbers))
        numbers[name] = register(desk, subject=subject, type="fault", organisation=client, now=later).number
    with open_reader(store_url) as reader:
        own = find_similar_tickets(reader, "invoice run FAILS", organisation="kim@larch.example")
        assert [ticket.number for ticket in own] == [numbers["ours"]]
        from_all = find_similar_tickets(reader, "invoice run fails", organisation="larch", among="all")
        assert [ticket.number for ticket in from_all] == [numbers["ours"], numbers["theirs"]]
        assert [ticket.same_organisation for ticket in from_all] == [True, False]
        assert len(find_similar_tickets(reader, "Invoice run fails")) == 2
        assert find_similar_tickets(reader, "Invoice run fails", among="never") == []
        assert find_similar_tickets(reader, "!!") == []
        assert find_similar_tickets(reader, "Invoice run", organisation="larch", leave_out=[numbers["ours"]]) == []
