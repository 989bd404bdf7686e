"""The owner of a store becomes its admin when none of its admins can log in, and only then (D-20)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.claim import claim_desk
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.desk_chain import verify_desk
from deskterm.errors import DeskError
from deskterm.store.db.identity import read_login
from small_desk import at, small_desk


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """A desk whose people are no users of this system, and no roles of the server."""
    desk = small_desk(store_url)
    yield desk
    desk.store.close()


def claim(desk: DeskSession, login: str) -> str:
    with desk.open_reader() as reader:
        return claim_desk(desk.store, reader, login, now=at(1))


def test_the_owner_of_a_desk_without_a_reachable_admin_becomes_one_and_it_is_recorded(desk: DeskSession) -> None:
    own = read_login(desk.store.url)
    assert claim(desk, own) == (f"{own} is an admin of this desk now; its other admins (ann) cannot log in here.")
    assert open_desk(desk.store, own).agent.role == "admin"
    assert verify_desk(desk.store) == []
    with desk.open_reader() as reader:
        ((actor, data),) = reader.rows("SELECT actor, data FROM desk_event ORDER BY seq DESC LIMIT 1")
    assert (actor, f"claimed by {own}" in data) == (own, True)


def test_a_desk_with_an_admin_who_can_log_in_is_not_claimed(desk: DeskSession) -> None:
    own = read_login(desk.store.url)
    seed_agents(desk, [{"login": own, "name": "Own", "role": "admin"}], now=at(0))
    with pytest.raises(DeskError, match=f"{own} is an admin of this desk and can log in: ask them"):
        claim(desk, "zoe")
    with pytest.raises(DeskError, match="'zoe' is no agent"):
        open_desk(desk.store, "zoe")
