"""The modules that are imported while the console waits for its first key."""

from __future__ import annotations

PRELOAD = (
    "deskterm.tui.handlers.view",
    "deskterm.tui.control.prompts",
    "deskterm.tui.control.composing",
    "deskterm.tui.handlers.writing",
    "deskterm.tui.handlers.drafts",
    "deskterm.tui.handlers.sending",
    "deskterm.tui.handlers.tickets",
    "deskterm.tui.handlers.reclassify",
    "deskterm.tui.handlers.explaining",
    "deskterm.tui.handlers.registering",
    "deskterm.tui.handlers.linking",
    "deskterm.tui.handlers.undoing",
    "deskterm.tui.handlers.closing",
    "deskterm.tui.handlers.communication",
    "deskterm.tui.handlers.priority",
    "deskterm.tui.handlers.development_billing",
    "deskterm.tui.handlers.templates.inserting",
    "deskterm.tui.handlers.templates.macros",
    "deskterm.tui.handlers.lead.wall",
    "deskterm.tui.handlers.lead.handover",
    "deskterm.tui.handlers.queue.columns",
    "deskterm.tui.handlers.queue.marks",
    "deskterm.tui.handlers.queue.views",
    "deskterm.tui.handlers.ticket.due_times",
    "deskterm.tui.handlers.ticket.people",
    "deskterm.tui.handlers.ticket.facts",
    "deskterm.tui.handlers.ticket.items",
    "deskterm.tui.handlers.ticket.reading",
    "deskterm.tui.handlers.files.attaching",
    "deskterm.tui.handlers.letter.guard",
    "deskterm.tui.handlers.files.ticket_files",
    "deskterm.tui.handlers.learning",
    "deskterm.tui.handlers.queue.repeating",
    "deskterm.tui.handlers.ticket.mails",
    "deskterm.tui.handlers.ticket.notices",
    "deskterm.tui.handlers.ticket.scheduled",
)
"""Modules that the write thread imports ahead of the first key, what is pressed most often first. The handlers bring
the commands of the desk with them, and opening the desk its reactions."""
