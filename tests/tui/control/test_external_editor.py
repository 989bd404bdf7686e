"""Letters are edited in the agent's own editor, and unexpected errors are logged."""

from __future__ import annotations

import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from deskterm.errors import DeskError
from deskterm.tui.control.external_editor import edit_text
from deskterm.tui.crash_log import log_crash, log_file


def make_editor(folder: Path, script: str) -> str:
    """Write a script that stands for an editor; return its path."""
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


def test_the_words_come_back_as_the_editor_left_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "VISUAL",
        make_editor(tmp_path, 'printf "more \\033[31mwords\\n\\n" >> "$1"; stat -c %a "$1" > ' + f"{tmp_path}/mode"),
    )
    assert edit_text("first ", "reply-1.md", nullcontext) == ("first more words", "")
    assert (tmp_path / "mode").read_text().strip() == "600"


@pytest.mark.parametrize(("script", "sentence"), [("exit 3", "ended with an error"), (None, "cannot be run")])
def test_a_failing_editor_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, sentence: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", make_editor(tmp_path, script) if script else f"{tmp_path}/missing")
    with pytest.raises(DeskError, match=sentence):
        edit_text("words", "note-1.md", nullcontext)


@pytest.mark.parametrize("value", ["vi 'unclosed", "  ", "/nowhere/editor --wait"])
def test_an_editor_that_is_no_command_is_said_before_the_terminal_is_given_away(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    def suspend() -> nullcontext[None]:
        raise AssertionError("the terminal was given away")

    monkeypatch.setenv("VISUAL", value)
    with pytest.raises(DeskError, match=r"set (it|VISUAL) to your editor"):
        edit_text("words", "note-1.md", suspend)


def test_the_terminal_comes_back_when_the_editor_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resumed: list[bool] = []

    @contextmanager
    def suspend() -> Iterator[None]:
        yield
        resumed.append(True)

    monkeypatch.setenv("VISUAL", make_editor(tmp_path, ""))
    (tmp_path / "editor").write_text("#!/nowhere/interpreter\n")
    with pytest.raises(DeskError, match="cannot be run"):
        edit_text("words", "note-1.md", suspend)
    assert resumed == [True]


def test_an_interrupt_ends_the_editor_and_not_the_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setenv("VISUAL", make_editor(tmp_path, "kill -INT $PPID; kill -INT $$; sleep 60"))
    with pytest.raises(DeskError, match="unchanged"):
        edit_text("words", "reply-1.md", nullcontext)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_editor_that_takes_the_file_away_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", make_editor(tmp_path, 'rm "$1"'))
    with pytest.raises(DeskError, match="left no file"):
        edit_text("words", "reply-1.md", nullcontext)


@pytest.mark.law("C-05", "C-20")
@pytest.mark.parametrize("end", ["exit 3", "kill -9 $$"])
def test_what_a_failing_editor_had_saved_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setenv("VISUAL", make_editor(tmp_path, f'echo "A long letter" > "$1"; {end}'))
    text, problem = edit_text("words", "reply-1.md", nullcontext)
    assert text == "A long letter"
    assert "ended with an error" in problem


def test_trouble_is_written_down_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    sentence = log_crash(KeyError("colour"))
    assert str(log_file()) in sentence
    assert "KeyError" in log_file().read_text()
    assert stat.S_IMODE(log_file().stat().st_mode) == 0o600


def test_trouble_without_a_place_to_write_is_still_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert "KeyError" in log_crash(KeyError("colour"))
