"""Agents who are roles of a server, and do not own the desk's tables: in whose name they may write (D-20)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg
import pytest

import postgres
from cli_call import Answer
from deskterm.cli import main
from deskterm.store.db.identity import read_login

SAM, ANN = f"desk_sam_{os.getpid()}", f"desk_ann_{os.getpid()}"
"""Roles of the whole server, which several runs of the tests share."""

REFUSAL = "nobody writes one for somebody else"
FORGED = (
    "INSERT INTO event (ticket_id, seq, kind, at, actor, procedure_version, data, hash) "
    "VALUES (1001, 99, %s, now(), %s, 1, %s, '')"
)
LOG = "id,at,title,by\nT1,2026-03-02 09:00,x,carl\nT1,2026-03-02 10:00,x,eve\n"
MAPPING = """
source = "other-desk"
name = "Log of another desk"
[log]
dates = ["%Y-%m-%d %H:%M"]
[rows]
ticket = "id"
at = "at"
actor = "by"
[ticket.type]
fixed = "issue"
[ticket.subject]
column = "title"
[ticket.status]
fixed = "registered"
"""


class RoleDesk(NamedTuple):
    """A desk on a server. owner: the login that owns its tables; sam, ann: URLs by which an agent and an admin come."""

    owner: str
    sam: str
    ann: str


def call(url: str, *words: str) -> Answer:
    """Call the program in this process: who calls is a role of the server, and not the process's owner."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = main.run(["--database", url, *words])
    return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture
def desk() -> Iterator[RoleDesk]:
    try:
        server_url = postgres.server_url()
    except postgres.NoServer as reason:
        pytest.skip(str(reason))
    with postgres.database() as url, psycopg.connect(server_url, autocommit=True) as server:
        place = urlsplit(url)
        host = place.netloc.rpartition("@")[2]
        own = read_login(url)
        people = Path(os.environ[postgres.FOLDER_VARIABLE]) / f"roles{os.getpid()}.csv"
        rows = f"login,name,role\n{SAM},Sam,agent\n{ANN},Ann,admin\n{own},Own,admin\n"
        people.write_text(rows, encoding="utf-8")
        for name in (SAM, ANN):
            server.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x'".encode())
        try:
            for words in (("init", "--procedure", "campus-it"), ("seed", "agents", str(people))):
                assert call(url, *words).code == 0
            with psycopg.connect(url, autocommit=True) as connection:
                for kind in ("TABLES", "SEQUENCES"):
                    connection.execute(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO {SAM}, {ANN}".encode())
            sam, ann = (place._replace(netloc=f"{name}:x@{host}").geturl() for name in (SAM, ANN))
            yield RoleDesk(own, sam, ann)
        finally:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"DROP OWNED BY {SAM}, {ANN}".encode())
            server.execute(f"DROP ROLE {SAM}, {ANN}".encode())


def test_on_a_server_nobody_writes_an_event_for_somebody_else(desk: RoleDesk) -> None:
    """The server refuses it to any program, so it holds where a shared file cannot."""
    new = ("ticket", "new", "x", "--incomplete", "--type", "issue")
    for url, acting in ((desk.sam, ()), (desk.ann, ("--as", SAM))):
        done = call(url, *new, *acting)
        assert done.code == 0, done.err
    forgeries = [
        (desk.sam, "noted", ANN, {}),
        (desk.sam, "noted", ANN, {"behind": SAM}),
        (desk.sam, "noted", ANN, {"behind": ANN}),
        (desk.sam, "imported", ANN, {"imported_by": SAM}),
        (desk.sam, "imported", ANN, {"imported_by": ANN}),
        (desk.ann, "noted", SAM, {"imported_by": ANN}),
        (desk.ann, "imported", SAM, {"imported_by": SAM}),
    ]
    for url, kind, actor, data in forgeries:
        with (
            psycopg.connect(url, autocommit=True) as connection,
            pytest.raises(psycopg.errors.RaiseException, match=REFUSAL),
        ):
            connection.execute(FORGED, (kind, actor, json.dumps(data)))


@pytest.mark.parametrize("as_owner", [False, True])
def test_an_admin_who_does_not_own_the_tables_imports_events(desk: RoleDesk, tmp_path: Path, as_owner: bool) -> None:
    """The events are those of people of another desk; each says who imported it, and so does the audit log."""
    log, mapping = tmp_path / "log.csv", tmp_path / "mapping.toml"
    log.write_text(LOG, encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    acting = ("--as", desk.owner) if as_owner else ()
    done = call(desk.ann, "import", "events", str(log), "--mapping", str(mapping), *acting)
    assert done.code == 0, done.err
    entries = json.loads(call(desk.ann, "audit", "log", "--by", desk.owner if as_owner else ANN, "--json").out)
    (entry,) = [entry for entry in entries if entry["kind"] == "import"]
    assert (entry["login"], entry["data"].get("behind")) == ((desk.owner, ANN) if as_owner else (ANN, None))
    assert entry["data"]["lines"] == ["Log of another desk: 1 new ticket, 2 events from log.csv"]
    whole = call(desk.ann, "audit", "verify")
    assert whole.code == 0, whole.out
