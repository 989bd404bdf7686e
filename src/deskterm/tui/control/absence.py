"""The absence of the desk: its server stopped answering, or its file is locked for long (D-42)."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.store.db.errors import UnavailableDesk


class DeskAbsence:
    """The time for which the desk is out of reach, and the sentence about it. clock: returns the desk's local time, as
    `10:00`; say: shows a notice; changed: called when the sentence is another one."""

    def __init__(self, clock: Callable[[], str], say: Callable[[str], object], changed: Callable[[], object]) -> None:
        self._clock, self._say, self._changed = clock, say, changed
        self.sentence = ""
        """The sentence of the first line, empty while the desk answers: notices go, and the list stays as it was."""

    def begin(self, error: Exception) -> None:
        """Note a read that went wrong, if that is because the desk is out of reach."""
        if isinstance(error, UnavailableDesk) and not self.sentence:
            self.sentence = f"no answer from the desk since {self._clock()}"
            self._changed()

    def end(self) -> None:
        """Note that the desk answers."""
        if self.sentence:
            self.sentence = ""
            self._say("The desk answers again.")
            self._changed()
