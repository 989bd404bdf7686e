"""How a whole ticket prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deskterm.cli.runtime import output
from deskterm.present.models import ClockCard, TicketView
from deskterm.store.queries.ticket_detail import ClockView, TicketDetail
from deskterm.store.rows.texts import words_in


def print_sheet_json(sheet: TicketDetail, stage: str | None = None) -> None:
    """The ticket as one JSON document; instants in UTC. stage: the key of what its status belongs to."""
    row = sheet.row._asdict()
    del row["key"]
    output.print_json(
        row
        | {
            "stage": stage,
            "received": output.instant(sheet.row.received),
            "updated": output.instant(sheet.row.updated),
            "next_due": output.instant(sheet.row.next_due),
            "impact": sheet.impact,
            "urgency": sheet.urgency,
            "department": sheet.department,
            "tier": sheet.tier,
            "channel": sheet.channel,
            "product": sheet.product,
            "topic": sheet.topic,
            "tags": list(sheet.tags),
            "fields": sheet.fields,
            "solved": output.instant(sheet.solved),
            "closed": output.instant(sheet.closed),
            "reopened": sheet.reopened,
            "version": sheet.version,
            "exempt": sheet.exempt,
            "held": sheet.held,
            "snoozed_until": output.instant(sheet.snoozed_until),
            "sprint": sheet.sprint,
            "flags": list(sheet.flags),
            "records": [
                record._asdict()
                | {"at": output.instant(record.at), "due": output.instant(record.due)}
                | {"values": record.values | _words(record.values, sheet.words)}
                for record in sheet.records
            ],
            "clocks": [_clock_json(clock) for clock in sheet.clocks],
            "messages": [message._asdict() | {"at": output.instant(message.at)} for message in sheet.messages],
            "events": [event._asdict() | {"at": output.instant(event.at)} for event in sheet.events],
        }
    )


def _words(values: dict[str, Any], known: Mapping[int, str]) -> dict[str, str]:
    """What people wrote, in the place of its numbers."""
    return {name: known[number] for name, number in words_in(values).items() if number in known}


def _clock_json(clock: ClockView) -> dict[str, Any]:
    instants = {
        name: output.instant(getattr(clock, name)) for name in ("started", "due", "stopped", "since", "breached_at")
    }
    return clock._asdict() | instants


def print_card(card: TicketView, timezone: str, now: int, stage: str = "") -> None:
    """The ticket for reading. stage: what its status belongs to, in words."""
    line = card.line
    facts = [*card.facts[:1], *([("Stage", stage)] if stage else []), *card.facts[1:]]
    print(f"{line.number} · {line.subject}")
    print(" · ".join(f"{name} {value}" for name, value in facts))
    tags = f" · tags {', '.join(card.tags)}" if card.tags else ""
    print(f"received {output.local(line.received, timezone)}{tags}")
    for name, value in card.standing:
        print(f"{name}: {value}")
    if card.clocks:
        print()
        output.print_table(
            ("Clock", "State", "Target", "Due", "Left"),
            [_clock_cells(clock, now, timezone) for clock in card.clocks],
            right=("Left",),
        )
    for turn in card.turns:
        if turn.voice == "history":
            continue
        detail = f" {turn.detail}" if turn.detail else ""
        print(f"\n{output.local(turn.at, timezone)}  {turn.author or 'requester'} ({turn.voice}){detail}")
        for words in turn.words.split("\n"):
            print(f"  {words}")


def _clock_cells(clock: ClockCard, now: int, timezone: str) -> list[str]:
    from deskterm.present.formats import countdown

    name = clock.label if clock.cycle == 1 else f"{clock.label} {clock.cycle}"
    running = clock.state == "running"
    late = clock.breached_at is not None or (running and clock.due is not None and clock.due < now)
    state = f"{clock.state}, missed" if late and clock.state in ("running", "paused") else clock.state
    remaining = clock.left(now) if running else None
    return [
        name,
        state,
        clock.target,
        output.due(clock.due, timezone),
        countdown(remaining) if remaining is not None else "–",
    ]
