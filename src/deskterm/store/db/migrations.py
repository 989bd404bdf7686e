"""The layout of the store: its number, and the migrations from older ones, which `upgrade` runs.

A migration is plain SQL on a bare connection: nothing heavy is imported to find out that there is nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass

from deskterm.store.db.instants import LONG_AGO_TEXT
from deskterm.store.db.text_index import POSTGRESQL_INDEX, SQLITE_INDEX, SQLITE_REBUILD
from deskterm.store.db.triggers import PRESENCE_TABLE

SCHEMA = 11
"""The number of the present layout; a store with a higher one was written by a newer deskterm."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A step to layout `number` from the one before it. Prefer ADD COLUMN. On SQLite it runs with foreign keys off, so
    that a table may be rebuilt; afterwards references are checked and the triggers created anew."""

    number: int
    description: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]


_WAIVERS_AND_SPRINTS = (
    "ALTER TABLE clock ADD COLUMN waived INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE ticket ADD COLUMN sprint VARCHAR",
    "ALTER TABLE desk ADD COLUMN fold INTEGER NOT NULL DEFAULT 1",
)

_RECORD_COLUMNS = (
    "ALTER TABLE ticket ADD COLUMN exempt VARCHAR",
    "ALTER TABLE ticket ADD COLUMN held VARCHAR",
    "ALTER TABLE ticket ADD COLUMN flags VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE message ADD COLUMN mark VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE message ADD COLUMN contact_id BIGINT",
    "ALTER TABLE organisation ADD COLUMN coverage VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE organisation ADD COLUMN handoff VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE desk ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE desk ADD COLUMN refolding VARCHAR NOT NULL DEFAULT ''",
)
_RECORD_INDEXES = (
    "CREATE INDEX record_state ON record (kind, state, at)",
    "CREATE INDEX record_key ON record (kind, key)",
)

_OVERRUN = ("ALTER TABLE clock ADD COLUMN overrun INTEGER NOT NULL DEFAULT 0",)

_SOURCE = ("ALTER TABLE ticket ADD COLUMN source VARCHAR",)

_BACKUP_COLUMNS = (
    "login VARCHAR NOT NULL, location VARCHAR NOT NULL, bytes BIGINT NOT NULL, events BIGINT NOT NULL, "
    "sha256 VARCHAR NOT NULL"
)

_TICKET_NUMBERS = (
    # Rows of `change` may be all that is left of a ticket: their numbers go over before the table does.
    "INSERT INTO ticket_number SELECT id FROM ticket UNION SELECT ticket_id FROM change WHERE ticket_id IS NOT NULL",
    "DROP TABLE change",
)

_SNOOZED_INDEX = (
    "CREATE INDEX ticket_snoozed ON ticket (snoozed_until, id) WHERE is_open = 1 AND snoozed_until IS NOT NULL",
)

_ZONES = (
    "ALTER TABLE ticket ADD COLUMN zones VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE clock ADD COLUMN zones VARCHAR NOT NULL DEFAULT ''",
)

_DESK_EVENT_COLUMNS = "kind VARCHAR NOT NULL, actor VARCHAR NOT NULL, data TEXT NOT NULL, hash VARCHAR NOT NULL"
_DESK_CHAIN = "ALTER TABLE desk ADD COLUMN chain VARCHAR NOT NULL DEFAULT ''"

_DRAFT_COLUMNS = (
    "key VARCHAR NOT NULL, login VARCHAR NOT NULL, behind VARCHAR NOT NULL DEFAULT '', kind VARCHAR NOT NULL"
)
_DRAFT_INDEX = "CREATE INDEX draft_owner ON draft (login, behind)"

_TEMPLATE_COLUMNS = (
    "kind VARCHAR NOT NULL, owner VARCHAR NOT NULL DEFAULT '', key VARCHAR NOT NULL, "
    "language VARCHAR NOT NULL DEFAULT '', document TEXT NOT NULL"
)
_TEMPLATE_INDEX = "CREATE UNIQUE INDEX template_key ON template (kind, owner, key, language)"

_SAVED_VIEW_COLUMNS = (
    "key VARCHAR NOT NULL PRIMARY KEY, login VARCHAR NOT NULL, name VARCHAR NOT NULL, team VARCHAR NOT NULL DEFAULT ''"
)
_SAVED_VIEW_INDEX = (
    "CREATE UNIQUE INDEX saved_view_name ON saved_view (login, name)",
    "CREATE TABLE view_choice (login VARCHAR NOT NULL PRIMARY KEY, data TEXT NOT NULL)",
)

POSTGRESQL_PRESENCE = (
    # A repetition has room in the page of the row that it replaces, so that the table does not grow
    f"CREATE UNLOGGED TABLE {PRESENCE_TABLE} (session VARCHAR NOT NULL PRIMARY KEY, login VARCHAR NOT NULL, "
    "ticket_id BIGINT NOT NULL, writing VARCHAR NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL) WITH (fillfactor = 50)",
)
"""The table of a PostgreSQL desk's presence; a SQLite desk has a file beside it instead."""

_CONTENT_COLUMNS = "digest VARCHAR NOT NULL PRIMARY KEY, size BIGINT NOT NULL"
_ATTACHMENT_COLUMNS = (
    "seq INTEGER NOT NULL, place INTEGER NOT NULL, type VARCHAR NOT NULL, size BIGINT NOT NULL, salt VARCHAR NOT NULL, "
    "content VARCHAR REFERENCES file_content (digest), PRIMARY KEY (ticket_id, seq, place)"
)
_ATTACHMENT_INDEX = "CREATE INDEX attachment_content ON attachment (content)"

_SALTED_TABLES = ("agent", "organisation", "contact")
_SALTS = (
    *(f"ALTER TABLE {table} ADD COLUMN salt VARCHAR NOT NULL DEFAULT ''" for table in _SALTED_TABLES),
    "ALTER TABLE desk ADD COLUMN covers_people INTEGER NOT NULL DEFAULT 0",
)

_MAIL_TEXTS = (
    "identity VARCHAR NOT NULL, message_id VARCHAR NOT NULL, sender VARCHAR NOT NULL, subject VARCHAR NOT NULL, "
    "state VARCHAR NOT NULL, reason VARCHAR NOT NULL, tries INTEGER NOT NULL, seq INTEGER, on_server INTEGER NOT NULL"
)
_MAIL_INDEXES = (
    "CREATE UNIQUE INDEX mail_place ON mail (mailbox, place)",
    "CREATE INDEX mail_identity ON mail (identity)",
    "CREATE INDEX mail_message_id ON mail (message_id)",
    "CREATE INDEX mail_state ON mail (state, id)",
    "CREATE INDEX mail_ticket ON mail (ticket_id)",
)
_MAILBOX_COLUMNS = (
    "name VARCHAR NOT NULL PRIMARY KEY, position VARCHAR NOT NULL, holder VARCHAR NOT NULL, "
    "failures INTEGER NOT NULL, reason VARCHAR NOT NULL"
)
_UNDELIVERABLE = "ALTER TABLE contact ADD COLUMN undeliverable VARCHAR NOT NULL DEFAULT ''"
_SENDING_COLUMNS = (
    "key VARCHAR NOT NULL, account VARCHAR NOT NULL, phase VARCHAR NOT NULL, holder VARCHAR NOT NULL, "
    "attempt INTEGER NOT NULL, message_id VARCHAR NOT NULL, date VARCHAR NOT NULL, recipients VARCHAR NOT NULL, "
    "reason VARCHAR NOT NULL, repeats INTEGER NOT NULL"
)
_SENDING_INSTANTS = ("held_until", "next_at", "first_at")
_SENDING_INDEX = "CREATE INDEX sending_next ON sending (phase, next_at)"
_MAILBOX_INSTANTS = ("since", "held_until", "worked_at", "failed_at", "told_at")

_SPAN_COLUMNS = (
    "n INTEGER NOT NULL, status VARCHAR NOT NULL, category VARCHAR NOT NULL, since BIGINT NOT NULL, until BIGINT, "
    "kind VARCHAR NOT NULL, seq INTEGER NOT NULL, actor VARCHAR NOT NULL, team VARCHAR, tier INTEGER, "
    "assignee VARCHAR, teams INTEGER NOT NULL, hand_offs INTEGER NOT NULL, PRIMARY KEY (ticket_id, n)"
)
_LIFE_INDEX = "CREATE INDEX ticket_life ON ticket (last_event_at, received_at, is_open, id)"

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        2,
        "missed targets may be waived, tickets scheduled and put off",
        sqlite=(*_WAIVERS_AND_SPRINTS, "ALTER TABLE ticket ADD COLUMN snoozed_until DATETIME"),
        postgresql=(*_WAIVERS_AND_SPRINTS, "ALTER TABLE ticket ADD COLUMN snoozed_until TIMESTAMP WITH TIME ZONE"),
    ),
    Migration(
        3,
        "tickets carry records, colleagues may be away, and looking may be written down",
        sqlite=(
            *_RECORD_COLUMNS,
            "ALTER TABLE agent ADD COLUMN away_until DATETIME",
            "ALTER TABLE agent ADD COLUMN certified BOOLEAN NOT NULL DEFAULT 0",
            "CREATE TABLE record (ticket_id INTEGER NOT NULL REFERENCES ticket (id), kind VARCHAR NOT NULL, "
            "key VARCHAR NOT NULL, state VARCHAR NOT NULL, who VARCHAR NOT NULL, at DATETIME NOT NULL, "
            "due_at DATETIME, data TEXT NOT NULL, PRIMARY KEY (ticket_id, kind, key))",
            *_RECORD_INDEXES,
            "CREATE TABLE access (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at DATETIME NOT NULL, "
            "login VARCHAR NOT NULL, ticket_id INTEGER, what VARCHAR NOT NULL)",
        ),
        postgresql=(
            *_RECORD_COLUMNS,
            "ALTER TABLE agent ADD COLUMN away_until TIMESTAMP WITH TIME ZONE",
            "ALTER TABLE agent ADD COLUMN certified BOOLEAN NOT NULL DEFAULT FALSE",
            "CREATE TABLE record (ticket_id BIGINT NOT NULL REFERENCES ticket (id), kind VARCHAR NOT NULL, "
            "key VARCHAR NOT NULL, state VARCHAR NOT NULL, who VARCHAR NOT NULL, "
            "at TIMESTAMP WITH TIME ZONE NOT NULL, due_at TIMESTAMP WITH TIME ZONE, data TEXT NOT NULL, "
            "PRIMARY KEY (ticket_id, kind, key))",
            *_RECORD_INDEXES,
            "CREATE TABLE access (id BIGSERIAL PRIMARY KEY, at TIMESTAMP WITH TIME ZONE NOT NULL, "
            "login VARCHAR NOT NULL, ticket_id BIGINT, what VARCHAR NOT NULL)",
        ),
    ),
    Migration(4, "clocks know by how much they are overdue, pauses left out", sqlite=_OVERRUN, postgresql=_OVERRUN),
    Migration(
        5,
        "numbers of tickets are noted, and the log of changes that nobody read is gone",
        sqlite=("CREATE TABLE ticket_number (ticket_id INTEGER NOT NULL PRIMARY KEY)", *_TICKET_NUMBERS),
        postgresql=(
            # Nobody adds a ticket between the copy of the numbers and the trigger that notes them from then on.
            "LOCK TABLE ticket IN SHARE ROW EXCLUSIVE MODE",
            "CREATE TABLE ticket_number (ticket_id BIGINT NOT NULL PRIMARY KEY)",
            *_TICKET_NUMBERS,
        ),
    ),
    Migration(6, "tickets say which mailbox, form or system they came through", sqlite=_SOURCE, postgresql=_SOURCE),
    Migration(
        7,
        "a desk knows of its backups and of the time zones it was reckoned by, and has a history of its own",
        sqlite=(
            "CREATE TABLE backup (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, made_at DATETIME NOT NULL, "
            f"{_BACKUP_COLUMNS}, drilled_at DATETIME)",
            f"CREATE TABLE desk_event (seq INTEGER NOT NULL PRIMARY KEY, at DATETIME NOT NULL, {_DESK_EVENT_COLUMNS})",
            _DESK_CHAIN,
            *_SNOOZED_INDEX,
            *_ZONES,
        ),
        postgresql=(
            "CREATE TABLE backup (id BIGSERIAL PRIMARY KEY, made_at TIMESTAMP WITH TIME ZONE NOT NULL, "
            f"{_BACKUP_COLUMNS}, drilled_at TIMESTAMP WITH TIME ZONE)",
            "CREATE TABLE desk_event (seq BIGINT NOT NULL PRIMARY KEY, at TIMESTAMP WITH TIME ZONE NOT NULL, "
            f"{_DESK_EVENT_COLUMNS})",
            _DESK_CHAIN,
            *_SNOOZED_INDEX,
            *_ZONES,
        ),
    ),
    Migration(
        8,
        "drafts, files, views, templates and macros are kept, words of texts indexed, and agents seen at their tickets",
        sqlite=(
            f"CREATE TABLE draft (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, {_DRAFT_COLUMNS}, ticket_id INTEGER, "
            "saved_at DATETIME NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL)",
            _DRAFT_INDEX,
            f"CREATE TABLE template (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, {_TEMPLATE_COLUMNS}, "
            "saved_at DATETIME NOT NULL, saved_by VARCHAR NOT NULL)",
            _TEMPLATE_INDEX,
            f"CREATE TABLE saved_view ({_SAVED_VIEW_COLUMNS}, saved_at DATETIME NOT NULL, data TEXT NOT NULL)",
            *_SAVED_VIEW_INDEX,
            *SQLITE_INDEX,
            SQLITE_REBUILD,
            f"CREATE TABLE file_content ({_CONTENT_COLUMNS}, bytes BLOB NOT NULL)",
            "CREATE TABLE attachment (ticket_id INTEGER NOT NULL REFERENCES ticket (id), "
            f"name_id INTEGER NOT NULL REFERENCES personal_text (id), {_ATTACHMENT_COLUMNS})",
            _ATTACHMENT_INDEX,
        ),
        postgresql=(
            f"CREATE TABLE draft (id BIGSERIAL PRIMARY KEY, {_DRAFT_COLUMNS}, ticket_id BIGINT, "
            "saved_at TIMESTAMP WITH TIME ZONE NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL)",
            _DRAFT_INDEX,
            f"CREATE TABLE template (id BIGSERIAL PRIMARY KEY, {_TEMPLATE_COLUMNS}, "
            "saved_at TIMESTAMP WITH TIME ZONE NOT NULL, saved_by VARCHAR NOT NULL)",
            _TEMPLATE_INDEX,
            f"CREATE TABLE saved_view ({_SAVED_VIEW_COLUMNS}, "
            "saved_at TIMESTAMP WITH TIME ZONE NOT NULL, data TEXT NOT NULL)",
            *_SAVED_VIEW_INDEX,
            *POSTGRESQL_INDEX,
            *POSTGRESQL_PRESENCE,
            f"CREATE TABLE file_content ({_CONTENT_COLUMNS}, bytes BYTEA NOT NULL)",
            "CREATE TABLE attachment (ticket_id BIGINT NOT NULL REFERENCES ticket (id), "
            f"name_id BIGINT NOT NULL REFERENCES personal_text (id), {_ATTACHMENT_COLUMNS})",
            _ATTACHMENT_INDEX,
        ),
    ),
    Migration(
        9,
        "the desk's own history vouches for people: agents, clients and contacts have salts of their digests there",
        sqlite=(*_SALTS, *(f"UPDATE {table} SET salt = lower(hex(randomblob(16)))" for table in _SALTED_TABLES)),
        postgresql=(
            *_SALTS,
            *(f"UPDATE {table} SET salt = replace(gen_random_uuid()::text, '-', '')" for table in _SALTED_TABLES),
        ),
    ),
    Migration(
        10,
        "mails are kept as they came, and mailboxes know how far they were read",
        sqlite=(
            _UNDELIVERABLE,
            "CREATE TABLE mail (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, mailbox VARCHAR NOT NULL, "
            "place VARCHAR NOT NULL, received_at DATETIME NOT NULL, taken_at DATETIME NOT NULL, "
            f"changed_at DATETIME NOT NULL, size BIGINT NOT NULL, {_MAIL_TEXTS}, ticket_id INTEGER, raw BLOB NOT NULL)",
            *_MAIL_INDEXES,
            f"CREATE TABLE mailbox ({_MAILBOX_COLUMNS}, "
            + ", ".join(f"{name} DATETIME NOT NULL" for name in _MAILBOX_INSTANTS)
            + ")",
            f"CREATE TABLE sending (ticket_id INTEGER NOT NULL, {_SENDING_COLUMNS}, "
            + ", ".join(f"{name} DATETIME NOT NULL" for name in _SENDING_INSTANTS)
            + ", PRIMARY KEY (ticket_id, key))",
            _SENDING_INDEX,
        ),
        postgresql=(
            _UNDELIVERABLE,
            "CREATE TABLE mail (id BIGSERIAL PRIMARY KEY, mailbox VARCHAR NOT NULL, place VARCHAR NOT NULL, "
            "received_at TIMESTAMP WITH TIME ZONE NOT NULL, taken_at TIMESTAMP WITH TIME ZONE NOT NULL, "
            "changed_at TIMESTAMP WITH TIME ZONE NOT NULL, size BIGINT NOT NULL, "
            f"{_MAIL_TEXTS}, ticket_id BIGINT, raw BYTEA NOT NULL)",
            *_MAIL_INDEXES,
            f"CREATE TABLE mailbox ({_MAILBOX_COLUMNS}, "
            + ", ".join(f"{name} TIMESTAMP WITH TIME ZONE NOT NULL" for name in _MAILBOX_INSTANTS)
            + ")",
            f"CREATE TABLE sending (ticket_id BIGINT NOT NULL, {_SENDING_COLUMNS}, "
            + ", ".join(f"{name} TIMESTAMP WITH TIME ZONE NOT NULL" for name in _SENDING_INSTANTS)
            + ", PRIMARY KEY (ticket_id, key))",
            _SENDING_INDEX,
        ),
    ),
    Migration(
        11,
        "the stays of tickets in their statuses are kept, and the instant of the last event of each",
        sqlite=(
            f"ALTER TABLE ticket ADD COLUMN last_event_at DATETIME NOT NULL DEFAULT '{LONG_AGO_TEXT}'",
            "CREATE TABLE status_span (ticket_id INTEGER NOT NULL REFERENCES ticket (id), "
            f"{_SPAN_COLUMNS}) WITHOUT ROWID",
            _LIFE_INDEX,
        ),
        postgresql=(
            "ALTER TABLE ticket ADD COLUMN last_event_at TIMESTAMP WITH TIME ZONE NOT NULL "
            f"DEFAULT '{LONG_AGO_TEXT}+00'",
            f"CREATE TABLE status_span (ticket_id BIGINT NOT NULL REFERENCES ticket (id), {_SPAN_COLUMNS})",
            _LIFE_INDEX,
        ),
    ),
)
"""In the order of their numbers, without a gap, up to SCHEMA."""
