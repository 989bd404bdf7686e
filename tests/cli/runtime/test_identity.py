"""Identity: the owner of the process on SQLite, the database role on PostgreSQL, and no variable (D-20)."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

import postgres
from cli_call import Call
from deskterm.store.db.identity import find_process_owner, read_login

NAMES = ("LOGNAME", "USER", "LNAME", "USERNAME")
"""The variables from which Python's `getpass.getuser` takes a login."""

OWNER = pwd.getpwuid(os.getuid()).pw_name


def run_as_owner(*words: str, database: Path, login: str) -> subprocess.CompletedProcess[str]:
    """Run the program itself, with a login in every variable that might be taken for one."""
    environment = {**os.environ, "DESKTERM_DATABASE": str(database), **dict.fromkeys(NAMES, login)}
    program = [sys.executable, "-m", "deskterm", *words]
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", ["ticket list", "ticket note 1001 x", "people overseen", ""])
def test_setting_a_variable_makes_nobody_somebody_else(desk: Call, tmp_path: Path, words: str) -> None:
    answer = run_as_owner(*words.split(), database=tmp_path / "desk.sqlite3", login="ann")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"deskterm: {OWNER!r} is no agent of this desk")


def test_whoever_makes_a_desk_in_a_file_is_its_admin_by_the_systems_user_database(tmp_path: Path) -> None:
    database = tmp_path / "desk.sqlite3"
    created = run_as_owner("init", "--procedure", "campus-it", database=database, login="zoe")
    assert f"you are its admin ({OWNER})" in created.stdout
    assert run_as_owner("ticket", "list", database=database, login="zoe").returncode == 0


def test_a_user_without_an_entry_in_the_user_database_gets_one_sentence() -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become a user without an entry")
    code = (
        "import os; from deskterm.errors import DeskError; from deskterm.store.db.identity import find_process_owner\n"
        "os.setuid(54321)\n"
        "try: print(find_process_owner())\n"
        "except DeskError as error: print(error)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("User 54321 has no entry in this system's user database")


@pytest.fixture
def server_url() -> str:
    try:
        return postgres.server_url()
    except postgres.NoServer as reason:
        pytest.skip(str(reason))


def test_on_a_server_the_agent_is_the_database_role(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "ann")
    with postgres.database() as url, psycopg.connect(server_url, autocommit=True) as server:
        server.execute("CREATE ROLE desk_ida LOGIN SUPERUSER PASSWORD 'x'")
        try:
            place = urlsplit(url)
            as_ida = place._replace(netloc=f"desk_ida:x@{place.netloc.rpartition('@')[2]}").geturl()
            assert read_login(as_ida) == "desk_ida"
            # SET ROLE changes what one may do, not who one is.
            joined = "&" if place.query else "?"
            assert read_login(f"{as_ida}{joined}options=-c%20role%3Dpg_monitor") == "desk_ida"
        finally:
            server.execute("DROP ROLE desk_ida")
    assert find_process_owner() == OWNER
