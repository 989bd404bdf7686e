"""The keys of the screen of reports, and what they do."""

from __future__ import annotations

from textual.content import Content

from deskterm.tui.dialogs.page import Page
from deskterm.tui.panes.colours import BOLD, FAINT

HINT = "hjkl figures · enter list · < > period · b report · / · t as of · e export · ?"
"""The keys in the last line of the screen."""

_KEYS = (
    ("j k", "the next line with figures, and the one before"),
    ("h l tab", "the figures of the line"),
    ("enter", "the list behind the figure; enter there opens the ticket"),
    ("< >", "the period before and after"),
    ("b", "another report"),
    ("/", "count only the tickets of a filter; the queue's is offered"),
    ("t", "count as of an instant of the past: all as it was known then"),
    ("e", "write the report to a file: text, a page, its document, or tables"),
    ("space ctrl+u", "a screen down and up"),
    ("g G", "the beginning and the end"),
    ("esc q", "back to the queue"),
)


def build_keys_page() -> Page:
    """Return the page that explains the keys."""
    parts: list[tuple[str, str] | str] = []
    for key, meaning in _KEYS:
        parts += [(f"  {key:<13}", BOLD), f"{meaning}\n"]
    parts.append(("\n  The figures are as of the instant in the title.", FAINT))
    return Page("Keys of reports", Content.assemble(*parts))
