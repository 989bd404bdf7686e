"""Rows, clocks and tickets as the panes are handed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deskterm.present.models import QueueLine, TicketClock, TicketView, TimelineEntry, Voice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.sla.calendar import Calendar
from deskterm.tui.panes.rows.page_cache import PAGE

NOW = 1_795_424_400  # Monday 2026-11-23 09:00 in London
OFFICE = Calendar("Europe/London", {day: [("08:00", "16:00")] for day in ("mon", "tue", "wed", "thu", "fri")})


def line(number: int, words: str = "Matter", *, due: int | None = NOW + 1800, **changed: object) -> QueueLine:
    """Make a row of a list, with these words in every text of it."""
    safe = sanitize(words)
    row = QueueLine(
        number=number,
        subject=safe,
        status="open",
        status_label=safe,
        category="open",
        type="fault",
        type_label=safe,
        importance=safe,
        requester=safe,
        organisation=safe,
        assignee=safe,
        due=due,
        metric=safe,
        calendar=OFFICE,
        paused=False,
        breached=False,
        received=NOW - 3600,
        updated=NOW - 600,
    )
    return row._replace(**changed)  # type: ignore[arg-type]


def pages(count: int, numbers: Sequence[int]) -> Mapping[int, Sequence[QueueLine]]:
    """Make pages of a list of so many tickets, which are numbered from 1001."""
    return {
        page: [line(1001 + index) for index in range(page * PAGE, min((page + 1) * PAGE, count))] for page in numbers
    }


def clock(words: str = "Response", **changed: object) -> TicketClock:
    """Make a running clock of four open hours that began at eight."""
    safe = sanitize(words)
    clock = TicketClock(
        metric="response",
        label=safe,
        cycle=1,
        state="running",
        started=NOW - 3600,
        target=Safe("4h"),
        target_seconds=14_400,
        due=NOW + 10_800,
        stopped=None,
        consumed=0,
        since=NOW - 3600,
        breached_at=None,
        calendar=OFFICE,
    )
    return clock._replace(**changed)  # type: ignore[arg-type]


def ticket_with(words: str, *clocks: TicketClock) -> TicketView:
    """Make a ticket with these words in every text of it."""
    safe, multiline = sanitize(words), sanitize(words, multiline=True)
    voices: tuple[Voice, ...] = ("requester", "agent", "internal", "system", "history")
    return TicketView(
        line=line(1042, words),
        version=5,
        facts=(("Status", safe), ("Team", safe)),
        tags=(safe,),
        clocks=clocks or (clock(words),),
        timeline=tuple(
            TimelineEntry(seq, NOW - 60, voice, safe, safe, multiline) for seq, voice in enumerate(voices, 1)
        ),
    )
