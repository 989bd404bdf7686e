"""The command line in tests: words in, text and an exit code out."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import update

from cli_call import Answer, Call
from deskterm.cli import main
from deskterm.procedure.shipped import find_procedure
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.tables import Desk, table_of
from small_desk import SMALL_PROCEDURE
from store_templates import copy_store

CopyDesk = Callable[[str, Callable[[], object]], None]

build_program = cache(main.build_program)
"""The program, built once per process: reading the annotations of all commands took a fifth of the time."""

_CREATED_AT: dict[str, float] = {}
"""The instants at which the desks that are copied were created, by name."""


@pytest.fixture
def deskterm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the program with a store of the test's own, as ann, or as whom the test sets in `DESKTERM_TEST_LOGIN`."""
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "ann")
    monkeypatch.setenv("DESKTERM_DATABASE", str(tmp_path / "desk.sqlite3"))
    monkeypatch.setattr(main, "build_program", build_program)

    def call(*words: object) -> Answer:
        code = main.run([str(word) for word in words], login=os.environ["DESKTERM_TEST_LOGIN"])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return call


@pytest.fixture
def copy_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CopyDesk:
    """Copy the simulated desk of a name, which commands create once per process, to where `deskterm` finds it."""

    def copy(name: str, create: Callable[[], object]) -> None:
        def create_by_commands(url: str) -> Store:
            with monkeypatch.context() as context:
                context.setenv("DESKTERM_DATABASE", url)
                create()
            gc.collect()  # commands leave it to the end of the process to close their stores
            _CREATED_AT[name] = time.monotonic()
            return open_store(url)

        place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
        # Of this process, whose clock says how long ago it was created
        store = copy_store(place, ("command line", name), create_by_commands, shared=False)
        # The clock of a simulated desk goes on from its creation: without this the copy's would be ahead.
        table, elapsed = table_of(Desk), int(time.monotonic() - _CREATED_AT[name])
        with store.writing() as session:
            session.execute(update(table).values(clock_offset=table.c.clock_offset - elapsed))
        store.close()

    return copy


@pytest.fixture
def procedure_file(tmp_path: Path) -> Path:
    """The small desk's procedure as a file."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL_PROCEDURE, encoding="utf-8")
    return path


@pytest.fixture
def desk(deskterm: Call, copy_desk: CopyDesk, procedure_file: Path) -> Call:
    """A simulated desk that starts on Monday 23 November 2026, 09:00 in London, and the way to call it."""

    def create() -> None:
        created = deskterm("init", "--procedure", procedure_file, "--simulated", "--now", "2026-11-23T09:00")
        assert created.code == 0, created.err

    copy_desk("small desk", create)
    return deskterm


@pytest.fixture
def managed_services(deskterm: Call, copy_desk: CopyDesk, tmp_path: Path) -> Call:
    """A simulated desk by the managed services procedure with a ticket, an agent and a lead."""

    def create() -> None:
        now = ("--now", "2026-11-23T09:00Z")
        assert deskterm("init", "--procedure", "managed-services", "--simulated", *now).code == 0
        people = tmp_path / "people.csv"
        people.write_text(
            "login,name,role,roles,team\nsam,Sam,agent,,second-line\nlea,Lea,lead,shift-lead,\n", encoding="utf-8"
        )
        assert deskterm("seed", "agents", people, *now).code == 0
        created = deskterm(
            "ticket", "new", "No mail", "--requester", "Ida", "--email", "ida@larch.example", "--priority", "low",
            "--incomplete", *now,
        )  # fmt: skip
        assert created.code == 0, created.err

    copy_desk("managed services", create)
    return deskterm


@pytest.fixture
def vendor(deskterm: Call, copy_desk: CopyDesk, tmp_path: Path) -> Call:
    """A simulated vendor's desk with a rate, and one chargeable task."""

    def create() -> None:
        text = Path(find_procedure("software-vendor")).read_text(encoding="utf-8")
        text = text.replace('currency = "GBP"', 'currency = "GBP"\nrate = "60"\nrounding = "15m"')
        file = tmp_path / "vendor.toml"
        file.write_text(text, encoding="utf-8")
        created = deskterm("init", "--procedure", file, "--simulated", "--now", "2026-11-23T09:00")
        assert created.code == 0, created.err
        new = deskterm("ticket", "new", "=Load courses", "--type", "service-task", "--product", "e-learning",
                       "--requester", "Ida", "--email", "ida@larch.example", "--body", "All",
                       "--now", "2026-11-23T09:00")  # fmt: skip
        assert new.code == 0, new.err

    copy_desk("vendor", create)
    return deskterm


@pytest.fixture
def saas_platform(deskterm: Call, copy_desk: CopyDesk) -> Call:
    """A simulated SaaS desk with one ticket in triage."""

    def create() -> None:
        now = ("--now", "2026-11-23T09:00")
        assert deskterm("init", "--procedure", "saas-platform", "--simulated", *now).code == 0
        new = deskterm("ticket", "new", "New logo", "--type", "guidance", "--requester", "Ida", "--email",
                       "ida@larch.example", "--body", "x", *now)  # fmt: skip
        assert new.code == 0, new.err
        assert deskterm("ticket", "set", "1001", "--status", "triage", *now).code == 0

    copy_desk("saas platform", create)
    return deskterm


@pytest.fixture
def two_tickets(desk: Call) -> Call:
    """The small desk with two tickets of the same person, one of which lists two things."""
    kim = ("--type", "fault", "--requester", "Kim Doe", "--email", "kim@larch.example", "--now", "2026-11-23T09:00")
    desk("ticket", "new", "Login fails", "--body", "It hurts.", *kim)
    desk("ticket", "new", "Two things", "--body", "1. the door\n2. the window", *kim)
    return desk
