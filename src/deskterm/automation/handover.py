"""Handover at the end of a shift (S3-02): rules reassign the open tickets of the teams whose shift has ended."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from deskterm.desk.admin.rule_settings import load_setting, save_setting
from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy import shifts
from deskterm.desk.reactions.catch_up import awaits_handover, hand_over, has_shift_rules
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
        self._idle_until = 0
        """Instant before which there is nothing to do, in epoch seconds."""
        self._has_rules = has_shift_rules(desk.procedure)

    def next_at(self, now: datetime) -> datetime | None:
        """Return the next end of a shift; None where shifts hand nothing over."""
        change = shifts.find_next_handover(self._desk.procedure, int(now.timestamp())) if self._has_rules else None
        return None if change is None else datetime.fromtimestamp(change, UTC)

    def step(self, until: datetime, now: datetime | None = None) -> int:
        """Carry out the last change up to an instant, unless it is done, and return the number of tickets that it
        moved. now: the present, where `until` is an instant before it that is being caught up with."""
        if not self._has_rules or until.timestamp() < self._idle_until:
            return 0
        change = shifts.find_last_handover(self._desk.procedure, int(until.timestamp()))
        with self._desk.store.reading() as session:
            done = int(load_setting(session, _LAST_CHANGE) or 0)
        moved = 0
        if change is not None and done < change:
            # Tickets first, the setting last: after a stop in between the rules run again, and find those moved.
            moved = sum(self._hand_over(number, change, now or until) for number in self._find_tickets(change))
            with self._desk.writing() as session:
                save_setting(session, _LAST_CHANGE, max(change, load_setting(session, _LAST_CHANGE) or 0))
        self._idle_until = shifts.find_next_handover(self._desk.procedure, int(until.timestamp())) or self._idle_until
        return moved

    def _find_tickets(self, change: int) -> list[int]:
        """Return the open tickets of teams whose shift has ended."""
        teams = shifts.find_ended_teams(self._desk.procedure, change)
        table = table_of(Ticket)
        query = select(table.c.id).where(table.c.is_open == 1, table.c.team.in_(teams)).order_by(table.c.id)
        with self._desk.store.reading() as session:
            return list(session.execute(query).scalars())

    def _hand_over(self, number: int, change: int, now: datetime) -> bool:
        """Apply the rules to a ticket, and return True if its team changed."""
        with self._desk.ticket(number, "notice", now, catch_up=False) as work:
            # A ticket that was touched since the change was handed over by that command, which may be later than the
            # event that is being caught up with (D-04).
            if not awaits_handover(work, change):
                return False
            before = work.state.team
            hand_over(work, change)
            return work.state.team != before
