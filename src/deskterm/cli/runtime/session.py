"""Opening the desk for a call that writes, and checks that need one. Importing this takes half a second."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

from deskterm.cli.runtime.output import list_some, show_upgrade_progress
from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.core.people import UnknownAgent
from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy.classification import require_channel
from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
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
    store = open_store(url, lock_timeout=_READERS_PATIENCE)
    try:
        desk = open_system_desk(store, progress=show_upgrade_progress())
        for number in numbers:
            desk.bring_up_to_date([number], now)
    finally:
        store.close()


def check_channel(desk: DeskSession, channel: str, default: str) -> str:
    """Return the key of a channel that a message came or went by. default: the option's default, which the procedure
    need not have. Raises DeskError for another channel that the procedure does not have."""
    return channel if channel in ("", default) else require_channel(channel, desk.procedure.definition.channels)
