"""What a change would do to the clocks of a ticket, before it is made: the change itself, in a transaction that is
never written."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.due_changes import DueChange
from deskterm.desk.tickets.update import Unchanged, update_ticket


def preview_due_changes(
    desk: DeskSession,
    number: int,
    *,
    severity: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's word
    priority: str | None = None,
    organisation: str | None = None,
    now: datetime,
) -> list[DueChange]:
    """Old and new due instants of the clocks that would move, in the order of the procedure (rule 17); none where
    the ticket is as it would be made already. DeskError where the change itself would be refused."""
    try:
        done = update_ticket(
            desk,
            number,
            severity=severity,
            type=type,
            priority=priority,
            organisation=organisation,
            now=now,
            rehearse=True,
        )
    except Unchanged:
        return []
    return list(done.moved)
