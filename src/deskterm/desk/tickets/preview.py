"""Preview of due times: the change itself, in a transaction that is never written."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.due_changes import DueChange
from deskterm.desk.tickets.update import update_ticket
from deskterm.errors import Unchanged


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
    """Return the due times that a change would move, with their old and new instants, in the order of the procedure
    (rule 17); none where the ticket is like that already. Raises DeskError where the change itself would be refused."""
    try:
        result = update_ticket(
            desk,
            number,
            severity=severity,
            type=type,
            priority=priority,
            organisation=organisation,
            now=now,
            dry_run=True,
        )
    except Unchanged:
        return []
    return list(result.due_changes)
