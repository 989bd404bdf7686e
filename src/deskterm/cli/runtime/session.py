"""Opening the desk for a call that writes, and checks that need one. Importing this takes half a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime

from deskterm.cli.runtime.output import list_some, show_upgrade_progress
from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.core.people import UnknownAgent
from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy.classification import require_channel
from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.store.db.connection import WRITE_LOCK_TIMEOUT
from deskterm.store.db.engine import open_store


def open_session(url: str, own_login: str, acting: str | None) -> DeskSession:
    """Open the desk at a URL. own_login: of whoever calls; acting: the login after `--as`, which only an
    admin may give.

    Raises DeskError when the caller, or the other agent, is no active agent of the desk, or may not act for others.
    """
    store = open_store(url)
    if store.upgraded is not None:
        print(sanitize(str(store.upgraded)), file=sys.stderr)
    if acting is None or acting == own_login:
        return open_desk(store, own_login, progress=show_upgrade_progress())
    # The caller's own role decides whether they may act for another, so the desk is opened as the user first.
    open_desk(store, own_login, progress=show_upgrade_progress()).require("act-as")
    try:
        return open_desk(store, acting, behind=own_login)
    except UnknownAgent as error:
        raise DeskError(f"{error} Choose from {list_some(error.logins)}.") from error


_READERS_PATIENCE = 2.0
"""Seconds for which a call that only reads waits for writers: a list that says that it may be behind is better than one
that takes ten seconds."""


def record_due_events(url: str, numbers: Sequence[int], now: datetime) -> None:
    """Record what is due on some tickets of the desk at a URL, each in a transaction of its own. Raises DeskError when
    somebody else writes for longer than that."""
    with open_system_session(url, lock_timeout=_READERS_PATIENCE) as desk:
        for number in numbers:
            desk.bring_up_to_date([number], now)


@contextmanager
def open_system_session(url: str, *, lock_timeout: float = WRITE_LOCK_TIMEOUT) -> Iterator[DeskSession]:
    """Open the desk at a URL in the name of deskterm itself, and close it in the end. lock_timeout: seconds to wait for
    another writer."""
    with closing(open_store(url, lock_timeout=lock_timeout)) as store:
        yield open_system_desk(store, progress=show_upgrade_progress())


def check_channel(desk: DeskSession, channel: str, default: str) -> str:
    """Return the key of a channel that a message came or went by. default: the option's default, which the procedure
    need not have. Raises DeskError for another channel that the procedure does not have."""
    return channel if channel in ("", default) else require_channel(channel, desk.procedure.definition.channels)
