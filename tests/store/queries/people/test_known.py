"""People and clients outside are found by any part of their names, whatever accents and case (C-24)."""

from __future__ import annotations

import pytest

from deskterm.desk.directory.seed_people import seed_clients
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.people.known import KnownClient, KnownPerson, find_clients, find_people
from small_desk import MONDAY, at, small_desk

PEOPLE = [
    ("Ines Calder", "ines@norvale.example", "norvale"),
    ("Max Grünhagel", "max@larch.example", "larch"),
    ("Agnes Inesta", None, "larch"),
    ("Zoë 100%", None, None),
]


@pytest.mark.law("C-24")
def test_each_word_is_in_the_name_the_address_or_the_client(store_url: str) -> None:
    desk = small_desk(store_url)
    seed_clients(desk, [{"key": "norvale", "name": "Norvale Freight", "domain": "norvale.example"}], now=MONDAY)
    for minute, (name, email, client) in enumerate(PEOPLE):
        register(desk, type="question", subject="x", requester=name, email=email, organisation=client, now=at(minute))
    with open_reader(store_url) as reader:

        def names(text: str, client: str = "") -> list[str]:
            return [person.name for person in find_people(reader, text, client=client)]

        assert find_people(reader, "INES nor") == [
            KnownPerson("Ines Calder", "ines@norvale.example", "norvale", "Norvale Freight")
        ]
        assert names("ines") == ["Agnes Inesta", "Ines Calder"]
        assert names("ines", "Norvale Freight") == ["Ines Calder", "Agnes Inesta"], "whose people come first"
        assert names("grunhagel") == ["Max Grünhagel"]
        assert names("zoe 100%") == ["Zoë 100%"]
        assert (names("%"), names("  "), names("_x")) == (["Zoë 100%"], [], [])
        assert find_clients(reader, "freight") == [KnownClient("norvale", "Norvale Freight", "norvale.example")]
    desk.store.close()
