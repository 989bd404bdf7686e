"""Stores to copy: creating a desk costs ten times as much as copying one, so each is created once per process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import postgres
from deskterm.desk.admin import setup
from deskterm.procedure.compiled import to_document
from deskterm.procedure.load import load
from deskterm.procedure.schema import Procedure
from deskterm.procedure.shipped import find_procedure
from deskterm.store.db.connection import create_file
from deskterm.store.db.engine import Store
from deskterm.store.db.location import dialect, sqlite_path

Key = tuple[object, ...]

_FILES: dict[Key, bytes] = {}
"""The SQLite file of each template."""

_DATABASES: dict[Key, str] = {}
"""The name of the PostgreSQL database of each template."""


@cache
def load_shipped(name: str) -> Procedure:
    """Load a shipped procedure by its name."""
    return load(find_procedure(name)).procedure


def create_desk(url: str, procedure: Procedure, *, now: datetime, **settings: Any) -> Store:
    """Open a new store that equals what `setup.create_desk` creates from the same arguments."""
    key = "desk", to_document(procedure), now, *sorted(settings.items())
    return copy_store(url, key, lambda place: setup.create_desk(place, procedure, now=now, **settings))


def copy_store(url: str, key: Key, create: Callable[[str], Store]) -> Store:
    """Open a new store that equals what `create` creates at a URL. key: everything that determines what it creates.

    Where something is at the URL already `create` itself is called, because it has to refuse that.
    """
    if dialect(url) == "sqlite":
        path = sqlite_path(url)
        if path.exists():
            return create(url)
        if key not in _FILES:
            _FILES[key] = _create_file_template(create)
        create_file(url)
        path.write_bytes(_FILES[key])
        return Store(url)
    if not postgres.is_empty(url):
        return create(url)
    if key not in _DATABASES:
        template = postgres.create_template()
        create(template).close()
        _DATABASES[key] = postgres.database_name(template)
    postgres.replace_with_copy(url, _DATABASES[key])
    return Store(url)


def _create_file_template(create: Callable[[str], Store]) -> bytes:
    """Create a store in a folder of its own, and return its file. SQLite moves the write-ahead log into the file when
    the last connection is closed."""
    with tempfile.TemporaryDirectory(dir=os.environ[postgres.FOLDER_VARIABLE]) as folder:
        path = Path(folder) / "desk.sqlite3"
        create(f"sqlite:///{path}").close()
        assert [file.name for file in Path(folder).iterdir()] == [path.name], "a connection is still open"
        return path.read_bytes()
