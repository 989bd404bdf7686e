"""The page of the guide to the procedure: the text of `deskterm procedure guide`."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from deskterm.present.guide import GuideSection
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT


def format_guide(sections: Sequence[GuideSection]) -> Content:
    """Format the guide by subject."""
    parts: list[tuple[str, str] | str] = []
    for number, section in enumerate(sections):
        parts.append(("\n" * bool(number) + f"{section.title}\n", ACCENT))
        for entry in section.entries:
            parts.append((f"{entry.label}\n", BOLD))
            parts += [(f"  {line}\n", FAINT) for line in entry.lines]
    return Content.assemble(*parts)
