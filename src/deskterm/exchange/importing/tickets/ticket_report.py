"""The report of an import of tickets: counts, the words and what they became, and the rows that were not taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deskterm.desk.core.row_mapping import to_datetime
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.import_history import count_nouns
from deskterm.exchange.importing.report import cut_lines
from deskterm.exchange.importing.tickets.words import SKIP, UsedWord

PREVIEW = 20
"""Tickets that are shown as they stand."""
_SUMS = (
    "records",
    "tickets",
    "grown",
    "unchanged",
    "left_alone",
    "skipped",
    "events",
    "messages",
    "descriptions",
    "moves",
    "new_agents",
)
_SHOWN = 10
"""Tickets of the preview that people see, and the notes of each kind."""


@dataclass(frozen=True, slots=True)
class PreviewedTicket:
    """A ticket as it stands after the import. created, resolved: epoch seconds."""

    external_id: str
    subject: str
    type: str
    status: str
    level: str
    requester: str
    assignee: str
    created: int
    resolved: int | None

    def to_json(self) -> dict[str, Any]:
        resolved = None if self.resolved is None else _format_utc(self.resolved)
        return {
            "external_id": self.external_id,
            "subject": self.subject,
            "type": self.type,
            "status": self.status,
            "level": self.level,
            "requester": self.requester,
            "assignee": self.assignee,
            "created_at": _format_utc(self.created),
            "resolved_at": resolved,
        }


@dataclass(slots=True)
class TicketImportReport:
    """The result of an import, or of a dry run of it. source, name: of the mapping; order: of day and month, where the
    file has both. records: in the file; tickets: added; skipped: records that are no tickets; descriptions, messages,
    moves: that came with the tickets; refused: rows that were not taken; notes: rows that were taken and look odd.
    is_interrupted: the rest of the file is still to be imported."""

    source: str
    name: str
    shape: str
    encoding: str
    is_encoding_certain: bool
    samples: tuple[str, ...]
    delimiter: str
    zone: str | None
    order: str | None
    place_word: str
    records: int = 0
    tickets: int = 0
    grown: int = 0
    unchanged: int = 0
    left_alone: int = 0
    skipped: int = 0
    events: int = 0
    messages: int = 0
    descriptions: int = 0
    moves: int = 0
    requesters: int = 0
    organisations: int = 0
    new_agents: int = 0
    words: dict[str, dict[str, UsedWord]] = field(default_factory=dict)
    refused: list[BadRow] = field(default_factory=list)
    notes: list[BadRow] = field(default_factory=list)
    preview: list[PreviewedTicket] = field(default_factory=list)
    refused_file: str = ""
    is_dry_run: bool = False
    is_written: bool = False
    is_interrupted: bool = False

    def merge(self, part: TicketImportReport) -> None:
        """Add the counts, words and rows of a part of the file. Counts of people are set by whoever knows them all."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(part, name))
        self.refused += part.refused
        self.notes += part.notes
        self.preview += part.preview[: PREVIEW - len(self.preview)]
        for name, words in part.words.items():
            mine = self.words.setdefault(name, {})
            for word, used in words.items():
                if word in mine:
                    mine[word].count += used.count
                else:
                    mine[word] = used

    def to_json(self) -> dict[str, Any]:
        """Return the whole report for programs."""
        return {
            "source": self.source,
            "format": f"{self.source} {self.shape}",
            "encoding": self.encoding,
            "encoding_certain": self.is_encoding_certain,
            "samples": list(self.samples),
            "delimiter": self.delimiter or None,
            "zone": self.zone,
            "day_month": self.order,
            "records": self.records,
            "tickets": self.tickets,
            "grown": self.grown,
            "unchanged": self.unchanged,
            "left_alone": self.left_alone,
            "skipped": self.skipped,
            "events": self.events,
            "messages": self.messages,
            "descriptions": self.descriptions,
            "status_changes": self.moves,
            "requesters": self.requesters,
            "organisations": self.organisations,
            "new_agents": self.new_agents,
            "by_status": self._count_words("status"),
            "by_priority": self._count_words("priority"),
            "words": [
                {"field": name, "word": word, "count": used.count, "known": used.is_known, "became": used.key}
                for name, words in self.words.items()
                for word, used in words.items()
            ],
            "refused": [row._asdict() for row in self.refused],
            "notes": [row._asdict() for row in self.notes],
            "preview": [ticket.to_json() for ticket in self.preview],
            "refused_file": self.refused_file or None,
            "dry_run": self.is_dry_run,
            "written": self.is_written,
            "interrupted": self.is_interrupted,
        }

    def _count_words(self, name: str) -> dict[str, int]:
        return {word: used.count for word, used in self.words.get(name, {}).items()}

    def format_lines(self) -> list[str]:
        """Return the lines of the report for people."""
        return [
            self._format_file(),
            *self._format_preview(),
            *self._format_words(),
            *cut_lines([f"{self._place(row)}: {row.reason}" for row in self.notes], _SHOWN * 2),
            *cut_lines([f"{self._place(row)}: {row.reason} (refused)" for row in self.refused], 50),
            self._format_counts(),
            self._format_end(),
        ]

    def _place(self, row: BadRow) -> str:
        return f"{self.place_word} {row.line}" if row.line else "the file"

    def _format_file(self) -> str:
        parts = [f"{self.name}, {self.shape}"]
        if self.delimiter:
            shown = {"\t": "tab"}.get(self.delimiter, f"“{self.delimiter}”")
            parts.append(f"parted by {shown}")
        samples = ", ".join(f"“{sample}”" for sample in self.samples)
        guess = "" if self.is_encoding_certain else f" (a guess{': ' + samples if samples else ''})"
        if self.shape != "xlsx":
            parts.append(f"read as {self.encoding}{guess}")
        parts.append(f"zone {self.zone}" if self.zone else "instants with their own offset")
        if self.order:
            parts.append("day before month" if self.order == "dmy" else "month before day")
        return "; ".join(parts) + "."

    def _format_preview(self) -> list[str]:
        return [
            f"{ticket.external_id}  {to_datetime(ticket.created):%Y-%m-%d %H:%M}Z  {ticket.status}"
            f"{f', {ticket.level}' if ticket.level else ''}  {ticket.subject}"
            f"{f'  ({ticket.requester})' if ticket.requester else ''}"
            for ticket in self.preview[:_SHOWN]
        ]

    def _format_words(self) -> list[str]:
        lines = []
        for name, words in self.words.items():
            for word, used in words.items():
                if used.is_known and used.key != SKIP:
                    continue
                became = "left out" if used.key in (None, SKIP) else f"taken as {used.key}"
                what = f"{name} {word!r}" if used.is_known else f"{name} {word!r} is unknown"
                times = "once" if used.count == 1 else f"{used.count:,} times"
                lines.append(f"{self.place_word} {used.place}: {what}: {became} ({times})")
        return lines

    def _format_counts(self) -> str:
        done = ", ".join(
            (
                f"{count_nouns(self.records, 'record')}: {count_nouns(self.tickets, 'ticket')}",
                count_nouns(self.messages, "message"),
            )
        )
        rest = [
            count_nouns(count, one, many)
            for count, one, many in (
                (self.descriptions, "description", ""),
                (self.moves, "change of status", "changes of status"),
                (self.grown, "ticket grown", "tickets grown"),
                (self.unchanged, "ticket unchanged", "tickets unchanged"),
                (self.left_alone, "ticket left alone", "tickets left alone"),
                (self.skipped, "record that is no ticket", "records that are no tickets"),
                (self.new_agents, "new agent, inactive", "new agents, inactive"),
                (len(self.refused), "refused", "refused"),
            )
            if count
        ]
        people = f"{count_nouns(self.requesters, 'requester')} of {count_nouns(self.organisations, 'client')}"
        return "; ".join([done, people, *rest]) + "."

    def _format_end(self) -> str:
        if self.is_dry_run:
            where = f" The refused rows would go to {self.refused_file}." if self.refused_file else ""
            return f"A dry run: nothing was written.{where}"
        if not self.is_written:
            return "Nothing was imported, because rows were refused and --strict was said."
        stopped = " Interrupted: the same call goes on from here." if self.is_interrupted else ""
        kept = f" The refused rows are in {self.refused_file}: mend them there, and import that file."
        return f"{count_nouns(self.events, 'event')} written.{stopped}{kept if self.refused_file else ''}"


def _format_utc(seconds: int) -> str:
    return f"{to_datetime(seconds):%Y-%m-%dT%H:%M:%SZ}"
