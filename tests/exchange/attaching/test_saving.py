"""Files of a ticket written into a folder, and opened: nothing is replaced, run or written elsewhere (C-22, M-17)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.errors import DeskError
from deskterm.exchange.attaching.opening import open_content
from deskterm.exchange.attaching.saving import save_content

pytestmark = pytest.mark.law("C-22")


def test_a_file_or_link_that_is_there_stays_and_the_new_one_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("mine")
    (tmp_path / "a (2).txt").symlink_to(tmp_path / "elsewhere")
    path = save_content(str(tmp_path), "a.txt", b"theirs")
    assert (path.name, path.read_bytes(), path.stat().st_mode & 0o777) == ("a (3).txt", b"theirs", 0o600)
    assert (tmp_path / "a.txt").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    for folder in (f"{tmp_path}/gone", "~nobody-of-this-name/plans"):
        with pytest.raises(DeskError, match="is no folder"):
            save_content(folder, "a.txt", b"")


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    for name in ("../out.txt", "/tmp/out.txt", "..", "a/../../b", "C:\\x\\out.txt", "x" * 10_000):
        assert save_content(str(folder), name, b"").parent == folder
    assert [path.name for path in tmp_path.iterdir()] == ["here"]
    with pytest.raises(DeskError, match="is no folder"):
        save_content(str(tmp_path / "gone"), "a", b"")


@pytest.fixture
def opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of the system's, which writes down what it is to open."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("xdg-open", "open"):
        (programs / name).write_text(f'#!/bin/sh\nprintf "%s" "$1" > {tmp_path}/opened.part\n'
                                     f"mv {tmp_path}/opened.part {tmp_path}/opened\n")  # fmt: skip
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/bin:/usr/bin")
    return tmp_path / "opened"


def test_a_document_is_opened_by_the_systems_program_and_never_through_a_shell(opener: Path) -> None:
    folder = opener.parent / "copies"
    folder.mkdir()
    path = open_content(str(folder), "$(touch pwned); `id`.txt", b"hello")
    for _ in range(200):
        if opener.exists():
            break
        __import__("time").sleep(0.01)
    assert opener.read_text() == str(path)
    assert path.parent == folder
    assert path.stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("setup.exe", b"x"),
        ("invoice.pdf.scr", b"x"),
        ("run.sh", b"echo"),
        ("shortcut.desktop", b""),
        ("page.html", b"<script>"),
        ("macros.docm", b"PK"),
        ("README", b"hello"),
        ("photo.png", b"MZ\x90"),
        ("notes.txt", b"\xef\xbb\xbf\n#!/bin/sh"),
        ("list.txt", b"[Desktop Entry]"),
        ("tool.zip", b"\x7fELF"),
    ],
)
def test_what_might_run_as_a_program_is_not_opened(opener: Path, name: str, content: bytes) -> None:
    with pytest.raises(DeskError, match="might run as a program"):
        open_content(str(opener.parent), name, content)
    assert not list(opener.parent.glob("*.*"))
