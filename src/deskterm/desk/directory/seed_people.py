"""Seeding agents and clients from lists: idempotent, with the differences shown, and nobody removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.tier_coverage import parse_tiers
from deskterm.desk.domain.text import is_visible
from deskterm.desk.policy.departments import team_of
from deskterm.desk.policy.status_graph import chosen
from deskterm.errors import DeskError
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.tables import Agent, Organisation, table_of

ROLES = ("viewer", "agent", "lead", "admin")


def seed_agents(
    desk: DeskSession, rows: Sequence[Mapping[str, Any]], *, dry_run: bool = False, now: datetime
) -> list[str]:
    """Make the agents what the rows say, by `login`; the differences, one a line. Nobody is removed: `active`
    false retires somebody. DeskError for a role, a team or a named role that there is none of, and when no active
    admin would be left."""
    desk.require("seed")
    _named(rows, "login")
    for row in rows:
        if row.get("role", "agent") not in ROLES:
            raise DeskError(f"The role of {row['login']} is {row['role']!r}: use {', '.join(ROLES)}.")
    rows = [_placed(desk, row) for row in rows]
    with desk.store.writing() as session:
        lines = _upsert(session, Agent, "login", rows)
        table = table_of(Agent)
        admins = select(func.count()).select_from(table).where(table.c.role == "admin", table.c.active)
        if not session.execute(admins).scalar_one():
            raise DeskError("This would leave the desk without an active admin: keep one.")
        _settle(session, lines, dry_run)
    return lines


def seed_clients(
    desk: DeskSession, rows: Sequence[Mapping[str, Any]], *, dry_run: bool = False, now: datetime
) -> list[str]:
    """Make the clients what the rows say, by `key`; the differences, one a line. None is removed."""
    desk.require("seed")
    _named(rows, "key")
    levels = {tier.level for tier in desk.procedure.definition.tiers}
    for row in rows:
        unknown = [level for level in parse_tiers(row.get("coverage") or "") if level not in levels]
        if unknown:
            known = ", ".join(str(level) for level in sorted(levels)) or "none"
            raise DeskError(
                f"{row['key']} has tier {unknown[0]} covered, and this procedure has no such tier: {known}."
            )
    with desk.store.writing() as session:
        lines = _upsert(session, Organisation, "key", rows)
        _settle(session, lines, dry_run)
    return lines


def _placed(desk: DeskSession, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with the keys of its team (a department, where the procedure has only these) and named roles."""
    procedure = desk.procedure.definition
    placed = dict(row)
    if row.get("team"):
        placed["team"] = team_of(procedure, row["team"])
    if row.get("roles") and procedure.roles:
        placed["roles"] = ",".join(chosen("role", name, procedure.roles).key for name in row["roles"].split(","))
    return placed


def _named(rows: Sequence[Mapping[str, Any]], by: str) -> None:
    """DeskError for a key or a name of which nothing can be seen."""
    for row in rows:
        for name in (by, "name"):
            if (name == by or row.get(name)) and not is_visible(str(row.get(name) or "")):
                raise DeskError(f"The {name} {row.get(name)!r} has nothing that can be seen: write it in letters.")


def _settle(session: Session, lines: list[str], dry_run: bool) -> None:
    if dry_run:
        session.rollback()
    elif lines:
        notify_change(session, None)


def _upsert(
    session: Session, table: type[Agent] | type[Organisation], by: str, rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    lines = []
    for row in rows:
        name = row[by]
        column = table_of(table).c[by]
        found = session.execute(select(table).where(column == name)).scalar_one_or_none()
        if found is None:
            session.add(table(**row))
            session.flush()
            lines.append(f"+ {name}" + (f" ({row['name']})" if row.get("name") else ""))
            continue
        for field, value in row.items():
            before = getattr(found, field)
            if before != value:
                setattr(found, field, value)
                lines.append(f"~ {name}: {field} {_shown(before)} → {_shown(value)}")
    session.flush()
    return lines


def _shown(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
