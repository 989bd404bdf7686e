"""Changes of an event: which fields of a ticket it sets, and from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Changes = Mapping[str, tuple[Any, Any]]
"""Field → (before, after); values are text, numbers, lists of text or None. `fields.KEY` is a field that the
procedure defines, `dues.METRIC` a due time that a person set, and `records.KIND.KEY` a record of the ticket
(`deskterm.desk.domain.records`), as a JSON object."""


def join_changes(several: Iterable[Changes]) -> dict[str, tuple[Any, Any]]:
    """Return the changes of several events as one: field → (before the first, after the last)."""
    found: dict[str, tuple[Any, Any]] = {}
    for changes in several:
        for name, (before, after) in changes.items():
            found[name] = (found[name][0] if name in found else before, after)
    return found


def find_changed_records(changes: Changes, kind: str) -> Iterator[Mapping[str, Any]]:
    """Yield the values that records of a kind have after the changes; removed records are left out."""
    for name, (_, after) in changes.items():
        if name.startswith(f"records.{kind}.") and after is not None:
            yield after
