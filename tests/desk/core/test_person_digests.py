"""The desk's own chain vouches for what is known of people: agents, clients and contacts (D-41)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.directory.absence import set_absence
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.history.erasing.erasure import erase_person
from deskterm.desk.tickets.register import register
from small_desk import at, small_desk
from tampering import tamper


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """A desk with a client, an absent agent, a requester with a telephone number and a participant."""
    desk = small_desk(store_url)
    seed_clients(
        desk, [{"key": "oak", "name": "Oak", "domain": "oak.example"}, {"key": "elm", "name": "Elm"}], now=at(0)
    )
    register(desk, subject="x", type="fault", requester="Kim", email="kim@oak.example", now=at(1))
    participants.add_participant(desk, 1001, "Tor", email="tor@oak.example", now=at(2))
    register(desk, subject="y", type="fault", email="kim@oak.example", phone="+44 20 7946 0001", now=at(3))
    set_absence(desk, "sam", at(600), now=at(4))
    seed_agents(desk, [{"login": "sam", "email": "sam@desk.example"}], now=at(5))
    yield desk
    desk.store.close()


def sentences(desk: DeskSession) -> list[str]:
    """The faults of the desk's own history, but for the triggers that tampering took away."""
    return [fault.sentence for fault in verify_desk(desk.store) if "trigger" not in fault.sentence]


def own_events(desk: DeskSession, kind: str) -> list[dict[str, Any]]:
    with desk.store.reading() as session:
        query = text("SELECT data FROM desk_event WHERE kind = :kind ORDER BY seq")
        return [json.loads(data) for data in session.execute(query, {"kind": kind}).scalars()]


CONTACT = "the name, the address, the telephone number or the client of contact {} is not what was written"


def test_what_deskterm_writes_of_people_is_vouched_for_and_no_word_of_it_is_kept_in_the_chain(
    desk: DeskSession,
) -> None:
    assert verify_desk(desk.store) == []
    assert [list(event["changes"]) for event in own_events(desk, "people")] == [
        ["contact 1"], ["contact 2"], ["contact 1"],
    ]  # fmt: skip
    with desk.store.reading() as session:
        whole = "".join(session.execute(text("SELECT data FROM desk_event")).scalars())
    # The number as it was written and without blanks: four digits alone may be in a digest by chance
    for word in ("kim@", "Kim", "7946 0001", "2079460001", "Tor", "sam@", "18:"):
        assert word not in whole


AGENT = "the name, the address or the absence of agent {} is not what was written"
REWRITTEN = (
    ("UPDATE contact SET email = 'evil@evil.example' WHERE id = 1", CONTACT.format(1)),
    ("UPDATE contact SET salt = '' WHERE id = 2", CONTACT.format(2)),
    ("INSERT INTO contact (id, name, phone, salt) VALUES (9, 'Eve', '', '')", "contact 9 was added past deskterm"),
    ("UPDATE agent SET email = 'x@evil.example' WHERE login = 'lea'", AGENT.format("lea")),
    ("UPDATE agent SET away_until = NULL WHERE login = 'sam'", AGENT.format("sam")),
    ("UPDATE organisation SET domain = 'evil.example' WHERE key = 'elm'",
     "the name, the domain, the notes or the support of client elm is not what was written"),
    ("UPDATE organisation SET key = 'ash' WHERE key = 'oak'", "client ash was added past deskterm"),
)  # fmt: skip


def test_people_who_were_rewritten_behind_the_desks_back_are_named(desk: DeskSession) -> None:
    tamper(desk, *(statement for statement, _ in REWRITTEN))
    for _ in range(2):
        found = sentences(desk)
        assert {sentence for _, sentence in REWRITTEN} <= set(found)
        assert "client oak is missing" in found
        # What was forged must not be taken for what was there at the beginning
        tamper(desk, "UPDATE desk SET covers_people = 0")
        open_desk(desk.store, "ann")
    assert "the desk says that its history has no digests of people, and it has" in sentences(desk)


def test_a_contact_who_was_erased_is_vouched_for_and_cannot_be_guessed(desk: DeskSession) -> None:
    """The salt goes with the words: what stays is a digest that nobody can try names on."""
    erase_person(desk, "tor@oak.example", now=at(6))
    assert verify_desk(desk.store) == []
    with desk.store.reading() as session:
        assert session.execute(text("SELECT salt FROM contact WHERE id = 2")).scalar_one() == ""
    tamper(desk, "UPDATE contact SET email = 'tor@oak.example' WHERE id = 2")
    assert sentences(desk) == [CONTACT.format(2)]


def test_a_desk_whose_history_had_no_people_records_them_when_an_agent_opens_it(desk: DeskSession) -> None:
    tamper(desk, "DELETE FROM desk_event", "UPDATE desk SET chain = '', covers_people = 0")
    assert sentences(desk) == []
    open_desk(desk.store, "vic")  # a viewer writes nothing
    assert own_events(desk, "recorded") == []
    open_desk(desk.store, "sam")
    assert list(own_events(desk, "recorded")[-1]["changes"]) == ["contact 1", "contact 2"]
    assert sentences(desk) == []
    tamper(desk, "UPDATE contact SET email = 'evil@evil.example' WHERE id = 1")
    assert sentences(desk) == [CONTACT.format(1)]
