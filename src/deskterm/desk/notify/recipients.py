"""Recipients of notices: from the words of a notice, a rule or a ladder to the members of staff who are notified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import records_of_kind
from deskterm.desk.domain.state import State
from deskterm.desk.notify.quiet_hours import find_delivery_time
from deskterm.desk.policy.departments import find_home_department
from deskterm.procedure.schema import Procedure
from deskterm.store.db.tables import Agent, table_of

_agent = table_of(Agent)
_ACTIVE_AGENTS = (
    select(_agent.c.login, _agent.c.role, _agent.c.roles, _agent.c.team, _agent.c.tier, _agent.c.away_until)
    .where(_agent.c.active)
    .order_by(_agent.c.login)
)


class StaffMember(NamedTuple):
    """An active agent. role: of the desk. named_roles: keys of the procedure's roles. away_until: UTC epoch seconds."""

    login: str
    role: str
    named_roles: frozenset[str]
    team: str | None
    tier: int | None
    away_until: int | None


class StaffDirectory:
    """The active agents, by login; read once per command, when they are first needed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._members: list[StaffMember] | None = None

    def __iter__(self) -> Iterator[StaffMember]:
        if self._members is None:
            self._members = [
                StaffMember(login, role, frozenset(roles.split(",")) - {""}, team, tier, until and to_epoch(until))
                for login, role, roles, team, tier, until in self._session.execute(_ACTIVE_AGENTS)
            ]
        return iter(self._members)

    def filter_present(self, logins: Iterable[str], at: int) -> list[str]:
        """Return those of some logins who are active and not away at an instant, epoch seconds (S5-03)."""
        present = {member.login for member in self if (member.away_until or 0) <= at}
        return [login for login in logins if login in present]

    def team_members(self, team: str | None) -> list[str]:
        """List the agents of a team; nobody where there is none."""
        return [member.login for member in self if team and member.team == team]

    def department_members(self, procedure: Procedure, department: str | None) -> list[str]:
        """List the agents of a department: those whose team belongs to it or has its name; on a desk where no agent
        belongs to any department, everybody who works on tickets (S5-02)."""
        if department is None:
            return []
        if any(find_home_department(procedure, member.team) for member in self):
            return self.listed_department_members(procedure, department)
        return [member.login for member in self if member.role != "viewer"]

    def listed_department_members(self, procedure: Procedure, department: str | None) -> list[str]:
        """List the agents whose team belongs to a department or has its name."""
        if department is None:
            return []
        return [member.login for member in self if find_home_department(procedure, member.team) == department]

    def team_leads(self, team: str | None) -> list[str]:
        """List the leads of a team; all leads where it has none; the admins on a desk without leads."""
        leads = [member for member in self if member.role == "lead"]
        leads = leads or [member for member in self if member.role == "admin"]
        own = [member.login for member in leads if team and member.team == team]
        return own or [member.login for member in leads]

    def admins(self) -> list[str]:
        """List the admins of the desk."""
        return [member.login for member in self if member.role == "admin"]

    def is_active(self, login: str) -> bool:
        """Return True for an active agent."""
        return any(member.login == login for member in self)

    def tier_members(self, procedure: Procedure, level: int | None) -> list[str]:
        """List the agents of a level of support. Of those who have none of their own, they are the members of the team
        that its tickets are passed to, where the level names one: another team of that level may do other work
        (`find_agent_tier`)."""
        if level is None:
            return []
        team = next((tier.team for tier in procedure.tiers if tier.level == level), None)
        teams = {candidate.key for candidate in procedure.teams if candidate.tier == level} if team is None else {team}
        return [
            # Whoever has a level of their own does not take on that of the team
            member.login
            for member in self
            if member.tier == level or (member.tier is None and member.team in teams)
        ]

    def role_holders(self, role: str | None) -> list[str]:
        """List the agents who hold a role of the procedure."""
        return [member.login for member in self if role in member.named_roles]


def resolve_recipients(
    staff: StaffDirectory, procedure: Procedure, state: State, recipient_words: Iterable[str], role: str | None = None
) -> list[str]:
    """Resolve words to logins, in order and once each.

    recipient_words: `assignee`, `team`, `department`, `lead`, `tier`, `role` (the `role` given) or the key of a role.
    On a ticket that nobody is assigned to, `assignee` means those who are at work on it.
    """
    recipients: dict[str, None] = {}
    for recipient_word in recipient_words:
        if recipient_word == "assignee":
            logins = [state.assignee] if state.assignee else list(state.workers)
        elif recipient_word == "team":
            logins = staff.team_members(state.team)
        elif recipient_word == "department":
            logins = staff.department_members(procedure, state.department)
        elif recipient_word == "lead":
            logins = staff.team_leads(state.team)
        elif recipient_word == "tier":
            logins = staff.tier_members(procedure, state.tier)
        else:
            logins = staff.role_holders(role if recipient_word == "role" else recipient_word)
        recipients |= dict.fromkeys(logins)
    return list(recipients)


def find_fallback_recipients(work: TicketTransaction, staff: StaffDirectory) -> list[str]:
    """Find who looks after a ticket without an assignee (S3-06, D-14): the last person to work on it, else its team,
    else its department, else the leads, else the admins; of each those who are present. Where nobody is, the leads find
    it when they are back; a desk without leads has admins."""
    procedure = work.procedure.definition
    workers = [entry.who for entry in records_of_kind(work.state.records, "entry") if entry.state == "valid"]
    groups = (
        workers[-1:],
        staff.team_members(work.state.team),
        # Not everybody, where the department has no members: that would be noise, and the leads see to it.
        staff.listed_department_members(procedure, work.state.department),
        staff.team_leads(work.state.team),
        staff.team_leads(None),
        staff.admins(),
    )
    present = (staff.filter_present(group, work.at) for group in groups)
    return next((group for group in present if group), staff.team_leads(None))


def ensure_recipients(work: TicketTransaction, staff: StaffDirectory, logins: Sequence[str]) -> list[str]:
    """Return those of some logins who are active agents; where none of them is present, also those who look after the
    ticket in their place, so that somebody reads the notice."""
    active = [login for login in logins if staff.is_active(login)]
    if staff.filter_present(active, work.at):
        return active
    return list(dict.fromkeys((*active, *find_fallback_recipients(work, staff))))


def list_notified(notice: Event) -> set[str]:
    """Return the logins that a notice to staff went to."""
    return set(str(notice.data["who"]).split(",")) - {""}


def notify_staff(
    work: TicketTransaction, logins: Sequence[str], on: str, what: str, *, at_once: bool = False, **data: object
) -> Event | None:
    """Append a notice to members of staff; return its event, or None where nobody is left to notify.

    on: the topic, or the key of a rule. what: the line that they read, which never contains a customer's words. Nobody
    is notified of their own act. A notice that the passing of time causes out of hours is `due` at the next opening,
    unless it is to reach them at_once.
    """
    recipients = [login for login in logins if login not in (work.context.agent.login, SYSTEM_ACTOR)]
    if not recipients or work.context.is_quiet:
        return None
    due = None if at_once else find_delivery_time(work, for_staff=True)
    delivery = {} if due is None else {"due": due}
    # Commas at both ends, so that SQL finds a login with `LIKE '%,login,%'`.
    return work.append("told", {}, {}, who=f",{','.join(recipients)},", on=on, what=what, **delivery, **data)


def notify_responsible(
    work: TicketTransaction,
    on: str,
    what: str,
    *,
    recipient_words: Iterable[str] = ("assignee",),
    at_once: bool = False,
    **data: object,
) -> Event | None:
    """Notify the agents that some words stand for, or whoever looks after the ticket where they stand for nobody.
    at_once: as for `notify_staff`."""
    staff = StaffDirectory(work.session)
    logins = resolve_recipients(staff, work.procedure.definition, work.state, recipient_words)
    return notify_staff(work, ensure_recipients(work, staff, logins), on, what, at_once=at_once, **data)
