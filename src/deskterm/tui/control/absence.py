"""Unavailability of the desk: its server does not answer, or its file is locked for long (D-42)."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.store.db.errors import UnavailableDesk


class DeskAbsence:
    """The state of a desk that is unavailable, and the sentence about it. clock: returns the desk's local time, as
    `10:00`; say: shows a notice; changed: called when the sentence changes."""

    def __init__(self, clock: Callable[[], str], say: Callable[[str], object], changed: Callable[[], object]) -> None:
        self._clock, self._say, self._changed = clock, say, changed
        self.sentence = ""
        """The sentence in the first line, empty while the desk answers. A notice would disappear while the list stays
        out of date."""

    def begin(self, error: Exception) -> None:
        """Note a failed read, if the reason is that the desk is unavailable."""
        if isinstance(error, UnavailableDesk) and not self.sentence:
            self.sentence = f"no answer from the desk since {self._clock()}"
            self._changed()

    def end(self) -> None:
        """Note that the desk answers again."""
        if self.sentence:
            self.sentence = ""
            self._say("The desk answers again.")
            self._changed()
