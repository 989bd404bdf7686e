"""Views of a connection that hide tickets, with all that belongs to them, from every query on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_PARTS_OF_TICKETS = (
    "event",
    "personal_text",
    "message",
    "attachment",
    "clock",
    "record",
    "status_span",
    "access",
    "mail",
)
"""Tables whose rows belong to a ticket, by `ticket_id`."""


def build_scope_statements(schema: str, departments: Sequence[str], login: str) -> Iterator[str]:
    """Yield the statements that put views of the connection before the tables, which hide the tickets of departments
    that are not assigned to a login; without departments, those that take the views away."""
    temporary = "temp" if schema == "main" else "pg_temp"
    for table in ("ticket", *_PARTS_OF_TICKETS):
        yield f"DROP VIEW IF EXISTS {temporary}.{table}"
    if not departments:
        return
    keys = ", ".join(_quote(key) for key in departments)
    hidden = (
        f"hidden.department IS NOT NULL AND hidden.department IN ({keys}) "
        f"AND (hidden.assignee IS NULL OR hidden.assignee <> {_quote(login)})"
    )
    yield f"CREATE TEMPORARY VIEW ticket AS SELECT * FROM {schema}.ticket hidden WHERE NOT ({hidden})"
    for table in _PARTS_OF_TICKETS:
        yield (
            f"CREATE TEMPORARY VIEW {table} AS SELECT * FROM {schema}.{table} kept WHERE NOT EXISTS "
            f"(SELECT 1 FROM {schema}.ticket hidden WHERE hidden.id = kept.ticket_id AND {hidden})"
        )


def _quote(text: str) -> str:
    """Quote a text as a literal of SQL: a view takes no parameters."""
    return "'" + text.replace("'", "''") + "'"
