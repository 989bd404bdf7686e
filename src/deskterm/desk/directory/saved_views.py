"""Views of the queue that agents make for themselves, and that leads share with a team (C-11).

They are no part of any history: nothing about a ticket follows from a view. The caller has parsed the filter, because
the filter language is a floor above."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.text import normalise_name
from deskterm.desk.policy.departments import resolve_team
from deskterm.desk.policy.permissions import is_allowed
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.tables import Agent, SavedViewRow, ViewChoiceRow, table_of
from deskterm.store.personal.saved_views import (
    SavedView,
    ViewChoices,
    read_view_choices,
    write_saved_view,
    write_view_choices,
)

LONGEST_NAME = 40
"""Characters of a name."""
MOST_VIEWS = 100
"""Most views of an agent: their tickets are counted whenever something changes."""

_view, _choice, _agent = table_of(SavedViewRow), table_of(ViewChoiceRow), table_of(Agent)


def save_view(desk: DeskSession, view: SavedView, *, reserved: Sequence[str], now: datetime) -> SavedView:
    """Save a view under its name, in place of the agent's own of that name, or of one with its key that they may
    change. Return it as stored. reserved: names of other views. Raises UsageError for an unsuitable name, and DeskError
    when there are too many views."""
    name = check_name(view.name, reserved)
    with desk.writing() as session:
        found = _find_own(session, desk.agent.login, name) if not view.key else _find(session, desk, view.key)
        if found is not None:
            _require_change(desk, found)
            kept = view._replace(key=found.key, name=found.name, login=found.login, team=found.team)
            values = {"data": write_saved_view(kept), "saved_at": now}
            session.execute(update(_view).where(_view.c.key == found.key).values(values))
        else:
            if len(session.execute(select(_view.c.key).where(_view.c.login == desk.agent.login)).all()) >= MOST_VIEWS:
                raise DeskError(f"You have {MOST_VIEWS} views, which is the most: delete one first.")
            kept = view._replace(key=secrets.token_hex(8), name=name, login=desk.agent.login, team="")
            row = {"key": kept.key, "login": kept.login, "name": name, "saved_at": now}
            session.execute(insert(_view).values(row | {"data": write_saved_view(kept)}))
        notify_change(session, None)
    return kept


def rename_view(desk: DeskSession, key: str, name: str, *, reserved: Sequence[str]) -> str:
    """Give a view another name; return the line for the summary. Raises as `save_view`, and DeskError where the owner
    has another view of that name."""
    name = check_name(name, reserved)
    with desk.writing() as session:
        found = _find(session, desk, key)
        _require_change(desk, found)
        same = _find_own(session, found.login, name)
        if same is not None and same.key != key:
            raise DeskError(f"There is a view {same.name!r} already: choose another name.")
        session.execute(update(_view).where(_view.c.key == key).values(name=name))
        notify_change(session, None)
    return f"View {found.name} is called {name} now"


def delete_view(desk: DeskSession, key: str) -> str:
    """Delete a view, for its whole team where it is shared; return the line for the summary."""
    with desk.writing() as session:
        found = _find(session, desk, key)
        _require_change(desk, found)
        session.execute(delete(_view).where(_view.c.key == key))
        notify_change(session, None)
    return f"Deleted view {found.name}"


def share_view(desk: DeskSession, key: str, team: str) -> str:
    """Share a view with the agents of a team, named by key or label, or stop sharing it when `team` is empty; return
    the line for the summary. Raises DeskError unless the agent is a lead, and for an unknown team."""
    with desk.writing() as session:
        team = _resolve_team(session, desk, team) if team else ""
        found = _find(session, desk, key)
        _require_change(desk, found)
        desk.require("share")
        if found.team == team:
            raise DeskError(f"View {found.name} is shared with {team} already." if team else "It is not shared.")
        session.execute(update(_view).where(_view.c.key == key).values(team=team))
        notify_change(session, None)
    return f"Shared view {found.name} with {team}" if team else f"View {found.name} is {found.login}'s alone again"


def choose_default_view(desk: DeskSession, key: str) -> None:
    """Choose the view that opens first; empty for the desk's default."""
    _choose(desk, default=key)


def place_views(desk: DeskSession, keys: Sequence[str]) -> None:
    """Set the order of the agent's views; the digits 1 to 9 open the first nine."""
    _choose(desk, places=tuple(keys))


def check_name(name: str, reserved: Sequence[str]) -> str:
    """Return a name on one line. Raises UsageError for one that a view cannot have."""
    line = normalise_name(name, "name of the view")
    if not line:
        raise UsageError("A view needs a name.")
    if len(line) > LONGEST_NAME:
        raise UsageError(f"A view's name has {LONGEST_NAME} characters at most: this one has {len(line)}.")
    if not line.isprintable():
        # A name is shown in lists and headings, and typed after `:view`
        raise UsageError("A view's name has invisible characters: write it in letters.")
    if line.isdigit() or line == "-":
        raise UsageError("A view's name is no number: digits open views by their place.")
    if line.casefold() in {one.casefold() for one in reserved}:
        raise UsageError(f"Every desk has a view {line!r}: choose another name.")
    return line


def _choose(desk: DeskSession, **changes: Any) -> None:
    login = desk.agent.login
    with desk.writing() as session:
        row = session.execute(select(_choice.c.data).where(_choice.c.login == login)).scalar_one_or_none()
        before = read_view_choices(row) if row is not None else ViewChoices()
        data = write_view_choices(before._replace(**changes))
        if row is None:
            session.execute(insert(_choice).values(login=login, data=data))
        else:
            session.execute(update(_choice).where(_choice.c.login == login).values(data=data))
        notify_change(session, None)


def _resolve_team(session: Session, desk: DeskSession, name: str) -> str:
    """Return the key of a team of the procedure, or of one that only agents have: a desk may seed teams of its own."""
    teams = session.execute(select(_agent.c.team).where(_agent.c.team.is_not(None)).distinct()).scalars().all()
    return name if name in teams else resolve_team(desk.procedure.definition, name)


def _find(session: Session, desk: DeskSession, key: str) -> Row[Any]:
    """Return the row of a view that the agent has. Raises DeskError where they have none of that key."""
    mine = or_(_view.c.login == desk.agent.login, (_view.c.team != "") & (_view.c.team == (desk.agent.team or "")))
    # A lead without a team may change the views of all teams
    if not desk.agent.team and is_allowed(desk.agent.role, "share"):
        mine = or_(mine, _view.c.team != "")
    found = session.execute(select(_view).where(_view.c.key == key, mine)).one_or_none()
    if found is None:
        raise DeskError("That view is gone: somebody has deleted it, or no longer shares it with your team.")
    return found


def _find_own(session: Session, login: str, name: str) -> Row[Any] | None:
    rows = session.execute(select(_view).where(_view.c.login == login)).all()
    return next((row for row in rows if row.name.casefold() == name.casefold()), None)


def _require_change(desk: DeskSession, row: Row[Any]) -> None:
    """Raise DeskError unless the agent may change a view: it is theirs, or they lead the team that has it."""
    if row.login != desk.agent.login and not is_allowed(desk.agent.role, "share"):
        raise DeskError(
            f"View {row.name} is {row.login}'s, for the team {row.team}: they or a lead of the team change it. Save it "
            "under a name of your own to have one to change."
        )
