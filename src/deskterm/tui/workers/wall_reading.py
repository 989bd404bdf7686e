"""Reading of the wall: the present figures, and those of the last days, which are computed rarely and in a thread of
their own, because that takes seconds on a large desk and lists must not wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from threading import Thread
from zoneinfo import ZoneInfo

from deskterm.desk.policy.duty import find_duty
from deskterm.errors import DeskError
from deskterm.present.labels import Vocabulary
from deskterm.present.models import QueueLine
from deskterm.present.wall import WallView, present_wall
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.reports.outlook import PastFigures, load_past_figures, look_ahead
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.lead.wall import load_wall
from deskterm.tui.crash_log import log_crash

_SELDOM = 300
"""Fewest seconds for which the figures of the last days are kept: one more miss changes little in 30 days."""
_SHARE = 100
"""They are kept this many times as long as their computation took, so that it uses at most a hundredth of a core."""
_PATIENCE = 0.3
"""Seconds that the first read of the wall waits for them; on most desks they are ready by then."""


class WallReading:
    """Reads the wall for one console, in the read thread. reckoned: called in another thread when the figures of the
    last days are ready, so that the wall is read again."""

    def __init__(self, reckoned: Callable[[], object]) -> None:
        self._reckoned = reckoned
        self._procedure: CompiledProcedure | None = None
        self._reckoning: _Reckoning | None = None
        self._past: PastFigures | None = None

    def read(self, reader: ReadConnection, rows: list[QueueLine], vocabulary: Vocabulary, now: int) -> WallView:
        """Read the wall. rows: the tickets that breach next; now: epoch seconds."""
        zone = ZoneInfo(vocabulary.timezone)
        day_began = int(datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0).timestamp())
        facts = load_wall(reader, now, day_began, vocabulary.urgent)
        procedure = self._find_procedure(reader)
        past = self._find_past(reader, procedure, now)
        ahead = look_ahead(reader, procedure, past, facts.loads, now) if past is not None else None
        levels, duty = past.levels if past is not None else (), find_duty(procedure, now)
        return present_wall(facts, rows, vocabulary, now, zone, levels=levels, ahead=ahead, duty=duty)

    def _find_procedure(self, reader: ReadConnection) -> CompiledProcedure:
        facts = load_desk_facts(reader)
        if self._procedure is None or self._procedure.version != facts.procedure_version:
            self._procedure = compile_document(facts.document, facts.procedure_version)
        return self._procedure

    def _find_past(self, reader: ReadConnection, procedure: CompiledProcedure, now: int) -> PastFigures | None:
        """Return the latest figures of the last days, None before the first; start another computation when they are
        old."""
        found = self._reckoning
        if found is None or found.is_old(procedure, now):
            found = self._reckoning = _Reckoning(reader, procedure, now, self._reckoned)
            found.start()
            found.join(_PATIENCE)
        if found.figures is not None:
            self._past = found.figures
        return self._past


class _Reckoning(Thread):
    """A computation of the figures of the last days, as of now in epoch seconds, on a connection of its own. reckoned:
    called when they are ready after the wait for them has ended."""

    def __init__(
        self, reader: ReadConnection, procedure: CompiledProcedure, now: int, reckoned: Callable[[], object]
    ) -> None:
        # A daemon, because quitting does not wait for figures
        super().__init__(name="wall figures", daemon=True)
        self._reader, self._procedure, self._now, self._reckoned = reader, procedure, now, reckoned
        self._seconds = 0.0
        self.figures: PastFigures | None = None

    def run(self) -> None:
        began = time.monotonic()
        try:
            with self._reader.open_another() as reader:
                self.figures = load_past_figures(reader, self._procedure, self._now)
        except DeskError:
            pass  # the wall's other reads report that the desk is unavailable, and this one is tried again
        except Exception as error:  # an uncaught error would print a traceback over the screen
            log_crash(error)
        finally:
            self._seconds = time.monotonic() - began
        if self._seconds >= _PATIENCE / 2:
            self._reckoned()

    def is_old(self, procedure: CompiledProcedure, now: int) -> bool:
        """Return whether the figures must be computed again at an instant, epoch seconds."""
        if self.is_alive():
            return False
        kept = max(_SELDOM, _SHARE * self._seconds)
        return procedure.version != self._procedure.version or not 0 <= now - self._now < kept
