"""Claiming a desk none of whose admins can log in: its file went to another machine, or agents were no roles (D-20)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from deskterm.desk.core.desk_history import record_state, recorded_changes
from deskterm.errors import DeskError
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.engine import Store
from deskterm.store.db.identity import can_log_in, is_owner
from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.tables import Agent, table_of

_agent = table_of(Agent)


def claim_desk(store: Store, reader: ReadConnection, login: str, *, now: datetime) -> str:
    """Make the owner of a store an admin of its desk, and record it; return a line about it.

    Nobody gains by it what they could not do before: whoever owns the file or the tables may write anything there. But
    so it is in the desk's own history. Raises DeskError for anybody else, and while an admin of the desk can log in.
    """
    with store.writing() as session:
        record_state(session)  # which locks the desk, so that nobody changes who its admins are meanwhile
        agents = {agent.login: agent for agent in session.execute(select(Agent)).scalars()}
        admins = [agent.login for agent in agents.values() if agent.active and agent.role == "admin"]
        if reachable := [admin for admin in admins if can_log_in(reader, admin)]:
            raise DeskError(
                f"{reachable[0]} is an admin of this desk and can log in: ask them to add you with "
                "`deskterm seed agents FILE`."
            )
        if not is_owner(reader):
            raise DeskError("Only the owner of the desk's file, or of its tables on a server, may claim it: ask them.")
        with recorded_changes(session, "agents", now, login, lines=[f"claimed by {login}"]):
            agent = agents.get(login)
            if agent is None:
                agent = Agent(login=login, name=login)
                session.add(agent)
            agent.role, agent.active = "admin", True
        notify_change(session, None)
    return f"{login} is an admin of this desk now; its other admins ({', '.join(admins) or 'none'}) cannot log in here."
