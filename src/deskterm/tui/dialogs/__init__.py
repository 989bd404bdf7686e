"""What asks a person something."""

from __future__ import annotations

from pathlib import Path

STYLE = Path(__file__).parents[1] / "styles" / "dialogs.tcss"
"""The dialogs' style, read when the first of them is opened."""
