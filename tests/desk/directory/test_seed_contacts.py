"""Seeding of contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_contacts import seed_contacts
from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from small_desk import at, small_desk

ROWS: list[Mapping[str, Any]] = [
    {"name": "Kim Novak", "email": "Kim@Larch.example", "phone": "12"},
    {"name": "Lou", "client": "larch"},
    {"name": "Lou"},
    {"email": "ada@elsewhere.example"},
]


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    desk = small_desk(store_url)
    yield desk
    desk.store.close()


def test_contacts_are_added_once_and_namesakes_of_two_clients_stay_two(desk: DeskSession) -> None:
    """R-71."""
    assert (
        seed_contacts(desk, ROWS, dry_run=True, now=at(0))
        == seed_contacts(desk, ROWS, now=at(0))
        == [
            "+ Kim@Larch.example (Kim Novak)",
            "+ Lou",
            "+ Lou",
            "+ ada@elsewhere.example (ada)",
        ]
    )
    assert seed_contacts(desk, ROWS, now=at(1)) == []
    with open_reader(desk.store.url) as reader:
        found = reader.rows(
            "SELECT c.name, c.email, c.phone, o.key FROM contact c "
            "LEFT JOIN organisation o ON o.id = c.organisation_id ORDER BY c.id"
        )
        assert found == [
            ("Kim Novak", "kim@larch.example", "12", "larch"),
            ("Lou", None, "", "larch"),
            ("Lou", None, "", None),
            ("ada", "ada@elsewhere.example", "", None),
        ]
    assert verify_desk(desk.store) == []


def test_a_contact_that_is_called_otherwise_is_so_on_its_tickets_too(desk: DeskSession) -> None:
    register(desk, type="fault", subject="x", requester="K. N.", email="kim@larch.example", now=at(0))
    lines = seed_contacts(
        desk, [{"email": "kim@larch.example", "name": "Kim Novak", "phone": "7", "client": None}], now=at(1)
    )
    assert lines == [
        "~ kim@larch.example: name K. N. → Kim Novak",
        "~ kim@larch.example: phone – → 7",
    ]
    with open_reader(desk.store.url) as reader:
        detail = load_ticket_detail(reader, 1001)
        assert detail is not None
        assert detail.row.requester == "Kim Novak"
    assert verify_desk(desk.store) == []
    assert check_integrity(desk.store).findings == ()


def test_a_contact_of_an_unknown_client_or_of_nobody_changes_nothing(desk: DeskSession) -> None:
    for row, sentence in (
        ({"name": "Kim", "client": "lerch"}, "no client 'lerch': did you mean larch"),
        ({"phone": "12"}, "neither a name nor an address"),
    ):
        with pytest.raises(DeskError, match=sentence):
            seed_contacts(desk, [ROWS[0], row], now=at(0))
    with open_reader(desk.store.url) as reader:
        assert reader.rows("SELECT * FROM contact") == []
