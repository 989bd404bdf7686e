"""A desk by a shipped procedure, with an admin, a lead, agents, and an agent for each of its named roles; and filled-in
forms of requests for some of these procedures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.domain.records import build_record_change
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.procedure.compiled import to_document
from deskterm.store.db.engine import Store
from small_desk import MONDAY
from store_templates import copy_store, create_desk_in_tables, load_shipped

CAMPUS_ISSUE: dict[str, Any] = {
    "occurred-at": "2026-11-20 14:00",
    "caller": "Ada Byron <ada@example.org> 022 3131",
    "notify": "requester; Bo Quill <bo@example.org>",
    "resource": "printer on the second floor",
    "first-time": "yes",
    "building": "Main",
    "room": "204",
    "number-affected": "3",
}
"""All fields that an issue of the campus requires."""

SERVICE_CALL: dict[str, Any] = {"fields": {"contact-phone": "02 9999 1234"}}
"""The fields of a call to managed services, as an argument of `register`."""

SAAS_ISSUE: dict[str, Any] = {"fields": {"business-impact": "nobody can invoice", "steps": "press the button"}}
"""The fields of an issue of the platform, as an argument of `register`."""


def shipped_desk(url: str, name: str, **changes: Any) -> DeskSession:
    """Create the desk and open it for ann, its admin. lea is a lead, sam and kim are agents, and each named role has an
    agent whose login is its key. changes: replaced parts of the procedure."""
    procedure = load_shipped(name)
    if changes:
        procedure = procedure.model_copy(update=changes)

    def create(place: str) -> Store:
        desk = open_desk(
            create_desk_in_tables(place, procedure, admin_login="ann", admin_name="Ann", now=MONDAY), "ann"
        )
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


def tiered_services_desk(url: str) -> DeskSession:
    """Managed services with an agent for each tier, and clients who have a desk of their own for some of them."""
    desk = shipped_desk(url, "managed-services")
    rows: list[dict[str, Any]] = [
        {"login": "aus", "name": "Aus", "team": "australia", "tier": 1},
        {"login": "gil", "name": "Gil", "team": "global", "tier": 1},
        {"login": "two", "name": "Two", "team": "second-line", "tier": 2},
        {"login": "tri", "name": "Tri", "team": "third-line", "tier": 3, "certified": True},
    ]
    seed_agents(desk, rows, now=MONDAY)
    clients = [
        {"key": "larch", "name": "Larch Ltd", "coverage": "2,3", "handoff": "desk@larch.example"},
        {"key": "birch", "name": "Birch Ltd", "coverage": "1,2", "handoff": "Birch's engineers"},
    ]
    seed_clients(desk, clients, now=MONDAY)
    return desk


def staffed_platform_desk(url: str) -> DeskSession:
    """The platform with two agents, and one each for development triage and for quotes."""
    desk = shipped_desk(url, "saas-platform")
    people = [("ada", "agents"), ("bob", "agents"), ("dev", "development-triage"), ("pro", "quoting")]
    seed_agents(desk, [{"login": login, "name": login, "team": team} for login, team in people], now=MONDAY)
    return desk


def open_campus_issue(desk: DeskSession, **fields: Any) -> int:
    """Register a complete issue of the campus; return its number."""
    values = {"subject": "It jams", "requester": "Kim Roe", "body": "Paper jam 42", "fields": CAMPUS_ISSUE}
    return register(desk, **{**values, "now": MONDAY, **fields}).number


def open_service_call(desk: DeskSession, **fields: Any) -> int:
    """Register a complete call to managed services; return its number."""
    return register(desk, now=MONDAY, **{"subject": "Odd", "requester": "Ida", **SERVICE_CALL, **fields}).number
