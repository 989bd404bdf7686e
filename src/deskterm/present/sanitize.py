"""The one place where text from outside becomes text that a terminal may be given.

Text from people is data: it must not set colours, move the cursor, set the title, fill the clipboard, hide itself or
change its direction. Views take `Safe` text only, so the type checker finds text that was not sanitized.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple, NewType

Safe = NewType("Safe", str)
"""Text without anything that a terminal would interpret."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# A sequence is removed whole only when it is complete: an open one would take the text after it with it.
# Lengths are bounded, so that no text can make the search slow.
_SEQUENCES = r"""
      (?:\x1b\[|\x9b) [0-?]{0,64} [ -/]{0,8} [@-~]                                        # CSI: colours, cursor, modes
    | (?:\x1b[P\]X^_]|[\x90\x98\x9d-\x9f]) [^\x07\x1b\x9c\r\n]{0,4096} (?:\x07|\x1b\\|\x9c)  # OSC, DCS, APC, PM, SOS
    | \x1b [ -/]{1,4} [0-~]                                                               # character sets, alignment
    | \x1b [6-Z=>\\a-z|}~]                                                                # single escapes: reset, modes
"""
_BREAKS = "\r\n|[\r\n\v\f\x85\u2028\u2029]"
_SUSPECT = (
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners and fillers without a shape
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\uffa0"  # zero width, bidi marks, overrides and isolates
    "\ufe00-\ufe0f\ufeff\ufff0-\uffff"  # variation selectors, byte order mark, specials
    "\ud800-\udfff"  # lone surrogates: they cannot be written to a terminal
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # musical format characters, tags
    "]"
)
_NON_CHARACTER = "[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U000dffff\U000efffe-\U0010ffff]"
_PILE = r"([{0}]{{3}})[{0}]+".format("\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f")
"""More than three combining marks on one letter: they would write over the lines above and below it."""


class _Patterns(NamedTuple):
    sequences: re.Pattern[str]
    breaks: re.Pattern[str]
    suspect: re.Pattern[str]
    non_character: re.Pattern[str]
    pile: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Compile the patterns when the first text needs them: most labels are plain, and the first frame has no others."""
    return _Patterns(
        re.compile(_SEQUENCES, re.VERBOSE),
        re.compile(_BREAKS),
        re.compile(_SUSPECT),
        re.compile(_NON_CHARACTER),
        re.compile(_PILE),
    )


def sanitize(text: str, *, multiline: bool = False) -> Safe:
    """Return a text that is safe to show. Complete escape sequences and characters without a shape are removed, stray
    control characters become pictures (`␛`, `␈`), and what cannot be shown becomes `�`. multiline: keep line breaks,
    all of them as `\\n`, and tabs; otherwise each of them becomes a space."""
    # Nearly every text: for these the patterns are never compiled
    if text.isascii() and text.isprintable():
        return Safe(text)
    patterns = _patterns()
    text = patterns.sequences.sub("", text)
    if multiline:
        text = patterns.suspect.sub(_replace_in_lines, patterns.breaks.sub("\n", text))
    else:
        text = patterns.suspect.sub(_replace, patterns.breaks.sub(" ", text).replace("\t", " "))
    text = patterns.non_character.sub(REPLACEMENT, text)
    return Safe(patterns.pile.sub(r"\1", text))


def _replace_in_lines(match: re.Match[str]) -> str:
    return match[0] if match[0] in "\n\t" else _replace(match)


def _replace(match: re.Match[str]) -> str:
    """Return the picture of a character that may not be written; empty where it has no shape."""
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if code < 0xA0 or 0xD800 <= code <= 0xDFFF or 0xFFF0 <= code <= 0xFFFF:
        return REPLACEMENT
    return ""
