"""Words of a mail that stand in a text which is known: in a letter of ours, or in what HTML marks as a quotation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+")
_LINK = re.compile(
    r"[<\[(]?(?:https?://|mailto:|cid:)[^\s<>\[\]]{1,2000}[>\])]?|\[(?:image|Bild|cid)[^\[\]]{0,200}\]", re.IGNORECASE
)
"""Targets of links, which mail programs write out or lead past their own servers, and names of pictures."""

_RUN = 4
"""Words in a row that must be the same, so that common phrases are nobody's quotation."""

_SHORTEST = 10
"""Words of neighbouring lines, from which on they are a quotation."""

_MOST_WORDS = 60_000
_LONGEST = 500_000


def split_words(text: str, most: int = _MOST_WORDS) -> list[str]:
    """Split a text into its words, without case and marks, at most so many."""
    words: list[str] = []
    for match in _WORD.finditer(text):
        if len(words) >= most:
            break
        words.append(match[0].casefold())
    return words


def remove_links(text: str) -> str:
    """Return a text without the targets of links."""
    return _LINK.sub(" ", text) if ":" in text else text


def find_known_lines(lines: Sequence[str], texts: Iterable[str]) -> list[bool]:
    """Find the lines that are a quotation of texts, however they are broken and marked. A line of few words counts
    where it stands among others that do."""
    known: set[tuple[str, ...]] = set()
    for text in texts:
        theirs = split_words(remove_links(text[:_LONGEST]), _MOST_WORDS - min(len(known), _MOST_WORDS))
        known.update(zip(*(theirs[place:] for place in range(_RUN)), strict=False))
    if not known:
        return [False] * len(lines)
    words: list[str] = []
    owners: list[int] = []
    for place, line in enumerate(lines):
        for word in split_words(remove_links(line)):
            words.append(word)
            owners.append(place)
        if len(words) >= _MOST_WORDS:
            break
    covered = [False] * len(words)
    for place, run in enumerate(zip(*(words[place:] for place in range(_RUN)), strict=False)):
        if run in known:
            covered[place : place + _RUN] = [True] * _RUN
    counts = [0] * len(lines)
    missing = [0] * len(lines)
    for owner, is_covered in zip(owners, covered, strict=True):
        counts[owner] += 1
        missing[owner] += not is_covered
    result = [count > 0 and not lacks for count, lacks in zip(counts, missing, strict=True)]
    return _drop_short_runs(lines, result, counts)


def _drop_short_runs(lines: Sequence[str], known: list[bool], counts: list[int]) -> list[bool]:
    """Keep runs of lines that are long enough; empty lines interrupt none."""
    result = [False] * len(lines)
    run: list[int] = []
    for place in range(len(lines) + 1):
        if place < len(lines) and known[place]:
            run.append(place)
        elif place == len(lines) or counts[place]:
            if sum(counts[one] for one in run) >= _SHORTEST:
                for one in run:
                    result[one] = True
            run = []
    return result
