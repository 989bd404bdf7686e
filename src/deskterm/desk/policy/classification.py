"""Classification of requests: type, severity, priority, impact, urgency and channel, by the procedure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import RequestType


def classify_request(
    procedure: CompiledProcedure, kind: str | None, severity: str | None, priority: str | None
) -> dict[str, str | None]:
    """Return type, severity and priority that a request with these values would be registered with."""
    request_type = resolve_type(procedure, kind)
    levels = resolve_levels(procedure, request_type, severity, priority, None, None)
    return {"type": request_type.key, "severity": levels["severity"], "priority": levels["priority"]}


def resolve_type(procedure: CompiledProcedure, name: str | None) -> RequestType:
    """Return a type by key or label; for None the default one. Raises UsageError when there is no default."""
    if name is not None:
        return resolve_choice("type", name, procedure.definition.types)
    default = procedure.definition.about.default_type
    if default is not None:
        return procedure.types[default]
    if len(procedure.types) == 1:
        return next(iter(procedure.types.values()))
    raise UsageError(f"Say what type of request this is: {', '.join(procedure.types)}.")


def resolve_levels(
    procedure: CompiledProcedure,
    kind: RequestType,
    severity: str | None,
    priority: str | None,
    impact: str | None,
    urgency: str | None,
) -> dict[str, Any]:
    """Return severity, priority, impact and urgency of a new ticket, with the severity that was requested (S1-05).

    Levels are given by key or label. Those that are left out follow from the procedure's matrix of impact and urgency,
    from the severity or from its defaults. Raises UsageError for a severity on a type without one."""
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
    # Cells name priorities, or severities on a desk without a scale of priorities (S4-07)
    derived = part.matrix.get(values["impact"] or "", {}).get(values["urgency"] or "")
    if derived in procedure.priorities:
        values["priority"] = values["priority"] or derived
    elif derived in procedure.severities and severity is None and kind.has_severity:
        # The type's default severity gives way to the matrix, one that a person named does not
        values["severity"] = derived
    if part.from_severity and values["priority"] is None and values["severity"] in procedure.priorities:
        values["priority"] = values["severity"]
    values["priority"] = values["priority"] or part.default
    # Kept for ever beside the one that agents correct (S1-05); where agents judge, nobody asked for one
    values["severity_requested"] = values["severity"] if kind.severity_by == "requester" else None
    return values


def resolve_key(what: str, name: str | None, choices: Iterable[Any]) -> str | None:
    """Return the key of an item given by key or label; None for None."""
    return None if name is None else str(resolve_choice(what, name, choices).key)


def require_channel(channel: str, channels: Sequence[str]) -> str:
    """Return a channel unchanged. Raises DeskError when it is none of the procedure's."""
    if channel not in channels:
        raise DeskError(f"There is no channel {channel!r}: use {', '.join(channels)}.")
    return channel
