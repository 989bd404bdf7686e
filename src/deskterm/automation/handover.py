"""Handover at the end of a shift (S3-02): rules reassign the open tickets of the teams whose shift has ended."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from deskterm.desk.admin.rule_settings import load_setting, save_setting
from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy import shifts
from deskterm.desk.reactions.rules import apply_shift_change_rules
from deskterm.store.db.tables import Ticket, table_of

_LAST_CHANGE = "handed_over"
"""Name of the setting that keeps the last change of shift that was carried out, in epoch seconds."""


class ShiftHandover:
    """The changes of shift of one desk.

    A runner that was away carries out only the last change that it missed, dated at its own instant. Of several
    runners, the second finds nothing left to do.
    """

    def __init__(self, desk: DeskSession) -> None:
        self._desk = desk
        procedure = desk.procedure.definition
        self._idle_until = 0
        """Instant before which there is nothing to do, in epoch seconds."""
        self._has_rules = bool(procedure.shifts) and any(rule.on == "shift-change" for rule in procedure.rules)
        """True if a rule acts at changes of shift."""

    def next_at(self, now: datetime) -> datetime | None:
        """Return the next end of a shift; None where shifts hand nothing over."""
        change = shifts.find_next_handover(self._desk.procedure, int(now.timestamp())) if self._has_rules else None
        return None if change is None else datetime.fromtimestamp(change, UTC)

    def step(self, until: datetime) -> int:
        """Carry out the last change up to an instant, unless it is done, and return the number of tickets that it
        moved."""
        if not self._has_rules or until.timestamp() < self._idle_until:
            return 0
        change = shifts.find_last_handover(self._desk.procedure, int(until.timestamp()))
        with self._desk.store.reading() as session:
            done = int(load_setting(session, _LAST_CHANGE) or 0)
        moved = 0
        if change is not None and done < change:
            # Tickets first, the setting last: after a stop in between the rules run again, and find those moved.
            moved = sum(self._hand_over(number, change, until) for number in self._find_tickets(change))
            with self._desk.writing() as session:
                save_setting(session, _LAST_CHANGE, max(change, load_setting(session, _LAST_CHANGE) or 0))
        self._idle_until = shifts.find_next_handover(self._desk.procedure, int(until.timestamp())) or self._idle_until
        return moved

    def _find_tickets(self, change: int) -> list[int]:
        """Return the open tickets of teams whose shift has ended."""
        procedure = self._desk.procedure
        shift = shifts.find_shift(procedure, change)
        teams = [team for team in shifts.list_shift_teams(procedure) if shift is None or team != shift.team]
        table = table_of(Ticket)
        query = select(table.c.id).where(table.c.is_open == 1, table.c.team.in_(teams)).order_by(table.c.id)
        with self._desk.store.reading() as session:
            return list(session.execute(query).scalars())

    def _hand_over(self, number: int, change: int, now: datetime) -> bool:
        """Apply the rules to a ticket, and return True if its team changed."""
        with self._desk.ticket(number, "notice", now) as work:
            # Dated at the change, not now, so that a runner that was away leaves the same events.
            work.at = max(change, work.state.last_event_at)
            before = work.state.team
            apply_shift_change_rules(work)
            work.build_result(f"{number} handed over")
            return work.state.team != before
