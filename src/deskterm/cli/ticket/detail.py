"""`deskterm ticket show`: a whole ticket."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import typer

from deskterm.cli.conversation.files import file_to_json
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_due, format_time, format_time_and_zone, rename_instants, to_rfc3339
from deskterm.cli.runtime.options import AsJson, AsOf, Number, missing_ticket_error
from deskterm.cli.runtime.output import print_json
from deskterm.cli.runtime.table import print_table
from deskterm.present.formats import format_delivery, format_time_left
from deskterm.present.labels import Vocabulary
from deskterm.present.models import TicketClock, TicketView
from deskterm.present.presence import format_presence
from deskterm.present.ticket import present_ticket as present_ticket
from deskterm.procedure.ticket_fields import FACT_FIELDS
from deskterm.store.presence.link import load_presence
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.ticket_detail import ClockView, TicketDetail, load_ticket_detail
from deskterm.store.rows.texts import text_references

_FACT_NAMES = ("impact", "urgency", *(field.name for field in FACT_FIELDS if field.name not in ("impact", "urgency")))
"""Names of the declared facts, in the order in which programs have read them since the first version."""


def show(context: typer.Context, number: Number, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Show a ticket: its facts, clocks and conversation."""
    cli: CliContext = context.obj
    with cli.open_current_reader(number, as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        ticket = load_ticket_detail(reader, number)
        if ticket is None:
            raise missing_ticket_error(reader, number)
        present = load_presence(reader, number, time.time) if as_of is None else []
        others = [one for one in present if one.login != cli.own_login]
    # Before anything is printed, and only for a ticket that there is (S4-25)
    cli.log_access(facts, number, "ticket")
    vocabulary = Vocabulary(facts.document, timezone=facts.timezone)
    stage = vocabulary.get_stage(ticket.row.status)
    if as_json:
        document = _ticket_to_json(ticket, stage.key if stage else None)
        print_json(document | {"open_by": [{"login": one.login, "writing": one.writing or None} for one in others]})
    else:
        now = int(cli.now(facts).timestamp())
        view = present_ticket(ticket, vocabulary)
        _print_ticket(view, facts.timezone, now, stage.label if stage else "", format_presence(others))


def _ticket_to_json(ticket: TicketDetail, stage: str | None) -> dict[str, Any]:
    """Return a ticket as one JSON document; instants in UTC. stage: the key of the stage of its status."""
    row = ticket.row._asdict()
    # The place in the queue's order is nobody's business, and the declared fields follow by name
    del row["key"], row["fields"], row["received"], row["updated"], row["next_due"]
    return row | {
        "stage": stage,
        "received_at": to_rfc3339(ticket.row.received),
        "updated_at": to_rfc3339(ticket.row.updated),
        "next_due_at": to_rfc3339(ticket.row.next_due),
        **{name: ticket.values[name] for name in _FACT_NAMES},
        "tags": list(ticket.tags),
        "fields": ticket.fields,
        "solved_at": to_rfc3339(ticket.solved),
        "closed_at": to_rfc3339(ticket.closed),
        "reopened": ticket.reopened,
        "version": ticket.version,
        "exempt": ticket.exempt,
        "held": ticket.held,
        "snoozed_until": to_rfc3339(ticket.snoozed_until),
        "sprint": ticket.sprint,
        "flags": list(ticket.flags),
        "records": [
            rename_instants(record._asdict(), "at", "due")
            | {"values": record.values | _resolve_texts(record.values, ticket.texts)}
            for record in ticket.records
        ],
        "clocks": [_clock_to_json(clock) for clock in ticket.clocks],
        "messages": [message._asdict() | {"at": to_rfc3339(message.at)} for message in ticket.messages],
        "files": [file_to_json(place, file) for place, file in enumerate(ticket.files, 1)],
        "events": [event._asdict() | {"at": to_rfc3339(event.at)} for event in ticket.events],
    }


def _resolve_texts(values: dict[str, Any], texts: Mapping[int, str]) -> dict[str, str]:
    """Return the personal texts that a record refers to, by the name of the value that refers to them. texts: by id;
    those that were erased are not there."""
    return {name: texts[number] for name, number in text_references(values).items() if number in texts}


def _clock_to_json(clock: ClockView) -> dict[str, Any]:
    document = rename_instants(clock._asdict(), "started", "due", "stopped", "since", "breached_at", "next_event")
    # What the store keeps to count pauses by is nobody's business
    del document["overrun"]
    return document


def _print_ticket(view: TicketView, zone_name: str, now: int, stage: str, others: str) -> None:
    """Print a ticket for reading. now: epoch seconds; stage: the label of the stage of its status, or empty; others:
    who has it open in a console (C-30), or empty."""
    # Printed as it is: the texts of a view are sanitised already
    line = view.line
    facts = [*view.facts[:1], *([("Stage", stage)] if stage else []), *view.facts[1:]]
    print(f"{line.number} · {line.subject}")
    print(" · ".join(f"{name} {value}" for name, value in facts))
    tags = f" · tags {', '.join(view.tags)}" if view.tags else ""
    print(f"received {format_time_and_zone(line.received, zone_name)}{tags}")
    for name, value in view.circumstances:
        print(f"{name}: {value}")
    if others:
        print(f"now: {others}")
    if view.clocks:
        print()
        print_table(
            ("Clock", "State", "Target", "Due", "Left"),
            [_format_clock(clock, now, zone_name) for clock in view.clocks],
            right=("Left",),
        )
    zone = ZoneInfo(zone_name)
    for entry in view.timeline:
        if entry.voice == "history":
            continue
        about = ", ".join(part for part in (entry.detail, format_delivery(entry.delivery, now, zone)) if part)
        detail = f" {about}" if about else ""
        print(f"\n{format_time(entry.at, zone_name)}  {entry.author or 'requester'} ({entry.voice}){detail}")
        for text_line in entry.text.split("\n"):
            print(f"  {text_line}")
        for file in entry.files:
            print(f"  + {file}")


def _format_clock(clock: TicketClock, now: int, zone_name: str) -> list[str]:
    name = clock.label if clock.cycle == 1 else f"{clock.label} {clock.cycle}"
    running = clock.state == "running"
    late = clock.breached_at is not None or (running and clock.due is not None and clock.due < now)
    state = f"{clock.state}, missed" if late and clock.state in ("running", "paused") else clock.state
    left = clock.seconds_left(now) if running else None
    return [
        name,
        state,
        clock.target,
        format_due(clock.due, zone_name),
        format_time_left(left, clock.base) if left is not None else "–",
    ]
