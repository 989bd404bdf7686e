"""Gaps in a text, for placeholders without a value: they are asked for before it is sent (C-21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.desk.templates.placeholders import describe_placeholder, fill_gap, find_gaps, format_gap
from deskterm.tui.dialogs.compose import Composer

if TYPE_CHECKING:
    from deskterm.tui.console import Console


async def fill_gaps(console: Console, composer: Composer) -> bool:
    """Ask for the values of the gaps in a text, and fill them in. Return whether no gap is left; a text with a gap is
    not sent."""
    for name in find_gaps(composer.text):
        gap = format_gap(name)
        value = await ask_for(console, name, composer.number)
        if value is None:
            console.notify(f"Not sent: {gap} has still to be filled in.", severity="warning")
            return False
        composer.replace(gap, fill_gap(gap, name, value))
    return True


async def ask_for(console: Console, name: str, number: int) -> str | None:
    """Ask for the value of a placeholder on a ticket; None when the question was cancelled."""
    return await console.ask(f"{number} has no value for {describe_placeholder(name)}. What should it be?")
