"""The meaning of theme colours. A colour never stands alone: a glyph, a sign or a word goes with it."""

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
STRONG = "bold"
HERE = "bold $text-accent"
