"""Look-ups of agents, clients and contacts."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlmodel import Session

from deskterm.desk.core.people import (
    find_active_agent,
    find_or_add_author,
    find_or_add_contact,
    find_organisation,
    find_worker,
    list_clients,
)
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.tickets.assignment import assign
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Contact, table_of
from small_desk import MONDAY, at


def add(session: Session, name: str | None, email: str | None = None, organisation: int | None = None) -> int:
    person = find_or_add_contact(session, name, email, None, organisation)
    assert person is not None
    assert person.id is not None
    return person.id


def test_a_contact_is_known_by_address_else_by_name_within_the_organisation(desk: DeskSession) -> None:
    with desk.store.writing() as session:
        larch = find_organisation(session, "larch", None)
        assert larch is not None
        tor = add(session, "Tor <Tor@Larch.example>")
        assert add(session, None, " tor@larch.example ") == add(session, "Somebody", "tor@larch.example") == tor
        nameless = add(session, "Kim")
        assert add(session, "Kim ") == nameless
        assert len({tor, nameless, add(session, "Kim", organisation=larch.id), add(session, "Tor")}) == 4
        assert find_or_add_contact(session, "  ", None, None, None) is None
        with pytest.raises(UsageError, match="is no e-mail address"):
            find_or_add_contact(session, "Tor", "<tor@larch.example>", None, None)


def test_the_author_is_the_requester_unless_another_is_named(desk: DeskSession) -> None:
    with desk.store.writing() as session:
        tor = add(session, "Tor <tor@larch.example>")
        contacts = select(func.count()).select_from(table_of(Contact))
        before = session.execute(contacts).scalar_one()
        assert {find_or_add_author(session, name, tor, None) for name in (None, "", "TOR", "Tor@larch.example")} == {
            tor
        }
        assert find_or_add_author(session, None, None, None) is None
        assert session.execute(contacts).scalar_one() == before
        ida = find_or_add_author(session, "Ida", tor, None)
        assert find_or_add_author(session, "Ida", tor, None) == ida != tor
        assert find_or_add_author(session, "ida@larch.example", tor, None) not in (ida, tor, None)


def test_a_client_is_found_by_key_name_and_domain(desk: DeskSession) -> None:
    with desk.store.reading() as session:
        found = [
            find_organisation(session, *by) for by in (("LARCH", None), ("larch ltd", None), (None, "x@Larch.example"))
        ]
        assert {client.key for client in found if client is not None} == {"larch"}
        assert len(found) == 3
        assert find_organisation(session, None, "x@nobody.example") is find_organisation(session, None, None) is None
        assert list_clients(session) == [("larch", "Larch Ltd", "larch.example")]
        with pytest.raises(DeskError, match="There is no client 'oak'"):
            find_organisation(session, "oak", None)


def test_only_active_agents_take_tickets_and_viewers_none(desk: DeskSession) -> None:
    with desk.store.reading() as session:
        assert find_worker(session, "sam").login == "sam"
        assert find_active_agent(session, "vic").role == "viewer"
        with pytest.raises(DeskError, match="Vic only looks on"):
            find_worker(session, "vic")
        with pytest.raises(DeskError, match="'zoe' is no agent of this desk: choose from ann, kim, lea, sam"):
            find_active_agent(session, "zoe")


@pytest.mark.law("C-51")
def test_agents_are_found_by_login_name_or_a_part_that_only_one_has(desk: DeskSession) -> None:
    """C-51: only whole logins were known."""
    seed_agents(desk, [{"login": "skip", "name": "Sam Skipper"}, {"login": "gru", "name": "Jo Grünhagel"}], now=MONDAY)
    with desk.store.reading() as session:
        assert [find_active_agent(session, part).login for part in ("sam", "SAM SKIPPER", "skippe", "GRÜN")] == [
            "sam", "skip", "skip", "gru",
        ]  # fmt: skip
        with pytest.raises(DeskError, match=r"'sa' may be sam \(Sam\), skip \(Sam Skipper\): give the login"):
            find_active_agent(session, "sa")
        with pytest.raises(DeskError, match="is no agent of this desk"):
            find_active_agent(session, " ")
    number = register(desk, subject="x", type="fault", assignee="skippe", now=at(1)).number
    assert open_reader(desk.store.url).rows("SELECT assignee FROM ticket WHERE id = :id", {"id": number}) == [("skip",)]
    assert assign(desk, number, "Jo Gr", now=at(2)).summary.startswith(f"{number} assigned to gru")


def test_letters_beyond_ascii_are_the_same_in_any_case(desk: DeskSession) -> None:
    seed_clients(desk, [{"key": "elodie", "name": "Élodie Öl"}], now=at(0))
    with desk.store.reading() as session:
        found = find_organisation(session, "ÉLODIE ÖL", None)
    assert found is not None
    assert found.key == "elodie"
