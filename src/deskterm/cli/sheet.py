"""How a whole ticket prints."""

from __future__ import annotations

from typing import Any, Protocol

from deskterm.cli import show
from deskterm.store.sheet import ClockView, DeskFacts, TicketSheet


class Labels(Protocol):
    def status(self, key: str) -> str: ...
    def step(self, key: str | None) -> str: ...


def print_sheet_json(sheet: TicketSheet) -> None:
    """The ticket as one JSON document; instants in UTC."""
    row = sheet.row._asdict()
    del row["key"]
    show.print_json(
        row
        | {
            "received": show.instant(sheet.row.received),
            "updated": show.instant(sheet.row.updated),
            "next_due": show.instant(sheet.row.next_due),
            "impact": sheet.impact,
            "urgency": sheet.urgency,
            "tier": sheet.tier,
            "channel": sheet.channel,
            "product": sheet.product,
            "topic": sheet.topic,
            "tags": list(sheet.tags),
            "fields": sheet.fields,
            "solved": show.instant(sheet.solved),
            "closed": show.instant(sheet.closed),
            "reopened": sheet.reopened,
            "version": sheet.version,
            "clocks": [_clock_json(clock) for clock in sheet.clocks],
            "messages": [message._asdict() | {"at": show.instant(message.at)} for message in sheet.messages],
            "events": [event._asdict() | {"at": show.instant(event.at)} for event in sheet.events],
        }
    )


def _clock_json(clock: ClockView) -> dict[str, Any]:
    instants = {
        name: show.instant(getattr(clock, name)) for name in ("started", "due", "stopped", "since", "breached_at")
    }
    return clock._asdict() | instants


def print_sheet(sheet: TicketSheet, facts: DeskFacts, now: int, labels: Labels) -> None:
    """The ticket for reading."""
    row, zone = sheet.row, facts.timezone
    facts_line = [labels.status(row.status), labels.step(row.severity), row.organisation, row.requester, sheet.channel]
    print(f"{row.number} · {show.safe(row.subject)}")
    print(show.safe(" · ".join(part for part in facts_line if part and part != "–")))
    who = f"assignee {row.assignee or 'nobody'} · team {row.team or 'none'}"
    tags = f" · tags {', '.join(sheet.tags)}" if sheet.tags else ""
    print(show.safe(f"received {show.local(row.received, zone)} · {who}{tags}"))
    if sheet.clocks:
        print()
        show.print_table(
            ("Clock", "State", "Target", "Due", "Left"),
            [_clock_cells(clock, now, zone) for clock in sheet.clocks],
            right=("Left",),
        )
    for message in sheet.messages:
        who = message.author or message.author_kind
        kind = "note" if message.kind == "internal" else message.author_kind
        print(f"\n{show.local(message.at, zone)}  {show.safe(who)} ({kind})")
        for line in show.safe(message.body, multiline=True).split("\n"):
            print(f"  {line}")


def _clock_cells(clock: ClockView, now: int, zone: str) -> list[str]:
    from deskterm.tui.words import countdown

    name = clock.metric if clock.cycle == 1 else f"{clock.metric} {clock.cycle}"
    late = clock.breached_at is not None or (clock.state == "running" and clock.due is not None and clock.due < now)
    state = f"{clock.state}, missed" if late and clock.state in ("running", "paused") else clock.state
    left = countdown(clock.due - now) if clock.state == "running" and clock.due is not None else "–"
    return [name, state, clock.target, show.local(clock.due, zone), left]
