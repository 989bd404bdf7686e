"""Departments and teams: look-ups, and what is for clients only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Department, Procedure, RequestType, Team


def list_teams(procedure: Procedure) -> tuple[Team, ...] | tuple[Department, ...]:
    """Return the teams that people may be in: the procedure's, or its departments where it has no teams."""
    return procedure.teams or procedure.departments


def resolve_team(procedure: Procedure, word: str) -> str:
    """Return the key of a team that was given by key or label. Raises DeskError with all teams for an unknown one."""
    known: Iterable[Any] = list_teams(procedure)
    return str(resolve_choice("team", word, known).key)


def find_home_department(procedure: Procedure, team: str | None) -> str | None:
    """Return the key of the department that a team belongs to, or is; None for a team without one."""
    own = next((part.department for part in procedure.teams if part.key == team), None)
    return own or next((part.key for part in procedure.departments if part.key == team), None)


def find_department(procedure: Procedure, key: str | None) -> Department | None:
    """Return the department with a key, or None."""
    return next((part for part in procedure.departments if part.key == key), None)


class ClientsOnly(NamedTuple):
    """A type or department that is for clients only. alternatives: the end of a sentence that names public ones."""

    label: str
    alternatives: str

    def format_refusal(self) -> str:
        """Return the sentence that refuses a request of somebody who is no client (S5-01)."""
        return f"{self.label} is for clients only: name the client that it is for{self.alternatives}."


def find_clients_only(procedure: CompiledProcedure, kind: RequestType, home: str | None) -> ClientsOnly | None:
    """Return what of a request's type and department is for clients only (S5-01); None where everybody may ask.

    home: the department; left out, that of the type."""
    part = procedure.definition
    requested = find_department(part, home)
    # It is the chosen department that keeps them out, so other departments help; below, only another type does
    if requested is not None and requested.clients_only and not kind.clients_only:
        others = [one for one in part.departments if not one.clients_only]
        return ClientsOnly(requested.label, _format_alternatives("choose", others))
    own = requested or find_department(part, kind.department)
    if not kind.clients_only and (own is None or not own.clients_only):
        return None
    return ClientsOnly(kind.label, _format_alternatives("register it as", list_public_types(procedure)))


def list_public_types(procedure: CompiledProcedure) -> list[RequestType]:
    """Return the types that everybody may ask for, clients or not."""
    part = procedure.definition
    return [
        kind
        for kind in procedure.types.values()
        if not kind.clients_only and not getattr(find_department(part, kind.department), "clients_only", False)
    ]


def require_public(procedure: CompiledProcedure, kind: RequestType | None, home: str | None) -> None:
    """Raise DeskError when a type or department is for clients only (S5-01). Called for requests without a client."""
    department = find_department(procedure.definition, home)
    if kind is not None and kind.clients_only:
        raise DeskError(ClientsOnly(kind.label, "").format_refusal())
    if department is not None and department.clients_only:
        others = [one for one in procedure.definition.departments if not one.clients_only]
        raise DeskError(ClientsOnly(department.label, _format_alternatives("choose", others)).format_refusal())


def _format_alternatives(action: str, others: Iterable[Any]) -> str:
    named = " or ".join(f"{other.label} ({other.key})" for other in others)
    return f", or {action} {named}" if named else ""
