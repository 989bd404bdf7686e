"""The looks and sizes that pictures are taken in."""

from __future__ import annotations

from tui.support.pictures.text_picture import Size

NO_COLOUR = "no-colour"
"""The look under the variable NO_COLOR; the others are themes, by their names in the settings."""

LOOKS = ("dark", "light", "ansi", NO_COLOUR)
"""The looks of every screen. Other themes differ from these in their colours alone, which `test_themes` measures."""

SMALL, MEDIUM, LARGE = (80, 24), (120, 40), (180, 50)
SIZES = (SMALL, MEDIUM, LARGE)
"""Columns and rows of the terminals."""

Place = tuple[Size, str]
"""A size and a look."""

EVERYTHING: tuple[Place, ...] = tuple((size, look) for size in SIZES for look in LOOKS)

SOME: tuple[Place, ...] = ((SMALL, NO_COLOUR), (MEDIUM, "dark"), (LARGE, "light"), (SMALL, "ansi"))
"""Every size and every look, though not each look in each size: what an ordinary run has time for."""
