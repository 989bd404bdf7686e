"""The values of a ticket for the placeholders of templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.projection_rows import load_displayed_names
from deskterm.desk.core.row_mapping import find_next_clock, to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.notify.letters import format_letter_time
from deskterm.desk.templates.placeholders import FIELD, LINK
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.ticket_fields import list_choices
from deskterm.store.db.tables import Agent, PersonalText, Ticket, table_of

_FACTS = {
    "status": "statuses",
    "severity": "severities",
    "priority": "priorities",
    "type": "types",
    "department": "departments",
    "team": "teams",
    "product": "products",
}
"""Placeholder, which is also a column of a ticket → the part of the procedure with the labels of its values."""


class TicketFacts(NamedTuple):
    """The facts of a ticket that placeholders need. names: subject, requester and organisation; keys: column → key, of
    `_FACTS`; due: the next due instant, epoch seconds, None without one."""

    number: int
    names: Mapping[str, str]
    keys: Mapping[str, Any]
    assignee: str | None
    fields: Mapping[str, Any]
    due: int | None


def require_ticket(desk: DeskSession, number: int) -> None:
    """Raise DeskError unless there is a ticket of that number that the agent may see."""
    with desk.open_reader() as reader:
        if not reader.rows("SELECT 1 FROM ticket WHERE id = :number", {"number": number}):
            raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")


def load_values(desk: DeskSession, number: int, *, now: datetime) -> dict[str, str]:
    """Load the values of a ticket as it is now. Raises DeskError where there is none, or the agent may not see it."""
    require_ticket(desk, number)
    table = table_of(Ticket)
    with desk.store.reading() as session:
        row = session.execute(select(table).where(table.c.id == number)).mappings().one()
        due = None if row["next_due_at"] is None else to_epoch(row["next_due_at"])
        facts = TicketFacts(
            number,
            {name: row[name] or "" for name in ("subject", "requester", "organisation")},
            {name: row[name] for name in _FACTS},
            row["assignee"],
            json.loads(row["fields"] or "{}"),
            due if due is not None and due >= to_epoch(now) else None,
        )
        return _build(session, facts, desk.procedure, desk.name, desk.agent.name, desk.timezone, to_epoch(now))


def build_values(work: TicketTransaction) -> dict[str, str]:
    """Return the values of a ticket as the transaction leaves it."""
    state, context = work.state, work.context
    clock = find_next_clock(work.fold.clocks())
    due = None if clock is None or clock.due_at is None or clock.due_at < work.at else clock.due_at
    facts = TicketFacts(
        work.number or 0,
        load_displayed_names(work.session, state),
        {name: getattr(state, name) for name in _FACTS},
        state.assignee,
        state.fields,
        due,
    )
    return _build(work.session, facts, work.procedure, context.desk_name, context.agent.name, context.timezone, work.at)


def _build(
    session: Session,
    facts: TicketFacts,
    procedure: CompiledProcedure,
    desk_name: str,
    agent_name: str,
    timezone: str,
    now: int,
) -> dict[str, str]:
    definition = procedure.definition
    requester = facts.names["requester"]
    values = {
        "number": str(facts.number),
        "subject": facts.names["subject"],
        "requester": requester,
        "first_name": requester.split()[0] if requester.split() else "",
        "client": facts.names["organisation"],
        "agent": agent_name,
        "assignee": "",
        "organisation": desk_name,
        "due": "" if facts.due is None else format_letter_time(facts.due, timezone),
        "today": datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(timezone)).strftime("%d %b %Y"),
    }
    for name, part in _FACTS.items():
        key = facts.keys.get(name)
        labels = {choice.key: choice.label for choice in list_choices(definition, part)}
        values[name] = labels.get(key, str(key)) if key not in (None, "") else ""
    if facts.assignee:
        agent = table_of(Agent)
        found = session.execute(select(agent.c.name).where(agent.c.login == facts.assignee)).scalar_one_or_none()
        values["assignee"] = found or facts.assignee
    values |= {f"{LINK}{key}": address for key, address in definition.links.items()}
    values |= {
        f"{FIELD}{key}": str(value)
        for key, value in facts.fields.items()
        if isinstance(value, (str, int, float)) and not isinstance(value, bool)
    }
    # A text that a person wrote into a field is stored apart, so that it can be erased
    written = {value["text"]: key for key, value in facts.fields.items() if isinstance(value, dict) and "text" in value}
    if written:
        text = table_of(PersonalText)
        for number, body in session.execute(select(text.c.id, text.c.body).where(text.c.id.in_(list(written)))):
            values[f"{FIELD}{written[number]}"] = body or ""
    return values
