"""What a request is: its type, how severe and how pressing it is, by the words of the procedure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deskterm.desk.policy.status_graph import resolve_choice
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import RequestType


def classify_request(
    procedure: CompiledProcedure, kind: str | None, severity: str | None, priority: str | None
) -> dict[str, str | None]:
    """The type and the scales that a request with these words would be registered with."""
    found = resolve_type(procedure, kind)
    found_scales = resolve_levels(procedure, found, severity, priority, None, None)
    return {"type": found.key, "severity": found_scales["severity"], "priority": found_scales["priority"]}


def resolve_type(procedure: CompiledProcedure, wanted: str | None) -> RequestType:
    """The type that was asked for, by key or label, or the one that a request is where nobody says."""
    if wanted is not None:
        return resolve_choice("type", wanted, procedure.definition.types)
    default = procedure.definition.about.default_type
    if default is not None:
        return procedure.types[default]
    if len(procedure.types) == 1:
        return next(iter(procedure.types.values()))
    known = ", ".join(procedure.types)
    raise UsageError(f"Say what type of request this is: {known}.")


def resolve_levels(
    procedure: CompiledProcedure,
    kind: RequestType,
    severity: str | None,
    priority: str | None,
    impact: str | None,
    urgency: str | None,
) -> dict[str, Any]:
    """Severity, priority, impact and urgency of a new ticket, with the severity that was asked for (S1-05). A table of
    impact and urgency chooses where there is one."""
    part = procedure.definition.priority
    values: dict[str, Any] = {
        "impact": resolve_key("impact", impact, part.impacts) if part.impacts else impact,
        "urgency": resolve_key("urgency", urgency, part.urgencies) if part.urgencies else urgency,
        "priority": resolve_key("priority", priority, part.scale),
        "severity": severity,
    }
    if severity is not None and not kind.has_severity:
        raise UsageError(f"A {kind.label} has no severity: leave it out.")
    if kind.has_severity:
        values["severity"] = resolve_key("severity", severity, procedure.definition.severities) or kind.default_severity
    reckoned = part.matrix.get(values["impact"] or "", {}).get(values["urgency"] or "")
    if reckoned in procedure.priorities:
        values["priority"] = values["priority"] or reckoned
    elif reckoned in procedure.severities and severity is None and kind.has_severity:
        values["severity"] = reckoned
    if part.from_severity and values["priority"] is None and values["severity"] in procedure.priorities:
        values["priority"] = values["severity"]
    values["priority"] = values["priority"] or part.default
    values["severity_requested"] = values["severity"]
    return values


def resolve_key(what: str, wanted: str | None, among: Iterable[Any]) -> str | None:
    """The key of the one that was named, by key or label; None for None."""
    return None if wanted is None else str(resolve_choice(what, wanted, among).key)


def require_channel(wanted: str, among: Iterable[str]) -> str:
    """A way in that the procedure has."""
    known = list(among)
    if wanted not in known:
        raise DeskError(f"There is no channel {wanted!r}: use {', '.join(known)}.")
    return wanted
