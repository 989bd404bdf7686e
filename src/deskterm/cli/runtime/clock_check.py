"""The check of this computer's clock against what the desk has recorded: a wrong one dates events for ever (D-43).

PostgreSQL desks go by the server's clock, and simulated ones by their own. What is left is a file on a computer whose
clock nobody else looks at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from deskterm.cli.runtime.instants import format_time_and_zone
from deskterm.errors import DeskError
from deskterm.store.db.location import dialect
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_newest_instant, load_server_time

LONGEST_REST = 31 * 86_400
"""Seconds after a desk's newest event from which on a command asks whether the clock is right."""

_TOLERANCE = 120
"""Seconds by which two computers' clocks may differ without a word."""


def is_clock_checked(url: str) -> bool:
    """Return whether the clock is to be checked: the desk goes by this computer's clock, and DESKTERM_ANYWAY (for
    scripts) does not vouch for it."""
    return dialect(url) == "sqlite" and not os.environ.get("DESKTERM_ANYWAY")


def check_clock(reader: ReadConnection, timezone: str, now: int) -> None:
    """Compare the time with the newest event of a desk whose clock is checked, and which is not simulated. now: epoch
    seconds.

    A clock that is behind is named on standard error. Raises DeskError when the newest event is more than 31 days old,
    because the clock may be ahead: `--anyway` says that it is right.
    """
    newest = load_newest_instant(reader)
    if newest is None:
        return
    there, here = format_time_and_zone(newest, timezone), format_time_and_zone(now, timezone)
    if now - newest > LONGEST_REST:
        raise DeskError(
            f"By this computer's clock it is {here}, and the newest event of this desk is of {there},"
            f" {(now - newest) // 86_400} days ago: set the clock if it is wrong; if it is right, put --anyway before"
            " the command (`deskterm --anyway …`)."
        )
    if newest - now > _TOLERANCE:
        print(
            f"deskterm: this computer's clock is behind: it says {here}, and the newest event of this desk is of"
            f" {there}. Set the clock; if that event is the wrong one, take it back with `deskterm ticket undo`.",
            file=sys.stderr,
        )


def measure_server_clock(reader: ReadConnection, system_time: Callable[[], float]) -> float:
    """Return the seconds by which the clock of a PostgreSQL server is ahead of this computer's. system_time: returns
    the latter's time in epoch seconds."""
    before = system_time()
    found = load_server_time(reader)
    # The server read its clock about halfway between the question and the answer
    return found - (before + system_time()) / 2
