"""Characters in csv cells that a terminal acts on, or that nobody sees: written out by exports, read back by imports.

ESC becomes `\\u{1b}`, a zero-width space `\\u{200b}`. A text that has such a sequence itself gets its backslashes
doubled, so that every text comes back as it was (D-46, R-62). Line breaks and tabs stay, and so does what joins or
shapes two characters beyond ASCII: Persian and emoji need it.
"""

from __future__ import annotations

import re
from typing import Any

from deskterm.desk.domain.text import UNSEEN_CLASS

_UNSEEN = rf"\x00-\x08\x0b\x0c\x0e-\x1f{UNSEEN_CLASS}"
_SHAPING = (
    rf"(?<![\x00-\x7f{_UNSEEN}])(?:[\ufe0e\ufe0f](?:\u200d(?![\x00-\x7f{_UNSEEN}]))?"
    rf"|[\u200c\u200d](?![\x00-\x7f{_UNSEEN}]))"
)
_TO_ESCAPE = re.compile(
    rf"(?P<kept>{_SHAPING})"
    rf"|(?P<slashes>(?:(?<!\\)\\+)?)(?:(?P<written>u\{{[0-9a-f]{{1,6}}\}})|(?P<unseen>[{_UNSEEN}]|\r(?!\n)))"
)
_ESCAPED = re.compile(r"(?<!\\)(?P<slashes>\\+)u\{(?P<code>[0-9a-f]{1,6})\}")
_LAST_CODE = 0x10FFFF


def escape_unseen(cell: Any) -> Any:
    """Return a cell with its unseen characters written out when it is text."""
    return _TO_ESCAPE.sub(_escape, cell) if isinstance(cell, str) else cell


def restore_unseen(cell: str) -> str:
    """Return a cell with the characters that `escape_unseen` wrote out; any other cell as it is."""
    return _ESCAPED.sub(_restore, cell) if "u{" in cell else cell


def _escape(match: re.Match[str]) -> str:
    if match["kept"] is not None:
        return match[0]
    slashes = match["slashes"] * 2
    return f"{slashes}{match['written']}" if match["written"] else f"{slashes}\\u{{{ord(match['unseen']):x}}}"


def _restore(match: re.Match[str]) -> str:
    count, code = len(match["slashes"]), int(match["code"], 16)
    if code > _LAST_CODE:
        # None that an export wrote out: whatever it wrote is halved, and a file of others stays as it is
        return match[0] if count % 2 else match[0][count // 2 :]
    before = "\\" * (count // 2)
    return f"{before}{chr(code)}" if count % 2 else f"{before}u{{{match['code']}}}"
