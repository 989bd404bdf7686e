"""Full text: the words of subjects, messages and notes (C-12)."""

from __future__ import annotations

from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.folding import build_contains


def build_text_condition(reader: ReadConnection, name: str) -> str:
    """Return the condition for tickets with a folded pattern of LIKE, in the parameter of a name, in any of their
    texts."""
    return (
        "EXISTS (SELECT 1 FROM personal_text t WHERE t.ticket_id = ticket.id "
        f"AND {build_contains(reader, 't.body', name)})"
    )
