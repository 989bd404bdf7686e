"""The meaning of theme colours. A glyph, a sign or a word always says the same as the colour."""

from __future__ import annotations

import os

from deskterm.present.models import Urgency

_URGENCY: dict[Urgency, str] = {
    "breached": "bold $late on $late-ground",
    "soon": "bold $soon",
    "fine": "$fine",
    "paused": "$faint",
    "none": "$faint",
    "done": "$faint",
}
FAINT = "$faint"
BOLD = "bold"
ACCENT = "bold $text-accent"


def urgency_style(urgency: Urgency) -> str:
    """Return the style of a text by urgency: late text is filled, with or without colours (C-41)."""
    return "bold reverse" if urgency == "breached" and "NO_COLOR" in os.environ else _URGENCY[urgency]


def bar_style(urgency: Urgency) -> str:
    """Return the style of a bar, which is filled already."""
    return "bold $late-ground" if urgency == "breached" else _URGENCY[urgency]
