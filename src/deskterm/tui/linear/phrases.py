"""Rows and tickets in words, for reading aloud: without glyphs, columns and countdowns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo

from deskterm.present import formats
from deskterm.present.models import QueueLine, TicketClock, TicketView

_DRAWN = re.compile("[\u2500-\u259f\u25a0-\u25ff\u2700-\u27bf]+")
"""Boxes, blocks, and glyphs that repeat a word beside them."""

_VOICES = {"internal": "internal note", "system": "automatic", "history": "history"}


def strip_drawing(text: str) -> str:
    """Return a text without box drawing; lines without words are left out."""
    lines = (" ".join(_DRAWN.sub(" ", line).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def describe_row(line: QueueLine, now: int) -> str:
    """Describe a row of a list in one line."""
    who = f"assigned to {line.assignee}" if line.assignee else "unassigned"
    parts = (
        str(line.number),
        line.importance,
        line.status_label,
        _describe_time(line, now),
        line.subject,
        line.organisation or line.requester,
        who,
    )
    return ", ".join(part for part in parts if part)


def _describe_time(line: QueueLine, now: int) -> str:
    left = line.seconds_left(now)
    if line.category in ("solved", "closed"):
        return ""
    if left is None:
        return "SLA paused" if line.paused else "no clock runs"
    return f"{formats.format_length(left)} {'late' if left < 0 or line.breached else 'left'}"


def describe_clock(clock: TicketClock, now: int, zone: tzinfo) -> str:
    """Describe a clock in one line."""
    left = clock.seconds_left(now) if clock.state == "running" else None
    if left is None:
        return f"{clock.label}: {clock.state}"
    due = f", due {formats.format_instant(clock.due, now, zone)}" if clock.due is not None else ""
    return f"{clock.label}: {formats.format_length(left)} {'late' if left < 0 else 'left'}{due}"


def describe_ticket(ticket: TicketView, now: int, zone: tzinfo) -> Iterator[str]:
    """Yield the lines of an opened ticket: its facts, its clocks, and its open tab."""
    yield f"Ticket {ticket.number}: {ticket.line.subject}"
    yield ". ".join(f"{name} {value}" for name, value in (*ticket.facts, *ticket.circumstances) if value)
    if ticket.tags:
        yield f"Tags {', '.join(ticket.tags)}"
    for clock in ticket.clocks:
        if clock.state in ("running", "paused"):
            yield describe_clock(clock, now, zone)
    if ticket.tab == "thread":
        yield from describe_thread(ticket, now, zone)
    else:
        yield from (line.text for line in ticket.page)


def describe_thread(ticket: TicketView, now: int, zone: tzinfo, after: int = -1) -> Iterator[str]:
    """Yield the entries of a ticket's timeline, each with a heading line. after: only entries with a number above this
    one."""
    for entry in ticket.timeline:
        if entry.seq <= after:
            continue
        kind = entry.folding or _VOICES.get(entry.voice, "")
        who = entry.author or ("requester" if entry.voice == "requester" else "")
        stamp, delivery = (
            formats.format_message_time(entry.at, now, zone),
            formats.format_delivery(entry.delivery, now, zone),
        )
        head = ", ".join(part for part in (stamp, who, kind, entry.detail, delivery) if part)
        if entry.voice == "history":
            yield f"{head}: {entry.text}"
            continue
        if entry.folding:
            yield head
            continue
        yield f"{head}:"
        yield from (line for line in entry.text.split("\n") if line.strip())
