"""A desk by a shipped procedure, with an admin, a lead, agents, and an agent for each of its named roles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.domain.records import build_record_change
from deskterm.desk.history.integrity import check_integrity
from deskterm.procedure.compiled import to_document
from deskterm.store.db.engine import Store
from small_desk import MONDAY
from store_templates import copy_store, load_shipped


def shipped_desk(url: str, name: str, **changes: Any) -> DeskSession:
    """Create the desk and open it for ann, its admin. lea is a lead, sam and kim are agents, and each named role has an
    agent whose login is its key. changes: replaced parts of the procedure."""
    procedure = load_shipped(name)
    if changes:
        procedure = procedure.model_copy(update=changes)

    def create(place: str) -> Store:
        desk = open_desk(create_desk(place, procedure, admin_login="ann", admin_name="Ann", now=MONDAY), "ann")
        rows: list[dict[str, Any]] = [
            {"login": "lea", "name": "Lea", "role": "lead"},
            {"login": "sam", "name": "Sam", "role": "agent"},
            {"login": "kim", "name": "Kim", "role": "agent"},
        ]
        rows += [
            {"login": role.key, "name": role.label, "role": "agent", "roles": role.key} for role in procedure.roles
        ]
        seed_agents(desk, rows, now=MONDAY)
        clients = [
            {"key": "larch", "name": "Larch Ltd", "domain": "larch.example"},
            {"key": "birch", "name": "Birch Ltd", "domain": "birch.example"},
        ]
        seed_clients(desk, clients, now=MONDAY)
        return desk.store

    key = "shipped desk", name, to_document(procedure) if changes else ""
    return open_desk(copy_store(url, key, create), "ann")


def verified_desk(url: str, name: str) -> Iterator[DeskSession]:
    """Yield such a desk for a fixture; after the test its rows must be what its events say, and its chain hold."""
    desk = shipped_desk(url, name)
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def as_agent(desk: DeskSession, login: str) -> DeskSession:
    """Open the same desk for another agent."""
    return open_desk(desk.store, login)


def finish_checklist(desk: DeskSession, number: int, checklist: str, outcome: str, now: datetime) -> None:
    """Finish a checklist with an outcome."""
    with desk.ticket(number, "check", now) as work:
        work.append(
            "checked", build_record_change(work.state.records, "checklist", checklist, state="done", outcome=outcome)
        )
