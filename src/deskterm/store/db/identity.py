"""The login of whoever calls: the owner of the process for a desk in a file, the database role on a server.

Neither can be chosen by setting a variable of the environment: `LOGNAME` and its like are not read (D-20).
"""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

from deskterm.errors import DeskError
from deskterm.store.db.connection import connect_postgresql
from deskterm.store.db.location import dialect, sqlite_path

if TYPE_CHECKING:
    from deskterm.store.db.reader import ReadConnection


def read_login(url: str, reader: ReadConnection | None = None) -> str:
    """Return the login of whoever calls, on the desk at a URL. reader: an open connection to it, which saves opening
    one to a server. Raises DeskError when the owner of the process has no entry in the system's user database, or the
    server cannot be reached."""
    if dialect(url) == "sqlite":
        return find_process_owner()
    if reader is not None:
        ((role,),) = reader.rows("SELECT session_user")
        return str(role)
    connection = connect_postgresql(url)
    try:
        # Not current_user: SET ROLE, which the URL's options may hold, changes that one.
        ((role,),) = connection.execute(b"SELECT session_user").fetchall()
    finally:
        connection.close()
    return str(role)


def find_process_owner() -> str:
    """Return the login of the owner of this process, by the system's user database. Raises DeskError when there is no
    entry, as in a container that runs under a bare number."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError as error:
        raise DeskError(
            f"User {number} has no entry in this system's user database, so deskterm cannot tell who you are: "
            "add one (a line of /etc/passwd), or run deskterm as a user that has one."
        ) from error


def is_owner(reader: ReadConnection) -> bool:
    """Return whether whoever calls owns the store: the file, or the tables on a server. They may do anything to it."""
    if reader.dialect == "sqlite":
        return sqlite_path(reader.url).stat().st_uid == os.getuid()
    ((owned,),) = reader.rows(
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'desk' "
        "AND tableowner = session_user"
    )
    return bool(owned)


def can_log_in(reader: ReadConnection, login: str) -> bool:
    """Return whether anybody could come with a login: the system has such a user, or the server such a role."""
    if reader.dialect == "sqlite":
        try:
            return bool(pwd.getpwnam(login))
        except KeyError:
            return False
    query = "SELECT 1 FROM pg_roles WHERE rolname = :login AND rolcanlogin"
    return bool(reader.rows(query, {"login": login}))
