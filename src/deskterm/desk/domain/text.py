"""Rules for texts of people: a subject or name must be visible, and every text has a greatest length."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable

from deskterm.errors import UsageError

MAX_BYTES = 1_000_000
"""Greatest length of a text in bytes of UTF-8: hundreds of pages, more than anybody writes by hand."""

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[P\]X^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
"""Escape sequences: a terminal obeys them and shows nothing of them."""
_WITHOUT_SHAPE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that Unicode counts as letters or marks, and that are drawn as nothing."""
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs"})


UNSEEN_CLASS = (
    "\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U000dffff\U000efffe-\U0010ffff"
)
"""Characters that JSON allows and that a terminal acts on, or that hide: of no width, tags, of no meaning.
As what stands between the brackets of a regular expression."""
_UNSEEN_IN_JSON = re.compile(f"[{UNSEEN_CLASS}]")


def escape_unseen_in_json(document: str) -> str:
    """Return a JSON text with JSON's escapes for characters that a terminal acts on, or that nobody sees. To a program
    it is the same document."""
    if document.isascii() and "\x7f" not in document:
        return document
    return _UNSEEN_IN_JSON.sub(lambda match: json.dumps(match[0])[1:-1], document)


def is_visible(text: str) -> bool:
    """Return whether anything of a text can be seen: more than white space, control characters, escape sequences and
    characters without a shape."""
    # Nearly every text is plain ASCII, and needs no look at each character
    if text.isascii() and text.isprintable():
        return not text.isspace() and text != ""
    return any(
        unicodedata.category(character) not in _UNSEEN and character not in _WITHOUT_SHAPE
        for character in _SEQUENCE.sub("", text)
    )


def normalise_name(words: str | None, whose: str = "name") -> str:
    """Return a name on one line, with single spaces; empty for none. Raises UsageError when nothing of it is visible.

    whose: what the name is of, for the message of the error."""
    line = " ".join((words or "").split())
    if (words or "").strip(" \t\r\n") and not is_visible(line):
        raise UsageError(f"The {whose} has nothing that can be seen: write it in letters.")
    return line


def require_short_texts(texts: Iterable[str]) -> None:
    """Raise UsageError when a text is longer than `MAX_BYTES`."""
    for text in texts:
        # No character has more than four bytes, so short texts need not be encoded to be measured
        if len(text) * 4 > MAX_BYTES and (size := len(text.encode("utf-8", "surrogatepass"))) > MAX_BYTES:
            raise UsageError(
                f"That is {size / 1_000_000:.1f} MB of words, and a message holds {MAX_BYTES // 1_000_000} MB: shorten"
                " it, or keep it as a file and say where that is."
            )
