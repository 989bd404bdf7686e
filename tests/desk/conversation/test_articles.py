"""Knowledge base articles in the replies of agents."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.conversation.articles import find_article_addresses
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_records
from shipped_desk import as_agent, shipped_desk
from small_desk import MONDAY

BASE = "https://knowledge.example.com"


@pytest.mark.requirement("S1-30")
def test_articles_in_replies_of_agents_are_recorded_on_the_ticket(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    register(desk, subject="How do I add a user?", body="x", type="support-query", product="platform",
             requester="Ida", organisation="larch", now=MONDAY)  # fmt: skip
    sam = as_agent(desk, "sam")
    body = f"See {BASE}/users/add, and <{BASE}/users/roles>. Our status: https://status.example.com/"
    messages.reply(sam, 1001, body, now=MONDAY + timedelta(minutes=1))
    messages.record_customer_message(desk, 1001, f"I have read {BASE}/users/gone", now=MONDAY + timedelta(minutes=2))
    messages.add_note(sam, 1001, f"{BASE}/internal", now=MONDAY + timedelta(minutes=3))
    messages.reply(desk, 1001, f"Once more: {BASE}/users/add\n> {BASE}/users/gone", now=MONDAY + timedelta(minutes=4))
    with open_reader(desk.store.url) as reader:
        records = [
            (record.values["address"], record.values["times"], record.who)
            for record in load_records(reader, 1001, "article")
        ]
    assert sorted(records) == [(f"{BASE}/users/add", 2, "ann"), (f"{BASE}/users/roles", 1, "sam")]
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"({BASE}/a).", [f"{BASE}/a"]),
        (f"{BASE}/a/ {BASE}/a", [f"{BASE}/a"]),
        (f"**{BASE}/a?x=1#y**!", [f"{BASE}/a?x=1#y"]),
        (f"{BASE}", []),
        ("https://knowledge.example.com.evil.example/a", []),
        ("HTTPS://Knowledge.example.com/A", ["HTTPS://Knowledge.example.com/A"]),
        ("", []),
    ],
)
def test_an_address_ends_before_the_punctuation_of_its_sentence(body: str, expected: list[str]) -> None:
    assert list(find_article_addresses(body, [BASE + "/"])) == expected
