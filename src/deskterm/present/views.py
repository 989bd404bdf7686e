"""The views of the queue: the lists that every desk has, and beside them those that agents made (C-11). Kept apart from
their queries, because the console shows the names before it imports those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from deskterm.store.personal.saved_views import SavedView


class View(NamedTuple):
    """A view. key: its name in commands; label: its name in the side bar; saved: its definition, if an agent made it;
    None for a view that every desk has."""

    key: str
    label: str
    saved: SavedView | None = None


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

QUARANTINE = View("quarantine", "Quarantine")
"""The mails in quarantine, listed among the views while there are any, for those who look after mails. It is no list of
tickets: the console opens it by the command of this name (M-09)."""

VIEWS_WITH_CLOCKS = tuple(view.key for view in VIEWS if view.key != "closed")
"""The views with tickets whose clocks may run."""

AFTER_ACTIONS = ("next", "stay", "list")
"""Places of the cursor after an act in a view, as in the settings of the console."""

VIEW_NUMBERS = 9
"""Number of views that a digit key opens."""

_LAST = ("open", "snoozed", "closed")
"""Rarely used views of every desk, listed after those of agents by default."""


def arrange_views(saved: Iterable[SavedView], places: Sequence[str]) -> list[View]:
    """Return all views in the order of an agent. saved: those that agents made; places: keys of the views that the
    agent has put into an order; they come first."""
    made = [View(view.key, view.name, view) for view in saved]
    usual = [*(view for view in VIEWS if view.key not in _LAST), *made, *(view for view in VIEWS if view.key in _LAST)]
    by_key = {view.key: view for view in usual}
    placed = [by_key.pop(key) for key in places if key in by_key]
    return [*placed, *by_key.values()]


class Keyed(Protocol):
    """A view, or a line about it."""

    @property
    def key(self) -> str: ...


def place_view(views: Sequence[Keyed], key: str, place: int) -> list[str]:
    """Return the keys of views in order, after moving one of them to a place, from 1."""
    keys = [view.key for view in views if view.key != key]
    keys.insert(place - 1, key)
    return keys


def find_views(views: Sequence[View], name: str) -> list[View]:
    """Return the views that a name may mean: by key, label or number, else by a beginning of key or label."""
    wanted = name.strip().casefold()
    if wanted.isascii() and wanted.isdigit():
        return [*views[int(wanted) - 1 : int(wanted)]] if len(wanted) < 4 and int(wanted) else []
    if not wanted:
        return []
    exact = [view for view in views if wanted in (view.key, view.label.casefold())]
    # An exact name first: it may also be the beginning of another one
    return exact[:1] or [view for view in views if any(one.startswith(wanted) for one in _names_of(view))]


def _names_of(view: View) -> tuple[str, ...]:
    # The key of a view that an agent made is internal
    label = view.label.casefold()
    return (label,) if view.saved is not None else (view.key, label)


def list_reserved_names() -> list[str]:
    """Return the names that no view of an agent may have."""
    own = (name for view in (*VIEWS, QUARANTINE) for name in (view.key, view.label))
    return [*own, *VIEW_WORDS, "all", "awake", "undelivered"]


VIEW_WORDS = ("save", "rename", "filter", "share", "default", "place", "after", "delete")
"""Words with a meaning of their own after `:view` in the console."""


def format_view_keys(keys: Sequence[str]) -> str:
    """Return names of views as a help text lists them: `mine, team or open`."""
    return f"{', '.join(keys[:-1])} or {keys[-1]}"
