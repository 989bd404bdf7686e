"""The wall as it is shown: figures with their words, agents by what they have to do, and the next hour by team."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.models import QueueLine, Urgency
from deskterm.present.sanitize import Safe, sanitize
from deskterm.store.queries.lead.wall import AgentLoad, WallFacts

SLOTS = 12
"""Parts that the next hour is divided into: five minutes each."""
_SLOT_SECONDS = 3600 // SLOTS
_BARS = "▁▂▃▄▅▆▇█"


class WallTile(NamedTuple):
    """A figure. view: the view of the queue that lists its tickets, empty where none does; urgency: what it means when
    it is not zero."""

    label: str
    figure: int
    view: str
    urgency: Urgency


class LoadLine(NamedTuple):
    """An agent's open tickets. login: empty for the tickets of nobody; away: until when, epoch seconds."""

    login: str
    name: Safe
    team: Safe
    open: int
    due: int
    late: int
    away: int | None


class TeamHour(NamedTuple):
    """The next hour of a team. bars: one sign for five minutes, a blank where nothing is due; due: how many are."""

    team: Safe
    bars: str
    due: int


class WallView(NamedTuple):
    """The wall. rows: the tickets that breach next; read_at: epoch seconds."""

    tiles: tuple[WallTile, ...]
    loads: tuple[LoadLine, ...]
    hours: tuple[TeamHour, ...]
    rows: tuple[QueueLine, ...]
    open: int
    arrived: int
    closed: int
    read_at: int


def present_wall(facts: WallFacts, rows: list[QueueLine], vocabulary: Vocabulary, now: int) -> WallView:
    """Return the wall of these facts. rows: the tickets that breach next; now: epoch seconds."""
    counts = facts.counts
    tiles = (
        WallTile("Late", counts.late, "breached", "breached"),
        WallTile("Due in 1 h", counts.due, "due", "soon"),
        WallTile("Unassigned", counts.unassigned, "unassigned", "soon"),
        WallTile("Escalated", counts.escalated, "", "breached"),
        WallTile("Urgent", counts.urgent, "", "soon"),
        WallTile("Waiting", counts.waiting, "waiting", "none"),
    )
    return WallView(
        tiles,
        tuple(_present_load(load, vocabulary) for load in facts.loads),
        _divide_hour(facts, vocabulary, now),
        tuple(rows),
        counts.open,
        facts.arrived,
        facts.closed,
        now,
    )


def _present_load(load: AgentLoad, vocabulary: Vocabulary) -> LoadLine:
    name = sanitize(load.name or load.login) if load.login else Safe("nobody")
    return LoadLine(load.login, name, get_label(vocabulary.teams, load.team), load.open, load.due, load.late, load.away)


def _divide_hour(facts: WallFacts, vocabulary: Vocabulary, now: int) -> tuple[TeamHour, ...]:
    """Return what is due in the next hour by team, the fullest first. All bars have one scale."""
    slots: dict[str | None, list[int]] = {}
    for team, due in facts.due_by_team:
        slots.setdefault(team, [0] * SLOTS)[min(max(due - now, 0) // _SLOT_SECONDS, SLOTS - 1)] += 1
    most = max((max(counts) for counts in slots.values()), default=1)
    hours = [
        TeamHour(
            get_label(vocabulary.teams, team) or Safe("no team"),
            "".join(" " if not count else _BARS[(count * len(_BARS) - 1) // most] for count in counts),
            sum(counts),
        )
        for team, counts in slots.items()
    ]
    return tuple(sorted(hours, key=lambda hour: (-hour.due, hour.team)))
