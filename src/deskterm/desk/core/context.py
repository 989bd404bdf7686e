"""The context of a transaction: everything it needs of the session that opened it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.store.db.tables import Agent

SYSTEM_ACTOR = "deskterm"
"""Login and role of the desk itself, for what happens without an agent."""


@cache
def build_system_agent() -> Agent:
    """Return the agent that stands for the desk itself; it has no row."""
    return Agent(login=SYSTEM_ACTOR, name=SYSTEM_ACTOR, role=SYSTEM_ACTOR)


@dataclass(frozen=True, slots=True)
class TransactionContext:
    """The agent at work, the procedure in force and the desk's clock, as they are while one command runs.

    agent: the author of its events. behind: the login of whoever works in the agent's name, which every event records;
    empty for nobody. bulk: the mark that the events of one act about several tickets share; None for an act about one.
    macro: the label of the macro that the command is a step of; empty for none. newest_edition: the number of the
    procedure's newest version, and the epoch second from which on it is in force. desk_name, timezone: the desk's own.
    simulated: its clock is offset from the real one, so that an instant before the ticket's last event is a mistake
    instead of a difference between the clocks of two machines. note: takes each ticket that the command changes, and
    the number of its first event there. undo_window: seconds for which the letters of the command wait, so that it can
    be undone before anybody reads them (M-48). is_quiet: it is about what is long past, so that no member of staff is
    told of anything, and no status is moved by a message (M-12).
    """

    agent: Agent
    procedure: CompiledProcedure
    desk_name: str
    timezone: str
    simulated: bool
    newest_edition: tuple[int, int]
    behind: str = ""
    bulk: str | None = None
    macro: str = ""
    note: Callable[[int, int], None] | None = None
    undo_window: int = 0
    is_quiet: bool = False
