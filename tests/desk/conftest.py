"""Fixtures for tests of commands: desks by the shipped procedures, whose history is verified after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from due_time_desk import promising_desk
from one_ticket import Opened
from shipped_desk import as_, proved, shipped_desk
from small_desk import MONDAY, at, small_desk


@pytest.fixture
def opened(store_url: str) -> Iterator[Opened]:
    """A desk by a shipped procedure with one ticket, 1001, and sam at work; what it wrote is proven in the end."""
    made: list[DeskSession] = []

    def opening(procedure: str, **facts: object) -> DeskSession:
        desk = shipped_desk(store_url, procedure)
        made.append(desk)
        told = {"subject": "The form fails", "body": "It says 500.", "requester": "Kim Doe", "organisation": "larch"}
        register(desk, **told | facts, incomplete=True, now=at(0))  # type: ignore[arg-type]
        return as_(desk, "sam")

    yield opening
    for desk in made:
        assert check_integrity(desk.store).findings == ()
        desk.store.close()


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """The small desk with its admin, ann, at work."""
    small = small_desk(store_url)
    yield small
    assert check_integrity(small.store).findings == ()
    small.store.close()


@pytest.fixture
def agency(store_url: str) -> Iterator[DeskSession]:
    yield from proved(store_url, "web-agency")


@pytest.fixture
def campus(store_url: str) -> Iterator[DeskSession]:
    yield from proved(store_url, "campus-it")


@pytest.fixture
def saas(store_url: str) -> Iterator[DeskSession]:
    yield from proved(store_url, "saas-platform")


@pytest.fixture
def services(store_url: str) -> Iterator[DeskSession]:
    yield from proved(store_url, "managed-services")


@pytest.fixture
def vendor(store_url: str) -> Iterator[DeskSession]:
    yield from proved(store_url, "software-vendor")


@pytest.fixture
def clock_desk(store_url: str) -> Iterator[DeskSession]:
    """The small desk with everything that moves due times: warnings, sprints, timers, departments and work."""
    desk = promising_desk(store_url)
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


@pytest.fixture
def staffed_services(store_url: str) -> Iterator[DeskSession]:
    """The desk of managed services with two agents of the first line, gil and gus, and one of the second, two."""
    for desk in proved(store_url, "managed-services"):
        rows = [
            {"login": "gil", "name": "Gil", "team": "global", "tier": 1},
            {"login": "gus", "name": "Gus", "team": "global", "tier": 1},
            {"login": "two", "name": "Two", "team": "second-line", "tier": 2},
        ]
        seed_agents(desk, rows, now=MONDAY)
        yield desk
