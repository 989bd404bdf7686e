"""The state of mailboxes and accounts (M-13). SQL over a bare `ReadConnection`."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored
from deskterm.store.db.reader import ReadConnection

DOWN_AFTER_FAILURES = 3
_DOWN_AFTER_SECONDS = 15 * 60


class MailboxState(NamedTuple):
    """The state of a mailbox, an account, or of the notices to somebody. name: with its kind before it, `in:support`,
    `out:main`, `to:sam` for notices by mail, `push:sam` for those that are pushed, `alert:ann` for what an admin hears;
    worked_at: when it last went well, failed_at: when the present failures began, epoch seconds, None for never;
    reason: of the last failure, in a sentence; holder: the process that works on it (`mail.keeping.holders`), empty
    for none; held_until: when others may take it over, epoch seconds."""

    name: str
    worked_at: int | None
    failures: int
    failed_at: int | None
    reason: str
    holder: str = ""
    held_until: int | None = None

    def is_down(self, now: int) -> bool:
        """Return whether somebody has to look after it: it failed several times, or for a quarter of an hour. An
        agent whose notices or alerts are refused is no server."""
        if self.name.startswith(("to:", "alert:")):
            return False
        lasts = self.failed_at is not None and now - self.failed_at >= _DOWN_AFTER_SECONDS
        return self.failures >= DOWN_AFTER_FAILURES or (self.failures > 0 and lasts)


def load_mailbox_states(reader: ReadConnection) -> list[MailboxState]:
    """Load the states of all mailboxes and accounts that were ever worked with. A row without a kind before its name
    only says when admins heard of something last."""
    found = reader.rows(
        "SELECT name, worked_at, failures, failed_at, reason, holder, held_until FROM mailbox "
        "WHERE name LIKE '%:%' ORDER BY name"
    )
    return [
        MailboxState(
            name,
            optional_seconds_from_stored(worked),
            failures,
            optional_seconds_from_stored(failed),
            reason,
            holder,
            optional_seconds_from_stored(held) if holder else None,
        )
        for name, worked, failures, failed, reason, holder, held in found
    ]


def load_put_off_alerts(reader: ReadConnection) -> dict[str, list[str]]:
    """Load the alerts that a server did not take for an admin: login → the names of what they are about."""
    found = reader.rows("SELECT name, position FROM mailbox WHERE name LIKE 'alert:%' AND position <> ''")
    return {name.partition(":")[2]: position.split("\n") for name, position in found}
