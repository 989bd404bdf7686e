"""Folders of work that is not whole yet: those of killed programs go, those of programs at work stay."""

from __future__ import annotations

import os
from pathlib import Path

from deskterm.exchange.work_folder import open_work_folder, remove_remnants
from interrupted.killed_at import kill_before


def test_the_folder_of_a_killed_program_goes_and_that_of_one_at_work_stays(tmp_path: Path) -> None:
    def work() -> None:
        with open_work_folder(tmp_path, ".work-", ".part") as folder:
            (folder / "half").write_text("half")
            (folder / "more").write_text("more")

    kill_before(work, 8)
    (left,) = tmp_path.iterdir()
    with open_work_folder(tmp_path, ".work-") as first:
        assert not left.exists()
        with open_work_folder(tmp_path, ".work-") as second:
            assert {first, second} == set(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_folder_of_ones_own_stays(tmp_path: Path) -> None:
    (tmp_path / ".work-file").write_text("precious")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".work-link").symlink_to(tmp_path / "elsewhere")
    if os.geteuid() == 0:
        (tmp_path / ".work-other").mkdir()
        os.chown(tmp_path / ".work-other", 1234, 1234)
    before = set(tmp_path.iterdir())
    remove_remnants(tmp_path, ".work-")
    assert set(tmp_path.iterdir()) == before


def test_a_folder_that_took_another_name_stays(tmp_path: Path) -> None:
    with open_work_folder(tmp_path, ".work-") as folder:
        (folder / "whole").write_text("whole")
        folder.rename(tmp_path / "final")
    assert [path.name for path in tmp_path.rglob("*")] == ["final", "whole"]
