"""The command line in tests: words in, text and an exit code out."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Answer, Call
from deskterm.cli.main import run
from deskterm.procedure.shipped import find_procedure
from small_desk import SMALL_PROCEDURE


@pytest.fixture
def deskterm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the program as ann, with a store of the test's own."""
    monkeypatch.setenv("LOGNAME", "ann")
    monkeypatch.setenv("DESKTERM_DATABASE", str(tmp_path / "desk.sqlite3"))

    def call(*words: object) -> Answer:
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return call


@pytest.fixture
def procedure_file(tmp_path: Path) -> Path:
    """The small desk's procedure as a file."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL_PROCEDURE, encoding="utf-8")
    return path


@pytest.fixture
def desk(deskterm: Call, procedure_file: Path) -> Call:
    """A simulated desk that starts on Monday 23 November 2026, 09:00 in London, and the way to call it."""
    created = deskterm("init", "--procedure", procedure_file, "--simulated", "--now", "2026-11-23T09:00")
    assert created.code == 0, created.err
    return deskterm


@pytest.fixture
def managed_services(deskterm: Call, tmp_path: Path) -> Call:
    """A simulated desk by the managed services procedure with a ticket, an agent and a lead."""
    assert deskterm("init", "--procedure", "managed-services", "--simulated", "--now", "2026-11-23T09:00Z").code == 0
    people = tmp_path / "people.csv"
    people.write_text(
        "login,name,role,roles,team\nsam,Sam,agent,,second-line\nlea,Lea,lead,shift-lead,\n", encoding="utf-8"
    )
    assert deskterm("seed", "agents", people, "--now", "2026-11-23T09:00Z").code == 0
    created = deskterm(
        "ticket", "new", "No mail", "--requester", "Ida", "--email", "ida@larch.example", "--priority", "low",
        "--incomplete", "--now", "2026-11-23T09:00Z",
    )  # fmt: skip
    assert created.code == 0, created.err
    return deskterm


@pytest.fixture
def vendor(deskterm: Call, tmp_path: Path) -> Call:
    """A simulated vendor's desk with a rate, and one chargeable task."""
    text = Path(find_procedure("software-vendor")).read_text(encoding="utf-8")
    text = text.replace('currency = "GBP"', 'currency = "GBP"\nrate = "60"\nrounding = "15m"')
    file = tmp_path / "vendor.toml"
    file.write_text(text, encoding="utf-8")
    created = deskterm("init", "--procedure", file, "--simulated", "--now", "2026-11-23T09:00")
    assert created.code == 0, created.err
    new = deskterm("ticket", "new", "=Load courses", "--type", "service-task", "--product", "e-learning", "--requester",
                   "Ida", "--email", "ida@larch.example", "--body", "All", "--now", "2026-11-23T09:00")  # fmt: skip
    assert new.code == 0, new.err
    return deskterm


@pytest.fixture
def saas_platform(deskterm: Call) -> Call:
    """A simulated SaaS desk with one ticket in triage."""
    now = ("--now", "2026-11-23T09:00")
    assert deskterm("init", "--procedure", "saas-platform", "--simulated", *now).code == 0
    new = deskterm("ticket", "new", "New logo", "--type", "guidance", "--requester", "Ida", "--email",
                   "ida@larch.example", "--body", "x", *now)  # fmt: skip
    assert new.code == 0, new.err
    assert deskterm("ticket", "set", "1001", "--status", "triage", *now).code == 0
    return deskterm


@pytest.fixture
def two_tickets(desk: Call) -> Call:
    """The small desk with two tickets of the same person, one of which lists two things."""
    kim = ("--type", "fault", "--requester", "Kim Doe", "--email", "kim@larch.example", "--now", "2026-11-23T09:00")
    desk("ticket", "new", "Login fails", "--body", "It hurts.", *kim)
    desk("ticket", "new", "Two things", "--body", "1. the door\n2. the window", *kim)
    return desk
