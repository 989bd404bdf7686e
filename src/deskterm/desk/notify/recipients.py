"""Who is meant: from the words of a notice, a rule or a ladder to the colleagues who are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.row_mapping import seconds
from deskterm.desk.core.session import SYSTEM_ACTOR
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import of_kind
from deskterm.desk.domain.state import State
from deskterm.desk.notify.quiet_hours import find_delivery_time
from deskterm.desk.policy.departments import home_of
from deskterm.procedure.schema import Procedure
from deskterm.store.db.tables import Agent, table_of

_agent = table_of(Agent)
_ALL = (
    select(_agent.c.login, _agent.c.role, _agent.c.roles, _agent.c.team, _agent.c.tier, _agent.c.away_until)
    .where(_agent.c.active)
    .order_by(_agent.c.login)
)


class StaffDirectory:
    """Those who work here, asked for once a command."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._all: list[tuple[str, str, frozenset[str], str | None, int | None]] | None = None
        self._away: dict[str, int] = {}

    def __iter__(self) -> Iterator[tuple[str, str, frozenset[str], str | None, int | None]]:
        """Login, role, named roles, team and tier of everybody who is active, by login."""
        if self._all is None:
            self._all = []
            for login, role, roles, team, tier, until in self._session.execute(_ALL):
                self._all.append((login, role, frozenset(roles.split(",")) - {""}, team, tier))
                if until is not None:
                    self._away[login] = seconds(until)
        return iter(self._all)

    def filter_present(self, logins: Iterable[str], at: int) -> list[str]:
        """Those of some who are not away at an instant, epoch seconds (S5-03)."""
        here = {login for login, *_ in self}
        return [login for login in logins if login in here and self._away.get(login, 0) <= at]

    def team_members(self, team: str | None) -> list[str]:
        return [login for login, _, _, of, _ in self if team and of == team]

    def department_members(self, procedure: Procedure, department: str | None) -> list[str]:
        """Who works in a department: those whose team belongs to it, or is called as it is; on a desk where nobody is
        of any department, everybody who works on tickets (S5-02)."""
        if department is None:
            return []
        homes = {login: home_of(procedure, team) for login, _, _, team, _ in self}
        if any(homes.values()):
            return [login for login, home in homes.items() if home == department]
        return [login for login, role, _, _, _ in self if role != "viewer"]

    def team_leads(self, team: str | None) -> list[str]:
        """The leads of a team; all of them where it has none; the admins on a desk without leads."""
        found = [(login, of) for login, role, _, of, _ in self if role == "lead"]
        found = found or [(login, of) for login, role, _, of, _ in self if role == "admin"]
        return [login for login, of in found if team and of == team] or [login for login, _ in found]

    def tier_members(self, procedure: Procedure, level: int | None) -> list[str]:
        """Agents of a level of support, and the team that takes what is passed to it."""
        if level is None:
            return []
        team = next((tier.team for tier in procedure.tiers if tier.level == level), None)
        teams = {part.key for part in procedure.teams if part.tier == level} if team is None else {team}
        return [login for login, _, _, of, tier in self if tier == level or (tier is None and of in teams)]

    def role_holders(self, role: str | None) -> list[str]:
        return [login for login, _, roles, _, _ in self if role in roles]


def resolve_recipients(
    colleagues: StaffDirectory, procedure: Procedure, state: State, words: Iterable[str], role: str | None = None
) -> list[str]:
    """The logins that `assignee`, `team`, `department`, `lead`, `tier`, `role` (the one given) or the key of a role
    stand for on a ticket, in order and once each. Where nobody has it, `assignee` is whoever is at work on it."""
    found: dict[str, None] = {}
    for word in words:
        if word == "assignee":
            some = [state.assignee] if state.assignee else list(state.working)
        elif word == "team":
            some = colleagues.team_members(state.team)
        elif word == "department":
            some = colleagues.department_members(procedure, state.department)
        elif word == "lead":
            some = colleagues.team_leads(state.team)
        elif word == "tier":
            some = colleagues.tier_members(procedure, state.tier)
        else:
            some = colleagues.role_holders(role if word == "role" else word)
        found |= dict.fromkeys(some)
    return list(found)


def find_fallback_recipients(work: TicketTransaction, colleagues: StaffDirectory) -> list[str]:
    """Who looks after a ticket when nobody has been named: whoever worked on it last, else those of its team who are
    here, else the leads (S3-06)."""
    entries = [entry.who for entry in of_kind(work.state.records, "entry") if entry.state == "valid"]
    team = colleagues.team_members(work.state.team)
    return (
        colleagues.filter_present(entries[-1:], work.at)
        or colleagues.filter_present(team, work.at)
        or colleagues.team_leads(None)
    )


def notify_staff(work: TicketTransaction, logins: Sequence[str], on: str, what: str, **more: object) -> Event | None:
    """Put a notice before colleagues: `on` is what it is about (a kind of news, or the key of a rule), `what` the line
    that they read, which never holds a customer's words. Nobody is told of what they did themselves. The event, or None
    where nobody is left to be told. What comes by itself out of hours is `due` at the next opening."""
    who = [login for login in logins if login not in (work.context.agent.login, SYSTEM_ACTOR)]
    if not who:
        return None
    due = find_delivery_time(work, colleagues=True)
    held = {} if due is None else {"due": due}
    return work.append("told", {}, {}, who=f",{','.join(who)},", on=on, what=what, **held, **more)
