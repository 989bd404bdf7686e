"""Words of a text as they are compared: without case, accidents of spelling, and punctuation that says nothing."""

from __future__ import annotations

import re
import unicodedata

# Scripts without spaces between words are compared character by character.
_UNSPACED = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Vowel signs of Indic scripts belong to the word, though Python does not count them as letters.
_MARKS = "\u0300-\u036f\u0900-\u0963\u0966-\u0dff"
_TOKEN = re.compile(
    rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}])+|[:;=]['’]?-?[)d(/\\|*p3]|<3|\^\^|[^\w\s]|_"
)
"""A word, a character of a script without spaces, an emoticon such as `:-)` or `<3`, or one other character."""
_IGNORED_TOKENS = frozenset(",-–—'’‘\"“”„«»()&~*_`´·•|、،・")
_EMOJI_MODIFIERS = frozenset("\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""Variation selectors and skin tones, which do not change what an emoji says."""
_POINTS_AND_TATWEEL = frozenset({*range(0x0591, 0x05C8), 0x0640, *range(0x064B, 0x0653)})
"""Signs of Hebrew and Arabic that writers put or leave out as they like."""


def normalise(text: str) -> str:
    """Reduce a text to what is compared: no case, no presentation forms, skin tones or invisible characters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        character
        for character in folded
        if character not in _EMOJI_MODIFIERS
        and ord(character) not in _POINTS_AND_TATWEEL
        and unicodedata.category(character) != "Cf"
    )


def tokenise(text: str) -> list[str]:
    """Return the tokens of a text that was normalised, without punctuation that says nothing."""
    return [token for token in _TOKEN.findall(text) if token not in _IGNORED_TOKENS]


def is_unspaced(token: str) -> bool:
    """Return whether a token is a character of a script without spaces between words."""
    return re.match(f"[{_UNSPACED}]", token) is not None
