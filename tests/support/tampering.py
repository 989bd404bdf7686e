"""Change the stored rows of a desk in a way that deskterm itself never does."""

from __future__ import annotations

from sqlalchemy import text

from deskterm.desk.core.session import DeskSession


def tamper(desk: DeskSession, *statements: str) -> None:
    """Switch the triggers off that protect the history, and run statements on the store."""
    with desk.store.writing() as session:
        if desk.store.dialect == "sqlite":
            names = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                session.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            for table in ("event", "ticket_number", "desk_event"):
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            session.execute(text(statement))
