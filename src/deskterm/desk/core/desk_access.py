"""Access of an agent to a desk: who they are by now, the edition in force, and what they may not read."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlmodel import Session

from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.people import build_unknown_agent
from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.desk.core.ticket_lookup import procedure_versions_from_session
from deskterm.desk.policy.permissions import Act, require
from deskterm.desk.policy.read_access import find_hidden_departments, map_homes
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.store.db.engine import Store
from deskterm.store.db.errors import newer_layout_error
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.db.tables import Agent, ProcedureVersion, table_of
from deskterm.store.db.tables import Desk as DeskRow

_desk, _agent, _edition = table_of(DeskRow), table_of(Agent), table_of(ProcedureVersion)
# One statement, because every command runs it
_SELECT_RIGHTS = (
    select(
        _desk.c.schema_number,
        _desk.c.procedure_version,
        _desk.c.timezone,
        _edition.c.id,
        _edition.c.applied_at,
        *_agent.c,
    )
    .select_from(
        _desk.join(_edition, _edition.c.id == select(func.max(_edition.c.id)).scalar_subquery()).outerjoin(
            _agent, _agent.c.login == bindparam("login")
        )
    )
    .where(_desk.c.id == 1)
)
_SELECT_ROLE = select(_agent.c.role).where(_agent.c.login == bindparam("login"), _agent.c.active)


class DeskAccess:
    """A store, and an agent who works on it. behind: the login of whoever works in the agent's name, which every event
    records."""

    agent: Agent
    behind: str = ""
    has_history: bool
    """The desk's own history had begun when the session was opened (`desk_history.record_state`)."""
    _hidden: tuple[str, ...] = ()
    """The departments whose tickets the agent neither reads nor changes."""
    _known_rights: Row[Any] | None = None
    """The last row of `_SELECT_RIGHTS`; None when the rights depend on other rows too, so that they are computed each
    time."""

    def _open(self, store: Store) -> None:
        self.store = store
        self._procedures: dict[int, CompiledProcedure] = {}
        with store.reading() as session:
            found = session.get(DeskRow, 1)
            if found is None:
                raise DeskError("This store holds no desk: make one with `deskterm init --procedure NAME`.")
            self.name, self.simulated, self.clock_offset = found.name, found.simulated, found.clock_offset
            self.timezone, self.has_history = found.timezone, bool(found.chain and found.covers_people)
            self.procedure = self.build_procedure_lookup(session)(found.procedure_version)
            self._read_rights(session)

    def check_rights(self, session: Session) -> None:
        """Read who the agent is by now, the edition in force and the layout, inside of a transaction that writes
        (D-40).

        Raises DeskError when the agent was retired, when another edition came into force since the command began (what
        it has looked up by the old one would be wrong), or when a newer deskterm has changed the layout.
        """
        edition = self.procedure.version
        self._read_rights(session)
        if self.procedure.version != edition:
            raise DeskError(
                f"Edition {self.procedure.version} of the procedure came into force at this moment, and nothing was"
                " written: look whether it still fits, and do it again."
            )

    def refresh(self) -> None:
        """Read the agent's rights and the edition of the procedure again, before a command of a session that has been
        open for a while. Raises DeskError as `check_rights` does, except that the command begins with another
        edition."""
        with self.store.reading() as session:
            self._read_rights(session)

    def open_reader(self) -> ReadConnection:
        """Open a bare read-only connection that hides what the agent may not read."""
        reader = open_reader(self.store.url)
        reader.limit(self._hidden, self.agent.login)
        return reader

    def _read_rights(self, session: Session) -> None:
        """Read who the agent is by now, the edition in force and the layout (D-40)."""
        connection = session.connection()
        row = connection.execute(_SELECT_RIGHTS, {"login": self.agent.login}).one()
        layout, edition, timezone, newest, applied_at, *found = row
        if layout != SCHEMA:
            raise newer_layout_error(self.store.url, layout, SCHEMA)
        if edition != self.procedure.version:
            self.procedure = self.build_procedure_lookup(session)(edition)
            self.timezone = timezone
        if row == self._known_rights:
            return  # unchanged, and so is everything that was derived from it
        self._known_rights = None
        self._newest_edition = newest, math.ceil(applied_at.timestamp())
        if self.agent.role == SYSTEM_ACTOR:
            self._known_rights = row
            return
        agent = Agent(**dict(zip(_agent.c.keys(), found, strict=True)))
        if not agent.active:  # nor where there is no row
            raise build_unknown_agent(session, self.agent.login, is_former=agent.login is not None)
        if self.behind:
            role = connection.execute(_SELECT_ROLE, {"login": self.behind}).scalar_one_or_none()
            require(role or "viewer", "act-as")
        self.agent = agent
        definition = self.procedure.definition
        closed = [part.key for part in definition.departments if part.members_only]
        self._hidden = ()
        if not closed and not self.behind:  # otherwise the rights depend on other agents' rows too
            self._known_rights = row
        if closed:  # most procedures have none: spare a command the list of all agents
            homes = map_homes(
                (part.key for part in definition.departments), {part.key: part.department for part in definition.teams}
            )
            self._hidden = find_hidden_departments(
                closed, homes, session.execute(select(Agent)).scalars(), self.agent.login
            )

    def require(self, act: Act, action: str = "") -> None:
        """Raise DeskError unless the agent's role allows an act. action: what is tried, for the message."""
        require(self.agent.role, act, action)

    def build_procedure_lookup(self, session: Session) -> ProcedureVersions:
        """Return the look-up of procedure versions in a session, for folds. What it compiles is kept for the next."""
        return procedure_versions_from_session(session, self._procedures)
