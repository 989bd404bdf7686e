"""What a request lacks, said as the options of the command line that give it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deskterm.errors import UsageError

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession

_OPTIONS = {"description": "--body", "organisation": "--client"}
_OWN = frozenset(
    {"requester", "email", "product", "topic", "department", "channel", "severity", "priority", "impact", "urgency"}
)
"""Keys whose options are called like them."""


@contextmanager
def named_options(desk: DeskSession) -> Iterator[None]:
    """UsageError that names the options, where a request is refused because it does not say all that it must."""
    from deskterm.desk.policy.request_fields import Incomplete

    try:
        yield
    except Incomplete as error:
        if not error.missing:
            raise
        kinds = {part.key: part.kind for part in desk.procedure.definition.fields}
        options = [option(key, kinds.get(key, "")) for key in error.missing]
        raise UsageError(
            f"{error.told}: give {', '.join(options)}, or open it without what cannot be had: --incomplete."
        ) from error


def option(key: str, kind: str = "") -> str:
    """The option that gives a field."""
    if key in _OPTIONS or key in _OWN:
        return _OPTIONS.get(key, f"--{key}")
    return "--phone" if kind == "phone" else f"--field {key}=…"
