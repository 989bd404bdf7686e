"""Stores to copy: creating a desk costs ten times as much as copying one, so each is created once per run, by whichever
process needs it first."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from deskterm.store.db.engine import Store, create_store
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
    return copy_store(url, key, lambda place: create_desk_in_tables(place, procedure, now=now, **settings))


def create_desk_in_tables(url: str, procedure: Procedure, *, now: datetime, **settings: Any) -> Store:
    """Create a desk as `setup.create_desk` does, in tables that are copied: most of what a desk costs is its tables."""
    copy_store(url, ("empty store",), create_store).close()
    return setup.create_desk(url, procedure, now=now, **settings)


def copy_store(url: str, key: Key, create: Callable[[str], Store], *, shared: bool = True) -> Store:
    """Open a new store that equals what `create` creates at a URL. key: everything that determines what it creates.
    shared: copy what another process of the run has created, too.

    Where something is at the URL already `create` itself is called, because it has to refuse that.
    """
    if dialect(url) == "sqlite":
        path = sqlite_path(url)
        if path.exists():
            return create(url)
        if key not in _FILES:
            with _template_file(key, "sqlite3", shared) as file:
                if not file.exists():
                    file.write_bytes(_create_file_template(create))
                _FILES[key] = file.read_bytes()
        create_file(url)
        path.write_bytes(_FILES[key])
        return Store(url)
    if not postgres.is_empty(url):
        return create(url)
    if key not in _DATABASES:
        # A server that outlives the run loses the templates of a process when that has ended
        with _template_file(key, "database", shared and postgres.URL_VARIABLE not in os.environ) as file:
            if not file.exists():
                template = postgres.create_template()
                create(template).close()
                file.write_text(postgres.database_name(template))
            _DATABASES[key] = file.read_text()
    postgres.replace_with_copy(url, _DATABASES[key])
    return Store(url)


@contextmanager
def _template_file(key: Key, kind: str, shared: bool) -> Iterator[Path]:
    """Lock the file of a template, which may not be there yet. Templates that are made of others lock these too, and
    never the other way round."""
    folder = Path(os.environ[postgres.FOLDER_VARIABLE]) / "memory" / "templates"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = repr(key) if shared else f"{key!r} {os.getpid()}"
    file = folder / f"{hashlib.sha256(text.encode()).hexdigest()}.{kind}"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield file


def _create_file_template(create: Callable[[str], Store]) -> bytes:
    """Create a store in a folder of its own, and return its file. SQLite moves the write-ahead log into the file when
    the last connection is closed."""
    with tempfile.TemporaryDirectory(dir=os.environ[postgres.FOLDER_VARIABLE]) as folder:
        path = Path(folder) / "desk.sqlite3"
        create(f"sqlite:///{path}").close()
        assert [file.name for file in Path(folder).iterdir()] == [path.name], "a connection is still open"
        return path.read_bytes()
