"""Imports, backups and restores that are killed at any step: the desk is sound, nothing half-written stands under a
final name, and the same call once more leaves what an undisturbed one does. Some steps in the suite, many with
`-m long`."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import postgres
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.exchange.backup import file_swap, postgresql_dump
from deskterm.exchange.backup.backup import hash_file, make_backup
from deskterm.exchange.backup.manifest import SUFFIX, list_backups, manifest_path
from deskterm.exchange.backup.restore import finish_restore, prepare_restore
from deskterm.exchange.importing.tickets import import_tickets
from deskterm.exchange.transfer.desk_export import export_desk
from deskterm.exchange.transfer.desk_import import import_desk
from deskterm.store.db.engine import open_store
from deskterm.store.db.errors import NoDesk
from deskterm.store.db.location import dialect
from deskterm.store.db.reader import open_reader
from exchange.importing.tickets.exports import bring_in, incident_desk, write_export
from interrupted.killed_at import count_steps, kill_after, kill_before, spread
from interrupted.soundness import require_sound
from small_desk import at, small_desk

TICKETS = "".join(
    f"{number},Printer,{status},Low,2026-03-02 09:{number}:00,{solved},Bo {number},bo{number}@fern.example,{agent},\n"
    for number in range(10, 22)
    for status, solved, agent in [
        ("Open", "", "") if number % 2 else ("Resolved", "2026-03-03 09:00:00", f"Sam {number}")
    ]
)
Kill = Callable[[Callable[[], object]], None]
REFUSED = ",None,Open,Low,2026-03-02 09:00:00,,Bo,bo@fern.example,,\n"


def many(short: int, long: int) -> list[object]:
    """Numbers of rounds: a few in the suite, many with `-m long`."""
    return [short, pytest.param(long, marks=pytest.mark.long)]


def kills(store_url: str, steps: int, rounds: int, seconds: float) -> Iterator[Kill]:
    """Yield what kills work at steps from the first to the last; of many rounds every third is after a random time. On
    PostgreSQL, where each takes longer, half as many."""
    rounds //= 1 if dialect(store_url) == "sqlite" else 2
    chance = random.Random(rounds)
    for number, step in enumerate(spread(steps, rounds, seed=rounds)):
        if rounds > 20 and number % 3 == 0:
            yield partial(kill_after, seconds=chance.random() * seconds)
        else:
            yield partial(kill_before, step=step)


@contextmanager
def a_place(store_url: str, folder: Path) -> Iterator[str]:
    """The URL of a place without a desk, on the database of another one; files are in the folder."""
    folder.mkdir()
    if dialect(store_url) == "sqlite":
        yield f"sqlite:///{folder / 'desk.sqlite3'}"
    else:
        with postgres.database() as url:
            yield url


def list_files(folder: Path) -> set[str]:
    """The names in a folder, without those that SQLite and writers keep beside a desk."""
    return {name for name in os.listdir(folder) if not name.startswith("desk.sqlite3-")}


def read_tickets(url: str) -> list[tuple[Any, ...]]:
    with open_reader(url) as reader:
        return reader.rows(
            "SELECT t.external_id, t.subject, t.status, t.requester, t.assignee, e.seq, e.kind, e.at FROM ticket t "
            "JOIN event e ON e.ticket_id = t.id ORDER BY t.external_id, t.subject, e.seq"
        ) + reader.rows("SELECT name, email FROM contact ORDER BY email, name")


@pytest.mark.parametrize("rounds", many(4, 60))
def test_an_import_of_tickets_goes_on_where_it_was_killed(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    monkeypatch.setattr(import_tickets, "PART", 5)

    def run(url: str, folder: Path) -> None:
        with closing(open_store(url)) as store:
            bring_in(store, folder / "x.csv")

    def begin(url: str, folder: Path) -> None:
        incident_desk(url).close()
        write_export(folder / "x.csv", TICKETS + REFUSED)

    whole = tmp_path / "whole"
    with a_place(store_url, whole) as url:
        begin(url, whole)
        steps = count_steps(lambda: run(url, whole))
        expected, files = read_tickets(url), list_files(whole)
    for number, kill in enumerate(kills(store_url, steps, rounds, 0.5)):
        folder = tmp_path / str(number)
        with a_place(store_url, folder) as url:
            begin(url, folder)
            kill(partial(run, url, folder))
            require_sound(url)
            with open_reader(url) as reader:
                assert int(reader.rows("SELECT count(*) FROM ticket")[0][0]) in (0, 5, 10, 12)
            run(url, folder)
            require_sound(url)
            assert read_tickets(url) == expected
            assert list_files(folder) - {"x.csv.refused.csv~"} == files
            assert (folder / "x.csv.refused.csv").read_bytes() == (whole / "x.csv.refused.csv").read_bytes()


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A small desk as files."""
    url = f"sqlite:///{tmp_path / 'origin.sqlite3'}"
    desk = small_desk(url)
    for number in range(3):
        register(desk, type="fault", subject=f"{number}", requester="Kim", email="kim@larch.example", now=at(number))
    desk.store.close()
    with open_reader(url) as reader:
        export_desk(reader, tmp_path / "exported", now=at(60))
    return tmp_path / "exported"


@pytest.mark.parametrize("rounds", many(4, 60))
def test_an_import_of_a_desk_that_was_killed_made_all_of_it_or_nothing(
    store_url: str, tmp_path: Path, exported: Path, rounds: int
) -> None:
    with a_place(store_url, tmp_path / "whole") as url:
        steps = count_steps(lambda: import_desk(url, exported))
        expected = read_tickets(url)
    for number, kill in enumerate(kills(store_url, steps, rounds, 0.3)):
        folder = tmp_path / str(number)
        with a_place(store_url, folder) as url:
            kill(partial(import_desk, url, exported))
            if has_desk(url):
                with pytest.raises(DeskError, match="already"):
                    import_desk(url, exported)
            else:
                import_desk(url, exported)
            require_sound(url)
            assert read_tickets(url) == expected
            assert list_files(folder) <= {"desk.sqlite3"}


@pytest.mark.parametrize("rounds", many(4, 60))
def test_no_backup_that_was_killed_is_taken_for_one(
    store_url: str, tmp_path: Path, programs: None, rounds: int
) -> None:
    desk = small_desk(store_url)
    register(desk, type="fault", subject="one", body="It hums.", now=at(0))
    desk.store.close()

    def run(folder: Path, minute: int) -> None:
        make_backup(store_url, folder, is_folder=True, compress="gz", now=at(minute))

    steps = count_steps(lambda: run(tmp_path / "whole", 1))
    for number, kill in enumerate(kills(store_url, steps, rounds, 0.3)):
        folder = tmp_path / str(number)
        kill(partial(run, folder, 1))
        early = list(list_backups(folder))
        assert all(hash_file(path) == manifest.sha256 for path, manifest in early)
        run(folder, 2)
        found = list(list_backups(folder))
        assert len(found) == len(early) + 1
        with prepare_restore(store_url, found[-1][0], now=at(3)) as prepared:
            assert read_tickets(prepared.place) == read_tickets(store_url)
        # A manifest alone is one of a backup that nobody has
        alone = {path.name for path in folder.glob(f"*{SUFFIX}")} - {manifest_path(path).name for path, _ in found}
        whole = {name for path, _ in found for name in (path.name, manifest_path(path).name)}
        assert {path.name for path in folder.iterdir()} == whole | alone
        require_sound(store_url)


@pytest.mark.parametrize("rounds", many(4, 60))
def test_a_restore_that_was_killed_leaves_the_one_desk_or_the_other(
    store_url: str, tmp_path: Path, programs: None, rounds: int
) -> None:
    for number, kill in enumerate(begun_restores(store_url, tmp_path, rounds)):
        folder = tmp_path / str(number)
        with a_place(store_url, folder) as url:
            desk = small_desk(url)
            register(desk, type="fault", subject="one", now=at(0))
            backup = make_backup(url, folder / "backup", now=at(1)).path
            register(desk, type="fault", subject="two", now=at(2))
            desk.store.close()
            kill(partial(restore, url, backup, 3))
            assert read_subjects(url) in (["one"], ["one", "two"])
            require_sound(url)
            restore(url, backup, 4)
            assert read_subjects(url) == ["one"]
            require_sound(url)
            if dialect(url) == "sqlite":
                places = {name for name in list_files(folder) if "before-restore" in name}
                assert list_files(folder) == {"desk.sqlite3", "backup", f"backup{SUFFIX}"} | places
                asides = [folder / name for name in places if not name.endswith("-lock")]
                assert all(not aside.samefile(folder / "desk.sqlite3") for aside in asides)
                assert ["one", "two"] in [read_subjects(f"sqlite:///{aside}") for aside in asides]
            else:
                with postgresql_dump.connect_to_maintenance(url) as connection:
                    name = f"{postgresql_dump.database_of(url)}_%"
                    found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (name,))
                    names = [str(name) for (name,) in found.fetchall()]
                    assert all("_before_" in name for name in names)
                    for name in names:
                        connection.execute(f'DROP DATABASE "{name}"'.encode())


def test_a_restore_that_was_killed_with_the_desk_in_its_hands_leaves_one_name_and_its_log(tmp_path: Path) -> None:
    """At the worst moment the file has two names and no write-ahead log: who opened it by both would have two logs."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(url)
    register(desk, type="fault", subject="one", now=at(0))
    backup = make_backup(url, tmp_path / "backup", now=at(1)).path
    register(desk, type="fault", subject="two", now=at(2))
    desk.store.close()

    def restore_and_die() -> None:
        keep_aside = file_swap._keep_aside

        def keep_aside_and_die(path: Path, aside: Path) -> None:
            keep_aside(path, aside)
            os.kill(os.getpid(), signal.SIGKILL)

        file_swap._keep_aside = keep_aside_and_die
        restore(url, backup, 3)

    kill_before(restore_and_die, 1_000_000)
    (aside,) = tmp_path.glob("*.before-restore-*")
    assert aside.samefile(tmp_path / "desk.sqlite3")
    require_sound(url)
    restore(url, backup, 4)
    assert not aside.exists()
    assert read_subjects(url) == ["one"]
    (aside,) = tmp_path.glob("*.before-restore-*")
    assert read_subjects(f"sqlite:///{aside}") == ["one", "two"]


def begun_restores(store_url: str, tmp_path: Path, rounds: int) -> Iterator[Kill]:
    """Count the steps of a restore that nobody disturbs, and yield what kills others."""
    folder = tmp_path / "whole"
    with a_place(store_url, folder) as url:
        desk = small_desk(url)
        register(desk, type="fault", subject="one", now=at(0))
        backup = make_backup(url, folder / "backup", now=at(1)).path
        desk.store.close()
        aside = ""

        def run() -> None:
            nonlocal aside
            aside = restore(url, backup, 3)

        steps = count_steps(run)
        if dialect(url) == "postgresql":
            with postgresql_dump.connect_to_maintenance(url) as connection:
                name = postgresql_dump.name_beside(url, "_before_20261123t090300z")
                connection.execute(f"DROP DATABASE {postgresql_dump.quote(name)}".encode())
    yield from kills(store_url, steps, rounds, 0.5)


def restore(url: str, backup: Path, minute: int) -> str:
    with prepare_restore(url, backup, now=at(minute)) as prepared:
        return finish_restore(prepared, str(backup), now=at(minute))


def read_subjects(url: str) -> list[str]:
    with open_reader(url) as reader:
        return [subject for (subject,) in reader.rows("SELECT subject FROM ticket ORDER BY id")]


def has_desk(url: str) -> bool:
    with suppress(NoDesk), open_reader(url) as reader:
        return bool(reader.rows("SELECT 1 FROM desk"))
    return False


@pytest.fixture
def programs(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own programs in PATH."""
    if store_url.startswith("postgresql:"):
        monkeypatch.setenv("PATH", f"{postgres.client_programs()}{os.pathsep}{os.environ['PATH']}")
