"""A small desk for tests: two severities, five statuses, three clocks, office hours in London."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.procedure.load import loads
from deskterm.procedure.schema import Procedure
from deskterm.store.db.engine import Store
from store_templates import copy_store, create_desk_in_tables

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

SMALL_PROCEDURE = """
[about]
key = "small"
name = "Small desk"

[calendars.office]
timezone = "Europe/London"
no_holidays = true
[calendars.office.week]
mon = ["08:00-16:00"]
tue = ["08:00-16:00"]
wed = ["08:00-16:00"]
thu = ["08:00-16:00"]
fri = ["08:00-16:00"]

[[severities]]
key = "high"
label = "High"
urgent = true
[[severities]]
key = "low"
label = "Low"

[[types]]
key = "fault"
label = "Fault"
definition = "Something is broken."
default_severity = "low"
[[types]]
key = "question"
label = "Question"
definition = "Somebody wants to know."
has_severity = false

[[statuses]]
key = "new"
label = "New"
category = "new"
to = ["working", "solved"]
[[statuses]]
key = "working"
label = "Working on it"
category = "open"
to = ["waiting", "solved"]
[[statuses]]
key = "waiting"
label = "Waiting for customer"
category = "waiting"
pauses = ["resolution"]
to = ["working", "solved"]
on_reply = "working"
[[statuses]]
key = "solved"
label = "Solved"
category = "solved"
to = ["working", "closed"]
on_reply = "working"
[[statuses]]
key = "closed"
label = "Closed"
category = "closed"
to = ["working"]

[[teams]]
key = "first-line"
label = "First line"

[[metrics]]
key = "response"
label = "Response"
start = ["received"]
stop = ["agent_reply", "category:solved", "category:closed"]
[[metrics]]
key = "next-response"
label = "Next response"
start = ["customer_message and answered"]
stop = ["agent_reply", "category:solved", "category:closed"]
each = true
[[metrics]]
key = "resolution"
label = "Resolution"
start = ["received"]
stop = ["category:solved", "category:closed"]
continues = true

[[policies]]
key = "faults"
label = "Faults"
when = { type = "fault" }
calendar = "office"
[policies.by_severity.high]
response = "30m"
next-response = "1h"
resolution = "4h"
[policies.by_severity.low]
response = "1h"
resolution = "2d"
"""

ROTA = """
[[roles]]
key = "technician"
label = "Technician"

[[rotas]]
key = "pumps"
label = "Pumps"
role = "technician"
timezone = "Europe/London"
first = 2026-11-23
"""
"""A rota of technicians to go on after the small procedure: turns of a week from Monday 23 November 2026 at 09:00."""


def small_procedure(text: str = SMALL_PROCEDURE) -> Procedure:
    """The procedure of the small desk."""
    return loads(text, "small.toml").procedure


def small_desk(url: str, *, simulated: bool = False, login: str = "ann") -> DeskSession:
    """Create the desk with an admin (ann), a lead (lea), two agents (sam, kim), a viewer (vic) and one client."""

    def create(place: str) -> Store:
        store = create_desk_in_tables(
            place, small_procedure(), admin_login="ann", admin_name="Ann", simulated=simulated, now=MONDAY
        )
        desk = open_desk(store, "ann")
        people = [("lea", "lead"), ("sam", "agent"), ("kim", "agent"), ("vic", "viewer")]
        rows = [{"login": who, "name": who.capitalize(), "role": role, "team": "first-line"} for who, role in people]
        seed_agents(desk, rows, now=MONDAY)
        seed_clients(desk, [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}], now=MONDAY)
        return store

    return open_desk(copy_store(url, ("small desk", simulated), create), login)


def at(minutes: float) -> datetime:
    """The instant so many minutes after Monday 09:00 in London."""
    return MONDAY + timedelta(minutes=minutes)
