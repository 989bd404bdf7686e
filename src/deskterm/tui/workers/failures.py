"""News of failed reads: each error once, until another one occurs or a read succeeds."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from deskterm.errors import DeskError
from deskterm.store.db.errors import UnavailableDesk, to_damage_error
from deskterm.store.db.reader import ReadConnection
from deskterm.tui.workers.messages import ReadFailed, ReadsAgain

_AWAY = "away"
"""Stands for all errors of an unavailable desk: the reason why a server is unavailable changes from try to try."""


class ReadFailures:
    """The failures of one read thread. post: takes a message."""

    def __init__(self, url: str, post: Callable[[Message], object]) -> None:
        self._url, self._post = url, post
        self._last_error = ""

    def report(self, error: Exception, *, is_asked: bool = False) -> None:
        """Post an error if it is news. is_asked: somebody waits for the answer, so it is posted each time."""
        words = _AWAY if isinstance(error, UnavailableDesk) else str(error)
        is_news = words != self._last_error
        if not (is_news or is_asked):
            return
        self._last_error = words
        if not isinstance(error, DeskError):
            error = to_damage_error(error, self._url) or error
        self._post(ReadFailed(error, is_news=is_news))

    def note_success(self, reader: ReadConnection) -> None:
        """Post that reads succeed again, if one has failed before."""
        if self._last_error == _AWAY:
            try:
                reader.rows("SELECT 1 FROM desk")  # not every job reads the desk
            except Exception:  # whatever it is, reads do not succeed yet: the next one reports it
                return
            self._post(ReadsAgain())
        self._last_error = ""
