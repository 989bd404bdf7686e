"""The command line as a person meets it: words in, text and an exit code out."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Answer, Call
from deskterm.cli.main import run


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
    from small_desk import TEXT

    path = tmp_path / "small.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def desk(deskterm: Call, procedure_file: Path) -> Call:
    """A simulated desk that starts on Monday 23 November 2026, 09:00 in London, and the way to call it."""
    made = deskterm("init", "--procedure", procedure_file, "--simulated", "--now", "2026-11-23T09:00")
    assert made.code == 0, made.err
    return deskterm
