"""The progress of the pushes to somebody: what was pushed, and how often within an hour."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.store.queries.mail.notices import DueNotice, NoticesDone

_HOUR, _STEP = 3600, 300
"""Seconds in which pushes are counted, and seconds of those that are counted together: they are as old as the last."""


class Progress(NamedTuple):
    """The progress of the pushes to somebody. left_out: notices that were not pushed and nobody was told of; counts:
    how many pushes there were within the last hour, each with the instant, epoch seconds, of the last of them."""

    done: NoticesDone
    left_out: int = 0
    counts: tuple[tuple[int, int], ...] = ()

    @property
    def pushed(self) -> int:
        """Return the number of pushes that are counted."""
        return sum(number for _, number in self.counts)

    def pass_over(self, notice: DueNotice, *, is_left_out: bool = False) -> Progress:
        """Return the progress once a notice is done. is_left_out: without a push."""
        return self._replace(done=self.done.pass_over(notice), left_out=self.left_out + is_left_out)

    def forget_before(self, now: int) -> Progress:
        """Return the progress at an instant, epoch seconds: without pushes that were an hour ago."""
        return self._replace(counts=tuple(one for one in self.counts if now - one[0] < _HOUR))

    def count_push(self, now: int) -> Progress:
        """Return the progress after a push that told of all that was left out."""
        *earlier, (last, number) = self.counts or ((now, 0),)
        if last // _STEP == now // _STEP:
            return self._replace(left_out=0, counts=(*earlier, (now, number + 1)))
        return self._replace(left_out=0, counts=(*self.counts, (now, 1)))


def parse_progress(position: str) -> Progress:
    """Return a progress from the position of a lease. Raises ValueError where it is none."""
    at_once, deferred, *words = position.split()
    done = NoticesDone(int(at_once), int(deferred))
    if len(words) == 3 and ":" not in position:
        # As an earlier version wrote it: the beginning of an hour, and how many pushes it had
        began, pushed, passed_over = map(int, words)
        return Progress(done, passed_over, ((began, pushed),) if pushed else ())
    left_out, *pairs = words
    counts = [(int(last), int(number)) for last, _, number in (pair.partition(":") for pair in pairs)]
    return Progress(done, int(left_out), tuple(counts))


def format_progress(progress: Progress) -> str:
    """Format a progress as the position of a lease."""
    counts = (f"{last}:{number}" for last, number in progress.counts)
    return " ".join((*map(str, progress.done), str(progress.left_out), *counts))
