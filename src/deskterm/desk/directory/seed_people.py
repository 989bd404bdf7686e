"""Seeding of agents and clients from lists. Seeding is idempotent, reports the differences and removes nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.tier_coverage import parse_tiers
from deskterm.desk.domain.text import is_visible
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.departments import resolve_team
from deskterm.errors import DeskError
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.tables import Agent, Organisation, table_of

ROLES = ("viewer", "agent", "lead", "admin")


def seed_agents(
    desk: DeskSession, rows: Sequence[Mapping[str, Any]], *, dry_run: bool = False, now: datetime
) -> list[str]:
    """Insert or update agents from rows, by `login`; return the differences, one per line. `active` false retires an
    agent.

    dry_run: return the differences, and write nothing. Raises DeskError for an unknown role, team or named role, and
    when no active admin would be left.
    """
    desk.require("seed")
    _require_visible_names(rows, "login")
    for row in rows:
        if row.get("role", "agent") not in ROLES:
            raise DeskError(f"The role of {row['login']} is {row['role']!r}: use {', '.join(ROLES)}.")
    rows = [_resolve_keys(desk, row) for row in rows]
    with desk.writing("seed") as session:
        # Written even in a dry run and rolled back then: the check for an admin needs the rows as they would be.
        lines: list[str] = []
        with recorded_changes(session, "agents", now, desk.agent.login, desk.behind):
            lines += _upsert(session, Agent, "login", rows)
        table = table_of(Agent)
        admins = select(func.count()).select_from(table).where(table.c.role == "admin", table.c.active)
        if not session.execute(admins).scalar_one():
            raise DeskError("This would leave the desk without an active admin: keep one.")
        _finish(session, lines, dry_run)
    return lines


def seed_clients(
    desk: DeskSession, rows: Sequence[Mapping[str, Any]], *, dry_run: bool = False, now: datetime
) -> list[str]:
    """Insert or update clients from rows, by `key`; return the differences, one per line. Raises DeskError for a tier
    that the procedure does not have."""
    desk.require("seed")
    _require_visible_names(rows, "key")
    levels = {tier.level for tier in desk.procedure.definition.tiers}
    for row in rows:
        unknown = [level for level in parse_tiers(row.get("coverage") or "") if level not in levels]
        if unknown:
            names = ", ".join(str(level) for level in sorted(levels)) or "none"
            raise DeskError(
                f"{row['key']} has tier {unknown[0]} covered, and this procedure has no such tier: {names}."
            )
    with desk.writing("seed") as session:
        lines: list[str] = []
        with recorded_changes(session, "clients", now, desk.agent.login, desk.behind, lines):
            lines += _upsert(session, Organisation, "key", rows)
        _finish(session, lines, dry_run)
    return lines


def _resolve_keys(desk: DeskSession, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row with the keys of its team (a department, where the procedure has only these) and named roles."""
    procedure = desk.procedure.definition
    resolved = dict(row)
    if row.get("team"):
        resolved["team"] = resolve_team(procedure, row["team"])
    if row.get("roles") and procedure.roles:
        resolved["roles"] = ",".join(
            resolve_choice("role", name, procedure.roles).key for name in row["roles"].split(",")
        )
    return resolved


def _require_visible_names(rows: Sequence[Mapping[str, Any]], key_column: str) -> None:
    """Raise DeskError for a key or a name without visible characters."""
    for row in rows:
        for name in (key_column, "name"):
            if (name == key_column or row.get(name)) and not is_visible(str(row.get(name) or "")):
                raise DeskError(f"The {name} {row.get(name)!r} has nothing that can be seen: write it in letters.")


def _finish(session: Session, lines: list[str], dry_run: bool) -> None:
    """Roll back a dry run; else note the change for readers if there were differences."""
    if dry_run:
        # In the middle of the block that writes: there is nothing left for it to commit
        session.rollback()
    elif lines:
        notify_change(session, None)


def _upsert(
    session: Session, table: type[Agent] | type[Organisation], key_column: str, rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Insert or update rows by a key column; return the differences."""
    lines = []
    for row in rows:
        name = row[key_column]
        column = table_of(table).c[key_column]
        existing = session.execute(select(table).where(column == name)).scalar_one_or_none()
        if existing is None:
            session.add(table(**row))
            session.flush()
            lines.append(f"+ {name}" + (f" ({row['name']})" if row.get("name") else ""))
            continue
        for field, value in row.items():
            before = getattr(existing, field)
            if before != value:
                setattr(existing, field, value)
                lines.append(f"~ {name}: {field} {_format_value(before)} → {_format_value(value)}")
    session.flush()
    return lines


def _format_value(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
