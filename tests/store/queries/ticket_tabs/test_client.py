"""The client of a ticket, and the tickets it is linked with, on both databases (C-13)."""

from __future__ import annotations

import pytest

from deskterm.desk.billing import quotes
from deskterm.desk.linking import duplicate
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.update import move
from deskterm.present.labels import Vocabulary
from deskterm.present.models import TABS
from deskterm.present.tab_pages import build_page
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import load_ticket_letters
from deskterm.store.queries.ticket_detail import load_ticket_detail
from deskterm.store.queries.ticket_tabs.client import count_client_tickets, load_client
from deskterm.store.queries.ticket_tabs.linked import load_linked_tickets
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-13")


def test_the_other_tickets_of_a_client_come_open_ones_first(store_url: str) -> None:
    desk = small_desk(store_url)
    for minute in range(4):
        register(desk, type="fault", severity="low", subject=f"Matter {minute}", requester="Kim Novak",
                 email="kim@larch.example", now=at(minute))  # fmt: skip
    register(desk, type="fault", severity="low", subject="Elsewhere", requester="Ola", email="ola@birch.example",
             now=at(5))  # fmt: skip
    duplicate.close_as_duplicate(desk, 1004, 1001, now=at(10))
    quotes.record_agreement(desk, 1002, amount=None, note="", now=at(11))
    move(desk, 1001, "working", now=at(12))
    desk.store.close()
    with open_reader(store_url) as reader:
        client = load_client(reader, 1001)
        assert client is not None
        assert [ticket.number for ticket in client.tickets] == [1003, 1002, 1004]
        assert [contact.email for contact in client.contacts] == ["kim@larch.example"]
        assert [number for number, _ in client.agreements] == [1002]
        assert count_client_tickets(reader, 1001) == 2
        assert count_client_tickets(reader, 9999) == 0
        assert load_client(reader, 9999) is None
        assert load_linked_tickets(reader, [1001, 9999]).keys() == {1001}
        assert {letter.number for letter in load_ticket_letters(reader, 1001)} <= {1001}
        detail = load_ticket_detail(reader, 1001)
        assert detail is not None
        assert detail.fields["duplicates"] == [1004]
        for tab in TABS:
            assert build_page(reader, detail, tab, Vocabulary()), tab
