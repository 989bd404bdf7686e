"""Reading of tickets: departments that are for their members only (data protection, S5-01, D-21).

It knows the procedure as JSON too: lists are read without compiling it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

_MARK = '"members_only":true'
"""Part of every stored procedure that has such a department."""


class Member(Protocol):
    """An agent, as far as it decides on reading."""

    @property
    def login(self) -> str: ...

    @property
    def role(self) -> str: ...

    @property
    def team(self) -> str | None: ...

    @property
    def active(self) -> bool: ...


def map_homes(departments: Iterable[str], teams: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return team → its department, for all teams, and for departments themselves, which have members too. A team that
    names no department belongs to the one with its key, if there is one. teams: team → the department that the
    procedure names."""
    homes: dict[str, str | None] = {key: key for key in departments}
    return homes | {team: home or homes.get(team) for team, home in teams.items()}


def find_hidden_departments(
    closed: Sequence[str], homes: Mapping[str, str | None], agents: Iterable[Member], login: str
) -> tuple[str, ...]:
    """Return the departments whose tickets an agent does not read, unless they are assigned to them.

    closed: departments that are for members only; homes: team → its department. Admins read everything: they decide who
    is a member. On a desk where nobody is of any department, all who work on tickets are of each.
    """
    active = {agent.login: agent for agent in agents if agent.active}
    reader = active.get(login)
    if reader is not None and reader.role == "admin":
        return ()
    own = {name: _find_home(agent.team, homes) for name, agent in active.items()}
    if reader is not None and not any(own.values()) and reader.role != "viewer":
        return ()
    return tuple(key for key in closed if own.get(login) != key)


def find_hidden_in_document(document: str, agents: Iterable[Member], login: str) -> tuple[str, ...]:
    """Return what `find_hidden_departments` does, by a procedure as JSON."""
    if _MARK not in document:  # most procedures: spare a list the parsing
        return ()
    procedure = json.loads(document)
    closed = [part["key"] for part in procedure["departments"] if part.get("members_only")]
    teams = {part["key"]: part.get("department") for part in procedure["teams"]}
    homes = map_homes((part["key"] for part in procedure["departments"]), teams)
    return find_hidden_departments(closed, homes, agents, login)


def _find_home(team: str | None, homes: Mapping[str, str | None]) -> str | None:
    return None if team is None else homes.get(team)
