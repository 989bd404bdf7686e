"""The desk's own history: agents and their rights, editions, settings (D-22)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from deskterm.desk.admin.rule_settings import switch_rule
from deskterm.desk.admin.setup import apply_procedure, create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.absence import set_absence
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.history.desk_chain import verify_desk
from deskterm.store.db.tables import DeskEvent, table_of
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_desk, small_procedure
from store_templates import load_shipped
from tampering import tamper


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    desk = small_desk(store_url)
    yield desk
    assert verify_desk(desk.store) == []
    desk.store.close()


def own_events(desk: DeskSession) -> list[tuple[str, str, dict[str, Any]]]:
    """Kind, actor and content of the desk's own events."""
    table = table_of(DeskEvent)
    with desk.store.reading() as session:
        rows = session.execute(select(table.c.kind, table.c.actor, table.c.data).order_by(table.c.seq))
        return [(kind, actor, json.loads(data)) for kind, actor, data in rows]


def test_a_new_desk_begins_with_its_admin_and_its_procedure(desk: DeskSession) -> None:
    kind, actor, data = own_events(desk)[0]
    assert (kind, actor) == ("created", "ann")
    assert data["changes"]["agent ann role"] == [None, "admin"]
    assert data["changes"]["desk edition"] == [None, 1]
    assert len(data["changes"]["edition 1 document"][1]) == 64


def test_seeding_agents_records_who_gave_whom_which_rights(desk: DeskSession) -> None:
    before = len(own_events(desk))
    as_lea = open_desk(desk.store, "ann", behind="ann")
    seed_agents(as_lea, [{"login": "sam", "role": "lead"}, {"login": "new", "name": "New"}], now=at(1))
    ((kind, actor, data),) = own_events(desk)[before:]
    assert (kind, actor, data["behind"]) == ("agents", "ann", "ann")
    rights = {key: change for key, change in data["changes"].items() if not key.endswith(" details")}
    assert rights == {
        "agent sam role": ["agent", "lead"], "agent new role": [None, "agent"], "agent new active": [None, True],
    }  # fmt: skip
    seed_agents(desk, [{"login": "sam", "role": "lead"}], now=at(2))
    seed_agents(desk, [{"login": "sam", "role": "admin"}], dry_run=True, now=at(2))
    assert len(own_events(desk)) == before + 1


def test_an_edition_clients_and_an_absence_are_recorded(desk: DeskSession) -> None:
    before = len(own_events(desk))
    apply_procedure(desk, small_procedure(SMALL_PROCEDURE.replace('"Working on it"', '"At work"')), now=at(1))
    seed_clients(desk, [{"key": "oak", "name": "Oak"}], now=at(2))
    set_absence(desk, "sam", at(600), now=at(3))
    edition, clients, absence = own_events(desk)[before:]
    assert (edition[0], edition[2]["changes"]["desk edition"]) == ("edition", [1, 2])
    assert (clients[0], clients[2]["lines"]) == ("clients", ["+ oak (Oak)"])
    assert (absence[0], list(absence[2]["changes"])) == ("absence", ["agent sam details"])


def test_names_beyond_ascii_are_kept_as_they_are_written(desk: DeskSession) -> None:
    seed_clients(desk, [{"key": "cafe", "name": "Café Åre"}], now=at(1))
    table = table_of(DeskEvent)
    with desk.store.reading() as session:
        kept = session.execute(select(table.c.data).where(table.c.kind == "clients")).scalars().all()
    assert any("Café Åre" in data for data in kept)


def test_a_rule_that_is_switched_is_recorded(store_url: str) -> None:
    procedure = load_shipped("managed-services")
    rule = next(rule for rule in procedure.rules if rule.mode == "lead-opt-in")
    desk = open_desk(create_desk(store_url, procedure, admin_login="ann", now=MONDAY), "ann")
    switch_rule(desk, rule.key, True, now=at(1))
    assert own_events(desk)[-1][::2] == ("rule", {"changes": {"setting rules": [None, [rule.key]]}})
    assert verify_desk(desk.store) == []
    desk.store.close()


def test_what_was_done_to_the_desk_cannot_be_changed(desk: DeskSession) -> None:
    for statement in ("UPDATE desk_event SET actor = 'x'", "DELETE FROM desk_event"):
        with pytest.raises(DBAPIError, match="kept for ever"), desk.store.writing() as session:
            session.execute(text(statement))


def test_a_desk_that_was_made_before_begins_with_its_state_when_it_is_opened(store_url: str) -> None:
    desk = small_desk(store_url)
    tamper(desk, "DELETE FROM desk_event", "UPDATE desk SET chain = ''")
    again = open_desk(desk.store, "sam")
    (event,) = own_events(again)
    assert event[:2] == ("recorded", "deskterm")
    assert event[2]["changes"]["agent lea role"] == [None, "lead"]
    desk.store.close()
