"""From rows of the store to view models: keys become labels, and every text is made safe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from deskterm.desk.domain.quoted_text import split_quotations
from deskterm.present.labels import Vocabulary, get_label, get_short_label
from deskterm.present.models import (
    Choice,
    Delivery,
    Folding,
    Person,
    QueueLine,
    TicketClock,
    TicketView,
    TimelineEntry,
    Voice,
)
from deskterm.present.sanitize import Safe, sanitize
from deskterm.present.tab_counts import count_tabs
from deskterm.present.ticket_facts import format_fields, format_target, list_circumstances
from deskterm.present.ticket_files import describe_file
from deskterm.procedure.ticket_fields import FACT_FIELDS, HISTORY_FIELDS, QUEUE_FIELDS, TicketField
from deskterm.sla.calendar import Calendar
from deskterm.sla.targets import parse_target
from deskterm.store.queries.desk_facts import AgentView
from deskterm.store.queries.queue import QueueRow
from deskterm.store.queries.ticket_detail import ClockView, EventView, MessageView, RecordView, TicketDetail
from deskterm.store.rows.live_clocks import LiveClock
from deskterm.store.rows.texts import find_note

ERASED = Safe("(erased)")
"""The text in place of one that was erased or purged."""

_HISTORY_LABELS = {
    field.name: (field.name, "" if field.name == "tier" else field.choices)
    for field in HISTORY_FIELDS
    if field.name not in ("sprint", "exempt", "held")
}
"""Fields whose changes are shown between the messages: field → (its label, the choices of its values)."""


def present_rows(rows: Sequence[QueueRow], clocks: Iterable[LiveClock], vocabulary: Vocabulary) -> list[QueueLine]:
    """Return rows of a list as lines, each with the calendar that its next due time is counted in. clocks: the running
    and paused clocks of these tickets."""
    running: dict[tuple[int, str], LiveClock] = {}
    paused: set[int] = set()
    for clock in clocks:
        if clock.state == "running":
            running[clock.ticket, clock.metric] = clock
        else:
            paused.add(clock.ticket)
    return [
        present_row(row, running.get((row.number, row.next_metric)), row.number in paused, vocabulary) for row in rows
    ]


def present_row(row: QueueRow, clock: LiveClock | None, paused: bool, vocabulary: Vocabulary) -> QueueLine:
    """Return a row of a list as a line. clock: the running one that is due next; paused: a clock is paused."""
    return QueueLine(
        number=row.number,
        subject=sanitize(row.subject) or ERASED,
        status=row.status,
        status_label=get_label(vocabulary.statuses, row.status),
        status_short=get_short_label(vocabulary.statuses, row.status),
        category=row.category,
        type=row.type,
        type_label=get_label(vocabulary.types, row.type),
        importance=vocabulary.importance(row.severity, row.priority),
        requester=sanitize(row.requester),
        organisation=sanitize(row.organisation),
        assignee=sanitize(row.assignee or ""),
        due=row.next_due,
        metric=get_label(vocabulary.metrics, row.next_metric or None),
        calendar=_find_calendar(clock.target, clock.calendar, vocabulary) if clock else None,
        paused=paused,
        breached=row.breached,
        received=row.received,
        updated=row.updated,
        since=clock.since if clock else 0,
        overrun=clock.overrun if clock else 0,
        department=get_label(vocabulary.departments, row.department),
        base=vocabulary.find_base(clock.target, clock.calendar) if clock else "",
        fields=tuple(
            _format_field(field, value, vocabulary) for field, value in zip(QUEUE_FIELDS, row.fields, strict=True)
        ),
    )


def present_ticket(detail: TicketDetail, vocabulary: Vocabulary) -> TicketView:
    """Return a ticket as it is opened."""
    row = detail.row
    live = [clock for clock in detail.clocks if clock.state in ("running", "paused")]
    clocks = [LiveClock(row.number, c.metric, c.state, c.calendar, c.target, c.since, c.overrun) for c in live]
    lines = present_rows([row], clocks, vocabulary)
    return TicketView(
        line=lines[0],
        version=detail.version,
        facts=tuple((name, value) for name, value in _list_facts(detail, vocabulary) if value),
        tags=tuple(sanitize(tag) for tag in detail.tags),
        clocks=tuple(_present_clock(clock, vocabulary) for clock in detail.clocks),
        timeline=tuple(_present_timeline(detail, vocabulary)),
        circumstances=tuple(list_circumstances(detail, vocabulary)),
        counts=count_tabs(detail),
        participants=tuple(_list_participants(detail)),
    )


def _list_participants(detail: TicketDetail) -> Iterator[Safe]:
    """Yield the names of those on CC, without people who were erased and those of tickets that were merged into it."""
    for record in detail.records:
        if record.kind == "participant" and record.ticket is None:
            name = sanitize(detail.contact_names.get(record.values.get("contact", 0), ""))
            if name:
                yield name


def _find_calendar(target: str, key: str, vocabulary: Vocabulary) -> Calendar | None:
    """Return the calendar that the time left of a target is counted in; None for a target in wall time, like
    `7 calendar days` or a sprint."""
    calendar = vocabulary.get_calendar(key) if key else None
    if calendar is None:
        return None
    try:
        return None if parse_target(target, calendar.day_length).in_wall_time else calendar
    except ValueError:  # written by another version of deskterm
        return None


def present_person(agent: AgentView) -> Person:
    """Return a person of the desk."""
    return Person(agent.login, sanitize(agent.name), agent.role, agent.team, agent.active)


def _list_facts(detail: TicketDetail, vocabulary: Vocabulary) -> list[tuple[str, Safe]]:
    row = detail.row
    severity, priority = get_label(vocabulary.severities, row.severity), get_label(vocabulary.priorities, row.priority)
    declared = {field.name: _format_field(field, detail.values[field.name], vocabulary) for field in FACT_FIELDS}
    facts = [
        ("Status", _format_status(detail, vocabulary)),
        ("Severity", severity),
        ("Priority", priority),
        ("Type", get_label(vocabulary.types, detail.type)),
        ("Requester", sanitize(row.requester)),
        ("Organisation", sanitize(row.organisation)),
        ("Assignee", sanitize(row.assignee or "nobody")),
        *((field.label, declared[field.name]) for field in FACT_FIELDS if field.fact == 1),
        # Without teams of its own a desk's departments are its teams
        ("Team", get_label(vocabulary.teams or vocabulary.departments, row.team)),
        *((field.label, declared[field.name]) for field in FACT_FIELDS if field.fact > 1),
        (
            "Reopened",
            sanitize(f"{detail.reopened} times" if detail.reopened > 1 else "once" if detail.reopened else ""),
        ),
    ]
    return [*facts, *format_fields(detail, vocabulary)]


def _format_field(field: TicketField, value: Any, vocabulary: Vocabulary) -> Safe:
    """Return the value of a declared field as people read it; empty for None."""
    if value is None:
        return Safe("")
    if field.name == "tier":
        return vocabulary.tiers.get(str(value)) or sanitize(str(value))
    return get_label(vocabulary.choices(field.choices), value) if field.choices else sanitize(str(value))


def _format_status(detail: TicketDetail, vocabulary: Vocabulary) -> Safe:
    """Format the status, with the status of the development items that the ticket waits for behind it: `Escalated to
    Dev · QA in Progress` (S4-12)."""
    item_statuses = [
        get_label(vocabulary.item_statuses, record.state)
        for record in detail.records
        if record.kind in ("item", "joined") and "flag" in record.values
    ]
    return Safe(" · ".join((get_label(vocabulary.statuses, detail.row.status), *dict.fromkeys(item_statuses))))


def _present_clock(clock: ClockView, vocabulary: Vocabulary) -> TicketClock:
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
        calendar=_find_calendar(clock.target, clock.calendar, vocabulary),
        overrun=clock.overrun,
        base=vocabulary.find_base(clock.target, clock.calendar),
    )


def _present_timeline(detail: TicketDetail, vocabulary: Vocabulary) -> list[TimelineEntry]:
    """Return messages and changes in the order of their events; where there are messages of merged tickets, whose
    events have numbers of their own, in the order of time."""
    number = detail.row.number
    merged = any(message.ticket is not None for message in detail.messages)
    undone = find_undone_events(detail)
    deliveries = _find_deliveries(detail)
    files: dict[tuple[int, int], list[Safe]] = {}
    for file in detail.files:
        files.setdefault((file.ticket, file.seq), []).append(describe_file(file))
    entries = []
    for message in detail.messages:
        place = (message.at if merged else 0, message.ticket or number, message.seq, False)
        entry = _present_message(
            message,
            deliveries.get((message.ticket, message.seq)),
            files.get((message.ticket or number, message.seq), ()),
        )
        entries.append((place, entry))
    for event in detail.events:
        text = _describe_changes(event, vocabulary, event.seq in undone)
        if text:
            entry = TimelineEntry(event.seq, event.at, "history", sanitize(event.actor), Safe(""), text)
            entries.append(((event.at if merged else 0, number, event.seq, True), entry))
    return [entry for _, entry in sorted(entries, key=itemgetter(0))]


def find_undone_events(detail: TicketDetail) -> frozenset[int]:
    """Return the numbers of the events that were undone."""
    return frozenset(seq for event in detail.events if event.kind == "undone" for seq in event.data.get("seqs", ()))


_LETTER_STATES = ("withdrawn", "sent", "queued", "unsure", "bounced", "failed")
"""States of letters, the worst last: a message whose letters have several shows that one (M-47)."""
_UNSURE = "may have arrived"


def _find_deliveries(detail: TicketDetail) -> dict[tuple[int | None, int], Delivery]:
    """Return what became of letters, by ticket and number of the message that they are or carry."""
    found: dict[tuple[int | None, int], RecordView] = {}
    for one in detail.records:
        if one.kind != "letter":
            continue
        for seq in {int(one.values.get("covers") or one.key), int(one.values.get("words_of") or one.key)}:
            other = found.get((one.ticket, seq))
            if other is None or _LETTER_STATES.index(one.state) > _LETTER_STATES.index(other.state):
                found[one.ticket, seq] = one
    return {place: _present_delivery(one, detail) for place, one in found.items()}


def _present_delivery(letter: RecordView, detail: TicketDetail) -> Delivery:
    sending = detail.sendings.get(letter.key) if letter.ticket is None else None
    if sending is not None and sending.phase in ("sending", "data"):
        return Delivery(Safe("sending"))
    if letter.state == "unsure":
        return Delivery(Safe(_UNSURE))
    if sending is not None and sending.reason and letter.state == "queued":
        return Delivery(Safe("queued, tried again"), sending.next_at, sanitize(sending.reason))
    at = letter.at if letter.state == "sent" else None
    return Delivery(sanitize(letter.state), at, sanitize(find_note(letter.values, "reason", detail.texts)))


def _present_message(
    message: MessageView, delivery: Delivery | None = None, files: Sequence[Safe] = ()
) -> TimelineEntry:
    """Return a message as an entry. delivery: of its letter; files: those of the message, in words."""
    voice: Voice = "requester" if message.author_kind == "requester" else "agent"
    if message.kind == "internal":
        voice = "internal"
    elif message.kind == "system" or message.author_kind == "system":
        voice = "system"
    notes = [message.channel, "automatic" if message.automatic else ""]
    # Stored files are listed below the words
    notes.append({"undone": "taken back", "files": "" if files else "with files"}.get(message.mark, ""))
    notes.append(f"in {message.ticket}" if message.ticket is not None else "")
    # Strip only empty lines at the top: spaces before the first word may be the indent of a list
    text = sanitize(message.body.strip("\r\n").rstrip(), multiline=True) or ERASED
    return TimelineEntry(
        # A message of a merged ticket cannot be named from here: its number counts there
        message.seq if message.ticket is None else 0,
        message.at,
        voice,
        sanitize(message.author) or Safe("Unnamed"),
        sanitize(", ".join(note for note in notes if note)),
        text,
        _fold(message),
        split_text(text),
        tuple(files),
        None if message.mark == "undone" else delivery,
    )


def split_text(text: str) -> tuple[tuple[bool, str], ...]:
    """Split a message into written and quoted parts, in order; empty when it quotes nothing."""
    parts = split_quotations(text) if "\n" in text else []
    return tuple(parts) if any(is_quoted for is_quoted, _ in parts) else ()


def _fold(message: MessageView) -> Folding:
    """Return the reason why a message is folded: it is automatic, or was undone (C-13)."""
    if message.mark == "undone":
        return "taken back"
    return "automatic letter" if message.automatic or message.author_kind == "system" else ""


def _describe_changes(event: EventView, vocabulary: Vocabulary, undone: bool = False) -> Safe:
    """Describe an event's changes in one line; empty for a message without changes, and for the registration."""
    if event.kind == "registered":
        return Safe("")
    phrases = []
    for name, (before, after) in event.data.get("changes", {}).items():
        if name not in _HISTORY_LABELS:
            continue
        label, part = _HISTORY_LABELS[name]
        choices = vocabulary.choices(part) if part else {}
        phrases.append(f"{label} {format_value(choices, before)} → {format_value(choices, after)}")
    if event.kind == "edited":
        phrases += describe_edit(event)
    if event.kind == "kept_back":
        phrases.append(f"not moved to {event.data.get('label', '')}: {event.data.get('why', '')}")
    reason = "taken back" if undone else event.data.get("reason")
    return sanitize(", ".join(phrases) + (f" ({reason})" if phrases and reason else ""))


def describe_edit(event: EventView) -> list[str]:
    """Describe what an edit changed beside the fields that have a label: subject, client and fields of the request."""
    changes, texts = event.data.get("changes", {}), event.data.get("texts", {})
    phrases = ["subject changed"] if "subject" in texts else []
    if "organisation_key" in changes:
        before, after = changes["organisation_key"]
        phrases.append(f"client {before or 'none'} → {after or 'none'}")
    # Values of the request may be personal, so only the names of the fields are shown.
    supplied = [name.removeprefix("fields.") for name in (*changes, *texts) if name.startswith("fields.")]
    return [*phrases, f"{', '.join(supplied)} supplied"] if supplied else phrases


def format_value(choices: Mapping[str, Choice], value: Any) -> str:
    """Format one side of a change: the labels of its keys, `none` for nothing."""
    if value is None or value == "" or value == []:
        return "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return str(get_label(choices, str(value)))
