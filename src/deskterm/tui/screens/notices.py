"""The notices in sight: on a small screen older ones give way to the newest, so that none covers the row under the
cursor (C-01)."""

from __future__ import annotations

from typing import Any

from textual.content import Content
from textual.css.query import NoMatches
from textual.notifications import Notifications
from textual.screen import Screen
from textual.widgets._toast import ToastRack

_LINES = 2
"""Lines of a small screen that notices may cover: the line of keys, and the edge of the pane above it."""

_FRAME = 3
"""Cells of a notice that its text cannot have: its bar, and a space on each side."""

GIVING_WAY = "-giving-way"
"""The class of a notice that is hidden on a small screen (`desk.tcss`)."""


def arrange_notices(screen: Screen[Any], notifications: Notifications) -> None:
    """Let the older notices of a screen give way when there is no room for all; one that is still to be shown comes
    back when a newer one has gone. The newest is always shown, and whole."""
    try:
        rack = screen.get_child_by_type(ToastRack)
    except NoMatches:
        return
    room = _LINES
    for place, notification in enumerate(reversed([*notifications])):
        text = Content(notification.message)
        room -= text.get_height({}, max(screen.size.width - _FRAME, 1))
        # The holder, because the notice itself is mounted later
        for holder in rack.query_children(f"#{rack._toast_id(notification)}"):
            holder.set_class(place > 0 and room < 0, GIVING_WAY)
