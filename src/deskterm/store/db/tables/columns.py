"""Columns and indexes that several tables share."""

from __future__ import annotations

import secrets

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, text
from sqlalchemy.types import TypeEngine


def big_integer() -> TypeEngine[int]:
    """Return the type of numbers of rows: on SQLite a plain INTEGER, or the primary key would not be the row's id."""
    return BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[int]:
    """Return the column of a primary key that the database counts up."""
    return Column(big_integer(), primary_key=True, autoincrement=True)


def reference_column(target: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    """Return the column of a foreign key."""
    return Column(big_integer(), ForeignKey(target), nullable=nullable, index=index)


def partial_index(name: str, where: str, *columns: str) -> Index:
    """Return an index of the rows that meet a condition. SQLite uses it for queries that contain the condition in the
    same words."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def queue_indexes(name: str, where: str, *equal: str) -> tuple[Index, Index]:
    """Return an index for each order of a view (`store.queries.queue`), so that a page is read in the order of the
    index. `breached` is in it to be tested without reading the row."""
    return (
        partial_index(f"{name}_order", where, *equal, "rank", "order_at", "id", "next_due_at", "breached"),
        partial_index(f"{name}_due", where, *equal, "next_due_at", "id", "breached"),
    )


def make_salt() -> str:
    """Return a new salt of the digest of a person."""
    return secrets.token_hex(16)
