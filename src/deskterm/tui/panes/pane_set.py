"""The panes of the desk screen, by what they show."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.tui.panes.banner import Banner
from deskterm.tui.panes.bars.keyline import KeyLine
from deskterm.tui.panes.bars.view_bar import ViewBar
from deskterm.tui.panes.clocks import Clocks
from deskterm.tui.panes.next_breach import NextBreach
from deskterm.tui.panes.queue import Queue
from deskterm.tui.panes.ticket import Ticket
from deskterm.tui.panes.views import Views

PANES = ("views", "queue", "conversation", "clocks", "soon")
"""The ids of what can have the focus, in the order of the tab key."""


class PaneSet(NamedTuple):
    """One pane of each kind."""

    banner: Banner
    view_bar: ViewBar
    views: Views
    queue: Queue
    ticket: Ticket
    clocks: Clocks
    next_breach: NextBreach
    keys: KeyLine
