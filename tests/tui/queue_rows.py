"""Rows of a queue, as many as wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deskterm.present.models import ClockCard, QueueLine, TicketView, TimelineEntry
from deskterm.present.sanitize import Safe, sanitize
from deskterm.sla.calendar import Calendar
from deskterm.tui.panes.page_cache import PAGE

NOW = 1_795_424_400  # Monday 2026-11-23 09:00 in London
OFFICE = Calendar("Europe/London", {day: [("08:00", "16:00")] for day in ("mon", "tue", "wed", "thu", "fri")})


def line(number: int, words: str = "Matter", *, due: int | None = NOW + 1800, **changed: object) -> QueueLine:
    """A ticket in a list; words stand wherever words can."""
    safe = sanitize(words)
    found = QueueLine(
        number=number,
        subject=safe,
        status="open",
        status_label=safe,
        category="open",
        type="fault",
        type_label=safe,
        step=safe,
        requester=safe,
        organisation=safe,
        assignee=safe,
        team=safe,
        due=due,
        metric=safe,
        calendar=OFFICE,
        resting=False,
        breached=False,
        received=NOW - 3600,
        updated=NOW - 600,
        place=None,
    )
    return found._replace(**changed)  # type: ignore[arg-type]


def pages(count: int, wanted: Sequence[int]) -> Mapping[int, Sequence[QueueLine]]:
    """Pages of a list of so many tickets, numbered from 1001."""
    return {
        page: [line(1001 + index) for index in range(page * PAGE, min((page + 1) * PAGE, count))] for page in wanted
    }


def clock(words: str = "Response", **changed: object) -> ClockCard:
    """A running clock of four open hours that began at eight."""
    safe = sanitize(words)
    found = ClockCard(
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
        cause=None,
        policy=safe,
        calendar_key=safe,
        calendar=OFFICE,
        counted_in=OFFICE,
    )
    return found._replace(**changed)  # type: ignore[arg-type]


def card(words: str, *clocks: ClockCard) -> TicketView:
    """A ticket in which words stand wherever words can."""
    safe, several = sanitize(words), sanitize(words, multiline=True)
    voices = ("requester", "agent", "internal", "system", "history")
    return TicketView(
        line=line(1042, words),
        version=5,
        facts=(("Status", safe), ("Team", safe)),
        tags=(safe,),
        clocks=clocks or (clock(words),),
        turns=tuple(TimelineEntry(seq, NOW - 60, voice, safe, safe, several) for seq, voice in enumerate(voices, 1)),  # type: ignore[arg-type]
    )
