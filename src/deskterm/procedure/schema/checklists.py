"""Checklists."""

from __future__ import annotations

from deskterm.procedure.schema.text_types import Choice, Key, Part, Text


class ChecklistItem(Part):
    """A thing to be done."""

    text: Text
    """The task."""
    required: bool = True
    """False: it helps, but nothing waits for it."""
    second_person: bool = False
    """Whoever ticks it ticked no item of the list without this mark, and the other way round: two people look at it."""


class Checklist(Part):
    """Things to be done in a row."""

    key: Key
    label: Text
    definition: str = ""
    items: tuple[ChecklistItem, ...]
    """The things, in order."""
    outcomes: tuple[Choice, ...] = ()
    """The possible outcomes, of which one is chosen."""
