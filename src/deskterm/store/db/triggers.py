"""Events, and who looked at what, are append-only: the database itself refuses to change or delete one."""

from __future__ import annotations

_WORDS = "events are kept for ever: correct a ticket with a further event"

_SEEN = "who looked at a ticket is kept for ever"

_GUARD = "event_no_replace"
DROP_REPLACE_GUARD = f"DROP TRIGGER IF EXISTS {_GUARD}"
"""SQLite: let a bulk insert go without a look at each event. Only inside a transaction that puts the guard back."""

REPLACE_GUARD = (
    f"CREATE TRIGGER {_GUARD} BEFORE INSERT ON event "
    "WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id) "
    "OR EXISTS (SELECT 1 FROM event WHERE ticket_id = NEW.ticket_id AND seq = NEW.seq) "
    f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
)
"""SQLite: INSERT OR REPLACE deletes what is in its way, and tells no delete trigger on a connection that did not ask
for recursive triggers, as the sqlite3 shell does not."""

_SQLITE = (
    DROP_REPLACE_GUARD,
    REPLACE_GUARD,
    "DROP TRIGGER IF EXISTS event_no_update",
    "DROP TRIGGER IF EXISTS event_no_delete",
    f"CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END",
    f"CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END",
    "DROP TRIGGER IF EXISTS access_no_update",
    "DROP TRIGGER IF EXISTS access_no_delete",
    f"CREATE TRIGGER access_no_update BEFORE UPDATE ON access BEGIN SELECT RAISE(ABORT, '{_SEEN}'); END",
    f"CREATE TRIGGER access_no_delete BEFORE DELETE ON access BEGIN SELECT RAISE(ABORT, '{_SEEN}'); END",
)

_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION event_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$BEGIN RAISE EXCEPTION '{_WORDS}'; END$$",
    "DROP TRIGGER IF EXISTS event_no_change ON event",
    "DROP TRIGGER IF EXISTS event_no_truncate ON event",
    "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_is_kept()",
    "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_is_kept()",
    "CREATE OR REPLACE FUNCTION access_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$BEGIN RAISE EXCEPTION '{_SEEN}'; END$$",
    "DROP TRIGGER IF EXISTS access_no_change ON access",
    "CREATE TRIGGER access_no_change BEFORE UPDATE OR DELETE ON access FOR EACH ROW EXECUTE FUNCTION access_is_kept()",
)


def trigger_statements(dialect: str) -> tuple[str, ...]:
    """The statements that put the triggers in place, or put them back."""
    return _SQLITE if dialect == "sqlite" else _POSTGRESQL
