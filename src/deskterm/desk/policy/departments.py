"""Departments and teams: which there are, who belongs where, and who may come there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from deskterm.desk.policy.status_graph import resolve_choice
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Department, Procedure, RequestType, Team


def list_teams(procedure: Procedure) -> tuple[Team, ...] | tuple[Department, ...]:
    """The teams that people may be in: those of the procedure, or where it has only departments, these."""
    return procedure.teams or procedure.departments


def resolve_team(procedure: Procedure, word: str) -> str:
    """The key of the team that was named, by key or label. DeskError names those there are."""
    known: Iterable[Any] = list_teams(procedure)
    return str(resolve_choice("team", word, known).key)


def find_home_department(procedure: Procedure, team: str | None) -> str | None:
    """The department that a team belongs to, or is; None where it is of none."""
    own = next((part.department for part in procedure.teams if part.key == team), None)
    return own or next((part.key for part in procedure.departments if part.key == team), None)


def find_department(procedure: Procedure, key: str | None) -> Department | None:
    """The department with a key; None where there is none."""
    return next((part for part in procedure.departments if part.key == key), None)


class ClientsOnly(NamedTuple):
    """What is for clients only: the type or the department of a request, and what is open to everybody instead."""

    label: str
    alternatives: str

    def format_refusal(self) -> str:
        """Why somebody who is no client may not come there (S5-01)."""
        return f"{self.label} is for clients only: name the client that it is for{self.alternatives}."


def find_clients_only(procedure: CompiledProcedure, kind: RequestType, home: str | None) -> ClientsOnly | None:
    """What of a type and a department is for clients only (S5-01); None where everybody may come. home: the department
    that was asked for, that of the type where left out."""
    part = procedure.definition
    asked = find_department(part, home)
    if asked is not None and asked.clients_only and not kind.clients_only:
        others = [one for one in part.departments if not one.clients_only]
        return ClientsOnly(asked.label, _format_alternatives("choose", others))
    own = asked or find_department(part, kind.department)
    if not kind.clients_only and (own is None or not own.clients_only):
        return None
    return ClientsOnly(kind.label, _format_alternatives("register it as", list_public_types(procedure)))


def list_public_types(procedure: CompiledProcedure) -> list[RequestType]:
    """The types that everybody may ask for."""
    part = procedure.definition
    return [
        kind
        for kind in procedure.types.values()
        if not kind.clients_only and not getattr(find_department(part, kind.department), "clients_only", False)
    ]


def require_public(procedure: CompiledProcedure, kind: RequestType | None, home: str | None) -> None:
    """DeskError where a request of somebody who is no client may not be of a type, or in a department (S5-01)."""
    asked = find_department(procedure.definition, home)
    if kind is not None and kind.clients_only:
        raise DeskError(ClientsOnly(kind.label, "").format_refusal())
    if asked is not None and asked.clients_only:
        others = [one for one in procedure.definition.departments if not one.clients_only]
        raise DeskError(ClientsOnly(asked.label, _format_alternatives("choose", others)).format_refusal())


def _format_alternatives(action: str, others: Iterable[Any]) -> str:
    named = " or ".join(f"{other.label} ({other.key})" for other in others)
    return f", or {action} {named}" if named else ""
