"""A cache of compiled SQL for all engines of a test process. SQLAlchemy keeps one per engine; in tests, where an engine
lives for a few statements, compiling took a third of the time."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from deskterm.store.db import engine

_COMPILED: dict[Any, Any] = {}


class _Interchangeable:
    """A dialect that equals every other one of its class, because dialects are part of the keys of the cache. No engine
    of deskterm sets anything of its dialect that compiled SQL depends on."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class SQLiteDialect(_Interchangeable, SQLiteDialect_pysqlite):
    """The dialect of SQLite, interchangeable."""

    supports_statement_cache = True


class PostgreSQLDialect(_Interchangeable, PGDialect_psycopg):
    """The dialect of PostgreSQL, interchangeable."""

    supports_statement_cache = True


def share_compiled_statements() -> None:
    """Let every engine that is created from now on use one cache."""
    registry.register("sqlite", __name__, SQLiteDialect.__name__)
    registry.register("postgresql.psycopg", __name__, PostgreSQLDialect.__name__)

    def create_engine(*arguments: Any, **options: Any) -> sqlalchemy.Engine:
        return sqlalchemy.create_engine(*arguments, execution_options={"compiled_cache": _COMPILED}, **options)

    engine.create_engine = create_engine  # type: ignore[attr-defined]
