"""The hand-over sheet (C-15): one model for the console, the command line and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from deskterm.desk.domain.wording.promised_times import find_promises
from deskterm.desk.policy.duty import Duty
from deskterm.present.formats import format_count, format_date_and_time, format_instant, format_ticket_age
from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.sanitize import Safe, sanitize
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.lead.handover import (
    HandoverFacts,
    HandoverRow,
    PromiseRow,
    ReplyRow,
    WaitRow,
    load_handover,
)

MOST_ROWS = 40
"""Most rows of a section: at a change of shift nobody reads what does not fit on a page."""


class HandoverSection(NamedTuple):
    """A part of the sheet: a table. numbers: the ticket of each row; left_out: rows that are not shown; empty: the
    sentence where there is none."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Safe, ...], ...]
    numbers: tuple[int, ...]
    left_out: int
    empty: str


class HandoverSheet(NamedTuple):
    """The sheet. lines: who is on duty and who is next, and how many tickets are marked; breaching: tickets that are
    not missed yet and breach before the next shift ends."""

    title: Safe
    lines: tuple[Safe, ...]
    sections: tuple[HandoverSection, ...]
    breaching: frozenset[int]


def read_handover(reader: ReadConnection, teams: Sequence[str] | None, now: int, zone: str) -> HandoverFacts:
    """Read the sheet of some teams, None for all, with the times that were promised in words. now: epoch seconds; zone:
    the desk's."""
    facts = load_handover(reader, teams, now)
    promises = [*facts.promises, *_find_in_words(facts.replies, zone)]
    promises.sort(key=lambda one: (one.by is None, one.by or 0, one.ticket))
    return facts._replace(promises=tuple(promises))


def _find_in_words(replies: Iterable[ReplyRow], zone: str) -> Iterator[PromiseRow]:
    """Yield the first time that the last reply on each ticket promises; nobody has written since, so the promise still
    holds."""
    for reply in replies:
        found = find_promises(reply.body, datetime.fromtimestamp(reply.at, UTC), zone)
        if found:
            first = min(found, key=lambda one: one.at)
            yield PromiseRow(reply.ticket, "words", int(first.at.timestamp()), reply.author, first.words)


def present_handover(
    facts: HandoverFacts, duty: Duty, vocabulary: Vocabulary, name: str, now: int, zone: tzinfo
) -> HandoverSheet:
    """Build the sheet from these facts. name: of the desk; now: epoch seconds."""
    writer = _Writer(facts, duty, vocabulary, now, zone)
    title = sanitize(f"Hand-over · {name} · {format_date_and_time(now - now % 60, now, zone)}")
    return HandoverSheet(title, tuple(writer.describe_duty()), tuple(writer.list_sections()), writer.breaching)


def format_markdown(sheet: HandoverSheet) -> str:
    """Format the sheet as a document in Markdown."""
    parts = [f"# {sheet.title}", *sheet.lines]
    for section in sheet.sections:
        parts.append(f"## {section.title}")
        if not section.rows:
            parts.append(section.empty)
            continue
        table = [section.heads, tuple("---" for _ in section.heads), *section.rows]
        parts.append("\n".join("| " + " | ".join(map(_escape_cell, row)) + " |" for row in table))
        if section.left_out:
            parts.append(format_left_out(section))
    return "\n\n".join(parts) + "\n"


def format_left_out(section: HandoverSection) -> str:
    """Return the sentence about the rows of a part that are not shown."""
    return f"… and {format_count(section.left_out, 'row')} more: `deskterm ticket list` shows all that is open."


def _escape_cell(text: str) -> str:
    # A bar would end the cell; the other characters begin a link, code or a tag
    for sign in ("\\", "|", "[", "`", "<", "*", "_"):
        text = text.replace(sign, f"\\{sign}")
    return text


class _Writer:
    """Builds the sections of one sheet."""

    def __init__(self, facts: HandoverFacts, duty: Duty, vocabulary: Vocabulary, now: int, zone: tzinfo) -> None:
        self._facts, self._duty, self._vocabulary, self._now, self._zone = facts, duty, vocabulary, now, zone
        self._tickets: Mapping[int, HandoverRow] = {ticket.number: ticket for ticket in facts.tickets}
        self.breaching = frozenset(
            ticket.number
            for ticket in facts.tickets
            if ticket.due is not None and duty.next_until is not None and now <= ticket.due < duty.next_until
        )

    def describe_duty(self) -> Iterable[Safe]:
        duty, tickets = self._duty, self._facts.tickets
        if duty.label:
            state = f"{duty.label} is on duty until {self._say(duty.until)} (since {self._say(duty.since)})"
            state += f"; then {duty.next_label or 'nobody'}" if duty.next_until is not None else ""
        elif duty.is_on:
            state = f"The desk is open until {self._say(duty.until)} (since {self._say(duty.since)})"
        else:
            state = f"Nobody is on duty until {self._say(duty.until)} (since {self._say(duty.since)})"
        yield sanitize(f"{state} · {len(tickets):,} open")
        missed = sum(ticket.missed for ticket in tickets)
        if missed:
            yield sanitize(f"!! {missed} of them {'is' if missed == 1 else 'are'} missed already")
        # A ticket that has missed a target has two marks, even if another of its targets is about to be missed
        due = sum(number in self.breaching and not self._tickets[number].missed for number in self._tickets)
        if due:
            verb = "is" if due == 1 else "are"
            yield sanitize(
                f"! {due} of them {verb} due before {self._name_next()} ends, {self._say(self._duty.next_until)}"
            )

    def list_sections(self) -> Iterable[HandoverSection]:
        tickets = self._facts.tickets
        pressing = [ticket for ticket in tickets if ticket.missed or ticket.number in self.breaching]
        others = [ticket for ticket in tickets if not ticket.missed and ticket.number not in self.breaching]
        empty = f"Nothing is missed or due before {self._name_next()} ends."
        yield self._list_tickets(f"Missed, or due before {self._name_next()} ends", pressing, empty)
        promises, waits = self._facts.promises, self._facts.waits
        yield self._build(
            "Promised",
            ("#", "By", "What", "With", "Subject"),
            [(one.ticket, (self._say_promised(one), self._describe_promise(one))) for one in promises],
            "No time was promised: none set by hand, none in a last reply, no letter that goes out later, no release.",
        )
        yield self._build(
            "Who waits for what",
            ("#", "Since", "Who", "For", "With", "Subject"),
            [(one.ticket, (sanitize(self._say(one.since)), *self._describe_wait(one))) for one in waits],
            "Nobody waits for anything.",
        )
        yield self._list_tickets("Also open", others, "Nothing else is open.")

    def _list_tickets(self, title: str, tickets: list[HandoverRow], empty: str) -> HandoverSection:
        words = self._vocabulary
        rows = [
            (
                Safe(str(ticket.number)),
                Safe(self._mark(ticket)),
                sanitize(
                    self._say(ticket.due) if ticket.due is not None else format_ticket_age(self._now - ticket.received)
                ),
                words.importance(ticket.severity, ticket.priority) or Safe("–"),
                get_label(words.statuses, ticket.status),
                get_label(words.teams, ticket.team) or Safe("–"),
                sanitize(ticket.assignee or "–"),
                sanitize(ticket.subject),
            )
            for ticket in tickets[:MOST_ROWS]
        ]
        heads = ("#", "", "Due", "Sev", "Status", "Team", "With", "Subject")
        numbers = tuple(ticket.number for ticket in tickets[:MOST_ROWS])
        return HandoverSection(title, heads, tuple(rows), numbers, max(len(tickets) - MOST_ROWS, 0), empty)

    def _build(
        self, title: str, heads: tuple[str, ...], found: list[tuple[int, tuple[Safe, ...]]], empty: str
    ) -> HandoverSection:
        """Return a part whose rows begin with a ticket's number and end with its assignee and subject."""
        rows = []
        for number, cells in found[:MOST_ROWS]:
            ticket = self._tickets[number]
            rows.append((Safe(str(number)), *cells, sanitize(ticket.assignee or "–"), sanitize(ticket.subject)))
        numbers = tuple(number for number, _ in found[:MOST_ROWS])
        return HandoverSection(title, heads, tuple(rows), numbers, max(len(found) - MOST_ROWS, 0), empty)

    def _mark(self, ticket: HandoverRow) -> str:
        mark = "!!" if ticket.missed else "!" if ticket.number in self.breaching else ""
        since = self._duty.since
        return mark + ("*" if since is not None and ticket.updated >= since else "")

    def _name_next(self) -> str:
        return "the next shift" if self._duty.label or self._duty.next_label else "the next working day"

    def _say(self, at: int | None) -> str:
        return "–" if at is None else format_instant(at, self._now, self._zone)

    def _say_promised(self, promise: PromiseRow) -> Safe:
        if promise.by is None:
            return sanitize(promise.day)
        words = self._say(promise.by)
        # `by Friday` names no time of day
        return sanitize(words.replace("00:00", "").strip() if promise.kind == "words" else words)

    def _describe_promise(self, promise: PromiseRow) -> Safe:
        if promise.kind == "letter":
            return Safe("a letter goes out then")
        if promise.kind == "words":
            return sanitize(f"“{promise.what}”, said by {promise.who}")
        if promise.kind == "release":
            return sanitize(f"{self._vocabulary.item_label}: {promise.what}")
        reason = f": {promise.reason}" if promise.reason else ""
        return sanitize(f"{get_label(self._vocabulary.metrics, promise.what)}, set by {promise.who}{reason}")

    def _describe_wait(self, wait: WaitRow) -> tuple[Safe, Safe]:
        """Return who waits, and for what."""
        ticket, words = self._tickets[wait.ticket], self._vocabulary
        them = sanitize(ticket.requester or ticket.organisation or "the requester")
        match wait.kind:
            case "answer":
                return them, Safe("our answer")
            case "status":
                return Safe("we"), get_label(words.statuses, wait.whom)
            case "escalation":
                return Safe("we"), sanitize(f"{get_label(words.roles, wait.whom)}, escalated")
            case "quote":
                return (
                    (them, Safe("a quote")) if wait.whom == "requested" else (Safe("we"), Safe("a word on the quote"))
                )
            case "snooze":
                return Safe("we"), sanitize(f"it to wake, {self._say(wait.until)}")
        return them, sanitize(f"{words.item_label}: {wait.whom}")
