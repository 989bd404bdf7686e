"""From what the store holds to what panes show: keys become words, and every text is made safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.models import Person, QueueLine, TicketClock, TicketView, TimelineEntry, Voice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.present.ticket_facts import format_fields, format_target, list_circumstances
from deskterm.procedure.ticket_fields import FACT_FIELDS, HISTORY_FIELDS, TicketField
from deskterm.sla.calendar import Calendar
from deskterm.sla.targets import parse_target
from deskterm.store.queries.desk_facts import AgentView
from deskterm.store.queries.queue import QueueRow
from deskterm.store.queries.ticket_detail import ClockView, EventView, MessageView, TicketDetail
from deskterm.store.rows.live_clocks import LiveClock

ERASED = Safe("(erased)")
"""What stands where somebody's words were erased, or purged."""

_CHANGES = {
    field.name: (field.name, "" if field.name == "tier" else field.choices)
    for field in HISTORY_FIELDS
    if field.name not in ("sprint", "exempt", "held")
}
"""Changes worth a line of history: field → (what it is called, the vocabulary of its values)."""


def present_rows(rows: Sequence[QueueRow], clocks: Iterable[LiveClock], vocabulary: Vocabulary) -> list[QueueLine]:
    """Rows of a list, each with the calendar that its next due instant is counted in."""
    running: dict[tuple[int, str], LiveClock] = {}
    resting: set[int] = set()
    for clock in clocks:
        if clock.state == "running":
            running[clock.ticket, clock.metric] = clock
        else:
            resting.add(clock.ticket)
    return [
        present_row(row, running.get((row.number, row.next_metric)), row.number in resting, vocabulary) for row in rows
    ]


def present_row(row: QueueRow, clock: LiveClock | None, resting: bool, vocabulary: Vocabulary) -> QueueLine:
    return QueueLine(
        number=row.number,
        subject=sanitize(row.subject) or ERASED,
        status=row.status,
        status_label=get_label(vocabulary.statuses, row.status),
        category=row.category,
        type=row.type,
        type_label=get_label(vocabulary.types, row.type),
        importance=vocabulary.importance(row.severity, row.priority),
        requester=sanitize(row.requester),
        organisation=sanitize(row.organisation),
        assignee=sanitize(row.assignee or ""),
        team=get_label(vocabulary.teams or vocabulary.departments, row.team),
        due=row.next_due,
        metric=get_label(vocabulary.metrics, row.next_metric or None),
        calendar=_counted_in(clock.target, clock.calendar, vocabulary) if clock else None,
        paused=resting,
        breached=row.breached,
        received=row.received,
        updated=row.updated,
        since=clock.since if clock else 0,
        overrun=clock.overrun if clock else 0,
        department=get_label(vocabulary.departments, row.department),
        fields=tuple(sanitize("" if value is None else str(value)) for value in row.fields),
    )


def present_ticket(sheet: TicketDetail, vocabulary: Vocabulary) -> TicketView:
    """A ticket, opened."""
    row = sheet.row
    live = [clock for clock in sheet.clocks if clock.state in ("running", "paused")]
    clocks = [LiveClock(row.number, c.metric, c.state, c.calendar, c.target, c.since, c.overrun) for c in live]
    found = present_rows([row], clocks, vocabulary)
    return TicketView(
        line=found[0],
        version=sheet.version,
        facts=tuple((name, value) for name, value in _facts(sheet, vocabulary) if value),
        tags=tuple(sanitize(tag) for tag in sheet.tags),
        clocks=tuple(_clock(clock, vocabulary) for clock in sheet.clocks),
        timeline=tuple(_turns(sheet, vocabulary)),
        circumstances=tuple(list_circumstances(sheet, vocabulary)),
    )


def _counted_in(target: str, key: str, vocabulary: Vocabulary) -> Calendar | None:
    """The calendar that what is left of a target is counted in; None for one that goes by the clock on the wall, like
    `7 calendar days` or a sprint."""
    calendar = vocabulary.get_calendar(key) if key else None
    if calendar is None:
        return None
    try:
        return None if parse_target(target, calendar.day_length).in_wall_time else calendar
    except ValueError:  # written by another edition of deskterm
        return None


def present_person(agent: AgentView) -> Person:
    return Person(agent.login, sanitize(agent.name), agent.role, agent.team, agent.active)


def _facts(sheet: TicketDetail, vocabulary: Vocabulary) -> list[tuple[str, Safe]]:
    row = sheet.row
    severity, priority = get_label(vocabulary.severities, row.severity), get_label(vocabulary.priorities, row.priority)
    facts = [
        ("Status", _status(sheet, vocabulary)),
        ("Severity", severity),
        ("Priority", priority),
        ("Type", get_label(vocabulary.types, sheet.type)),
        ("Requester", sanitize(row.requester)),
        ("Organisation", sanitize(row.organisation)),
        ("Assignee", sanitize(row.assignee or "nobody")),
        *((field.label, _fact(sheet, field, vocabulary)) for field in FACT_FIELDS if field.fact == 1),
        ("Team", get_label(vocabulary.teams or vocabulary.departments, row.team)),
        *((field.label, _fact(sheet, field, vocabulary)) for field in FACT_FIELDS if field.fact > 1),
        ("Reopened", sanitize(f"{sheet.reopened} times" if sheet.reopened > 1 else "once" if sheet.reopened else "")),
    ]
    return [*facts, *format_fields(sheet, vocabulary)]


def _fact(sheet: TicketDetail, field: TicketField, vocabulary: Vocabulary) -> Safe:
    """Return the value of a declared field as people read it; empty where the ticket has none."""
    value = sheet.values[field.name]
    if value is None:
        return Safe("")
    if field.name == "tier":
        return vocabulary.tiers.get(str(value)) or sanitize(str(value))
    return get_label(vocabulary.choices(field.choices), value) if field.choices else sanitize(str(value))


def _status(sheet: TicketDetail, vocabulary: Vocabulary) -> Safe:
    """The status, and behind it how far development is with what the ticket waits for: `Escalated to Dev · QA in
    Progress` (S4-12)."""
    waits = [
        get_label(vocabulary.item_statuses, record.state)
        for record in sheet.records
        if record.kind in ("item", "joined") and "flag" in record.values
    ]
    return Safe(" · ".join((get_label(vocabulary.statuses, sheet.row.status), *dict.fromkeys(waits))))


def _clock(clock: ClockView, vocabulary: Vocabulary) -> TicketClock:
    return TicketClock(
        metric=clock.metric,
        label=get_label(vocabulary.metrics, clock.metric),
        cycle=clock.cycle,
        state=clock.state,
        started=clock.started,
        target=format_target(clock.target, vocabulary),
        target_seconds=clock.target_seconds,
        due=clock.due,
        stopped=clock.stopped,
        consumed=clock.consumed,
        since=clock.since,
        breached_at=clock.breached_at,
        cause=clock.cause,
        policy=get_label(vocabulary.policies, clock.policy or None),
        calendar_key=sanitize(clock.calendar),
        calendar=vocabulary.get_calendar(clock.calendar),
        counted_in=_counted_in(clock.target, clock.calendar, vocabulary),
        overrun=clock.overrun,
    )


def _turns(sheet: TicketDetail, vocabulary: Vocabulary) -> list[TimelineEntry]:
    """Messages and happenings in the order in which they came; with those of other tickets, in the order of time."""
    number = sheet.row.number
    together = any(message.ticket is not None for message in sheet.messages)
    gone = find_undone_events(sheet)
    placed = []
    astray = _astray(sheet)
    for message in sheet.messages:
        where = (message.at if together else 0, message.ticket or number, message.seq, False)
        placed.append((where, _message(message, astray.get((message.ticket, message.seq), ""))))
    for event in sheet.events:
        words = _happening(event, vocabulary, event.seq in gone)
        if words:
            turn = TimelineEntry(event.seq, event.at, "history", sanitize(event.actor), Safe(""), words)
            placed.append(((event.at if together else 0, number, event.seq, True), turn))
    return [turn for _, turn in sorted(placed, key=itemgetter(0))]


def find_undone_events(sheet: TicketDetail) -> frozenset[int]:
    """The events that are as if they had never been."""
    return frozenset(seq for event in sheet.events if event.kind == "undone" for seq in event.data.get("seqs", ()))


def _astray(sheet: TicketDetail) -> dict[tuple[int | None, int], str]:
    """Letters that did not go the usual way, by ticket and seq: `withdrawn` or `failed`."""
    letters = [record for record in sheet.records if record.kind == "letter"]
    return {(one.ticket, int(one.key)): one.state for one in letters if one.state in ("withdrawn", "failed")}


def _message(message: MessageView, fate: str = "") -> TimelineEntry:
    """fate: what became of a letter that it is, where that needs to be said."""
    voice: Voice = "requester" if message.author_kind == "requester" else "agent"
    if message.kind == "internal":
        voice = "internal"
    elif message.kind == "system" or message.author_kind == "system":
        voice = "system"
    detail = [message.channel, "automatic" if message.automatic else ""]
    detail.append(fate)
    detail.append("taken back" if message.mark == "undone" else "")
    detail.append(f"in {message.ticket}" if message.ticket is not None else "")
    return TimelineEntry(
        message.seq if message.ticket is None else 0,
        message.at,
        voice,
        sanitize(message.author),
        sanitize(", ".join(word for word in detail if word)),
        sanitize(message.body.strip("\r\n").rstrip(), multiline=True) or ERASED,
    )


def _happening(event: EventView, vocabulary: Vocabulary, gone: bool = False) -> Safe:
    """An event's changes in one line; nothing for what only speaks, and for what it was registered with."""
    if event.kind == "registered":
        return Safe("")
    said = []
    for name, (before, after) in event.data.get("changes", {}).items():
        if name not in _CHANGES:
            continue
        word, words = _CHANGES[name]
        known = getattr(vocabulary, words) if words else {}
        said.append(f"{word} {_told(known, before)} → {_told(known, after)}")
    if event.kind == "edited" and not said:
        said.append("subject changed")
    if event.kind == "kept_back":
        said.append(f"not moved to {event.data.get('label', '')}: {event.data.get('why', '')}")
    reason = "taken back" if gone else event.data.get("reason")
    return sanitize(", ".join(said) + (f" ({reason})" if said and reason else ""))


def _told(known: dict[str, Any], value: Any) -> str:
    if value is None or value == "" or value == []:
        return "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return str(get_label(known, str(value)))
