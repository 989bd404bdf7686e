"""A path is completed while it is typed (C-22)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.tui.control.path_help import PathHelp

pytestmark = pytest.mark.law("C-22")


def test_the_last_part_of_a_path_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plans").mkdir()
    for name in ("plan.pdf", "plax.txt", ".plan", "pla\x1b.txt"):
        (tmp_path / name).touch()
    suggest = PathHelp().suggest
    assert suggest(f"{tmp_path}/pl") == f"{tmp_path}/plan.pdf"
    assert suggest(f"{tmp_path}/plans") == f"{tmp_path}/plans/"
    assert suggest(f"{tmp_path}/.p") == f"{tmp_path}/.plan"
    assert suggest(f"{tmp_path}/x") is None
    assert suggest(f"{tmp_path}/") is None
    assert suggest("/gone/x") is None
    assert suggest("a\0/b") is None
    assert suggest("~nobody-of-this-name/b") is suggest("~a\0/b") is None
    assert PathHelp(only_folders=True).suggest(f"{tmp_path}/pl") == f"{tmp_path}/plans/"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert suggest("~/pla") == "~/plan.pdf"
    monkeypatch.chdir(tmp_path)
    assert suggest("plan.") == "plan.pdf"
