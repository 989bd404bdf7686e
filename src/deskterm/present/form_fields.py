"""The fields of a type of request beside those that every form has, read from the stored document of a procedure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from deskterm.present.sanitize import Safe, sanitize


class FormField(NamedTuple):
    """A line of the form. hint: what goes into it; required: every request of the type needs it."""

    key: str
    label: Safe
    hint: Safe
    required: bool


_IN_EVERY_FORM = frozenset(
    {"subject", "description", "requester", "email", "organisation", "severity", "priority", "channel", "department"}
)
_HINTS = {"instant": "2026-11-23T09:30, or today 09:30"}
"""Kind of field → an example of what it takes, where the kind's name says too little."""
# Built-in fields whose choices are a table of their own in the document
_TABLES = {"product": "products", "topic": "topics", "impact": "impacts", "urgency": "urgencies"}


def list_form_fields(content: Mapping[str, Any], kind: str) -> tuple[FormField, ...]:
    """Return the fields for a type, the required ones first. content: the document; kind: the type's key."""
    part: Mapping[str, Any] = next((one for one in content.get("types", ()) if one["key"] == kind), {})
    fields = {one["key"]: one for one in content.get("fields", ())}
    required = set(part.get("required", ())) | {key for key, one in fields.items() if one.get("required")}
    keys = dict.fromkeys([*part.get("required", ()), *part.get("fields", ())])
    return tuple(
        _make_field(content, fields.get(key, {}), key, key in required) for key in keys if key not in _IN_EVERY_FORM
    )


def _make_field(content: Mapping[str, Any], field: Mapping[str, Any], key: str, required: bool) -> FormField:
    home = (content.get("priority") or {}) if key in ("impact", "urgency") else content
    choices = field.get("choices") or [one["key"] for one in home.get(_TABLES.get(key, ""), ())]
    hint = field.get("help") or ", ".join(choices) or _HINTS.get(field.get("kind", ""), field.get("kind", ""))
    return FormField(key, sanitize(field.get("label") or key.capitalize()), sanitize(" ".join(hint.split())), required)
