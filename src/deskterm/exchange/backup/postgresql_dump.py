"""Dumps of a PostgreSQL desk by the server's own programs, pg_dump and pg_restore (R-79)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as percent_encode

from deskterm.errors import DeskError
from deskterm.store.db import errors
from deskterm.store.db.connection import connect_postgresql
from deskterm.store.db.location import display_location

if TYPE_CHECKING:
    import psycopg

MAINTENANCE_DATABASE = "postgres"
"""The database that one connects to in order to create and rename others."""
_LONGEST_NAME = 63
"""Bytes of a name; PostgreSQL cuts the rest."""
_UNFINISHED = "deskterm: restored, and not in its place yet"
"""The comment of a database that is thrown away unless it takes the place of a desk."""
_RESTORE_LOCK = 0x6465736B
"""The first key of the advisory locks of restores; the second is of the database's name."""


def find_dump_program(server_version: int) -> str:
    """Return the path of pg_dump. server_version: the server's, as libpq numbers it, which the program must not be
    below. Raises DeskError when there is none."""
    return _find_program("pg_dump", server_version // 10_000)


def dump_desk(url: str, program: str, target: Path, snapshot: str) -> None:
    """Dump the desk at a URL into a file, as a snapshot of another connection saw it. program: the path of pg_dump.
    Raises DeskError when it fails."""
    _run([program, "--format=custom", f"--snapshot={snapshot}", f"--file={target}"], url)


def check_dump(url: str, dump: Path) -> None:
    """Read a whole dump, unpacked, and throw it away. Raises DeskError when it is damaged."""
    with connect_postgresql(url) as connection:
        program = _find_program("pg_restore", connection.info.server_version // 10_000)
    _run([program, f"--file={os.devnull}", dump], url)


@contextmanager
def restored_database(url: str, name: str, dump: Path) -> Iterator[str]:
    """Restore a dump into a new database on the server of a URL; the value is its URL. At the end it is dropped, if it
    still has that name. Raises DeskError when the role may not create databases, or the dump cannot be
    restored."""
    with connect_to_maintenance(url) as connection:
        program = _find_program("pg_restore", connection.info.server_version // 10_000)
        _drop_remnants(connection)
        # Held until the end of this connection: a database whose lock is free was left by a program that was killed
        connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (_RESTORE_LOCK, name))
        _create_database(connection, url, name)
        connection.execute(f"COMMENT ON DATABASE {quote(name)} IS '{_UNFINISHED}'".encode())
        try:
            _run([program, "--exit-on-error", "--no-owner", f"--dbname={name}", dump], url, database=name)
            yield with_database(url, name)
        finally:
            with connect_to_maintenance(url) as other:
                other.execute(f"DROP DATABASE IF EXISTS {quote(name)} WITH (FORCE)".encode())


def swap_databases(url: str, restored: str, aside: str) -> None:
    """Give the desk's database another name, and its own to the restored one, in one transaction. Raises DeskError when
    somebody is connected to either."""
    import psycopg  # noqa: PLC0415 - an optional extra, and who keeps a desk in SQLite has none

    name = database_of(url)
    with connect_to_maintenance(url) as connection:
        try:
            with connection.transaction():
                if _exists(connection, name):
                    connection.execute(f"ALTER DATABASE {quote(name)} RENAME TO {quote(aside)}".encode())
                connection.execute(f"ALTER DATABASE {quote(restored)} RENAME TO {quote(name)}".encode())
                connection.execute(f"COMMENT ON DATABASE {quote(name)} IS NULL".encode())
        except psycopg.errors.ObjectInUse as error:
            raise errors.desk_in_use_error(url) from error
        except psycopg.Error as error:
            raise errors.to_desk_error(error, url) or error from error


def require_unconnected(url: str) -> None:
    """Raise DeskError when somebody is connected to the desk's database, and stays so for a second: a connection that
    was just closed is still listed for some milliseconds."""
    with connect_to_maintenance(url) as connection:
        for _ in range(11):
            found = connection.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", (database_of(url),))
            if found.fetchone() is None:
                return
            time.sleep(0.1)
    raise errors.desk_in_use_error(url)


def has_database(url: str) -> bool:
    """Return whether the database of a URL exists."""
    with connect_to_maintenance(url) as connection:
        return _exists(connection, database_of(url))


def connect_to_maintenance(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect to the server of a URL, outside of the desk's own database."""
    return connect_postgresql(with_database(url, MAINTENANCE_DATABASE))


def database_of(url: str) -> str:
    """Return the name of the database of a URL: what it says, else what libpq falls back on. A service is asked for,
    because only libpq reads its file."""
    import psycopg.conninfo as conninfo  # noqa: PLC0415 - an optional extra

    settings = conninfo.conninfo_to_dict(url)
    if name := settings.get("dbname"):
        return str(name)
    if settings.get("service") or os.environ.get("PGSERVICE"):
        with connect_postgresql(url) as connection:
            return connection.info.dbname
    return str(os.environ.get("PGDATABASE") or settings.get("user") or _user())


def name_beside(url: str, ending: str) -> str:
    """Return the name of a database beside the one of a URL: its name with an ending, cut to the bytes that PostgreSQL
    keeps. It would cut the ending, and the same name would not be found again."""
    kept = _LONGEST_NAME - len(ending.encode())
    return database_of(url).encode()[:kept].decode(errors="ignore") + ending


def with_database(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    head, _, options = url.partition("?")
    server = head.removeprefix("postgresql://").partition("/")[0]
    kept = [option for option in options.split("&") if option and not option.lower().startswith("dbname=")]
    return f"postgresql://{server}/{percent_encode(name, safe='')}" + (f"?{'&'.join(kept)}" if kept else "")


def quote(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def _exists(connection: psycopg.Connection[tuple[Any, ...]], name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def _drop_remnants(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Drop the databases of restores and drills that were killed, as far as this role may."""
    import psycopg  # noqa: PLC0415 - an optional extra

    found = connection.execute(
        "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = %s", (_UNFINISHED,)
    ).fetchall()
    for (name,) in found:
        key = (_RESTORE_LOCK, name)
        if connection.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", key).fetchone() == (True,):
            with suppress(psycopg.Error):
                connection.execute(f"DROP DATABASE IF EXISTS {quote(name)}".encode())
            connection.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)


def _create_database(connection: psycopg.Connection[tuple[Any, ...]], url: str, name: str) -> None:
    import psycopg  # noqa: PLC0415 - an optional extra

    try:
        connection.execute(f"CREATE DATABASE {quote(name)} TEMPLATE template0".encode())
    except psycopg.errors.InsufficientPrivilege as error:
        raise DeskError(
            f"The role of {display_location(url)} may not create databases, which restoring needs: let its "
            "administrator say ALTER ROLE … CREATEDB, or restore with pg_restore as docs/keeping.md shows."
        ) from error
    except psycopg.Error as error:
        raise errors.to_desk_error(error, url) or error from error


def _find_program(name: str, server: int) -> str:
    """Return the path of a program of PostgreSQL. server: the server's version, which the program must not be below.
    Raises DeskError when there is none."""
    path = shutil.which(name)
    advice = f"install PostgreSQL's client programs of version {server}, or put their folder first in PATH"
    if path is None:
        raise DeskError(f"A desk in PostgreSQL is backed up by {name}, which is not in PATH: {advice}.")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)", said)
    if version is None or int(version[1]) < server:
        found = version[1] if version else "unknown"
        raise DeskError(f"{path} is of version {found}, and refuses a server of version {server}: {advice}.")
    return path


def _run(command: Sequence[str | Path], url: str, *, database: str | None = None) -> None:
    """Run a program on the desk of a URL. Raises DeskError with its first line when it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        env=os.environ | _environment(url) | ({"PGDATABASE": database} if database else {}),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        reason = lines[0].removesuffix(".")
        raise DeskError(f"{reason}: mend that, and try again; the desk at {display_location(url)} is as it was.")


def _environment(url: str) -> dict[str, str]:
    """Return the settings of a URL as environment variables: as an argument a password would stand in `ps`."""
    from psycopg.pq import Conninfo  # noqa: PLC0415 - an optional extra

    return {
        option.envvar.decode(): option.val.decode()
        for option in Conninfo.parse(url.encode())
        if option.envvar is not None and option.val is not None
    }


def _user() -> str:
    import getpass  # noqa: PLC0415 - only where a URL names neither database nor user

    return os.environ.get("PGUSER") or getpass.getuser()
