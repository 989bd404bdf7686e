"""`--only FIELD=VALUE`: narrow a list or an export to one value of a declared field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import UsageError
from deskterm.present.labels import Vocabulary
from deskterm.procedure.ticket_fields import FILTER_FIELDS

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="Only tickets with this value in a field, such as source=web; may be given again.",
        metavar="FIELD=VALUE",
    ),
]


def parse_filters(words: Iterable[str], vocabulary: Vocabulary) -> dict[str, str]:
    """Return field → key of its value, of words like `team=First line`; values are named by key or label.

    Raises UsageError for a word of another form, a field that does not filter or that is named twice, and DeskError
    for a value that the procedure does not know.
    """
    found: dict[str, str] = {}
    for word in words:
        name, sign, value = (part.strip() for part in word.partition("="))
        if not sign or not value:
            raise UsageError(f"{word!r} is no filter: write it as FIELD=VALUE.")
        if name not in FILTER_FIELDS:
            raise UsageError(f"There is no field {name!r} to filter by: use {', '.join(FILTER_FIELDS)}.")
        if name in found:
            raise UsageError(f"--only names {name} twice: a ticket has one.")
        found[name] = _resolve_value(name, value, vocabulary)
    return found


def _resolve_value(name: str, value: str, vocabulary: Vocabulary) -> str:
    field = FILTER_FIELDS[name]
    if not field.choices or field.kind != "text":
        return value
    choices = vocabulary.choices(field.choices)
    if name == "team" and not choices:  # a desk without teams of its own: its departments are its teams
        choices = vocabulary.departments
    if not choices:
        return value
    return resolve_choice(field.label.lower(), value, choices.values()).key
