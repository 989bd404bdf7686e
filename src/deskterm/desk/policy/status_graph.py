"""The procedure's status graph: the statuses that a ticket may go to."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Status


def list_next_statuses(procedure: CompiledProcedure, kind: str, status: str) -> list[Status]:
    """Return the statuses that a ticket of a type may go to from a status."""
    return procedure.find_next_statuses(kind, status)


def resolve_next_status(procedure: CompiledProcedure, kind: str, status: str, name: str) -> Status:
    """Return the status that a person named. Raises DeskError, with all that may follow, when it may not (S1-25)."""
    target = resolve_choice("status", name, procedure.definition.statuses)
    if target.key == status:
        raise DeskError(f"The ticket is {target.label} already.")
    options = list_next_statuses(procedure, kind, status)
    if target.key not in {option.key for option in options}:
        here = procedure.statuses[status].label if status in procedure.statuses else status
        ways = ", ".join(f"{option.label} ({option.key})" for option in options) or "nowhere, it is final"
        raise DeskError(f"From {here} a ticket cannot go to {target.label}; it can go to: {ways}.")
    return target


def find_first_moves(
    procedure: CompiledProcedure, kind: str, status: str, is_goal: Callable[[Status], bool]
) -> list[Status]:
    """Return the moves with which the shortest ways from a status to one of the goals begin, in the file's order; empty
    when none leads there without closing the ticket."""
    starts = list_next_statuses(procedure, kind, status)
    reached = {start.key: {start.key} for start in starts}  # status → the first moves of the ways to it
    level = {start.key: start for start in starts}
    while level:
        goals = [key for key, found in level.items() if is_goal(found)]
        if goals:
            firsts = {first for key in goals for first in reached[key]}
            return [start for start in starts if start.key in firsts]
        further: dict[str, Status] = {}
        for key, here in level.items():
            if here.category == "closed":
                continue
            for follower in list_next_statuses(procedure, kind, key):
                # One of the same length begins elsewhere as well; a longer one is no shortest way
                if follower.key in further or follower.key not in reached:
                    further[follower.key] = follower
                    reached.setdefault(follower.key, set()).update(reached[key])
        level = further
    return []


def find_duplicate_status(procedure: CompiledProcedure, kind: str, number: int | None) -> Status:
    """Return the status of duplicates and merged tickets of a type; any ticket may go there, whatever the graph says.

    number: the ticket that is named when it raises DeskError, because no closed status is for tickets of its type.
    """
    preferred = procedure.definition.duplicates.status
    for status in procedure.statuses.values():
        if procedure.has_status(kind, status) and (
            status.key == preferred or (preferred is None and status.category == "closed")
        ):
            return status
    raise DeskError(f"No closed status is for tickets like {number}: give [duplicates] a status in the procedure.")
