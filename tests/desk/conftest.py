"""Fixtures for tests of commands: desks by the shipped procedures, whose history is verified after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from due_time_desk import due_time_desk
from shipped_desk import as_agent, shipped_desk, verified_desk
from small_desk import MONDAY, at, small_desk
from ticket_reads import DeskFactory


@pytest.fixture
def desk_with_ticket(store_url: str) -> Iterator[DeskFactory]:
    """Open desks by a procedure with one ticket, 1001, and sam at work; their history is verified afterwards."""
    desks: list[DeskSession] = []

    def open_with_ticket(procedure: str, **fields: object) -> DeskSession:
        desk = shipped_desk(store_url, procedure)
        desks.append(desk)
        values = {"subject": "The form fails", "body": "It says 500.", "requester": "Kim Doe", "organisation": "larch"}
        register(desk, **values | fields, incomplete=True, now=at(0))  # type: ignore[arg-type]
        return as_agent(desk, "sam")

    yield open_with_ticket
    for desk in desks:
        assert check_integrity(desk.store).findings == ()
        desk.store.close()


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """The small desk with its admin, ann, at work."""
    small = small_desk(store_url)
    yield small
    assert check_integrity(small.store).findings == ()
    with open_reader(small.store.url) as reader:
        assert verify_chains(reader).faults == ()
    small.store.close()


@pytest.fixture
def agency(store_url: str) -> Iterator[DeskSession]:
    yield from verified_desk(store_url, "web-agency")


@pytest.fixture
def campus(store_url: str) -> Iterator[DeskSession]:
    yield from verified_desk(store_url, "campus-it")


@pytest.fixture
def saas(store_url: str) -> Iterator[DeskSession]:
    yield from verified_desk(store_url, "saas-platform")


@pytest.fixture
def services(store_url: str) -> Iterator[DeskSession]:
    yield from verified_desk(store_url, "managed-services")


@pytest.fixture
def vendor(store_url: str) -> Iterator[DeskSession]:
    yield from verified_desk(store_url, "software-vendor")


@pytest.fixture
def clock_desk(store_url: str) -> Iterator[DeskSession]:
    """The small desk with everything that moves due times: warnings, sprints, timers, departments and work."""
    desk = due_time_desk(store_url)
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


@pytest.fixture
def staffed_services(store_url: str) -> Iterator[DeskSession]:
    """The desk of managed services with two agents of the first line, gil and gus, and one of the second, two."""
    for desk in verified_desk(store_url, "managed-services"):
        rows = [
            {"login": "gil", "name": "Gil", "team": "global", "tier": 1},
            {"login": "gus", "name": "Gus", "team": "global", "tier": 1},
            {"login": "two", "name": "Two", "team": "second-line", "tier": 2},
        ]
        seed_agents(desk, rows, now=MONDAY)
        yield desk
