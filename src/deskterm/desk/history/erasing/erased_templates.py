"""Names of people in templates and macros, such as those that agents recorded from their work (C-21)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from deskterm.desk.history.erasing.erased_drafts import overwrite_deleted
from deskterm.store.db.tables import TemplateRow, table_of

_template = table_of(TemplateRow)
_WRITTEN = ("label", "description", "words", "body", "reply", "note", "handover", "reason", "fields")
"""Keys of a template or macro that hold text written by people. All others name parts of the procedure."""


def redact_templates(session: Session, redact: Callable[[str], str]) -> None:
    """Replace a person's name in every template and macro. redact: replaces it in a text."""
    overwrite_deleted(session)
    for row in session.execute(select(_template.c.id, _template.c.document).order_by(_template.c.id)).all():
        values: dict[str, Any] = json.loads(row.document)
        redacted = {key: _redact(value, redact) if key in _WRITTEN else value for key, value in values.items()}
        if redacted != values:
            document = json.dumps(redacted, ensure_ascii=False)
            session.execute(update(_template).where(_template.c.id == row.id).values(document=document))


def _redact(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_redact(one, redact) for one in value]
    return {key: _redact(one, redact) for key, one in value.items()} if isinstance(value, dict) else value
