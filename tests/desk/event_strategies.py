"""Tickets made of events alone, without a store, by a procedure with every kind of target in several zones."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.events import Event, TextRef
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.load import loads

START = 1_793_944_800
"""Friday 6 November 2026, 06:00 UTC."""

ZONES = {
    1: ("Europe/London", "mon tue wed thu fri", "08:00-16:00"),
    2: ("America/New_York", "mon tue wed thu fri sat sun", "00:00-24:00"),
    3: ("Asia/Kathmandu", "mon wed fri sun", '09:00-12:00", "12:45-17:15'),
    4: ("Australia/Lord_Howe", "mon tue wed thu fri", '09:00-17:00", "22:00-03:00'),
    5: ("America/Santiago", "tue thu sat", "07:30-11:07"),
}
"""Procedure version → its calendar."""

STATUSES = {
    "new": "new",
    "working": "open",
    "waiting": "waiting",
    "parked": "waiting",
    "solved": "solved",
    "closed": "closed",
}
SEVERITIES = ("s1", "s2", "s3", "s4", "s5", "s6")
METRICS = ("response", "next", "update", "resolution")

_TEXT = """
[about]
key = "script"
name = "Script"
[calendars.office]
timezone = "{zone}"
holidays = [{{ date = 2026-11-11, name = "Founders' Day" }}, {{ date = 2026-12-25, name = "Christmas Day" }}]
[calendars.office.week]
{week}
{severities}
[[types]]
key = "fault"
label = "Fault"
definition = "Something is broken."
[[types]]
key = "idea"
label = "Idea"
definition = "Something is wished for."
{statuses}
[[roles]]
key = "lead"
label = "Lead"
may = ["set-due"]
[[cadences]]
key = "sprints"
label = "Sprints"
kind = "sprint"
first = 2026-11-02
rule = "FREQ=WEEKLY;INTERVAL=2"
length = "14 calendar days"
[[metrics]]
key = "response"
label = "Response"
start = ["received"]
stop = ["agent_reply", "category:solved", "category:closed"]
[[metrics]]
key = "next"
label = "Next response"
start = ["customer_message and answered"]
stop = ["agent_reply", "category:solved", "category:closed"]
each = true
[[metrics]]
key = "update"
label = "Update"
start = ["agent_reply"]
stop = ["agent_reply", "category:solved", "category:closed"]
each = true
[[metrics]]
key = "resolution"
label = "Resolution"
start = ["received"]
stop = ["category:solved", "category:closed"]
continues = true
[[metrics]]
key = "effort"
label = "Hands-on"
counts_work = true
start = ["received"]
stop = ["category:solved", "category:closed"]
[[policies]]
key = "vip"
label = "Larch"
when = {{ type = "fault", organisation = ["larch"] }}
calendar = "office"
targets = {{ response = "15m", resolution = "3h" }}
[[policies]]
key = "faults"
label = "Faults"
when = {{ type = "fault" }}
calendar = "office"
by_severity.s1 = {{ response = "30m", next = "1h", update = "36h elapsed", resolution = "2d" }}
by_severity.s2 = {{ response = "1h30m", next = "2h", update = "1 working date", resolution = "1d end of day" }}
by_severity.s3 = {{ response = "2 working dates", next = "45m elapsed", resolution = "3 working dates end of day" }}
by_severity.s4 = {{ response = "40d", resolution = "next sprint, at most 14 days" }}
by_severity.s5 = {{ response = "2d", resolution = "set by lead", effort = "30m" }}
by_severity.s6 = {{ update = "next sprint, at most 10 working days", resolution = "scheduled sprint", effort = "2h" }}
"""


@cache
def compile_version(version: int) -> CompiledProcedure:
    """Return the procedure with the version's calendar."""
    zone, days, spans = ZONES[version]
    tables = [
        "\n".join(
            [
                "[[statuses]]",
                f'key = "{key}"',
                f'label = "{key.capitalize()}"',
                f'category = "{category}"',
                f"to = {[other for other in STATUSES if other != key]}",
                'pauses = ["resolution", "update"]' if category == "waiting" else "",
            ]
        )
        for key, category in STATUSES.items()
    ]
    text = _TEXT.format(
        zone=zone,
        week="\n".join(f'{day} = ["{spans}"]' for day in days.split()),
        severities="\n".join(f'[[severities]]\nkey = "{key}"\nlabel = "{key.upper()}"' for key in SEVERITIES),
        statuses="\n".join(tables),
    )
    return CompiledProcedure(loads(text, "script.toml").procedure, version)


class TicketScript:
    """A ticket that is written event by event. Instants are seconds after START."""

    def __init__(self, version: int = 1) -> None:
        self.events: list[Event] = []
        self.version = version
        self.status = ""
        self.facts: dict[str, Any] = {}

    def append(
        self, kind: EventKind, at: int, actor: str = "sam", *, words: bool = False, **changes: Any
    ) -> TicketScript:
        """Append an event. words: with a body. Keywords with `data_` before their name are data, others are changes."""
        data = {name[5:]: value for name, value in changes.items() if name.startswith("data_")}
        found: dict[str, tuple[Any, Any]] = {}
        for field, new in changes.items():
            if not field.startswith("data_"):
                found[field] = self.facts.get(field), new
                self.facts[field] = new
        texts = {"body": TextRef(len(self.events) + 1, "")} if words else {}
        self.events.append(Event(len(self.events) + 1, kind, START + at, actor, self.version, found, texts, data))
        return self

    def register(self, at: int = 0, **changes: Any) -> TicketScript:
        first: dict[str, Any] = {
            "type": "fault",
            "severity": "s1",
            "status": "new",
            "received_at": START + at,
        } | changes
        return self.append("registered", at, words=True, data_author_kind="requester", **first)

    def move(self, at: int, status: str, actor: str = "sam") -> TicketScript:
        return self.append("moved", at, actor, status=status)


_ACTS = (
    *("move",) * 6,
    "reply",
    "customer",
    "severity",
    "severity",
    "type",
    "edition",
    "migrate",
    "due",
    "sprint",
    "work",
    "work",
    "waive",
    "transfer",
)


@st.composite
def ticket_scripts(draw: st.DrawFn) -> tuple[TicketScript, int]:
    """Draw a ticket with a history that a desk could have, and an instant to look at it, in seconds after START."""
    ticket = TicketScript(draw(st.sampled_from(sorted(ZONES))))
    at = draw(st.integers(0, 7 * 86_400))
    severity = st.sampled_from(SEVERITIES)
    ticket.register(at, severity=draw(severity), organisation_key=draw(st.sampled_from([None, None, "larch"])))
    for _ in range(draw(st.integers(0, 10))):
        at = max(0, at + draw(st.sampled_from([0, 1, 599, 3600, 7200, 30_000, 86_400, 400_000, 2_000_000, -3000])))
        act = draw(st.sampled_from(_ACTS))
        if act == "move":
            ticket.move(at, draw(st.sampled_from(sorted(STATUSES))), draw(st.sampled_from(["sam", "kim"])))
        elif act == "reply":
            ticket.append("replied", at, words=True, data_author_kind="agent")
        elif act == "customer":
            ticket.append("replied", at, words=True, data_author_kind="requester")
        elif act == "severity":
            ticket.append("severity_set", at, "lea", severity=draw(severity), data_reason="seen again")
        elif act == "type":
            ticket.append("edited", at, type=draw(st.sampled_from(["fault", "fault", "idea"])))
        elif act == "due":
            due = draw(st.one_of(st.none(), st.integers(at - 86_400, at + 30 * 86_400).map(lambda at: START + at)))
            pin: dict[str, Any] = {f"dues.{draw(st.sampled_from(METRICS))}": due}
            ticket.append("due_set", at, "lea", **pin)
        elif act == "sprint":
            ticket.append("scheduled", at, "lea", sprint=draw(st.sampled_from([None, "2026-11-16", "2026-11-30"])))
        elif act == "work":
            kinds: tuple[EventKind, ...] = "work_started", "work_stopped"
            ticket.append(draw(st.sampled_from(kinds)), at)
        elif act == "waive":
            metric = draw(st.sampled_from(METRICS))
            ticket.append("waived", at, "lea", data_metric=metric, data_cycle=1, data_reason="agreed on the telephone")
        elif act == "transfer":
            ticket.append("transferred", at, department="other")
        else:
            ticket.version = draw(st.sampled_from(sorted(ZONES)))
            if act == "migrate":
                ticket.append("migrated", at, "ann", data_version=ticket.version)
    return ticket, at + draw(st.sampled_from([0, 1, 1000, 50_000, 500_000, 5_000_000]))
