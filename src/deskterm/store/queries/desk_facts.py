"""Facts about the desk itself: its name and clock, the procedure in force, and its agents. SQL over a bare
`ReadConnection`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from deskterm.errors import DeskError
from deskterm.store.db.errors import newer_layout_error
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.location import display_location
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import ReadConnection


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """Identity and clock of a desk. clock_offset: seconds by which a simulated desk's clock is ahead of the real one.
    document: the procedure in force as JSON, empty before there is one."""

    name: str
    simulated: bool
    clock_offset: int
    timezone: str
    procedure_version: int
    document: str


class AgentView(NamedTuple):
    """An agent of the desk, active or not. role: viewer, agent, lead or admin."""

    login: str
    name: str
    role: str
    team: str | None
    tier: int | None
    active: bool


def load_desk_facts(reader: ReadConnection) -> DeskFacts:
    """Load the facts about the desk. Raises DeskError when its `init` was never finished, and when a newer deskterm has
    changed the layout since the reader was opened."""
    found = reader.rows(
        "SELECT d.schema_number, d.name, d.simulated, d.clock_offset, d.timezone, d.procedure_version, p.document "
        "FROM desk d LEFT JOIN procedure_version p ON p.id = d.procedure_version"
    )
    if not found:
        place = display_location(reader.url)
        raise DeskError(f"The desk at {place} was never finished: make it with `deskterm init --procedure NAME`.")
    layout, name, simulated, clock_offset, timezone, version, document = found[0]
    if layout > SCHEMA:
        raise newer_layout_error(reader.url, layout, SCHEMA)
    return DeskFacts(name, bool(simulated), clock_offset, timezone, version, document or "")


def load_server_time(reader: ReadConnection) -> float:
    """Load the time of a PostgreSQL server, in epoch seconds."""
    return float(reader.rows("SELECT extract(epoch FROM clock_timestamp())")[0][0])


def load_newest_instant(reader: ReadConnection) -> int | None:
    """Load the instant of the event that was recorded last on a desk in a file, or of its newest edition where that is
    later, as after the import of an old log; in epoch seconds. None on a simulated desk, which has its own clock."""
    # By the row's number: the greatest instant takes a look at every event, and may be that of one taken back
    found = reader.rows(
        "SELECT (SELECT at FROM main.event ORDER BY id DESC LIMIT 1), (SELECT max(applied_at) FROM procedure_version)"
        " FROM desk WHERE NOT simulated"
    )
    instants = [seconds_from_stored(stored) for stored in (found[0] if found else ()) if stored is not None]
    return max(instants, default=None)


def load_procedure_document(reader: ReadConnection, version: int) -> str:
    """Load a version of the procedure, as JSON. Raises DeskError for one that this desk never had."""
    found = reader.rows("SELECT document FROM procedure_version WHERE id = :version", {"version": version})
    if not found:
        raise DeskError(f"This desk never had version {version} of its procedure: run `deskterm doctor`.")
    return str(found[0][0])


def load_agents(reader: ReadConnection) -> list[AgentView]:
    """Load all agents, active or not, by login."""
    found = reader.rows("SELECT login, name, role, team, tier, active FROM agent ORDER BY login")
    return [AgentView._make((*row[:5], bool(row[5]))) for row in found]
