"""Errors of the desk's database, reworded for the console, whose desk is always open and which has no options (C-42,
C-45)."""

from __future__ import annotations

import re

_SENTENCES = (
    (
        r"Nothing can be written at .+ \((.+)\): mend that, or give another with `--database`\.",
        r"Nothing can be saved (\1). What you typed stays here; try again when that is mended.",
    ),
    (
        r"Another program keeps the desk at .+ locked: try again when it is done\.",
        "Another program keeps the desk locked: try again in a moment.",
    ),
    (
        r"The PostgreSQL at .+ cannot be reached \(.+\): check that it runs and the URL\.",
        "The database cannot be reached. What you typed stays here; try again in a moment, or ask whoever runs it.",
    ),
    (
        r"The PostgreSQL at .+ took too long, and the statement was stopped: ask for less, or let its administrator "
        r"look at what it is busy with\.",
        "The database took too long, and was stopped: ask for less, or ask whoever runs it.",
    ),
    (
        r"Your role at .+ lacks rights that a desk needs \((.+)\): ask the desk's owner for them .*",
        r"You lack rights in the database (\1): ask the desk's owner for them.",
    ),
    (
        r"\S+ cannot be read \((.+)\): mend that, or give another with `--database`\.",
        r"The desk cannot be read (\1): ask whoever runs it.",
    ),
    (
        r"The desk at .+ was moved or removed while it was open: .+",
        "The desk was moved or removed while it was open. What you typed stays here: put the desk back.",
    ),
)
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in _SENTENCES)


def translate_desk_errors(sentence: str) -> str:
    """Replace sentences about the desk's database by those of the console, anywhere in a text."""
    if " at " not in sentence and "cannot be read" not in sentence:
        return sentence
    for pattern, words in _PATTERNS:
        sentence = pattern.sub(words, sentence)
    return sentence
