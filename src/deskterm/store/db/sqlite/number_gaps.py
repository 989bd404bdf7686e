"""Numbers of tickets that were never given out. SQLite leaves none out; a desk that comes from PostgreSQL lacks those
that its sequence lost, and the header of its SQLite file says up to which number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

GAPS_END = "pragma_user_version"
"""The table with the number, in its column `user_version`, below which others may be missing; 0 on a desk that was
always in SQLite."""


def allow_gaps(execute: Callable[[str], list[tuple[Any, ...]]]) -> None:
    """Write down that numbers which are missing now were never given out, if there are any."""
    ((lowest, highest, count),) = execute("SELECT min(id), max(id), count(*) FROM ticket")
    if count and highest - lowest + 1 != count:
        execute(f"PRAGMA user_version = {int(highest)}")
