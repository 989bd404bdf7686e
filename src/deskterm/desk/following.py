"""What follows from what happened: the procedure's rules act on it, then its notices tell people of it.

Both run in the transaction of the command, after the command's own events; what a rule does is seen by the rules after
it and by the notices, what a notice writes by nobody.
"""

from __future__ import annotations

from deskterm.desk.desk import Work
from deskterm.desk.events import Event
from deskterm.desk.fold import BY_THE_WAY
from deskterm.desk.notices import tell
from deskterm.desk.rules import act_on

_SILENT = (BY_THE_WAY - {"reminded"}) | {"imported", "migrated", "undone", "withdrawn", "erased", "purged"}


def follow(work: Work) -> list[str]:
    """Let rules and notices see the events that they have not seen; what they did, in a few words each."""
    fresh: list[Event] = []
    said: list[str] = []
    while work.followed < len(work.happened):
        event = work.happened[work.followed]
        work.followed += 1
        if event.kind not in _SILENT:
            fresh.append(event)
            said += act_on(work, event)
        elif event.kind == "noticed":
            fresh.append(event)
    if fresh:
        said += tell(work, fresh)
        work.followed = len(work.happened)
    return said
