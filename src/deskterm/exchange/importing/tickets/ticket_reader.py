"""From the records of an export to tickets, by a mapping."""

from __future__ import annotations

import email.utils
import math
from collections.abc import Iterator, Sequence

from deskterm.desk.domain.email_address import parse_mailbox
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.tables.records import SourceRecord
from deskterm.exchange.importing.tickets.foreign_ticket import ForeignMessage, ForeignMove, ForeignTicket, Person
from deskterm.exchange.importing.tickets.instants import DateColumnReader, NoSuchDate, RelativeDate, read_duration
from deskterm.exchange.importing.tickets.mapping import MessageSource, TicketMapping
from deskterm.exchange.importing.tickets.words import WordTable, fold_word

DATE_FIELDS = ("created", "assigned", "first_response", "resolved", "closed", "updated")
_TRUE = frozenset({"true", "1", "yes", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "f", "n"})


class RefusedRecord(ValueError):
    """A record that is no ticket; the text says why."""


class TicketReader:
    """Reads the records of one file. latest: epoch seconds; a record with a later instant is refused."""

    def __init__(
        self, mapping: TicketMapping, dates: DateColumnReader, words: WordTable, latest: int | None = None
    ) -> None:
        self._mapping, self._columns, self._dates, self._words = mapping, mapping.columns, dates, words
        self._latest = math.inf if latest is None else latest
        self._empty = frozenset(fold_word(word) for word in mapping.file.empty) | {""}
        # Longer cells are no word for an empty one, and need not be folded
        self._longest = 40 + max(map(len, self._empty))
        self._nobody = frozenset(fold_word(word) for word in mapping.file.nobody) | self._empty

    def is_skipped(self, record: SourceRecord) -> bool:
        """Return whether a record is no ticket of a desk, such as a pull request."""
        return any(self._first(record, (name,)) for name in self._mapping.file.skip)

    def learn_dates(self, record: SourceRecord) -> None:
        """Let the instants of a record show the order of day and month. Those that are none are refused later. Raises
        RelativeDate."""
        for name in DATE_FIELDS:
            self._learn(self._first(record, getattr(self._columns, name)))
        for source in self._mapping.messages:
            for text, _, _ in _split_cells(record, source):
                self._learn(text)
            for part in record.find_records(source.list) if source.list else ():
                self._learn(self._first(part, source.at))
        if (history := self._mapping.history) is not None:
            for change in record.find_records(history.list):
                self._learn(self._first(change, history.at))

    def _learn(self, text: str) -> None:
        if text:
            try:
                self._dates.learn(text)
            except RelativeDate:
                raise
            except NoSuchDate:
                pass

    def read_number(self, record: SourceRecord) -> str:
        return self._first(record, self._columns.number)

    def read_people(self, record: SourceRecord) -> tuple[Person, Person]:
        """Return the requester and the assignee of a record."""
        columns = self._columns
        requester = self._person(record, columns.requester, columns.requester_email)
        if not requester and (number := self._first(record, columns.requester_id)):
            requester = Person(number)
        return requester, self._person(record, columns.assignee, columns.assignee_email)

    def read(self, record: SourceRecord) -> ForeignTicket:
        """Read a record. Raises RefusedRecord when it has no number, or an instant that is none."""
        columns, first = self._columns, self._first
        number = self.read_number(record)
        if not number:
            raise RefusedRecord("no number")
        created = self._instant(record, "created")
        if created is None:
            raise RefusedRecord("no instant of creation")
        ticket = ForeignTicket(record.place, number, first(record, columns.subject), created)
        if remark := getattr(record, "remark", ""):
            ticket.notes.append(BadRow(record.place, remark))
        ticket.description = self._text(record, columns.description)
        for name in ("status", "type", "channel", "team", "product", "topic", "organisation"):
            setattr(ticket, name, first(record, getattr(columns, name)))
        ticket.priority = self._read_priority(record)
        ticket.requester, ticket.assignee = self.read_people(record)
        address = first(record, columns.requester_email)
        if "@" in address and not ticket.requester.address:
            ticket.notes.append(BadRow(record.place, f"{number}: {address[:80]!r} is no e-mail address: left out"))
        ticket.tags = self._read_tags(record)
        for name in DATE_FIELDS[1:]:
            setattr(ticket, name, self._instant(record, name))
        self._complete_response(record, ticket)
        self._read_messages(record, ticket)
        self._read_moves(record, ticket)
        return ticket

    # -- cells -----------------------------------------------------------------------------------------------------

    def _first(self, record: SourceRecord, names: Sequence[str]) -> str:
        """Return the first filled cell under some names, without blanks around it."""
        for name in names:
            for value in record.find(name):
                shown = value.strip()
                if not self._is_empty(shown):
                    return shown
        return ""

    def _is_empty(self, shown: str) -> bool:
        return len(shown) <= self._longest and fold_word(shown) in self._empty

    def _text(self, record: SourceRecord, names: Sequence[str]) -> str:
        for name in names:
            for value in record.find(name):
                if not self._is_empty(value.strip()):
                    return value.rstrip()
        return ""

    def _instant(self, record: SourceRecord, name: str) -> int | None:
        text = self._first(record, getattr(self._columns, name))
        return self._parse(text) if text else None

    def _parse(self, text: str) -> int:
        try:
            at = self._dates.parse(text)
        except (NoSuchDate, OverflowError):
            raise RefusedRecord(f"no such date: {text}") from None
        if at > self._latest:
            raise RefusedRecord(f"still to come: {text}")
        return at

    def _person(self, record: SourceRecord, names: Sequence[str], addresses: Sequence[str]) -> Person:
        name, address = self._first(record, names), self._first(record, addresses)
        if fold_word(name) in self._nobody:
            name = ""
        if fold_word(address) in self._nobody:
            address = ""
        return build_person(name, address)

    def _read_priority(self, record: SourceRecord) -> str:
        """Return the word of the priority. Where other words stand beside it, as labels do, the one that is known."""
        if not self._mapping.other_priorities:
            return self._first(record, self._columns.priority)
        known = self._mapping.words.priority
        folded = {fold_word(word) for word in known}
        for name in self._columns.priority:
            for value in record.find(name):
                if fold_word(value) in folded:
                    return value.strip()
        return ""

    def _read_tags(self, record: SourceRecord) -> tuple[str, ...]:
        tags: dict[str, None] = {}
        for name in self._columns.tags:
            values = [value for value in record.find(name) if not self._is_empty(value.strip())]
            if len(values) == 1 and "," in values[0]:
                values = values[0].split(",")
            elif len(values) == 1 and self._mapping.tags_by_blanks:
                values = values[0].split()
            tags |= dict.fromkeys(tag.strip() for tag in values if tag.strip())
        return tuple(tags)

    # -- what happened -------------------------------------------------------------------------------------------

    def _complete_response(self, record: SourceRecord, ticket: ForeignTicket) -> None:
        delay = self._mapping.first_response_after
        if ticket.first_response is not None or delay is None:
            return
        text = self._first(record, delay.columns)
        if text and (seconds := read_duration(text, delay.unit)) is not None:
            ticket.first_response = ticket.created + seconds
            if ticket.first_response > self._latest:
                raise RefusedRecord(f"still to come: a first response {text} after the creation")

    def _read_messages(self, record: SourceRecord, ticket: ForeignTicket) -> None:
        for source in self._mapping.messages:
            found = [
                ForeignMessage(self._parse(text), build_person(author, ""), body)
                for text, author, body in _split_cells(record, source)
            ]
            if source.list is not None:
                found += [self._read_listed(part, source, ticket) for part in record.find_records(source.list)]
            ticket.messages += [message for message in found if message.body.strip()]
        if note := self._text(record, self._columns.note):
            author = self._person(record, self._columns.note_author, ())
            ticket.messages.append(ForeignMessage(ticket.updated or ticket.created, author, note))
        ticket.messages.sort(key=lambda one: one.at)

    def _read_listed(self, part: SourceRecord, source: MessageSource, ticket: ForeignTicket) -> ForeignMessage:
        text = self._first(part, source.at)
        is_public = self._flag(part, source.public)
        if is_public is None and (is_internal := self._flag(part, source.internal)) is not None:
            is_public = not is_internal
        return ForeignMessage(
            self._parse(text) if text else ticket.created,
            self._person(part, source.author, source.author_email),
            self._text(part, source.body),
            is_public,
            self._flag(part, source.incoming),
        )

    def _flag(self, part: SourceRecord, names: Sequence[str]) -> bool | None:
        word = self._first(part, names).casefold()
        return True if word in _TRUE else False if word in _FALSE else None

    def _read_moves(self, record: SourceRecord, ticket: ForeignTicket) -> None:
        history = self._mapping.history
        if history is None:
            return
        for change in record.find_records(history.list):
            for item in change.find_records(history.items):
                if self._first(item, history.field).casefold() == history.value.casefold():
                    author = self._person(change, history.author, history.author_email)
                    old, new = self._first(item, history.old), self._first(item, history.new)
                    ticket.moves.append(ForeignMove(self._parse(self._first(change, history.at)), author, old, new))
        ticket.moves.sort(key=lambda one: one.at)


def _split_cells(record: SourceRecord, source: MessageSource) -> Iterator[tuple[str, str, str]]:
    """Yield instant, author and words of each message in the cells of a source."""
    for name in source.cell:
        for cell in record.find(name):
            if cell.strip():
                # Only the first two part it: the words may have more of them
                at, author, body = [*cell.split(source.parted_by, 2), "", ""][:3]
                yield at.strip(), author.strip(), body


def build_person(name: str, address: str) -> Person:
    """Build a person from a name and an address, either of which may be in the other's place, or both in one."""
    if name and not address and "@" in name:
        shown, found = email.utils.parseaddr(name.split(",")[0] if name.count("@") > 1 else name)
        if "@" in found and " " not in found:
            name, address = shown, found
    if (mailbox := parse_mailbox(address)) is not None:
        name, address = name or (mailbox[0] or "").strip(' "'), mailbox[1]
    else:
        name, address = name or address, ""
    return Person(" ".join(name.split()), address)
