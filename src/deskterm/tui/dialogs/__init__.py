"""Everything that asks the agent something, or shows a page to read."""

from __future__ import annotations

from pathlib import Path

STYLE = Path(__file__).parents[1] / "styles" / "dialogs.tcss"
"""The style of all dialogs, parsed when the first of them is opened."""
