"""Texts as filters compare them: without the case of letters and without their accents (C-12).

Both databases and Python fold alike, so that a filter finds the same on each: compatibility forms are taken apart,
combining marks go, and letters become small.
"""

from __future__ import annotations

from deskterm.store.db.reader import ReadConnection, escape_like, fold


def build_contains(reader: ReadConnection, column: str, name: str) -> str:
    """Return the condition for a folded pattern of LIKE, in the parameter of a name, in a column."""
    if reader.dialect == "postgresql":
        folded = f"lower(regexp_replace(normalize({column}, NFKD), '[\\u0300-\\u036f]', '', 'g'))"
        like, is_plain = "ILIKE", f"octet_length({column}) = char_length({column})"
    else:
        folded, like, is_plain = f"fold({column})", "LIKE", f"length(CAST({column} AS BLOB)) = length({column})"
    # Most texts are ASCII, which the databases compare themselves, many times faster than a folded copy
    return f"({column} {like} :{name} ESCAPE '\\' OR (NOT {is_plain} AND {folded} LIKE :{name} ESCAPE '\\'))"


def build_pattern(text: str, *, is_whole: bool = False) -> str:
    """Return the pattern of LIKE for a text anywhere in another. is_whole: for the text alone."""
    escaped = escape_like(fold(text))
    return escaped if is_whole else f"%{escaped}%"
