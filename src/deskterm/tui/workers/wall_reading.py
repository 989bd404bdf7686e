"""Reads of the wall: what the store says now, and the figures of the last days, which are reckoned seldom."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from deskterm.desk.policy.duty import find_duty
from deskterm.present.labels import Vocabulary
from deskterm.present.models import QueueLine
from deskterm.present.wall import WallView, present_wall
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.reports.outlook import PastFigures, load_past_figures, look_ahead
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.lead.wall import load_wall

_SELDOM = 300
"""Seconds for which the figures of the last days are kept: one miss more changes little in 30 days."""


class WallReading:
    """Reads the wall for one console; for the read thread alone."""

    def __init__(self) -> None:
        self._past: PastFigures | None = None
        self._procedure: CompiledProcedure | None = None

    def read(self, reader: ReadConnection, rows: list[QueueLine], vocabulary: Vocabulary, now: int) -> WallView:
        """Read the wall. rows: the tickets that breach next; now: epoch seconds."""
        zone = ZoneInfo(vocabulary.timezone)
        day_began = int(datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0).timestamp())
        facts = load_wall(reader, now, day_began, vocabulary.urgent)
        procedure = self._find_procedure(reader)
        past = self._find_past(reader, procedure, now)
        ahead = look_ahead(reader, procedure, past, facts.loads, now)
        duty = find_duty(procedure, now)
        return present_wall(facts, rows, vocabulary, now, zone, levels=past.levels, ahead=ahead, duty=duty)

    def _find_procedure(self, reader: ReadConnection) -> CompiledProcedure:
        facts = load_desk_facts(reader)
        if self._procedure is None or self._procedure.version != facts.procedure_version:
            self._procedure = compile_document(facts.document, facts.procedure_version)
        return self._procedure

    def _find_past(self, reader: ReadConnection, procedure: CompiledProcedure, now: int) -> PastFigures:
        past = self._past
        if past is None or past.version != procedure.version or not 0 <= now - past.read_at < _SELDOM:
            past = self._past = load_past_figures(reader, procedure, now)
        return past
