"""Handling a ticket: its status, who has it, how severe it is, and its tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from deskterm.desk.desk import Desk, Done
from deskterm.desk.intake import one_line, tidy_tags
from deskterm.desk.people import active_agent
from deskterm.desk.workflow import checked_move, chosen
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import Compiled
from deskterm.procedure.schema import Severity


def move(
    desk: Desk, number: int, status: str, *, reason: str = "", now: datetime, version: int | None = None
) -> Done:
    """Change the status, by key or label, along the procedure's graph; DeskError lists the legal ones."""
    with desk.ticket(number, "move", now, version) as work:
        before = work.state.status
        target = checked_move(work.procedure, work.state.type, before, status)
        work.append("moved", {"status": (before, target.key)}, reason=reason)
        here = work.procedure.statuses[before].label if before in work.procedure.statuses else before
        done = work.done(f"{number}: {here} → {target.label}")
    return done


def assign(
    desk: Desk,
    number: int,
    login: str | None,
    *,
    team: str | None = None,
    now: datetime,
    version: int | None = None,
) -> Done:
    """Give a ticket to an agent, or to nobody. team: hand it to that team too; left out, a ticket without a team
    goes to the agent's. Customer clocks are untouched (rule 16)."""
    with desk.ticket(number, "assign", now, version) as work:
        state = work.state
        changes: dict[str, tuple[str | None, str | None]] = {}
        words = "taken from everybody"
        if login is not None:
            agent = active_agent(work.session, login)
            words = f"assigned to {agent.login}"
            if team is None and state.team is None and agent.team:
                changes["team"] = (None, agent.team)
        changes["assignee"] = (state.assignee, login)
        if team is not None:
            known = work.procedure.procedure.teams
            wanted = chosen("team", team, known).key if known else team
            changes["team"] = (state.team, wanted)
            words += f", team {wanted}"
        if all(before == after for before, after in changes.values()):
            raise DeskError(f"Ticket {number} is with {login or 'nobody'} already.")
        work.append("assigned", changes)
        done = work.done(f"{number} {words}")
    return done


def set_severity(
    desk: Desk, number: int, severity: str, *, reason: str = "", now: datetime, version: int | None = None
) -> Done:
    """Correct the severity (S1-05): the requester's choice stays on record, the target changes over the same
    history (rule 17)."""
    with desk.ticket(number, "severity", now, version) as work:
        kind = work.procedure.types.get(work.state.type)
        if kind is not None and not kind.has_severity:
            raise DeskError(f"A {kind.label} has no severity.")
        before = work.state.severity
        step = chosen("severity", severity, work.procedure.procedure.severities)
        if step.key == before:
            raise DeskError(f"The severity is {step.label} already.")
        work.append("severity_set", {"severity": (before, step.key)}, reason=reason)
        done = work.done(f"{number}: severity {_label(work.procedure.severities, before)} → {step.label}")
    return done


def set_priority(
    desk: Desk, number: int, priority: str, *, reason: str = "", now: datetime, version: int | None = None
) -> Done:
    """Set the priority, where the procedure has a scale of them beside severity (S4-07)."""
    with desk.ticket(number, "priority", now, version) as work:
        scale = work.procedure.procedure.priority.scale
        if not scale:
            raise DeskError("This procedure has no priorities beside its severities: set the severity.")
        before = work.state.priority
        step = chosen("priority", priority, scale)
        if step.key == before:
            raise DeskError(f"The priority is {step.label} already.")
        work.append("priority_set", {"priority": (before, step.key)}, reason=reason)
        done = work.done(f"{number}: priority {_label(work.procedure.priorities, before)} → {step.label}")
    return done


def tag(
    desk: Desk,
    number: int,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    *,
    now: datetime,
    version: int | None = None,
) -> Done:
    """Add and remove tags."""
    added, removed = tidy_tags(add), tidy_tags(remove)
    if not added and not removed:
        raise UsageError("Name a tag to add or to remove.")
    with desk.ticket(number, "tag", now, version) as work:
        before = list(work.state.tags)
        after = sorted((set(before) | set(added)) - set(removed))
        if before == after:
            raise DeskError(f"The tags of {number} are {_listed(before)} already.")
        work.append("tagged", {"tags": (before, after)})
        done = work.done(f"{number}: tags {_listed(after)}")
    return done


def edit(
    desk: Desk,
    number: int,
    *,
    subject: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's word
    now: datetime,
    version: int | None = None,
) -> Done:
    """Correct the subject (S5-17) or the type of a request (S1-03). A new type that does not know the present
    status starts again in its own first one; a type without severities keeps none (S1-07)."""
    with desk.ticket(number, "edit", now, version) as work:
        changes: dict[str, tuple[str | None, str | None]] = {}
        texts = {}
        if subject is not None:
            heading = one_line(subject)
            if not heading:
                raise UsageError("A ticket needs a subject: say in a few words what is wanted.")
            texts["subject"] = heading
        if type is not None:
            changes |= _retyped(work.procedure, work.state.type, work.state.status, work.state.severity, type)
        if not texts and all(before == after for before, after in changes.values()):
            raise DeskError(f"Ticket {number} reads so already.")
        work.append("edited", changes, texts)
        done = work.done(f"{number} edited")
    return done


def _retyped(
    procedure: Compiled, before: str, status: str, severity: str | None, wanted: str
) -> dict[str, tuple[str | None, str | None]]:
    kind = chosen("type", wanted, procedure.procedure.types)
    changes: dict[str, tuple[str | None, str | None]] = {"type": (before, kind.key)}
    if status in procedure.statuses and not procedure.knows(kind.key, procedure.statuses[status]):
        changes["status"] = (status, procedure.initial_status(kind.key).key)
    if not kind.has_severity:
        changes["severity"] = (severity, None)
    elif severity is None:
        changes["severity"] = (None, kind.default_severity)
    return changes


def _label(scale: dict[str, Severity], key: str | None) -> str:
    if key is None:
        return "none"
    return scale[key].label if key in scale else key


def _listed(tags: Sequence[str]) -> str:
    return ", ".join(tags) if tags else "none"


