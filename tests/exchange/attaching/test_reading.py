"""Files of the disk that are to go with a message: ordinary ones of a fair size (C-22)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deskterm.errors import DeskError, UsageError
from deskterm.exchange.attaching.reading import check_path, guess_type, read_file, read_files

pytestmark = pytest.mark.law("C-22")


def test_a_file_is_read_with_its_name_and_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "boot trace.log"
    path.write_bytes(b"up\n")
    found = read_file(str(path), 20)
    assert (found.name, found.type, found.size) == ("boot trace.log", "text/plain", 3)
    assert check_path(str(path), 20) == ("boot trace.log", 3, "text/plain")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_file("~/boot trace.log", 20).content == b"up\n"


def test_what_is_no_ordinary_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, sentence in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "no ordinary file"),
        (tmp_path / "gone", "There is no file"),
        ("~nobody-of-this-name/plan.pdf", "There is no file ~nobody-of-this-name"),
        ("a\0b", "cannot be read"),
        ("~a\0b", "cannot be read"),
    ):
        for read in (read_file, check_path):
            with pytest.raises(DeskError, match=sentence):
                read(str(path), 20)


def test_a_file_above_the_limit_is_refused_with_both_sizes(tmp_path: Path) -> None:
    path = tmp_path / "dump.bin"
    with path.open("wb") as file:
        file.truncate(1_000_001)
    with pytest.raises(UsageError, match=r"dump\.bin is 1\.0 MB, and a file may have 1 MB here"):
        read_file(str(path), 1)
    with pytest.raises(UsageError, match="too many"):
        read_files([str(path)] * 101, 2)


def test_types_follow_the_suffix_and_then_the_content() -> None:
    for name, content, expected in (
        ("a.PNG", b"", "image/png"),
        ("a.tar.gz", b"", "application/gzip"),
        ("notes", "schön".encode(), "text/plain"),
        ("notes", b"\xff\xfe", "application/octet-stream"),
        ("data", b"a\0b", "application/octet-stream"),
        ("http://x/y.exe", b"MZ", "application/x-msdos-program"),
    ):
        found = guess_type(name, content)
        assert found == expected or (name.endswith("exe") and found.startswith("application/")), name
