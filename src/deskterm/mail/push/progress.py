"""The progress of the pushes to somebody: what was pushed, and how often in this hour."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.store.queries.mail.pushes import PushNotice

HOUR = 3600


class Progress(NamedTuple):
    """The progress of the pushes to somebody. at_once, deferred: the events up to which notices are done that wait for
    no opening, and that do: a call at night does not wait behind a warning that is left for the morning. began, pushed:
    the hour in which pushes are counted, by its beginning in epoch seconds, and how many there were; left_out: notices
    that were not pushed and nobody was told of."""

    at_once: int
    deferred: int
    began: int = 0
    pushed: int = 0
    left_out: int = 0

    def pass_over(self, notice: PushNotice, *, is_left_out: bool = False) -> Progress:
        """Return the progress once a notice is done. is_left_out: without a push."""
        where = {"at_once": notice.event} if notice.not_before is None else {"deferred": notice.event}
        return self._replace(left_out=self.left_out + is_left_out, **where)

    def begin_hour(self, now: int) -> Progress:
        """Return the progress in the hour of an instant, epoch seconds: another one than before where that is over."""
        return self._replace(began=now, pushed=0) if not self.pushed or now - self.began >= HOUR else self

    def count_push(self) -> Progress:
        """Return the progress after a push that told of all that was left out."""
        return self._replace(pushed=self.pushed + 1, left_out=0)


def parse_progress(position: str) -> Progress:
    """Return a progress from the position of a lease. Raises ValueError where it is none."""
    return Progress(*map(int, position.split()))


def format_progress(progress: Progress) -> str:
    """Format a progress as the position of a lease."""
    return " ".join(map(str, progress))
