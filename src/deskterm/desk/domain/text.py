"""Words that say something: a subject or a name that nobody can see is none, and a message has an end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from deskterm.errors import UsageError

MAX_BYTES = 1_000_000
"""What one text may be long, in bytes of UTF-8: hundreds of pages, and more than any letter of words."""

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[P\]X^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
"""What a terminal acts on and shows nothing of."""
_WITHOUT_SHAPE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing."""
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs"})


def is_visible(text: str) -> bool:
    """Whether anything of a text can be seen: not white space, control characters, escape sequences and what has no
    shape alone."""
    if text.isascii() and text.isprintable():
        return not text.isspace() and text != ""
    return any(
        unicodedata.category(character) not in _UNSEEN and character not in _WITHOUT_SHAPE
        for character in _SEQUENCE.sub("", text)
    )


def normalise_name(words: str | None, whose: str = "name") -> str:
    """A name on one line, with single spaces; empty where none was given. UsageError for one that nobody can see."""
    line = " ".join((words or "").split())
    if (words or "").strip(" \t\r\n") and not is_visible(line):
        raise UsageError(f"The {whose} has nothing that can be seen: write it in letters.")
    return line


def require_short_texts(texts: Iterable[str]) -> None:
    """UsageError for a text that is too long to be anybody's words."""
    for text in texts:
        if len(text) * 4 > MAX_BYTES and (size := len(text.encode("utf-8", "surrogatepass"))) > MAX_BYTES:
            raise UsageError(
                f"That is {size / 1_000_000:.1f} MB of words, and a message holds {MAX_BYTES // 1_000_000} MB: shorten"
                " it, or keep it as a file and say where that is."
            )
