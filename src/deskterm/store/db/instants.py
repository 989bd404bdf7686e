"""Instants as the databases hold them, and as seconds: the one place where the two meet.

SQLite holds UTC as the text `YYYY-MM-DD HH:MM:SS.ffffff`, whose order is the order of time; PostgreSQL holds
`timestamptz` and, in a session whose zone is UTC, reads the same text.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from deskterm.errors import DeskError

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""The due instant of what is not due: sort keys are never NULL."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - stored text carries no zone
_SECOND = timedelta(seconds=1)

_MINUTES = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))

_NEVER_SECONDS = int(NEVER.timestamp())


class Unreadable(DeskError, ValueError):
    """What stands where an instant is to stand is none: somebody else than deskterm wrote it."""

    def __init__(self, stored: object) -> None:
        super().__init__(
            f"The store holds {str(stored)[:40]!r} where an instant is to stand, which no deskterm wrote: `deskterm"
            " doctor` says where; compare a backup."
        )


def stored_text(instant: datetime | int) -> str:
    """An aware datetime or epoch seconds as both databases take it in text."""
    if isinstance(instant, datetime):
        if instant.tzinfo is not UTC:
            instant = instant.astimezone(UTC)
        return instant.replace(tzinfo=None).isoformat(" ", "microseconds")
    day, second = divmod(instant, 86_400)
    minute, second = divmod(second, 60)
    return f"{_day(day)} {_MINUTES[minute]}:{second:02d}.000000"


@lru_cache(maxsize=8192)
def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).date().isoformat()


def seconds(stored: str | datetime) -> int:
    """The whole epoch seconds of an instant as a bare connection returns it. Unreadable where it is none."""
    if isinstance(stored, str):
        try:
            return (datetime.fromisoformat(stored) - _EPOCH) // _SECOND
        except (ValueError, TypeError) as error:
            raise Unreadable(stored) from error
    return int(stored.timestamp() // 1)


def seconds_or_none(stored: str | datetime | None) -> int | None:
    """The whole epoch seconds; None for NULL and for NEVER."""
    if stored is None:
        return None
    found = seconds(stored)
    return None if found >= _NEVER_SECONDS else found
