"""Mentions: a colleague who is named in a note or a reply is told, if they may read the ticket (C-24)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.event_kinds.table import find_entry
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.wording.mentions import find_mentions
from deskterm.desk.notify.letters import load_event_text
from deskterm.desk.notify.recipients import notify_staff
from deskterm.desk.policy.name_matching import list_candidates
from deskterm.desk.policy.read_access import find_hidden_departments, map_homes
from deskterm.store.db.reader import fold
from deskterm.store.db.tables import Agent, table_of

TOPIC = "mentioned"
"""The topic of notices of a mention, which the filter `is:mentioned` finds."""


def notify_mentioned(work: TicketTransaction, event: Event) -> list[str]:
    """Notify the colleagues whom an agent mentions in a message; return short phrases about who was notified, and who
    was not. A word after an at sign that is nobody's name is ignored."""
    if not _is_written_by_agent(event):
        return []
    words = find_mentions(load_event_text(work, event))
    if not words:
        return []
    table = table_of(Agent)
    agents = list(work.session.execute(select(Agent).where(table.c.active).order_by(table.c.login)).scalars())
    told, phrases = [], []
    for word in words:
        found = _find_mentioned(word, agents)
        if len(found) > 1:
            phrases.append(f"@{word} may be {list_candidates(found)}, and nobody was told")
        elif found and _may_read(work, found[0], agents):
            told.append(found[0])
        elif found:
            phrases.append(f"{found[0].name} may not read {work.number}, and was not told")
    where = "a note" if find_entry(event.kind).message_kind == "internal" else "a reply"
    logins = list(dict.fromkeys(agent.login for agent in told if agent.login != event.actor))
    if logins and notify_staff(work, logins, TOPIC, f"{work.context.agent.name} mentioned you in {where}"):
        names = [agent.name for agent in told if agent.login in logins]
        phrases.insert(0, f"{', '.join(dict.fromkeys(names))} told")
    return phrases


def _is_written_by_agent(event: Event) -> bool:
    data = event.data
    return (
        "body" in event.texts
        and find_entry(event.kind).message_kind in ("public", "internal")
        and data.get("author_kind", "agent") == "agent"
        and not data.get("automatic")
        and event.kind != "registered"
    )


def _find_mentioned(word: str, agents: Sequence[Agent]) -> list[Agent]:
    """Return the agents with this login, else those with this word as a whole part of their name: `@an` does not mean
    everybody whose name contains these letters."""
    wanted = fold(word)
    by_login = [agent for agent in agents if fold(agent.login) == wanted]
    return by_login or [
        agent for agent in agents if wanted in fold(agent.name).split() or wanted == fold(agent.name).replace(" ", "")
    ]


def _may_read(work: TicketTransaction, agent: Agent, agents: Sequence[Agent]) -> bool:
    """Return whether an agent may read the ticket: its department is not for members only, or they are a member
    (D-21)."""
    definition = work.procedure.definition
    closed = [part.key for part in definition.departments if part.members_only]
    if work.state.department not in closed or work.state.assignee == agent.login:
        return True
    homes = map_homes(
        (part.key for part in definition.departments), {one.key: one.department for one in definition.teams}
    )
    return work.state.department not in find_hidden_departments(closed, homes, agents, agent.login)
