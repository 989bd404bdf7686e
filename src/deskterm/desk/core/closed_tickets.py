"""Commands that a closed ticket still takes."""

from __future__ import annotations

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.links import find_merge_target
from deskterm.desk.policy.permissions import Act
from deskterm.errors import DeskError

_ALLOWED_AFTER_CLOSING: frozenset[Act] = frozenset(
    {"link", "undo", "erase", "purge", "hold", "notice", "feedback", "audit", "migrate", "import", "develop", "release",
     "time"}
)  # fmt: skip
"""Acts that are allowed on every closed ticket: they change nothing that the requester was told. Development items and
time entries are internal to the desk."""


class ClosedForGood(DeskError):
    """The ticket is closed, and its procedure lets nothing of it be changed (S4-15)."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Ticket {number} is closed for good and can no longer be changed: open a new one that names it."
        )
        self.number = number


def require_changeable(work: TicketTransaction, act: Act) -> None:
    """Raise DeskError when an act would change a ticket that was merged into another (S1-33), and ClosedForGood for
    one that is closed if the procedure makes closed tickets immutable (S4-15)."""
    if act in _ALLOWED_AFTER_CLOSING or work.state.category != "closed":
        return
    if (other := find_merge_target(work.state.fields)) is not None:
        raise DeskError(
            f"Ticket {work.number} goes on in {other}, which it was closed for: do this on {other}; if it is a matter"
            f" of its own, `deskterm ticket separate {work.number} WHY` parts them."
        )
    if work.procedure.definition.closing.immutable:
        raise ClosedForGood(work.number or 0)
