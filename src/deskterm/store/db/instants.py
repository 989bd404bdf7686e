"""Instants as the databases store them, and as epoch seconds: the one module that converts between the two.

SQLite stores UTC as the text `YYYY-MM-DD HH:MM:SS.ffffff`, whose order is the order of time. PostgreSQL stores
`timestamptz` and, in a session whose zone is UTC, reads the same text.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from deskterm.errors import RESTORE_ADVICE, DeskError

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""The due instant of what is not due. Sort keys are never NULL: the databases sort NULL differently, and a page cannot
begin after it. Year 9999 would overflow east of UTC."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
LONG_AGO_TEXT = "1970-01-01 00:00:00.000000"
"""An instant before all others, for a column whose rows are filled right after, and its text in a server's default."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - stored text carries no zone
_SECOND = timedelta(seconds=1)

_MINUTES = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))
"""Minute of the day → `HH:MM`. An import formats millions of instants; a look-up is faster than formatting."""

NEVER_SECONDS = int(NEVER.timestamp())
"""NEVER in epoch seconds."""


class UnreadableInstant(DeskError, ValueError):
    """A stored value that should be an instant is none: some other program wrote it."""

    def __init__(self, stored: object) -> None:
        super().__init__(
            f"The store holds {str(stored)[:40]!r} where an instant is to stand, which no deskterm wrote: `deskterm"
            f" doctor` says where; {RESTORE_ADVICE}."
        )


def to_stored_text(instant: datetime | int) -> str:
    """Convert an aware datetime or epoch seconds to the text that both databases accept."""
    if isinstance(instant, datetime):
        if instant.tzinfo is not UTC:
            instant = instant.astimezone(UTC)
        return instant.replace(tzinfo=None).isoformat(" ", "microseconds")
    day, second = divmod(instant, 86_400)
    minute, second = divmod(second, 60)
    return f"{_format_day(day)} {_MINUTES[minute]}:{second:02d}.000000"


@lru_cache(maxsize=8192)
def _format_day(number: int) -> str:
    """Format a day, counted from 1970-01-01, as `YYYY-MM-DD`."""
    return (_EPOCH + timedelta(days=number)).date().isoformat()


def seconds_from_stored(stored: str | datetime) -> int:
    """Convert an instant as a bare connection returns it to whole epoch seconds. Raises UnreadableInstant when it is
    none."""
    if isinstance(stored, str):
        try:
            return (datetime.fromisoformat(stored) - _EPOCH) // _SECOND
        except (ValueError, TypeError) as error:
            raise UnreadableInstant(stored) from error
    return int(stored.timestamp() // 1)


def optional_seconds_from_stored(stored: str | datetime | None) -> int | None:
    """Convert a stored instant to whole epoch seconds; NULL and NEVER are None."""
    if stored is None:
        return None
    found = seconds_from_stored(stored)
    return None if found >= NEVER_SECONDS else found
