"""Supply of request fields after registration: values that the requester did not give, or corrects (S2-15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.policy.request_fields import (
    build_refusal,
    parse_request_fields,
)
from deskterm.desk.tickets.field_values import build_participant_changes, format_field_names, resolve_listed_key
from deskterm.desk.tickets.missing_fields import MISSING, build_missing_change
from deskterm.errors import UsageError
from deskterm.procedure.ticket_fields import SUPPLIED_FIELDS, list_choices

_COMMON_FIELDS = {field.name: field.choices for field in SUPPLIED_FIELDS} | {"tenant": ""}
"""Fields that every ticket has and that may be supplied, and the part of the procedure that lists their values."""


def supply_fields(
    desk: DeskSession, number: int, fields: Mapping[str, Any], *, now: datetime, version: int | None = None
) -> CommandResult:
    """Set request fields that were missing, or correct them (S2-15). fields: key → value as text.

    Raises UsageError for a field that cannot be supplied or when none is given, and IncompleteRequest for a value that
    is not of its kind.
    """
    request = parse_request_fields(desk.procedure, fields, now)
    with desk.ticket(number, "edit", now, version, action="supply what a request lacks") as work:
        state, procedure = work.state, work.procedure
        # Inside the transaction, because the message needs the ticket's type
        if request.problems:
            raise build_refusal(procedure, (), list(request.problems.values()))
        unknown = sorted(request.common.keys() - _COMMON_FIELDS.keys())
        if unknown:
            raise UsageError(f"{unknown[0]} is not given as a field: see `deskterm ticket set --help`.")
        changes: dict[str, tuple[Any, Any]] = {
            f"fields.{key}": (state.fields.get(key), value) for key, value in request.values.items()
        }
        for key, word in request.common.items():
            table = list_choices(procedure.definition, _COMMON_FIELDS[key])
            changes[key] = (getattr(state, key), resolve_listed_key(key, word, table))
        changes |= build_participant_changes(work, request, state.requester_id, None)
        missing_record = state.records.get((MISSING, "1"))
        still_missing = [
            key for key in (missing_record.values["fields"] if missing_record else ()) if not request.has_value(key)
        ]
        if missing_record is not None:
            changes |= build_missing_change(state.records, still_missing)
        if not changes and not request.texts:
            raise UsageError("Say what is supplied: a field and its value.")
        work.append("edited", changes, {f"fields.{key}": text for key, text in request.texts.items()})
        remainder = f"; still without {format_field_names(procedure, still_missing)}" if still_missing else ""
        result = work.build_result(f"{number}: {', '.join(fields)} supplied{remainder}")
    return result
