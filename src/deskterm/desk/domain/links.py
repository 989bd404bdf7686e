"""Links between tickets: the fields in which they name each other, and what a new ticket inherits from another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deskterm.desk.domain.events import Event
    from deskterm.desk.domain.state import State

# Pairs of fields that link two tickets in both directions. The first field holds the number of one other ticket; on
# that ticket, the second field lists the numbers of all tickets whose first field names it.
DUPLICATE_OF, DUPLICATES = "duplicate_of", "duplicates"
MERGED_INTO, MERGED = "merged_into", "merged"
SPLIT_FROM, SPLIT_TO = "split_from", "split_to"
FOLLOW_UP_OF, FOLLOW_UPS = "follow_up_of", "follow_ups"
INCIDENT, ATTACHED = "incident", "attached"

_COPIED_FIELDS = ("type", "severity", "severity_requested", "priority", "impact", "urgency", "requester_id",
                "organisation_id", "organisation_key", "tenant", "department", "team", "product", "topic")  # fmt: skip


def find_merge_target(fields: Mapping[str, Any]) -> int | None:
    """Return the number of the ticket that continues the one with these fields: it was merged into that, or is a
    duplicate of it. None for a ticket of its own."""
    found: int | None = fields.get(MERGED_INTO) or fields.get(DUPLICATE_OF)
    return found


def is_merge_into_another(event: Event) -> bool:
    """Return whether an event closed its ticket because the matter goes on in another one."""
    return event.kind == "duplicated" or (event.kind == "merged" and "into" in event.data)


def copy_classification(state: State) -> dict[str, Any]:
    """Return the attributes that a ticket split off from this one, or following up on it, inherits."""
    return {name: getattr(state, name) for name in _COPIED_FIELDS}
