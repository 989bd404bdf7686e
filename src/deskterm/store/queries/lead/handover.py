"""The hand-over of a shift (S3-02, C-15): open tickets, what was promised for them, and who waits for what. Snoozed
tickets are included, because the next shift must know of them. SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection
from deskterm.store.queries.billing import load_quotes
from deskterm.store.queries.development import load_items
from deskterm.store.queries.oversight import load_escalations
from deskterm.store.rows.live_clocks import IS_NO_TIMER
from deskterm.store.rows.texts import load_texts

_OLDEST_REPLY = 14 * 86_400
"""Seconds since a ticket's last change after which every time that its last reply promised has passed."""


class HandoverRow(NamedTuple):
    """An open ticket in the list that one shift hands to the next. Instants are epoch seconds; due is None without a
    running clock. missed: a target was missed, by the ticket's events or because it ran out since."""

    number: int
    subject: str
    status: str
    severity: str | None
    priority: str | None
    organisation: str
    team: str | None
    assignee: str | None
    due: int | None
    waiting: str
    received: int
    updated: int
    missed: bool
    category: str = "open"
    requester: str = ""
    snoozed_until: int | None = None
    sprint: str | None = None


class PromiseRow(NamedTuple):
    """A promise for a ticket. kind: `due`, a due time that somebody set for a metric; `letter`, a letter that leaves
    later; `release`, development work that was scheduled; `words`, a time in the last reply. by: epoch seconds, None
    for a day without a time, which is in `day`. who: login of the person who promised (for `words`, their name), empty
    for none; what: the metric, the title of the work, or the words; reason: as given."""

    ticket: int
    kind: str
    by: int | None
    who: str = ""
    what: str = ""
    reason: str = ""
    day: str = ""


class WaitRow(NamedTuple):
    """A ticket that waits. kind: `answer`, the requester waits for us; `status`, we wait for somebody, as the status
    says; `escalation`, for the holders of a role; `quote`, for the customer's answer to a quote; `item`, for
    development; `snooze`, until it wakes. since, until: epoch seconds; whom: a role, a state or a title."""

    ticket: int
    kind: str
    since: int
    whom: str = ""
    until: int | None = None


class ReplyRow(NamedTuple):
    """The last reply of an agent on a ticket. at: epoch seconds."""

    ticket: int
    at: int
    author: str
    body: str


class HandoverFacts(NamedTuple):
    """Everything on the sheet. tickets: the next due first, those without a due instant last; replies: the last replies
    to requesters, which may promise something."""

    tickets: tuple[HandoverRow, ...]
    promises: tuple[PromiseRow, ...]
    waits: tuple[WaitRow, ...]
    replies: tuple[ReplyRow, ...] = ()


def load_handover(reader: ReadConnection, teams: Sequence[str] | None, now: int) -> HandoverFacts:
    """Load the sheet of some teams, None for all. now: epoch seconds."""
    tickets = load_open_tickets(reader, teams, now)
    numbers = {ticket.number for ticket in tickets}
    promises = [*_load_set_dues(reader, sorted(numbers)), *_load_letters(reader, numbers, now)]
    promises += [
        PromiseRow(number, "release", item.due, "", item.title, "", item.release or "")
        for item in load_items(reader)
        if item.release is not None
        for number in (item.ticket, *item.tickets)
        if number in numbers
    ]
    promises.sort(key=lambda one: (one.by is None, one.by or 0, one.ticket))
    waits = [*_load_answers(reader, tickets), *_list_waits(tickets, now), *_load_record_waits(reader, numbers)]
    waits.sort(key=lambda one: (one.since, one.ticket))
    return HandoverFacts(tuple(tickets), tuple(promises), tuple(waits), tuple(_load_replies(reader, tickets, now)))


def load_open_tickets(reader: ReadConnection, teams: Sequence[str] | None, now: int) -> list[HandoverRow]:
    """Load the open tickets of some teams, None for all, the next due first, those without a due instant last. now:
    epoch seconds."""
    params: dict[str, object] = {f"team_{place}": team for place, team in enumerate(teams or ())}
    if teams is not None and not params:
        return []
    of_teams = "" if teams is None else f"AND team IN ({', '.join(f':{name}' for name in params)}) "
    found = reader.rows(
        "SELECT id, subject, status, severity, priority, organisation, team, assignee, "
        # Tickets without a due time have the latest of all instants, so that indexes sort them last
        "CASE WHEN next_due_at >= :never THEN NULL ELSE next_due_at END, waiting, received_at, updated_at, "
        # A target is met up to and including its due instant, as the view `breached` has it
        "(breached = 1 OR next_due_at < :now), category, requester, snoozed_until, sprint "
        f"FROM ticket WHERE is_open = 1 {of_teams}ORDER BY next_due_at, id",
        {**params, "never": reader.never, "now": reader.instant(now)},
    )
    return [
        HandoverRow._make(
            (
                *row[:8],
                optional_seconds_from_stored(row[8]),
                row[9],
                seconds_from_stored(row[10]),
                seconds_from_stored(row[11]),
                bool(row[12]),
                *row[13:15],
                optional_seconds_from_stored(row[15]),
                row[16],
            )
        )
        for row in found
    ]


def _parts(numbers: Sequence[int]) -> Iterator[str]:
    """Yield the numbers as lists for IN. They come from the store itself, so they may stand in the SQL."""
    for start in range(0, len(numbers), NUMBERS_PER_QUERY):
        yield ",".join(str(int(number)) for number in numbers[start : start + NUMBERS_PER_QUERY])


def _load_set_dues(reader: ReadConnection, numbers: Sequence[int]) -> Iterator[PromiseRow]:
    """Yield the due times that were set by hand and were neither cleared nor undone."""
    for part in _parts(numbers):
        live = {
            (ticket, metric): optional_seconds_from_stored(due)
            for ticket, metric, due in reader.rows(
                f"SELECT ticket_id, metric, due_at FROM clock WHERE ticket_id IN ({part}) "
                f"AND state IN ('running', 'paused') AND due_at IS NOT NULL AND {IS_NO_TIMER}"
            )
        }
        found: dict[tuple[int, str], PromiseRow] = {}
        for ticket, actor, data in reader.rows(
            f"SELECT ticket_id, actor, data FROM event WHERE kind = 'due_set' AND ticket_id IN ({part}) "
            "ORDER BY ticket_id, seq"
        ):
            values: dict[str, Any] = json.loads(data)
            metric = str(values.get("metric", ""))
            _, after = values.get("changes", {}).get(f"dues.{metric}", (None, None))
            if after is not None and live.get((ticket, metric)) == after:
                found[ticket, metric] = PromiseRow(ticket, "due", after, actor, metric, str(values.get("reason", "")))
        yield from found.values()


def _load_replies(reader: ReadConnection, tickets: Iterable[HandoverRow], now: int) -> Iterator[ReplyRow]:
    """Yield the last replies that are recent enough to promise a time that lies ahead."""
    recent = sorted(ticket.number for ticket in tickets if ticket.updated >= now - _OLDEST_REPLY)
    is_reply = "{0}.kind = 'public' AND {0}.author_kind = 'agent' AND {0}.automatic = 0 AND {0}.mark <> 'undone'"
    for part in _parts(recent):
        found = reader.rows(
            f"SELECT m.ticket_id, m.at, m.author, m.text_id FROM message m WHERE m.ticket_id IN ({part}) "
            f"AND {is_reply.format('m')} AND m.seq = (SELECT max(a.seq) FROM message a "
            f"WHERE a.ticket_id = m.ticket_id AND {is_reply.format('a')}) ORDER BY m.ticket_id"
        )
        texts = load_texts(reader, [text for *_, text in found])
        for number, at, author, text in found:
            yield ReplyRow(number, seconds_from_stored(at), author, texts.get(text, ""))


def _load_letters(reader: ReadConnection, numbers: Iterable[int], now: int) -> Iterator[PromiseRow]:
    """Yield the letters that go out later."""
    wanted = set(numbers)
    for ticket, data in reader.rows(
        "SELECT ticket_id, data FROM record WHERE kind = 'letter' AND state = 'queued' AND due_at > :now",
        {"now": reader.instant(now)},
    ):
        if ticket in wanted:
            values = json.loads(data)
            yield PromiseRow(ticket, "letter", values.get("due"), what=str(values.get("on", "")))


def _load_answers(reader: ReadConnection, tickets: Sequence[HandoverRow]) -> Iterator[WaitRow]:
    """Yield the requesters who wait for an answer: since their first message after our last reply, or, for a ticket
    without messages, as after a call, since it was received and nobody has acted on it."""
    ours = {
        ticket.number: ticket for ticket in tickets if ticket.waiting == "us" and ticket.category in ("new", "open")
    }
    for part in _parts(sorted(ours)):
        for number, at in reader.rows(
            f"SELECT m.ticket_id, min(m.at) FROM message m WHERE m.ticket_id IN ({part}) AND m.kind = 'public' "
            "AND m.author_kind = 'requester' AND m.mark <> 'undone' AND m.seq > COALESCE("
            "(SELECT max(a.seq) FROM message a WHERE a.ticket_id = m.ticket_id AND a.kind = 'public' "
            "AND a.author_kind = 'agent' AND a.automatic = 0 AND a.mark <> 'undone'), 0) GROUP BY m.ticket_id"
        ):
            ticket = ours.pop(number)
            yield WaitRow(number, "answer", seconds_from_stored(at), ticket.requester)
    for ticket in ours.values():
        if ticket.category == "new":
            yield WaitRow(ticket.number, "answer", ticket.received, ticket.requester)


def _list_waits(tickets: Iterable[HandoverRow], now: int) -> Iterator[WaitRow]:
    for ticket in tickets:
        if ticket.snoozed_until is not None and ticket.snoozed_until > now:
            yield WaitRow(ticket.number, "snooze", ticket.updated, until=ticket.snoozed_until)
        elif ticket.category == "waiting":
            yield WaitRow(ticket.number, "status", ticket.updated, ticket.status)


def _load_record_waits(reader: ReadConnection, numbers: set[int]) -> Iterator[WaitRow]:
    for step in load_escalations(reader):
        if step.number in numbers:
            yield WaitRow(step.number, "escalation", step.at, step.role)
    for quote in load_quotes(reader):
        if quote.ticket in numbers:
            yield WaitRow(quote.ticket, "quote", quote.at, quote.means)
    for item in load_items(reader):
        for number in (item.ticket, *item.tickets):
            if number in numbers:
                yield WaitRow(number, "item", item.at, item.title or item.reference)
