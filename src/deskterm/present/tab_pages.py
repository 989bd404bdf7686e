"""The tabs of a ticket beside its thread, as lines: history, client, files, links and work (C-13).

Imported when the first of them is opened: the phrases of events bring the schema of procedures with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deskterm.desk.domain.event_kinds.phrases import describe_event
from deskterm.desk.domain.money import format_money, format_time_worked
from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.models import TabKey, TabLine
from deskterm.present.sanitize import Safe, sanitize
from deskterm.present.tab_counts import is_shown, list_linked_numbers, list_messages_with_files
from deskterm.present.ticket import ERASED, describe_edit, find_undone_events, format_value
from deskterm.present.ticket_facts import LINKS, describe_record, format_instant, get_tier_label
from deskterm.present.ticket_files import describe_file
from deskterm.procedure.ticket_fields import HISTORY_FIELDS
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.ticket_detail import EventView, RecordView, TicketDetail
from deskterm.store.queries.ticket_tabs.client import MOST_CONTACTS, ClientView, load_client
from deskterm.store.queries.ticket_tabs.linked import load_linked_tickets

EMPTY: dict[TabKey, str] = {
    "thread": "Nobody has written yet: <key reply> writes to the requester.",
    "history": "Nothing has happened yet.",
    "client": "Neither client nor requester is known: <key client> says whose ticket it is.",
    "files": "No files came with this ticket.",
    "links": "No links: :duplicate, :merge, :attach and :raise make them.",
    "work": "No work is written down: :time writes down time, :quote a quote, :check ticks a checklist off.",
}
"""Tab → the sentence for a tab without lines. Keys are written as `<key reply>`, because only the console knows the
agent's keys."""


def build_page(reader: ReadConnection, detail: TicketDetail, tab: TabKey, words: Vocabulary) -> tuple[TabLine, ...]:
    """Read what a tab needs beside the ticket's detail, and return its lines, or a sentence when there are none."""
    match tab:
        case "history":
            lines = _list_history(detail, words)
        case "client":
            lines = _list_client(load_client(reader, detail.row.number), words)
        case "files":
            lines = _list_files(detail, words)
        case "links":
            lines = _list_links(reader, detail, words)
        case "work":
            lines = _list_work(detail, words)
        case "thread":
            lines = iter(())
    return tuple(lines) or (TabLine(Safe(EMPTY[tab]), "faint"),)


def _make_line(*parts: object, style: Any = "plain", number: int | None = None) -> TabLine:
    """Make a line of the parts that are not empty, two spaces between them."""
    return TabLine(sanitize("  ".join(str(part) for part in parts if part)), style, number)


def _list_history(detail: TicketDetail, words: Vocabulary) -> Iterator[TabLine]:
    """Yield who did what and when, the newest first, with what it was before and after."""
    undone = find_undone_events(detail)
    for event in reversed(detail.events):
        yield _make_line(
            format_instant(event.at, words.timezone), event.actor, _describe(event, taken_back=event.seq in undone)
        )
        for change in _list_changes(event, words):
            yield _make_line("   ", change, style="faint")
        if reason := event.data.get("reason"):
            yield _make_line("   ", f"Reason: {reason}", style="faint")


def _describe(event: EventView, *, taken_back: bool) -> str:
    return describe_event(event.kind, event.data) + (" (taken back)" if taken_back else "")


def _list_changes(event: EventView, words: Vocabulary) -> Iterator[str]:
    """Yield the changes of an event: before → after, and for an edit those of fields without a label, too."""
    changes = event.data.get("changes", {})
    for field in HISTORY_FIELDS:
        if field.name in changes:
            before, after = changes[field.name]
            if field.name == "tier":
                shown = (get_tier_label(one, words) if one is not None else "none" for one in (before, after))
            else:
                choices = words.choices(field.choices) if field.choices else {}
                shown = (format_value(choices, one) for one in (before, after))
            yield f"{field.label}: {' → '.join(shown)}"
    if event.kind == "edited":
        yield from describe_edit(event)


def _list_client(client: ClientView | None, words: Vocabulary) -> Iterator[TabLine]:
    if client is None:
        return
    yield _make_line(client.name, client.domain, style="head")
    yield from (_make_line(line) for line in client.notes.splitlines() if line.strip())
    if client.coverage:
        ours = ", ".join(get_tier_label(level, words) for level in client.coverage.split(","))
        rest = f"; the rest has {client.handoff}" if client.handoff else ""
        yield _make_line(f"We give {ours}{rest}")
    yield TabLine(Safe(""))
    yield _make_line("Other tickets" if client.tickets else "No other tickets", style="head")
    for one in client.tickets:
        status = get_label(words.statuses, one.status)
        yield _make_line(
            f"{one.number:>6}",
            status,
            one.subject or ERASED,
            one.requester,
            one.assignee or "nobody",
            style="plain" if one.is_open else "faint",
            number=one.number,
        )
    if client.has_more:
        yield _make_line("   …", "older ones: / and the client's name finds them", style="faint")
    if client.contacts:
        yield TabLine(Safe(""))
        more = f" (the first {MOST_CONTACTS})" if len(client.contacts) == MOST_CONTACTS else ""
        yield _make_line(f"Contacts{more}", style="head")
        for contact in client.contacts:
            yield _make_line(contact.name or ERASED, contact.email, contact.phone)
    if client.agreements:
        yield TabLine(Safe(""))
        yield _make_line("Agreements", style="head")
        for ticket, agreed in client.agreements:
            limit = f"up to {format_money(agreed.amount, agreed.currency or '')}" if agreed.amount else "to be charged"
            yield _make_line(
                f"{ticket:>6}", limit, agreed.who, format_instant(agreed.at, words.timezone), number=ticket
            )


def _list_files(detail: TicketDetail, words: Vocabulary) -> Iterator[TabLine]:
    """Yield a line for each file, and then the messages that came with files of which none is stored."""
    for place, file in enumerate(detail.files, 1):
        line = _make_line(
            f"{place:>3}",
            describe_file(file),
            file.type,
            format_instant(file.at, words.timezone),
            file.author or "requester",
            "internal" if file.kind == "internal" else "",
            "taken back" if file.is_undone else "",
            f"in {file.ticket}" if file.ticket != detail.row.number else "",
            style="faint" if file.is_undone or file.digest is None else "plain",
        )
        yield line._replace(file=place)
    others = list_messages_with_files(detail)
    if others and detail.files:
        yield TabLine(Safe(""))
    if others:
        yield _make_line("Files came with these too, and are not kept here", style="head")
    for message in others:
        first = next((line for line in message.body.splitlines() if line.strip()), "")
        yield _make_line(format_instant(message.at, words.timezone), message.author, first)


def _list_links(reader: ReadConnection, detail: TicketDetail, words: Vocabulary) -> Iterator[TabLine]:
    linked = {label: list_linked_numbers(detail.fields, name) for name, label in LINKS.items()}
    known = load_linked_tickets(reader, sorted({number for numbers in linked.values() for number in numbers}))
    for label, numbers in linked.items():
        for number in numbers:
            other = known.get(number)
            yield _make_line(
                f"{label:<16}",
                number,
                get_label(words.statuses, other.status) if other else "of another department",
                other.subject if other else "",
                number=number if other else None,
            )
    for record in detail.records:
        line = _describe_link(record, detail, words)
        if line is not None:
            yield _make_line(f"{line[0]:<16}", line[1], number=record.values.get("ticket"))


def _describe_link(record: RecordView, detail: TicketDetail, words: Vocabulary) -> tuple[str, str] | None:
    if record.kind == "release":
        return "Release", f"{record.key}, out since {format_instant(record.at, words.timezone)}"
    if record.kind in ("item", "joined"):
        # Records that are done have no flag any more, but are listed too
        return describe_record(record._replace(values={**record.values, "flag": True}), detail, words)
    return None


def _list_work(detail: TicketDetail, words: Vocabulary) -> Iterator[TabLine]:
    entries = [record for record in detail.records if record.kind == "entry" and is_shown(record)]
    if entries:
        worked = sum(int(entry.values.get("seconds", 0)) for entry in entries)
        yield _make_line(f"Time: {format_time_worked(worked)}", style="head")
        for entry in entries:
            values = entry.values
            price = format_money(values["amount"], values.get("currency", "")) if values.get("amount") else ""
            yield _make_line(
                f"{entry.key:>4}",
                format_instant(entry.at, words.timezone),
                entry.who,
                format_time_worked(int(values.get("seconds", 0))),
                price or ("chargeable" if values.get("chargeable") else ""),
                detail.texts.get(values.get("note", 0), ""),
            )
    for kind in ("quote", "agreement"):
        for record in detail.records:
            line = describe_record(record, detail, words) if record.kind == kind else None
            if line is not None:
                yield _make_line(*line, record.who, format_instant(record.at, words.timezone))
    for record in detail.records:
        line = describe_record(record, detail, words) if record.kind == "checklist" else None
        if line is not None:
            yield _make_line(": ".join(line), style="head")
            for place, item in enumerate(record.values.get("items", ()), 1):
                yield _make_line(f"{place:>4}", "✓" if item.get("done") else "·", item.get("text", ""))
