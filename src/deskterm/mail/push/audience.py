"""The audience of a push: an agent, or all members of a team, with what they may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from deskterm.desk.policy.read_access import find_hidden_in_document
from deskterm.errors import DeskError
from deskterm.store.queries.desk_facts import AgentView


class Audience(NamedTuple):
    """The audience of a push. logins: notices to any of them are pushed; nobody in a team without members. hidden:
    departments whose tickets not all of them see; reader: login whose own tickets are seen all the same; empty for a
    team, where the others do not see them."""

    logins: tuple[str, ...]
    hidden: tuple[str, ...]
    reader: str


def find_audience(name: str, agents: Sequence[AgentView], teams: Collection[str], document: str) -> Audience:
    """Find the audience that a login names, or else the key of a team. agents: all of them; teams: keys of the
    procedure's teams; document: the procedure as JSON. Raises DeskError where there is no such agent or team."""
    active = [agent for agent in agents if agent.active]
    if any(agent.login == name for agent in active):
        return Audience((name,), find_hidden_in_document(document, active, name), name)
    members = tuple(agent.login for agent in active if agent.team == name)
    if not members and name not in teams:
        raise DeskError(f"There is no active agent with the login {name!r}, and no team with this key.")
    hidden = {key for member in members for key in find_hidden_in_document(document, active, member)}
    return Audience(members, tuple(sorted(hidden)), "")
