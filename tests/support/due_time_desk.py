"""The small desk with everything that moves due times: warnings, roles, sprints, timers, departments and work."""

from __future__ import annotations

from typing import Any

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import load_events
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.domain.fold import UpcomingEvent, fold_events
from deskterm.desk.tickets.register import register
from deskterm.store.db.engine import Store
from deskterm.store.queries.ticket_detail import ClockView
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure
from store_templates import copy_store, create_desk_in_tables
from ticket_reads import read_ticket, read_timers

DUE_TIME_PROCEDURE = (
    SMALL_PROCEDURE.replace(
        'key = "waiting"\nlabel = "Waiting for customer"\ncategory = "waiting"\n',
        'key = "waiting"\nlabel = "Waiting for customer"\ncategory = "waiting"\nremind_before = "2d"\n'
        'after = { span = "7c", to = "closed" }\n',
    )
    .replace("continues = true\n", 'continues = true\nwarn = ["50%", "30m"]\n')
    .replace(
        '[[policies]]\nkey = "faults"',
        """[[metrics]]
key = "effort"
label = "Hands-on work"
start = ["received"]
stop = ["category:solved", "category:closed"]
counts_work = true

[[policies]]
key = "larch"
label = "Larch's contract"
when = { type = "fault", organisation = "larch" }
calendar = "office"
targets = { response = "2h", resolution = "1d" }

[[policies]]
key = "hardware"
label = "Hardware"
when = { type = "fault", department = "hardware" }
calendar = "office"
targets = { response = "10m", resolution = "1h" }

[[policies]]
key = "tasks"
label = "Tasks"
when = { type = "task" }
calendar = "office"
targets = { response = "scheduled sprint", resolution = "set by planner" }

[[policies]]
key = "faults\"""",
    )
    .replace('response = "1h"\nresolution = "2d"', 'response = "1h"\nresolution = "2d"\neffort = "30m"')
    + """
[[types]]
key = "task"
label = "Task"
definition = "Something is to be made."
has_severity = false

[closing]
auto_close_after = "5c"
reopen_within = "30c"

[[departments]]
key = "software"
label = "Software"
asks_handover = true
[[departments]]
key = "hardware"
label = "Hardware"

[[roles]]
key = "planner"
label = "Planner"
may = ["set-due"]

[[cadences]]
key = "sprint"
label = "Sprint"
kind = "sprint"
rule = "FREQ=WEEKLY;INTERVAL=2"
first = 2026-11-09
length = "14c"
"""
)


def due_time_desk(url: str) -> DeskSession:
    """Create the desk and open it for ann, its admin.

    lea is a lead; sam and kim are agents, and kim is the planner too; larch is a client.
    """

    def create(place: str) -> Store:
        store = create_desk_in_tables(
            place, small_procedure(DUE_TIME_PROCEDURE), admin_login="ann", admin_name="Ann", now=MONDAY
        )
        desk = open_desk(store, "ann")
        rows: list[dict[str, Any]] = [
            {"login": "lea", "name": "Lea", "role": "lead"},
            {"login": "sam", "name": "Sam", "role": "agent", "tier": 1},
            {"login": "kim", "name": "Kim", "role": "agent", "roles": "planner"},
        ]
        seed_agents(desk, rows, now=MONDAY)
        seed_clients(desk, [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}], now=MONDAY)
        return store

    return open_desk(copy_store(url, ("due time desk",), create), "ann")


def open_fault(desk: DeskSession, severity: str = "high", **fields: Any) -> int:
    """Register a fault at minute 0; return its number."""
    return register(
        desk, subject="x", type="fault", severity=severity, now=at(0), **{"requester": "Ida Fern", **fields}
    ).number


def last_cycle(desk: DeskSession, metric: str, number: int = 1001) -> ClockView:
    """The last cycle of a metric or a timer of a ticket."""
    clocks = read_ticket(desk, number).clocks + read_timers(desk, number)
    return [clock for clock in clocks if clock.metric == metric][-1]


def upcoming_events(desk: DeskSession, number: int = 1001) -> list[UpcomingEvent]:
    """The warnings, breaches and ends of timers that are to come, first to last."""
    with desk.store.reading() as session:
        return fold_events(load_events(session, number), desk.build_procedure_lookup(session)).upcoming_events()


def epoch(minutes: float) -> int:
    """The instant so many minutes after Monday 09:00, in UTC epoch seconds."""
    return int(at(minutes).timestamp())
