"""The tickets of a file, or of a part of it, in their transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from deskterm.desk.domain.events import Event, encode_event
from deskterm.exchange.importing.contacts import ContactDirectory
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.event_builder import AddText
from deskterm.exchange.importing.tables.records import SourceRecord, UnreadableRecord
from deskterm.exchange.importing.tickets.agents import AgentDirectory
from deskterm.exchange.importing.tickets.foreign_ticket import ForeignTicket
from deskterm.exchange.importing.tickets.refused_rows import RefusedRow
from deskterm.exchange.importing.tickets.scan import Scan
from deskterm.exchange.importing.tickets.steps import PlannedTicket, plan_steps
from deskterm.exchange.importing.tickets.ticket_events import TicketStepBuilder
from deskterm.exchange.importing.tickets.ticket_reader import RefusedRecord
from deskterm.exchange.importing.tickets.ticket_report import PREVIEW, PreviewedTicket, TicketImportReport
from deskterm.exchange.importing.tickets.words import SKIP, Translation, WordCounts
from deskterm.exchange.importing.writer import LogWriter
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.progress import Progress
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.instants import seconds_from_stored

_BATCH_SIZE = 2_000
"""Tickets whose rows are written at once."""


@dataclass(slots=True)
class ImportTally:
    """State that the parts of one file share. places: number in the file → where it stood first; refused: rows that
    were not taken; requesters, clients: ids that the tickets have; unmarked: messages of the desk that do not say
    whether they are internal."""

    places: dict[str, int] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    requesters: set[int] = field(default_factory=set)
    clients: set[int] = field(default_factory=set)
    unmarked: int = 0


class TicketWriter(LogWriter):
    """Writes the tickets of a file, or of a part of it."""

    def __init__(
        self,
        bulk: BulkWriter,
        procedure: CompiledProcedure,
        scan: Scan,
        report: TicketImportReport,
        tally: ImportTally,
        actor: str,
        imported_at: int,
        behind: str,
    ) -> None:
        self._scan, self._report, self._tally, self._counts = scan, report, tally, WordCounts()
        self.agents = AgentDirectory(bulk)
        source = scan.mapping.source
        data = {"source": source, "imported_by": actor, "imported_at": imported_at}
        data |= {"behind": behind} if behind else {}

        def build(contacts: ContactDirectory, add_text: AddText) -> TicketStepBuilder:
            self.steps = TicketStepBuilder(
                procedure,
                scan.words,
                self._counts,
                contacts,
                self.agents,
                add_text,
                scan.requesters,
                scan.staff,
                data,
                actor,
            )
            return self.steps

        super().__init__(bulk, procedure, source, build, within_clients=True)
        self._numbers = self._load_numbers()
        self._next_ticket = bulk.reserve_ids("ticket", 1).start

    def write_records(
        self, records: Iterable[SourceRecord | UnreadableRecord], progress: Progress | None, *, done: int
    ) -> None:
        """Write the tickets of a file that are not on the desk yet, and what is new of the others. done: records of
        the file before these."""
        report = self._report
        for count, record in enumerate(records, 1):
            report.records += 1
            reason = self._take(record)
            if reason:
                self._tally.refused.append(RefusedRow(record, reason))
                report.refused.append(BadRow(record.place, reason))
            if count % _BATCH_SIZE == 0:
                self._flush()
                if progress is not None:
                    progress(done + count, self._scan.records)
        self._flush()
        if progress is not None:
            progress(done + report.records, self._scan.records)
        report.notes += self.steps.notes
        report.words = self._counts.fields
        report.new_agents = self.agents.added
        self._tally.unmarked += self.steps.unmarked
        self._tally.requesters |= self.steps.requesters
        self._tally.clients |= self.steps.clients

    def _take(self, record: SourceRecord | UnreadableRecord) -> str:
        """Take a record; return the reason if it cannot be taken, else ''."""
        if isinstance(record, UnreadableRecord):
            return record.reason
        reader = self._scan.reader
        if reader.is_skipped(record):
            self._report.skipped += 1
            return ""
        number = reader.read_number(record)
        if number in self._tally.places:
            return f"number {number} comes twice (first on {self._scan.table.place_word} {self._tally.places[number]})"
        try:
            ticket = reader.read(record)
        except RefusedRecord as error:
            return str(error)
        self._tally.places[number] = record.place
        planned = self._plan(ticket)
        if planned is None:
            self._report.skipped += 1
        else:
            self._write(planned)
        return ""

    def _plan(self, ticket: ForeignTicket) -> PlannedTicket | None:
        """Translate what the steps of a ticket depend on; None for one that its status leaves out."""
        words, counts = self._scan.words, self._counts
        kind, is_known = words.find_type(ticket.type)
        status = words.find_status(kind.key, ticket.status)
        if ticket.status or not status.is_known:
            counts.add("status", ticket.status, ticket.place, status)
        if status.key == SKIP or status.key is None:
            return None
        if ticket.type:
            counts.add("type", ticket.type, ticket.place, Translation(kind.key, is_known))
        if ticket.team:
            counts.add("team", ticket.team, ticket.place, words.find_team(ticket.team))
        self._report.moves += len(ticket.moves)
        return plan_steps(ticket, kind.key, status.key, words, lambda one: self.steps.is_staff(one, ticket))

    def _count_words(self, planned: PlannedTicket, imported: int = 0) -> None:
        """Count the messages that a ticket brings. imported: its steps that are here already."""
        self._report.messages += sum(step.message is not None for step in planned.rows[imported:])
        if not imported and planned.ticket.description.strip():
            # A field of a form is no message, though its words are kept where the first message stands
            self._report.descriptions += self._scan.mapping.details
            self._report.messages += not self._scan.mapping.details

    def _write(self, planned: PlannedTicket) -> None:
        ticket, report = planned.ticket, self._report
        number, key = self._find_ticket(ticket.number)
        earlier = self._earlier.get(ticket.number)
        self.steps.earlier = {}
        if number is None or earlier is None:
            planned.external_id = (
                ticket.number if ticket.number not in self._numbers else f"{self._source}:{ticket.number}"
            )
            number, self._next_ticket = self._next_ticket, self._next_ticket + 1
            report.tickets += 1
            report.events += self._add_ticket(number, ticket.number, planned)
            self._count_words(planned)
            self._show(planned)
            return
        past, _, whole = earlier.digest.partition(".")
        if planned.compute_fingerprint(len(planned.rows)) == earlier.digest:
            report.unchanged += 1
        elif earlier.rows > len(planned.rows):
            # An older export, or a ticket that was opened again, whose instant of resolution is gone
            self.steps.notes.append(
                BadRow(ticket.place, f"{ticket.number} has less than was imported of it already: left alone")
            )
            report.left_alone += 1
        elif planned.compute_fingerprint(earlier.rows - 1).partition(".")[0] != past or not whole:
            # Events are never rewritten, so what the other desk has changed in the past cannot be taken over
            self.steps.notes.append(
                BadRow(
                    ticket.place, f"{ticket.number} was imported with another past than the file has now: left alone"
                )
            )
            report.left_alone += 1
        else:
            planned.external_id = key
            events = self._grow(number, planned, earlier.rows - 1)
            report.events += events
            # Another file may say the same in other words: then nothing has come to the ticket
            report.grown += events > 0
            report.unchanged += events == 0
            self._count_words(planned, earlier.rows - 1)

    def _find_ticket(self, number: str) -> tuple[int | None, str]:
        """Return the number here of a ticket of this source, and the number it has in the other desk."""
        own = f"{self._source}:{number}"
        if own in self._numbers:
            return self._numbers[own], own
        return self._numbers.get(number), number

    def _grow(self, number: int, planned: PlannedTicket, imported: int) -> int:
        return self._continue_ticket(number, planned.ticket.number, planned, imported)

    def _load_events(self, number: int) -> Iterator[Event]:
        """Yield the events of a ticket, and keep what earlier imports of this source gave it."""
        for event in super()._load_events(number):
            if event.data.get("source") == self._source:
                self.steps.earlier |= {name: new for name, (_, new) in event.changes.items()}
            yield event

    def _add_ticket(self, number: int, key: str, group: Any) -> int:
        events = super()._add_ticket(number, key, group)
        client = self._tickets[-1].get("organisation_id")
        if client is not None:
            self.steps.clients.add(client)
        return events

    def _show(self, planned: PlannedTicket) -> None:
        """Keep one of the first tickets as it stands."""
        if len(self._report.preview) >= PREVIEW:
            return
        row = self._tickets[-1]
        solved = row["solved_at"]
        self._report.preview.append(
            PreviewedTicket(
                planned.ticket.number,
                row["subject"],
                row["type"],
                row["status"],
                row["severity"] or row["priority"] or "",
                row["requester"],
                row["assignee"] or "",
                seconds_from_stored(row["received_at"]),
                None if solved is None else seconds_from_stored(solved),
            )
        )

    def _encode(self, event: Event) -> str:
        # Events differ in their authors and words, so no content comes twice
        return encode_event(event)

    def _flush(self) -> None:
        self.agents.flush()
        super()._flush()
