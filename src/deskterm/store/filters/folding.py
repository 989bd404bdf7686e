"""Texts as filters compare them: without the case of letters and without their accents (C-12).

Both databases and Python fold alike, so that a filter finds the same on each: compatibility forms are taken apart,
combining marks go, and letters become small.
"""

from __future__ import annotations

from deskterm.store.db.reader import ReadConnection, escape_like, fold


def build_contains(reader: ReadConnection, column: str, name: str) -> str:
    """Return the condition for a folded pattern of LIKE, in the parameter of a name, in a column."""
    folded, is_plain = _fold(column, reader.dialect)
    like = "ILIKE" if reader.dialect == "postgresql" else "LIKE"
    # Most texts are ASCII, which the databases compare themselves, many times faster than a folded copy
    return f"({column} {like} :{name} ESCAPE '\\' OR (NOT {is_plain} AND {folded} LIKE :{name} ESCAPE '\\'))"


def build_folded(column: str, dialect: str) -> str:
    """Return the SQL of a folded text. Sorted by it, `Ögel` stands with `Ogel`."""
    folded, is_plain = _fold(column, dialect)
    # The databases lower ASCII themselves, as above
    return f"CASE WHEN {is_plain} THEN lower({column}) ELSE {folded} END"


def build_name_order(column: str, dialect: str) -> str:
    """Return what follows ORDER BY for a column of names, so that both databases sort them alike."""
    collation = ' COLLATE "C"' if dialect == "postgresql" else ""
    return f"({build_folded(column, dialect)}){collation}, {column}{collation}"


def _fold(column: str, dialect: str) -> tuple[str, str]:
    """Return the SQL of a folded text, and of the condition that it is ASCII."""
    if dialect == "postgresql":
        folded = f"lower(regexp_replace(normalize({column}, NFKD), '[\\u0300-\\u036f]', '', 'g'))"
        return folded, f"octet_length({column}) = char_length({column})"
    return f"fold({column})", f"length(CAST({column} AS BLOB)) = length({column})"


def build_pattern(text: str, *, is_whole: bool = False) -> str:
    """Return the pattern of LIKE for a text anywhere in another. is_whole: for the text alone."""
    escaped = escape_like(fold(text))
    return escaped if is_whole else f"%{escaped}%"
