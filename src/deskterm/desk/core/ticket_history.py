"""A ticket's events, read and folded so far, so that a later transaction continues from there."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.desk.core.transaction import load_events
from deskterm.desk.domain.event_kinds.table import SYSTEM_EVENTS
from deskterm.desk.domain.fold import TicketFold
from deskterm.store.db.engine import Store

_SELECT_VERSION = "SELECT version FROM ticket WHERE id = ?"

_LONG_HISTORY = 40
"""Number of events from which it pays to fold a ticket before locking it, although its row is then read twice."""


class TicketHistory:
    """A ticket's events as far as they were read and folded. Events never change, so a later transaction can continue
    where an earlier one ended. last_by_people: the number of the last event that a person caused; events of the system,
    such as a warning, are no version conflict for somebody who was writing meanwhile."""

    def __init__(self) -> None:
        self.last_by_people = 0
        self._fold: TicketFold | None = None

    def read_on(self, session: Session, number: int, procedures: ProcedureVersions) -> TicketFold:
        """Read the events that came since the last call, and return the fold of all of them."""
        fold = self._fold = self._fold or TicketFold(procedures)
        fold.procedures = procedures  # the look-up of the session that is open now
        for event in load_events(session, number, after=fold.state.version):
            fold.step(event)
            if event.kind not in SYSTEM_EVENTS:
                self.last_by_people = event.seq
        return fold


def fold_ahead(store: Store, number: int, build_lookup: Callable[[Session], ProcedureVersions]) -> TicketHistory | None:
    """Fold a ticket with a long history before anything is locked, so that only what comes meanwhile is folded while
    others wait (D-45). None for a short one, and on PostgreSQL, whose lock is the ticket's alone. build_lookup: as
    `DeskSession.build_procedure_lookup`."""
    if store.dialect != "sqlite":
        return None
    row = store.look_up(_SELECT_VERSION, (number,))
    if row is None or row[0] < _LONG_HISTORY:
        return None
    with store.reading() as session:
        history = TicketHistory()
        history.read_on(session, number, build_lookup(session))
        return history
