"""Mentions of colleagues in what an agent writes: `@marek` (C-24)."""

from __future__ import annotations

import re

_MENTION = re.compile(r"(?<![\w@./:-])@(\w[\w.-]*)")
"""An at sign at the beginning of a word; an e-mail address has it in the middle."""


def find_mentions(text: str) -> list[str]:
    """Return the words after an at sign, once each, in their order. Quoted lines are left out, because somebody else
    wrote them."""
    own = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))
    return list(dict.fromkeys(match[1].rstrip(".-_") for match in _MENTION.finditer(own)))
