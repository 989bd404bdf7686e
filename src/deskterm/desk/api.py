"""The way into a desk: open a store as an agent, with everything that follows from a command wired in."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.desk_history import record_state
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import refresh_projections
from deskterm.desk.reactions.catch_up import record_due_events
from deskterm.desk.reactions.dispatch import run_reactions
from deskterm.desk.reactions.quiet_session import QuietSession
from deskterm.progress import Progress
from deskterm.store.db.engine import Store


def open_desk(store: Store, login: str, *, behind: str = "", progress: Progress | None = None) -> DeskSession:
    """Open a desk as one of its agents. behind: the login of whoever works in the agent's name.

    Rows that an earlier version projected are written anew first; progress is called with tickets done and tickets in
    all meanwhile, and what it raises interrupts that. Raises UnknownAgent when the login is not that of an active
    agent, DeskError when the store holds no desk.
    """
    refresh_projections(store, progress)
    return _begin_history(DeskSession(store, login, reactions=run_reactions, catch_up=record_due_events, behind=behind))


def open_system_desk(store: Store, *, progress: Progress | None = None) -> DeskSession:
    """Open a desk in the name of deskterm itself, for what happens without an agent. progress: as for `open_desk`."""
    refresh_projections(store, progress)
    return _begin_history(DeskSession.of_system(store, reactions=run_reactions, catch_up=record_due_events))


def open_quiet_desk(store: Store, now: datetime) -> QuietSession:
    """Open a desk in the name of deskterm itself, for what is long past: nothing follows from it, and nobody is told
    (M-12). now: until which tickets are caught up with their commands."""
    refresh_projections(store, None)
    desk = QuietSession.of_system(store, reactions=lambda work: [], catch_up=record_due_events)
    desk.caught_up_to = now
    _begin_history(desk)
    return desk


def _begin_history(desk: DeskSession) -> DeskSession:
    """Begin the desk's own history where an earlier version, which kept none, or none of people, made the desk, and
    return the session. A session of a viewer, who writes nothing, leaves that to the next agent."""
    if not desk.has_history and desk.agent.role != "viewer":
        with desk.store.writing() as session:
            record_state(session)
    return desk
