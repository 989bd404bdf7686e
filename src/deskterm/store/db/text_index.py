"""The index of the words of all texts (C-12): FTS5 on SQLite, a generated `tsvector` with GIN on PostgreSQL; and on
SQLite one of the short texts of tickets, in which a search looks inside of words.

The databases keep it themselves, as they keep other indexes, so that no writer can forget it: on SQLite by triggers
(`store.db.triggers`). Only a text's first 250,000 characters are indexed on PostgreSQL, which limits a vector to 1 MB.
"""

from __future__ import annotations

_SHORT_TEXTS = "subject || requester || organisation"
HAS_ACCENTS = f"(length(CAST({_SHORT_TEXTS} AS BLOB)) > length({_SHORT_TEXTS}))"
"""SQLite: the condition of tickets with other letters than those of ASCII in subject, requester or client. In these
words."""

SQLITE_INDEX = (
    # A covering index for searches inside of words, because rows of tickets are long. Open tickets have one of their
    # own, because most desks have many more closed ones
    *(
        f"CREATE INDEX ticket_texts_{name} ON ticket ({HAS_ACCENTS}, subject, requester, organisation) "
        f"WHERE is_open = {is_open}"
        for name, is_open in (("open", 1), ("closed", 0))
    ),
    # External content: the index has no copy of the texts
    "CREATE VIRTUAL TABLE text_words USING fts5 (body, content = 'personal_text', content_rowid = 'id', "
    "tokenize = 'unicode61 remove_diacritics 2')",
)
SQLITE_TABLES = ("text_words", *(f"text_words_{part}" for part in ("config", "data", "docsize", "idx")))
"""The index, and the tables that FTS5 keeps it in."""
SQLITE_REBUILD = "INSERT INTO text_words (text_words) VALUES ('rebuild')"
SQLITE_OPTIMIZE = "INSERT INTO text_words (text_words) VALUES ('optimize')"
"""Merges the segments of the index, so that none still has words of deleted texts."""

_REMOVE_OLD = "INSERT INTO text_words (text_words, rowid, body) VALUES ('delete', OLD.id, OLD.body);"
_ADD_NEW = "INSERT INTO text_words (rowid, body) VALUES (NEW.id, NEW.body);"

DROP_SQLITE_ADDITION = "DROP TRIGGER IF EXISTS text_words_added"
"""SQLite: stop indexing each inserted text, for a bulk insert. Only inside a transaction that indexes all of them at
once (`INDEX_SQLITE_FROM`) and restores the trigger."""
CREATE_SQLITE_ADDITION = f"CREATE TRIGGER text_words_added AFTER INSERT ON personal_text BEGIN {_ADD_NEW} END"
INDEX_SQLITE_FROM = (
    "INSERT INTO text_words (rowid, body) SELECT id, body FROM personal_text WHERE id >= :first ORDER BY id"
)

SQLITE_TRIGGERS = (
    DROP_SQLITE_ADDITION,
    CREATE_SQLITE_ADDITION,
    "DROP TRIGGER IF EXISTS text_words_removed",
    f"CREATE TRIGGER text_words_removed AFTER DELETE ON personal_text BEGIN {_REMOVE_OLD} END",
    "DROP TRIGGER IF EXISTS text_words_changed",
    f"CREATE TRIGGER text_words_changed AFTER UPDATE OF body ON personal_text BEGIN {_REMOVE_OLD} {_ADD_NEW} END",
)

# Everything but letters and digits separates words, so that PostgreSQL's own parser sees no addresses or numbers. Not
# by classes such as [:alnum:], which match only ASCII in a database with the locale C.
_SEPARATORS = r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+"
_FOLDED = r"lower(regexp_replace(normalize(left(body, 250000), NFKD), '[\u0300-\u036f]', '', 'g'))"

POSTGRESQL_INDEX = (
    "ALTER TABLE personal_text ADD COLUMN words tsvector GENERATED ALWAYS AS "
    f"(to_tsvector('simple', left(regexp_replace({_FOLDED}, '{_SEPARATORS}', ' ', 'g'), 250000))) STORED",
    "CREATE INDEX personal_text_words ON personal_text USING gin (words)",
)


def index_statements(dialect: str) -> tuple[str, ...]:
    """Return the statements that create the index of a new store, before its triggers."""
    return SQLITE_INDEX if dialect == "sqlite" else POSTGRESQL_INDEX
