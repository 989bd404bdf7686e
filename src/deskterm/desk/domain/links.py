"""Tickets that belong together: the fields in which they name each other, and what a ticket that comes of another takes
along from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deskterm.desk.domain.events import Event
    from deskterm.desk.domain.state import State

# In the first of a pair the number of the other stands, in the second the list of those that name it.
DUPLICATE_OF, DUPLICATES = "duplicate_of", "duplicates"
MERGED_INTO, MERGED = "merged_into", "merged"
SPLIT_FROM, SPLIT_TO = "split_from", "split_to"
FOLLOW_UP_OF, FOLLOW_UPS = "follow_up_of", "follow_ups"
INCIDENT, ATTACHED = "incident", "attached"

_COPIED_FIELDS = ("type", "severity", "severity_requested", "priority", "impact", "urgency", "requester_id",
                "organisation_id", "organisation_key", "tenant", "department", "team", "product", "topic")  # fmt: skip


def find_merge_target(fields: Mapping[str, Any]) -> int | None:
    """The ticket that goes on in the place of the one with these fields: what it was merged into, or is a duplicate
    of; None for one that stands for itself."""
    found: int | None = fields.get(MERGED_INTO) or fields.get(DUPLICATE_OF)
    return found


def is_merge_into_another(event: Event) -> bool:
    """Return whether an event closed its ticket because the matter goes on in another one."""
    return event.kind == "duplicated" or (event.kind == "merged" and "into" in event.data)


def copy_classification(state: State) -> dict[str, Any]:
    """How a ticket is classified that comes of this one: attribute → value."""
    return {name: getattr(state, name) for name in _COPIED_FIELDS}
