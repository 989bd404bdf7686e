"""The views of one console: those of the desk, of the agent and of their team (C-11), and the lists that they stand
for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from deskterm.present.models import ViewLine
from deskterm.present.views import QUARANTINE
from deskterm.store.rows.list_orders import SortOrder, parse_order
from deskterm.tui.workers import messages
from deskterm.tui.workers.messages import QueueQuery

if TYPE_CHECKING:
    from deskterm.present.views import View
    from deskterm.tui.settings.preferences import Preferences


class ViewList:
    """The views in the order of the side bar. preferences: choices that were made in the console for single views;
    failed: takes a sentence when a choice cannot be kept."""

    def __init__(self, preferences: Preferences, failed: Callable[[str], object]) -> None:
        self._preferences, self._failed = preferences, failed
        self.lines: Sequence[ViewLine] = messages.view_lines({})
        self.shown = ""
        """The key of the view in the queue pane."""
        self.before = ""
        """The key of the one before it; empty for none."""

    def find(self, key: str) -> ViewLine | None:
        """Return the view with a key; None when there is none any more."""
        return next((line for line in self.lines if line.key == key), None)

    def show(self, views: Sequence[View]) -> None:
        """Replace the views, keeping the known counts."""
        totals = {line.key: line.total for line in self.lines}
        self.lines = messages.view_lines(totals, views)

    def note_shown(self, key: str) -> None:
        """Note which view is shown from now on."""
        if key != self.shown:
            self.before, self.shown = self.shown, key

    def neighbour(self, by: int) -> str:
        """Return the key of the view of tickets so many places further on."""
        keys = [line.key for line in self.lines if line.key != QUARANTINE.key]
        place = keys.index(self.shown) if self.shown in keys else -1
        return keys[(place + by) % len(keys)]

    def make_query(self, key: str, query: QueueQuery) -> QueueQuery:
        """Return the list of a view from its first row, through the filter of a query."""
        saved = line.saved if (line := self.find(key)) is not None else None
        base, within = (saved.base, saved.filter) if saved is not None else ("", "")
        return query._replace(
            view=key, base=base, within=within, order=self.find_order(key), number=None, cursor=0, first=0
        )

    def find_order(self, key: str) -> SortOrder:
        """Return the order that was chosen for a view in the console, or else its own."""
        saved = line.saved if (line := self.find(key)) is not None else None
        usual = saved.order if saved is not None else "order"
        return parse_order(self._preferences.find_order(key, usual)) or usual

    def list_columns(self, key: str) -> tuple[str, ...]:
        """Return the columns that were chosen for a view in the console, or else its own, or those of the settings;
        empty for those that suit the width."""
        saved = line.saved if (line := self.find(key)) is not None else None
        return self._preferences.list_columns(key, saved.columns if saved is not None else ())

    @property
    def after_action(self) -> str:
        """The place of the cursor after an act in the view that is shown, as the view says, or else the settings."""
        saved = line.saved if (line := self.find(self.shown)) is not None else None
        return (saved.after_action if saved is not None else "") or self._preferences.settings.after_action

    def keep(self, name: str, value: object) -> None:
        """Keep the `order` or the `columns` that were chosen here for the view that is shown."""
        saved = line.saved if (line := self.find(self.shown)) is not None else None
        usual: object = None if saved is None else saved.order if name == "order" else [*saved.columns]
        if sentence := self._preferences.keep_view(self.shown, name, value, usual):
            self._failed(sentence)
