"""The tickets of one requester."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from deskterm.store.filters.conditions import HasWords
from deskterm.store.queries.search import load_requester_tickets, search_tickets
from small_desk import at, small_desk
from ticket_reads import read_ticket

KIM = "kim@larch.example"


def register_fault(desk: DeskSession, minute: float = 0, **values: Any) -> int:
    defaults: dict[str, Any] = {"body": "Kim Doe here.", "type": "fault", "requester": "Kim Doe", "email": KIM}
    return register(desk, **defaults | values, now=at(minute)).number


@pytest.mark.requirement("S2-09", "S5-10", "S5-17")
def test_the_tickets_of_a_requester_are_found_by_their_words(store_url: str) -> None:
    desk = small_desk(store_url)
    first, second = register_fault(desk, subject="Printer"), register_fault(desk, 5, subject="Door", body="It squeaks.")
    messages.reply(desk, first, "Change the toner, 100 % sure.", now=at(6))
    update.move(desk, second, "solved", now=at(7))
    register(desk, subject="Toner", type="fault", requester="Lou Roe", now=at(8))
    with open_reader(desk.store.url) as reader:

        def numbers(requester: str, **values: Any) -> list[int]:
            return [row.number for row in load_requester_tickets(reader, requester, **values)[0]]

        assert numbers("kim doe") == numbers(KIM.upper()) == [second, first]
        assert numbers(KIM, closed=True) == [second]
        assert numbers(KIM, closed=False) == [first]
        assert numbers(KIM, match="TONER") == [first]
        assert numbers(KIM, match="100 %") == [first]
        assert numbers(KIM, match="0 % x") == []
        with pytest.raises(DeskError, match="Nobody outside is known as 'Max'"):
            numbers("Max")
    update.edit(desk, first, subject="Printer prints in grey only", now=at(9))
    assert read_ticket(desk, first).row.subject == "Printer prints in grey only"
    bodies = [message.body for message in read_ticket(desk, first).messages]
    assert bodies == ["Kim Doe here.", "Change the toner, 100 % sure."]
    desk.store.close()


def test_words_beyond_ascii_are_found_in_any_case_in_a_file(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    number = register_fault(desk, subject="Printer of Élodie", body="Größe A4")
    with open_reader(desk.store.url) as reader:
        for word in ("ÉLODIE", "élodie", "GRÖßE"):
            assert [row.number for row in search_tickets(reader, HasWords(word), 0)[0]] == [number]


@pytest.mark.parametrize(("people", "ending"), [(6, "kim5@larch.example>: give"), (7, "kim5@larch.example> …: give")])
def test_a_part_that_several_people_have_names_some_of_them(store_url: str, people: int, ending: str) -> None:
    desk = small_desk(store_url)
    for place in range(people):
        register_fault(desk, place, subject="x", requester=f"Kim {place}", email=f"kim{place}@larch.example")
    with open_reader(desk.store.url) as reader, pytest.raises(DeskError, match=ending):
        load_requester_tickets(reader, "kim")
