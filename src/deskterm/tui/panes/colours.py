"""The meaning of theme colours. A glyph, a sign or a word always says the same as the colour."""

from __future__ import annotations

from deskterm.present.models import Urgency

URGENCY: dict[Urgency, str] = {
    "breached": "bold $text-error",
    "soon": "bold $text-warning",
    "fine": "$text-success",
    "paused": "$faint",
    "none": "$faint",
    "done": "$faint",
}
FAINT = "$faint"
BOLD = "bold"
ACCENT = "bold $text-accent"
