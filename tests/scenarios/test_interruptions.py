"""Programs that are killed, servers that go away, disks that are full: what was acknowledged is there, and the rest is
not there by half. A few rounds of each in the suite; `make test-long` runs many."""

from __future__ import annotations

import json
import lzma
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

import postgres
from deskterm.desk.api import open_desk
from deskterm.desk.tickets.register import register
from deskterm.exchange.importing.imports import import_events
from deskterm.store.db import server_connection
from deskterm.store.db.engine import open_store
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import open_reader
from exchange.importing.event_logs import desk_at, mapping, row, write_log
from interrupted.soundness import require_sound
from small_desk import at, small_desk
from tui.console_session import open_console

OLDER = Path(__file__).parents[1] / "older_desks"

REGISTER = """
import sys
from datetime import UTC, datetime
from deskterm.desk.api import open_desk
from deskterm.desk.tickets.register import register
from deskterm.store.db.engine import open_store
desk = open_desk(open_store(sys.argv[1]), "ann")
while True:
    done = register(desk, subject="x", type="fault", body="It hums.", now=datetime(2026, 11, 23, 10, tzinfo=UTC))
    print(done.number, flush=True)
"""
RUN = """
import sys
from datetime import UTC, datetime
from deskterm.automation.runner import Runner
from deskterm.store.db.engine import open_store
for alert in Runner(open_store(sys.argv[1])).step(datetime(2026, 11, 27, 10, tzinfo=UTC)):
    print(alert.number, flush=True)
"""
OPEN = """
import sys
from deskterm.desk.api import open_desk
from deskterm.store.db.engine import open_store
open_desk(open_store(sys.argv[1]), "ann")
"""
IMPORT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from deskterm.exchange.importing.imports import import_events
from deskterm.exchange.importing.mapping import load_mapping
from deskterm.store.db.engine import open_store
now = datetime(2026, 3, 2, 9, tzinfo=UTC)
import_events(open_store(sys.argv[1]), Path(sys.argv[2]), load_mapping(Path(sys.argv[3])), actor="ann", now=now)
"""


def many(short: int, long: int) -> list[object]:
    """Numbers of rounds: a few in the suite, many with `-m long`."""
    return [short, pytest.param(long, marks=pytest.mark.long)]


def start(script: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, *map(str, words)], stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> list[str]:
    """Kill a program at once, and return the whole lines that it printed and nobody has read yet."""
    assert process.stdout is not None
    process.send_signal(signal.SIGKILL)
    with process.stdout:
        lines = [line for line in process.stdout if line.endswith("\n")]
    process.wait()
    return lines


@pytest.mark.parametrize("rounds", many(1, 30))
def test_what_killed_writers_acknowledged_is_there(store_url: str, rounds: int) -> None:
    small_desk(store_url).store.close()
    acknowledged: set[int] = set()
    for _ in range(rounds):
        writers = [start(REGISTER, store_url) for _ in range(3)]
        for writer in writers:
            assert writer.stdout is not None
            acknowledged |= {int(writer.stdout.readline()) for _ in range(random.randrange(3, 9))}
        for writer in writers:
            acknowledged |= {int(line) for line in kill(writer)}
    with open_reader(store_url) as reader:
        assert acknowledged <= {number for (number,) in reader.rows("SELECT id FROM ticket")}
    require_sound(store_url)


@pytest.mark.parametrize("rounds", many(1, 20))
def test_three_runners_of_which_one_is_killed_note_everything_once(store_url: str, rounds: int) -> None:
    desk = small_desk(store_url, simulated=True)
    for _ in range(rounds):
        for minute in range(6):
            register(desk, subject="x", type="fault", severity="high", now=at(minute))
        runners = [start(RUN, store_url) for _ in range(3)]
        assert runners[0].stdout is not None
        runners[0].stdout.readline()
        kill(runners[0])
        for runner in runners[1:]:
            with suppress(ValueError):
                runner.communicate()
            assert runner.returncode == 0
    with open_reader(store_url) as reader:
        found = reader.rows("SELECT ticket_id, data FROM event WHERE kind = 'noticed'")
    noted = Counter((number, *(json.loads(data).get(name) for name in ("what", "metric", "cycle", "threshold")))
                    for number, data in found)  # fmt: skip
    assert set(noted.values()) == {1}
    assert len({number for number, *_ in noted}) == 6 * rounds
    desk.store.close()
    require_sound(store_url)


@pytest.mark.parametrize("rounds", many(6, 180))
def test_a_log_that_was_cut_anywhere_gives_a_sound_desk_without_its_end(tmp_path: Path, rounds: int) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    for minute in range(12):
        register(desk, subject="x", type="fault", now=at(minute))
    log = (tmp_path / "desk.sqlite3-wal").read_bytes()
    assert len(log) > 100_000
    for number in range(rounds):
        folder = tmp_path / f"cut-{number}"
        folder.mkdir()
        shutil.copyfile(tmp_path / "desk.sqlite3", folder / "desk.sqlite3")
        (folder / "desk.sqlite3-wal").write_bytes(log[: random.randrange(len(log))])
        require_sound(f"sqlite:///{folder / 'desk.sqlite3'}")
    desk.store.close()


@pytest.mark.parametrize("rounds", many(1, 12))
def test_an_upgrade_that_is_raced_and_killed_is_done_once_or_not_at_all(tmp_path: Path, rounds: int) -> None:
    older = lzma.decompress((OLDER / "managed-services.sqlite3.xz").read_bytes())
    for number in range(rounds):
        file = tmp_path / f"desk-{number}.sqlite3"
        file.write_bytes(older)
        openers = [start(OPEN, f"sqlite:///{file}") for _ in range(3)]
        time.sleep(random.uniform(0.3, 1.5))
        kill(openers[0])
        assert [opener.wait() for opener in openers[1:]] == [0, 0]
        with closing(open_store(f"sqlite:///{file}")) as store:
            assert store.upgraded is None
        with open_reader(f"sqlite:///{file}") as reader:
            assert reader.rows("SELECT schema_number FROM desk") == [(SCHEMA,)]
        require_sound(f"sqlite:///{file}")


@pytest.mark.parametrize("rounds", many(1, 20))
def test_an_import_that_was_killed_goes_on_to_the_same_desk(tmp_path: Path, rounds: int) -> None:
    log = tmp_path / "log.csv"
    write_log(log, [row(f"A-{ticket}", f"2026-11-23 10:{minute:02}", state, title="x", opened="2026-11-23 09:00")
                    for ticket in range(150) for minute, state in enumerate("NWPWS")])  # fmt: skip
    whole = desk_at(f"sqlite:///{tmp_path / 'whole.sqlite3'}").store
    columns = mapping(tmp_path)
    import_events(whole, log, columns, actor="ann", now=at(0))
    expected = read_events(whole.url)
    whole.close()
    for number in range(rounds):
        url = f"sqlite:///{tmp_path / f'killed-{number}.sqlite3'}"
        desk_at(url).store.close()
        process = start(IMPORT, url, log, tmp_path / "mapping.toml")
        time.sleep(random.uniform(0.5, 2.0))
        kill(process)
        with closing(open_store(url)) as store:
            import_events(store, log, columns, actor="ann", now=at(0))
        assert read_events(url) == expected
        require_sound(url)


def read_events(url: str) -> list[tuple[object, ...]]:
    with open_reader(url) as reader:
        return reader.rows(
            "SELECT t.external_id, e.seq, e.kind, e.at FROM event e JOIN ticket t ON t.id = e.ticket_id ORDER BY 1, 2"
        )


def test_a_full_disk_refuses_in_a_sentence_and_leaves_the_desk_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    small_desk(url).store.close()
    limit = (tmp_path / "desk.sqlite3").stat().st_size
    script = "import sys; from deskterm.cli.main import run; sys.exit(run(sys.argv[1:], login='ann'))"
    done = subprocess.run(
        [sys.executable, "-c", script, "ticket", "new", "x", "--type", "fault", "--requester", "Kim",
         "--email", "kim@larch.example", "--body", "y" * 50_000, "--database", str(tmp_path / "desk.sqlite3")],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit // 8, limit // 8)),
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("deskterm: ")
    assert "unexpected" not in done.stderr
    require_sound(url)
    desk = open_desk(open_store(url), "ann")
    assert register(desk, subject="x", type="fault", now=at(0)).number == 1001
    desk.store.close()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[Path, str, list[str]]]:
    """A PostgreSQL of the test's own that syncs what it writes: its folder, a URL, and the call that starts it."""
    programs = postgres.client_programs()
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path("/tmp") / f"deskterm-killed-{os.getpid()}"
    folder.mkdir(mode=0o755)
    if user:
        shutil.chown(folder, user)

    def call(name: str, *words: str) -> None:
        subprocess.run([programs / name, *words], user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)

    try:
        call("initdb", "-D", str(folder / "data"), "-U", "deskterm", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = ["-D", str(folder / "data"), "-w", "-s", "-l", str(folder / "log"),
                   "-o", f"-c listen_addresses= -c unix_socket_directories={folder}"]  # fmt: skip
        call("pg_ctl", *options, "start")
        yield folder, f"postgresql://deskterm@/postgres?host={folder}", [str(programs / "pg_ctl"), *options, "start"]
        call("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-s", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.long
def test_what_a_killed_server_acknowledged_is_there(own_server: tuple[Path, str, list[str]]) -> None:
    folder, url, restart = own_server
    user = "nobody" if os.geteuid() == 0 else None
    small_desk(url).store.close()
    acknowledged: set[int] = set()
    for _ in range(5):
        writers = [start(REGISTER, url) for _ in range(3)]
        for writer in writers:
            assert writer.stdout is not None
            acknowledged |= {int(writer.stdout.readline()) for _ in range(20)}
        os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        for writer in writers:
            acknowledged |= {int(line) for line in kill(writer)}
        # The server's other processes notice it a moment later, and hold its memory until then
        for _ in range(30):
            time.sleep(1)
            if not subprocess.run(restart, user=user, cwd="/", check=False, capture_output=True).returncode:
                break
    with open_reader(url) as reader:
        assert acknowledged <= {number for (number,) in reader.rows("SELECT id FROM ticket")}
    require_sound(url)


@pytest.mark.long
@pytest.mark.parametrize("is_frozen", [True, False])
async def test_a_console_outlives_its_server(
    own_server: tuple[Path, str, list[str]], monkeypatch: pytest.MonkeyPatch, is_frozen: bool
) -> None:
    """D-42: it was frozen, as a machine is that has no memory left, or it was shut down and started again."""
    folder, url, restart = own_server
    monkeypatch.setattr(server_connection, "SILENCE", 1.0)
    desk = small_desk(url)
    register(desk, subject="x", type="fault", requester="Kim", email="kim@larch.example", now=at(0))
    desk.store.close()
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])

    def signal_all(number: int) -> None:
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for process in (server, *map(int, children)):
            os.kill(process, number)

    def restart_server() -> None:
        user = "nobody" if os.geteuid() == 0 else None
        subprocess.run(restart, user=user, cwd="/", check=True, capture_output=True)

    async with open_console(url) as console:
        await console.pilot.press("r", *"Hello")
        if is_frozen:
            signal_all(signal.SIGSTOP)
        else:
            os.kill(server, signal.SIGQUIT)
            await console.wait_until(lambda: not (folder / "data" / "postmaster.pid").exists(), "the end of the server")
        try:
            await console.pilot.press("ctrl+s")
            await console.wait_for_notice("cannot be reached")
            console.workspace.refresh_lists()
            await console.wait_for_text("no answer from the desk since 10:00")
            assert console.workspace.composer is not None
            assert console.workspace.composer.text == "Hello"
        finally:
            if is_frozen:
                signal_all(signal.SIGCONT)
            else:
                restart_server()
        await console.wait_for_notice("The desk answers again.")
        await console.pilot.press("ctrl+s")
        await console.wait_for_notice("1001 answered")
    require_sound(url)
