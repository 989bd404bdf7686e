"""The views of the queue: the lists that every desk has. Apart from their queries, because the console shows their
names before it imports those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class View(NamedTuple):
    """A view. key: its name in commands; label: its name in the side bar."""

    key: str
    label: str


VIEWS: tuple[View, ...] = (
    View("mine", "Mine"),
    View("team", "My team"),
    View("unassigned", "Unassigned"),
    View("due", "Due in 1 h"),
    View("breached", "Breached"),
    View("waiting", "Waiting"),
    View("open", "All open"),
    View("snoozed", "Snoozed"),
    View("closed", "Closed"),
)

VIEWS_WITH_CLOCKS = tuple(view.key for view in VIEWS if view.key != "closed")
"""The views with tickets whose clocks may run."""


def format_view_keys(keys: Sequence[str]) -> str:
    """Return names of views as a help text lists them: `mine, team or open`."""
    return f"{', '.join(keys[:-1])} or {keys[-1]}"
