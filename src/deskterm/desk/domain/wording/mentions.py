"""Mentions of colleagues in what an agent writes: `@marek` (C-24)."""

from __future__ import annotations

import re

_MENTION = re.compile(r"(?<![\w@./:-])@(\w[\w.-]*)")
"""An at sign at the beginning of a word, which an address has in the middle."""


def find_mentions(text: str) -> list[str]:
    """Return the words behind an at sign, once each, in their order; those in quoted lines are somebody else's."""
    own = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))
    return list(dict.fromkeys(match[1].rstrip(".-_") for match in _MENTION.finditer(own)))
