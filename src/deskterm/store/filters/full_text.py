"""Full text: the words of subjects, messages, notes and other texts of tickets (C-12)."""

from __future__ import annotations

import re

from deskterm.store.db.reader import ReadConnection, fold

_WORD = re.compile(r"[^\W_]+")
_LEAST_LETTERS = 2
"""Fewest letters of a word that is searched as the beginning of words: far too many begin with a given letter."""


def build_text_query(reader: ReadConnection, text: str) -> str | None:
    """Return the query of the index for the words of a text as a phrase whose last word may be the beginning of one;
    None for a text without words. Words are letters and digits only, so that nothing in them is syntax of the index."""
    words = _WORD.findall(fold(text))
    if not words:
        return None
    goes_on = len(words[-1]) >= _LEAST_LETTERS
    if reader.dialect == "sqlite":
        return f'"{" ".join(words)}"' + (" *" if goes_on else "")
    return " <-> ".join(f"'{word}'" for word in words) + (":*" if goes_on else "")


def build_text_search(reader: ReadConnection, name: str) -> str:
    """Return the query for the numbers of tickets with what `build_text_query` asks for, in the parameter of a name, in
    any of their texts."""
    if reader.dialect == "sqlite":
        return (
            "SELECT t.ticket_id AS id FROM text_words JOIN personal_text t ON t.id = text_words.rowid "
            f"WHERE text_words MATCH :{name}"
        )
    return f"SELECT t.ticket_id AS id FROM personal_text t WHERE t.words @@ CAST(:{name} AS tsquery)"
