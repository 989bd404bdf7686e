"""The options that give what a request lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy.request_fields import IncompleteRequest
from deskterm.errors import UsageError

_OPTIONS = {"description": "--body", "organisation": "--client"}
_SAME_NAMES = frozenset(
    {"requester", "email", "product", "topic", "department", "channel", "severity", "priority", "impact", "urgency"}
)
"""Keys of fields whose options have the same name."""


@contextmanager
def name_missing_options(desk: DeskSession) -> Iterator[None]:
    """Raise UsageError that names the options, when a request is refused because fields are missing."""
    try:
        yield
    except IncompleteRequest as error:
        if not error.missing:
            raise
        kinds = {part.key: part.kind for part in desk.procedure.definition.fields}
        options = [choose_option(key, kinds.get(key, "")) for key in error.missing]
        raise UsageError(f"{error.problem}: give {', '.join(options)}, or open it anyway with --incomplete.") from error


def choose_option(key: str, kind: str = "") -> str:
    """Return the option that gives a field. kind: the field's kind in the procedure."""
    if key in _OPTIONS:
        return _OPTIONS[key]
    if key in _SAME_NAMES:
        return f"--{key}"
    return "--phone" if kind == "phone" else f"--field {key}=…"
