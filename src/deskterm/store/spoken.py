"""Words of people by their number: what records refer to. SQL over a bare `Reader`."""

from __future__ import annotations

from collections.abc import Iterable

from deskterm.store.reader import Reader

_AT_ONCE = 500


def spoken(reader: Reader, numbers: Iterable[int | None]) -> dict[int, str]:
    """Number → words; empty where they were erased."""
    wanted = sorted({number for number in numbers if number is not None})
    found: dict[int, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = {f"t{place}": number for place, number in enumerate(wanted[start : start + _AT_ONCE])}
        names = ", ".join(f":{name}" for name in part)
        found |= dict(reader.rows(f"SELECT id, body FROM personal_text WHERE id IN ({names})", part))
    return found
