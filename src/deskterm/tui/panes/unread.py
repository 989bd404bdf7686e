"""The part of the shown ticket that the agent has not read, by the read marks of their earlier looks (C-13)."""

from __future__ import annotations

from deskterm.present.models import TicketView
from deskterm.tui.panes.thread import find_first_new
from deskterm.tui.settings.looks import Looks


class Unread:
    """The entries of the shown ticket that are new to the agent."""

    def __init__(self) -> None:
        self.reader = ""
        """The agent's name, which identifies their own entries."""
        self.first: int | None = None
        """The index of the first entry that the agent had not read when the ticket was opened."""
        self.looks = Looks()
        """Read marks of the tickets, from when the agent last left them."""
        self.was_entered = False
        """True once the agent has entered the pane of the shown ticket, and does not just pass by."""

    def find_first(self, ticket: TicketView) -> bool:
        """Find the first new entry of a ticket; return whether it is another one than before."""
        before = self.first
        self.first = find_first_new(ticket.timeline, self.reader, self.looks.get(ticket.number))
        return self.first != before

    def note_look(self, ticket: TicketView | None) -> None:
        """Remember how far the agent has read the ticket that they leave."""
        if self.was_entered and ticket is not None and ticket.timeline:
            turns = [entry for entry in ticket.timeline if entry.voice != "history"]
            if turns:
                self.looks.note(ticket.number, max((entry.at, entry.seq) for entry in turns))
