"""View model of the wall: figures with their labels, agents by load, the forecast, and service levels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from typing import NamedTuple, Protocol

from deskterm.desk.policy.duty import Duty
from deskterm.present.formats import MINUS, format_age, format_count, format_instant, to_local
from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.models import QueueLine, Urgency
from deskterm.present.sanitize import Safe, sanitize
from deskterm.store.queries.lead.wall import AgentLoad, WallFacts
from deskterm.store.queries.oversight import Escalation

SLOTS = 12
"""Number of slots of the next hour: five minutes each."""
_SLOT_SECONDS = 3600 // SLOTS
_BARS = "▁▂▃▄▅▆▇█"
_HOURS = 24
NOTHING = Safe("")


class WallTile(NamedTuple):
    """A figure. view, match: the view of the queue and the filter that list exactly its tickets; view is empty when no
    list shows them; urgency: of the figure when it is not zero."""

    label: str
    figure: int
    view: str
    match: str
    urgency: Urgency


class LoadLine(NamedTuple):
    """The load of an agent. login: empty for unassigned tickets; away: end of their absence, epoch seconds."""

    login: str
    name: Safe
    team: Safe
    open: int
    due: int
    late: int
    away: int | None


class TeamHour(NamedTuple):
    """The next hour of a team. bars: one character for five minutes, a blank when nothing is due; due: number of due
    clocks."""

    team: Safe
    bars: str
    due: int


class EscalationLine(NamedTuple):
    """An open escalation. at: when it was opened, epoch seconds; waits_for: the role that has to act; level: its
    label."""

    number: int
    at: int
    level: Safe
    waits_for: Safe
    subject: Safe

    def age(self, now: int) -> str:
        """Return how long it has been open, in four cells at most."""
        return format_age(now - self.at)


class KeptLine(NamedTuple):
    """The service level of a metric in the last days: met and late cycles, and the misses that an objective still
    leaves room for, None where the procedure has none; left is negative when the budget is used up."""

    label: Safe
    met: int
    late: int
    allowed: int | None = None
    left: int | None = None

    @property
    def per_mille(self) -> int:
        """The share that was met, per mille, rounded down, so that 1000 means all."""
        return self.met * 1000 // (self.met + self.late)

    @property
    def share(self) -> str:
        """The share in words: `96.1 %`."""
        return f"{self.per_mille // 10}.{self.per_mille % 10} %"

    @property
    def budget(self) -> str:
        """The error budget in words; empty where there is none."""
        if self.allowed is None or self.left is None:
            return ""
        if self.left < 0:
            return f"budget used up, {-self.left} over"
        return f"{self.left} of {format_count(self.allowed, 'miss', 'misses')} left"


class Outlook(NamedTuple):
    """The forecast in words. numbers: the tickets that will breach; moves: those that a colleague has capacity for,
    with the colleague's login."""

    sentence: Safe
    urgency: Urgency
    numbers: tuple[int, ...] = ()
    moves: tuple[tuple[int, Safe], ...] = ()


class Budget(Protocol):
    """The error budget of an objective, as `reports.service_levels` has it."""

    @property
    def allowed(self) -> int: ...
    @property
    def left(self) -> int: ...


class Decided(Protocol):
    """Cycles that were decided, by verdict."""

    @property
    def met(self) -> int: ...
    @property
    def late(self) -> int: ...


class ServiceLevel(Protocol):
    """The service level of a metric, as `reports.service_levels` has it."""

    @property
    def label(self) -> str: ...
    @property
    def tally(self) -> Decided: ...
    @property
    def budgets(self) -> Sequence[Budget]: ...


class Reassignment(Protocol):
    """A ticket that a colleague has capacity for."""

    @property
    def ticket(self) -> int: ...
    @property
    def login(self) -> str: ...


class Ahead(Protocol):
    """The forecast, as `reports.forecast` has it."""

    @property
    def until(self) -> int: ...
    @property
    def due(self) -> int: ...
    @property
    def tickets(self) -> Sequence[int]: ...
    @property
    def moves(self) -> Sequence[Reassignment]: ...
    @property
    def is_measured(self) -> bool: ...


class WallView(NamedTuple):
    """The wall. rows: the tickets that breach next; arrived, closed: by hour of the day; handover: who hands over to
    whom and when; away: who is not there; read_at: epoch seconds."""

    tiles: tuple[WallTile, ...]
    loads: tuple[LoadLine, ...]
    hours: tuple[TeamHour, ...]
    rows: tuple[QueueLine, ...]
    open: int
    arrived: tuple[int, ...]
    closed: tuple[int, ...]
    read_at: int
    escalations: tuple[EscalationLine, ...] = ()
    kept: tuple[KeptLine, ...] = ()
    outlook: Outlook = Outlook(NOTHING, "none")
    handover: Safe = NOTHING
    away: Safe = NOTHING


def present_wall(
    facts: WallFacts,
    rows: list[QueueLine],
    vocabulary: Vocabulary,
    now: int,
    zone: tzinfo = UTC,
    *,
    levels: Iterable[ServiceLevel] = (),
    ahead: Ahead | None = None,
    duty: Duty | None = None,
) -> WallView:
    """Build the wall from these facts. rows: the tickets that breach next; now: epoch seconds; levels, ahead: the
    service levels of the last days, and the forecast (`reports.outlook`); duty: who is on now."""
    counts = facts.counts
    urgent = f"severity:{','.join(vocabulary.urgent)}"
    tiles = (
        WallTile("Late", counts.late, "open", "is:late", "breached"),
        WallTile("Due in 1 h", counts.due, "due", "", "soon"),
        WallTile("Unassigned", counts.unassigned, "unassigned", "", "soon"),
        WallTile("Escalated", counts.escalated, "open", "is:escalated", "breached"),
        WallTile("Urgent", counts.urgent, "open" if vocabulary.urgent else "", urgent, "soon"),
        WallTile("Waiting", counts.waiting, "waiting", "", "none"),
    )
    return WallView(
        tiles,
        tuple(_present_load(load, vocabulary) for load in facts.loads),
        _divide_hour(facts, vocabulary, now),
        tuple(rows),
        counts.open,
        _count_by_hour(facts.arrived, zone),
        _count_by_hour(facts.closed, zone),
        now,
        tuple(_present_escalation(one, vocabulary) for one in facts.escalations),
        tuple(_present_level(level) for level in levels),
        present_outlook(ahead, zone) if ahead is not None else Outlook(NOTHING, "none"),
        _describe_duty(duty, now, zone) if duty is not None else NOTHING,
        _list_absent(facts.loads, now, zone),
    )


def present_outlook(ahead: Ahead, zone: tzinfo) -> Outlook:
    """Return the forecast in words."""
    when, due, numbers = f"{to_local(ahead.until, zone):%H:%M}", ahead.due, ahead.tickets
    if not due:
        return Outlook(sanitize(f"Nothing is due before {when}."), "none")
    if not ahead.is_measured:
        words = f"{format_count(due, 'target')} due before {when}; the pace is not known yet, so no forecast."
        return Outlook(sanitize(words), "soon", tuple(dict.fromkeys(numbers)))
    if not numbers:
        return Outlook(
            sanitize(f"Of {format_count(due, 'target')} due before {when} none is likely to breach."), "fine"
        )
    words = f"{len(numbers)} of {due} due before {when} will breach"
    if ahead.moves:
        left = len(numbers) - len(ahead.moves)
        words += f": reassign {_name_count(len(ahead.moves))} and it is {_name_count(left)}"
    moves = tuple((move.ticket, sanitize(move.login)) for move in ahead.moves)
    return Outlook(sanitize(f"{words}."), "soon", tuple(dict.fromkeys(numbers)), moves)


def spark(counts: Sequence[int]) -> str:
    """Return counts as bars of block characters, a blank for none."""
    most = max(counts, default=0)
    return "".join(" " if not count else _BARS[(count * len(_BARS) - 1) // most] for count in counts)


def format_gain(left: int) -> str:
    """Return a number with its sign, for a balance."""
    return f"{MINUS}{-left}" if left < 0 else f"+{left}"


def _name_count(count: int) -> str:
    words = ("none", "one", "two", "three", "four", "five", "six")
    return words[count] if count < len(words) else str(count)


def _present_escalation(one: Escalation, vocabulary: Vocabulary) -> EscalationLine:
    level = sanitize(one.label) or Safe(f"level {one.level}")
    return EscalationLine(one.number, one.at, level, get_label(vocabulary.roles, one.role), sanitize(one.subject))


def _present_level(level: ServiceLevel) -> KeptLine:
    """Return the line of a metric, with the objective that has the least left."""
    budget = min(level.budgets, key=lambda one: one.left, default=None)
    allowed, left = (budget.allowed, budget.left) if budget is not None else (None, None)
    return KeptLine(sanitize(level.label), level.tally.met, level.tally.late, allowed, left)


def _describe_duty(duty: Duty, now: int, zone: tzinfo) -> Safe:
    """Describe who hands over and when; empty when nobody ever does."""
    if duty.until is None:
        return NOTHING
    when = format_instant(duty.until, now, zone)
    if not duty.is_on:
        return sanitize(f"Closed, opens {when}")
    return sanitize(f"{duty.label} hands over {when}" if duty.label else f"Hand-over {when}")


def _present_load(load: AgentLoad, vocabulary: Vocabulary) -> LoadLine:
    name = sanitize(load.name or load.login) if load.login else Safe("nobody")
    return LoadLine(load.login, name, get_label(vocabulary.teams, load.team), load.open, load.due, load.late, load.away)


def _list_absent(loads: Iterable[AgentLoad], now: int, zone: tzinfo) -> Safe:
    """Return who is away and until when; empty when everybody is there."""
    absent = [
        f"{load.name or load.login} until {format_instant(load.away, now, zone)}"
        for load in loads
        if load.away is not None
    ]
    return sanitize(", ".join(absent))


def _count_by_hour(instants: Iterable[int], zone: tzinfo) -> tuple[int, ...]:
    counts = [0] * _HOURS
    for at in instants:
        counts[to_local(at, zone).hour] += 1
    return tuple(counts)


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
