"""Reading of an agent's views, and the counts of their tickets (C-11)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from deskterm.errors import UsageError
from deskterm.present.views import QUARANTINE, VIEWS, View, arrange_views
from deskterm.store.personal.saved_views import SavedView, load_passing_views, load_saved_views, load_view_choices
from deskterm.store.queries.mail.letters import count_quarantined
from deskterm.store.queries.mail.mailboxes import load_mailbox_states
from deskterm.store.queries.queue import Viewer, count_tickets, load_view_counts
from deskterm.tui.workers.messages import QueueQuery

if TYPE_CHECKING:
    from deskterm.present.labels import Vocabulary
    from deskterm.store.db.reader import ReadConnection
    from deskterm.store.filters.conditions import Condition

MOST_TIME = 0.05
"""The share of the read thread's time for counts of saved views: filters with words are slower than a count in an
index, and colleagues write all day."""


class ViewReader:
    """The views of one agent. read_filter: returns the condition of a filter."""

    def __init__(self, login: str, read_filter: Callable[[str], Condition | None]) -> None:
        self._login, self._read_filter = login, read_filter
        self.views: Sequence[View] = VIEWS
        self.default = ""
        self._totals: dict[str, int | None] = {}
        """View → count, for saved views, as read last."""
        self._counted: Mapping[str, SavedView] = {}
        """The saved views that were counted."""
        self._wait_until = 0.0
        """The time from which they may be read again, seconds of a steady clock."""
        self.looks_after_mails = False
        """True for an agent who may release and drop mails."""
        self._quarantined = 0
        """Mails in quarantine; 0 also for an agent who does not look after mails."""
        self.is_behind = False
        """True while the counts of saved views are older than the last change."""

    def load(self, reader: ReadConnection, vocabulary: Vocabulary) -> None:
        """Read which views there are."""
        choices = load_view_choices(reader, self._login)
        saved = [*load_saved_views(reader, self._login), *load_passing_views(reader)]
        if vocabulary.views:
            # As in `ReadWorker._read_filter`: most desks have none, and do not wait for the parser
            from deskterm.present.filters.procedure_views import list_procedure_views  # noqa: PLC0415

            saved = [*list_procedure_views(vocabulary.views), *saved]
        self.views, self.default = arrange_views(saved, choices.places), choices.default
        self._quarantined = count_quarantined(reader, 0) if self.looks_after_mails else 0
        if self._quarantined:
            # Behind all lists of tickets: keys that go from list to list do not come across it
            self.views = [*self.views, QUARANTINE]

    def make_first_query(self, query: QueueQuery, *, has_team: bool) -> QueueQuery:
        """Return the list that opens first: of the view that the agent chose, else of their team or of all."""
        view = next((view for view in self.views if view.key == self.default), None)
        if view is None:
            return query._replace(view="team" if has_team else "open")
        if view.saved is None:
            return query._replace(view=view.key)
        saved = view.saved
        return query._replace(view=view.key, base=saved.base, within=saved.filter, order=saved.order)

    def count(self, reader: ReadConnection, viewer: Viewer) -> dict[str, int | None]:
        """Count the tickets of every view but `closed`. Counts of saved views may be older (`MOST_TIME`); None for a
        view whose filter is no longer valid."""
        saved = {view.key: view.saved for view in self.views if view.saved is not None}
        self.is_behind = saved == self._counted and time.monotonic() < self._wait_until
        if not self.is_behind:
            begun = time.monotonic()
            self._totals = {key: self._count(reader, viewer, view) for key, view in saved.items()}
            self._counted, ended = saved, time.monotonic()
            self._wait_until = ended + (ended - begun) / MOST_TIME
        return load_view_counts(reader, viewer) | self._totals | {QUARANTINE.key: self._quarantined}

    @property
    def is_due(self) -> bool:
        """True when counts that are behind may be read again."""
        return self.is_behind and time.monotonic() >= self._wait_until

    def _count(self, reader: ReadConnection, viewer: Viewer, view: SavedView) -> int | None:
        try:
            condition = self._read_filter(view.filter)
        except UsageError:  # the procedure no longer has a status or field of the filter
            return None
        return count_tickets(reader, view.base, viewer, condition=condition)


def find_down(reader: ReadConnection, now: int) -> list[str]:
    """Return the names of mailboxes and accounts that do not work (M-13)."""
    return [state.name.partition(":")[2] for state in load_mailbox_states(reader) if state.is_down(now)]
