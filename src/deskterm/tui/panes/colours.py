"""Which theme colours mean what. A colour never says it alone: a glyph, a sign or a word goes with it."""

from __future__ import annotations

from deskterm.tui.shown import Urgency

URGENCY: dict[Urgency, str] = {
    "breached": "bold $text-error",
    "soon": "bold $text-warning",
    "fine": "$text-success",
    "paused": "$text-muted",
    "none": "$text-muted",
    "done": "$text-muted",
}
FAINT = "$text-muted"
STRONG = "bold"
HERE = "bold $text-accent"
