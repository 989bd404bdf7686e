"""A session for what is long past (M-12): nobody is told of it, and nothing follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy.permissions import Act


class QuietSession(DeskSession):
    """A session without reactions, notices and letters. What is due on a ticket by the time of its command is recorded
    with the command itself: a runner, which tells people, finds it done."""

    is_quiet = True
    caught_up_to: datetime

    @contextmanager
    def writing(self, act: Act | None = None, action: str = "") -> Iterator[Session]:
        """Open a session in a writing transaction, as `DeskSession.writing` does."""
        with super().writing(act, action) as session, self.note_changes() as changed:
            yield session
            for number in sorted(changed):
                self._lock_ticket(session, number, self.caught_up_to, None)
