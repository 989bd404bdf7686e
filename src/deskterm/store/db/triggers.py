"""Triggers: events, accesses and ticket numbers are append-only, every ticket's number is recorded, and on SQLite the
words of texts are indexed. The database itself enforces it, whichever program writes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from deskterm.store.db.text_index import SQLITE_TABLES, SQLITE_TRIGGERS

if TYPE_CHECKING:
    from sqlalchemy import Connection

_EVENT_REFUSAL = "events are kept for ever: correct a ticket with a further event"
_ACCESS_REFUSAL = "who looked at a ticket is kept for ever"
_DESK_EVENT_REFUSAL = "what was done to the desk is kept for ever"
_NUMBER_REFUSAL = "numbers of tickets are kept for ever"

PRESENCE_TABLE = "presence"
"""PostgreSQL: the table of presence (`store.presence`), whose rows are not kept."""

_CREATE_TRIGGER = re.compile(r"CREATE TRIGGER (\w+) ")
_CREATE_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(\).*?\$\$(.*)\$\$", re.DOTALL)

_TRIGGER_TABLE = re.compile(r"CREATE TRIGGER (\w+) .*? ON (\w+) ")

_NOT_OF_AN_EXTENSION = "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
_FOREIGN_OF_POSTGRESQL = (
    "SELECT 'trigger', t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace "
    "UNION ALL SELECT 'rule', r.rulename, c.relname FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class "
    "WHERE r.rulename <> '_RETURN' AND c.relnamespace = current_schema()::regnamespace "
    f"AND {_NOT_OF_AN_EXTENSION} "
    "UNION ALL SELECT CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, c.relname, c.relname "
    "FROM pg_class c WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') "
    f"AND c.relnamespace = current_schema()::regnamespace AND {_NOT_OF_AN_EXTENSION}"
)

_REPLACE_GUARD = "event_no_replace"
DROP_REPLACE_GUARD = f"DROP TRIGGER IF EXISTS {_REPLACE_GUARD}"
"""SQLite: let a bulk insert go without a look at each event. Only inside a transaction that puts the guard back."""

CREATE_REPLACE_GUARD = (
    f"CREATE TRIGGER {_REPLACE_GUARD} BEFORE INSERT ON event "
    "WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id) "
    "OR EXISTS (SELECT 1 FROM event WHERE ticket_id = NEW.ticket_id AND seq = NEW.seq) "
    f"BEGIN SELECT RAISE(ABORT, '{_EVENT_REFUSAL}'); END"
)
"""SQLite: INSERT OR REPLACE deletes the row in its way, and fires no delete trigger on a connection without
`recursive_triggers`, such as the sqlite3 shell's."""


def _sqlite_append_only(table: str, refusal: str) -> tuple[str, ...]:
    return (
        f"DROP TRIGGER IF EXISTS {table}_no_update",
        f"DROP TRIGGER IF EXISTS {table}_no_delete",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
    )


def _postgresql_append_only(table: str, refusal: str) -> tuple[str, ...]:
    return (
        f"CREATE OR REPLACE FUNCTION {table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{refusal}'; END$$",
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_is_kept()",
    )


_SQLITE = (
    DROP_REPLACE_GUARD,
    CREATE_REPLACE_GUARD,
    *_sqlite_append_only("event", _EVENT_REFUSAL),
    *_sqlite_append_only("access", _ACCESS_REFUSAL),
    *_sqlite_append_only("ticket_number", _NUMBER_REFUSAL),
    *_sqlite_append_only("desk_event", _DESK_EVENT_REFUSAL),
    *SQLITE_TRIGGERS,
    "DROP TRIGGER IF EXISTS ticket_noted",
    "CREATE TRIGGER ticket_noted AFTER INSERT ON ticket "
    "BEGIN INSERT OR IGNORE INTO ticket_number (ticket_id) VALUES (NEW.id); END",
)

_NAME_WRITER = (
    # Once a statement, as below. Owners of the tables may switch triggers off, so they are not asked; the stories of a
    # simulated desk have people who are no roles; what follows by itself is the desk's own, whoever made it follow.
    "CREATE OR REPLACE FUNCTION event_names_its_writer() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
    "IF NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') "
    "AND NOT (SELECT simulated FROM desk) AND EXISTS (SELECT 1 FROM added "
    "WHERE actor NOT IN (session_user::text, 'deskterm') AND NOT ((coalesce(data::jsonb->>'behind', '') = session_user "
    "OR (kind IN ('registered', 'imported') AND coalesce(data::jsonb->>'imported_by', '') = session_user)) "
    "AND EXISTS (SELECT 1 FROM agent WHERE login = session_user AND active AND role = 'admin'))) "
    "THEN RAISE EXCEPTION 'an event names whoever wrote it: nobody writes one for somebody else'; "
    "END IF; RETURN NULL; END$$",
    *(
        statement
        for table in ("event", "desk_event")
        for statement in (
            f"DROP TRIGGER IF EXISTS {table}_names_writer ON {table}",
            f"CREATE TRIGGER {table}_names_writer AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION event_names_its_writer()",
        )
    ),
)
"""PostgreSQL: an event's actor is the role that logged in, or it says that this role, an admin, acted for the actor or
imported what the actor did on another desk."""

_POSTGRESQL = (
    *_NAME_WRITER,
    *_postgresql_append_only("event", _EVENT_REFUSAL),
    "DROP TRIGGER IF EXISTS event_no_truncate ON event",
    "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_is_kept()",
    *_postgresql_append_only("access", _ACCESS_REFUSAL),
    *_postgresql_append_only("ticket_number", _NUMBER_REFUSAL),
    *_postgresql_append_only("desk_event", _DESK_EVENT_REFUSAL),
    # Once a statement, not once a row: an import copies thousands of tickets in one.
    "CREATE OR REPLACE FUNCTION note_ticket_number() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN INSERT INTO ticket_number SELECT id FROM added ON CONFLICT DO NOTHING; RETURN NULL; END$$",
    "DROP TRIGGER IF EXISTS ticket_noted ON ticket",
    "CREATE TRIGGER ticket_noted AFTER INSERT ON ticket REFERENCING NEW TABLE AS added "
    "FOR EACH STATEMENT EXECUTE FUNCTION note_ticket_number()",
)


def trigger_statements(dialect: str) -> tuple[str, ...]:
    """Return the statements that create the triggers, or create them anew."""
    return _SQLITE if dialect == "sqlite" else _POSTGRESQL


def find_missing_triggers(connection: Connection, dialect: str) -> list[str]:
    """Return the names of triggers that are not there, are switched off, or do something else than deskterm wrote.
    connection: of SQLAlchemy."""
    if dialect == "sqlite":
        expected = {match[1]: one for one in _SQLITE if (match := _CREATE_TRIGGER.match(one))}
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = {str(name): str(statement) for name, statement in rows}
        return sorted(name for name, statement in expected.items() if found.get(name) != statement)
    names = {match[1] for one in _POSTGRESQL if (match := _CREATE_TRIGGER.match(one))}
    bodies = {match[1]: match[2] for one in _POSTGRESQL if (match := _CREATE_FUNCTION.match(one))}
    rows = connection.exec_driver_sql(
        "SELECT t.tgname, t.tgenabled, p.proname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal "
        "AND c.relnamespace = current_schema()::regnamespace"
    )
    sound = {
        str(name) for name, enabled, function, body in rows if _to_text(enabled) == "O" and bodies.get(function) == body
    }
    return sorted(names - sound)


def find_foreign_objects(connection: Connection, dialect: str, tables: Collection[str]) -> list[str]:
    """Return the triggers, rules, views and tables of the desk's schema that deskterm did not write, as `the trigger
    evil on message`: any of them may change or hide what is read and written. tables: names of deskterm's own.

    The views that a reader makes for itself are temporary, and so in another schema; objects of PostgreSQL's extensions
    are left out. connection: of SQLAlchemy."""
    found: list[tuple[str, str, str]]
    if dialect == "sqlite":
        known = {*tables, *SQLITE_TABLES}
        own = {(match[1], match[2]) for one in _SQLITE if (match := _TRIGGER_TABLE.match(one))}
        rows = connection.exec_driver_sql(
            "SELECT type, name, tbl_name FROM main.sqlite_master WHERE type IN ('trigger', 'view', 'table') "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
    else:
        known = {*tables, PRESENCE_TABLE}
        own = {(match[1], match[2]) for one in _POSTGRESQL if (match := _TRIGGER_TABLE.match(one))}
        rows = connection.exec_driver_sql(_FOREIGN_OF_POSTGRESQL)
    found = [(str(kind), str(name), str(table)) for kind, name, table in rows]
    return sorted(
        f"the {kind} {name}" + (f" on {table}" if kind in ("trigger", "rule") else "")
        for kind, name, table in found
        if not ((kind == "trigger" and (name, table) in own) or (kind == "table" and name in known))
    )


def _to_text(value: str | bytes) -> str:
    """Return a value of PostgreSQL's type `"char"`, which some drivers give as bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)
