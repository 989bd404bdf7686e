"""Files of a desk and of its backups as the destination of exports and backups (D-48)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from deskterm.errors import DeskError
from deskterm.exchange.backup.backup import make_backup
from deskterm.exchange.backup.manifest import manifest_path
from deskterm.exchange.exporting.destination import open_destination
from deskterm.store.db.connection import create_file
from deskterm.store.db.location import sqlite_path
from deskterm.store.db.reader import open_reader
from small_desk import at, small_desk


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal", "-queue", "-presence"])
@pytest.mark.parametrize("through_link", [False, True])
@pytest.mark.parametrize("force", [False, True])
def test_an_export_never_goes_to_a_file_of_a_desk(tmp_path: Path, ending: str, through_link: bool, force: bool) -> None:
    """`export events --output desk.sqlite3-wal --force` replaced the newest tickets of the desk."""
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    place = Path(f"{sqlite_path(desk.store.url)}{ending}")
    target = place
    if through_link:
        target = tmp_path / "rows.csv"
        target.symlink_to(place)
    before = place.read_bytes() if place.exists() else None
    with closing(open_reader(desk.store.url)):
        with pytest.raises(DeskError, match=r"is a desk, or another database|belongs to the database"):
            open_destination(target, force=force).__enter__()
        with pytest.raises(DeskError, match=r"is a desk|belongs to the database|is there already"):
            make_backup(desk.store.url, target, now=at(5))
        assert (place.read_bytes() if place.exists() else None) == before
    desk.store.close()


def test_no_desk_is_made_in_the_name_of_a_log(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    desk.store.close()
    with pytest.raises(DeskError, match="the name belongs to the desk beside it"):
        create_file(f"{desk.store.url}-journal")
    assert [path.name for path in tmp_path.iterdir()] == ["desk.sqlite3"]


def test_an_export_never_goes_to_a_backup_or_its_manifest(tmp_path: Path) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    made = make_backup(desk.store.url, tmp_path / "kept.gz", now=at(5)).path
    desk.store.close()
    link = tmp_path / "rows.csv"
    for place in (made, manifest_path(made)):
        link.symlink_to(place)
        before = place.read_bytes()
        for target in (place, link):
            with pytest.raises(DeskError, match=r"is a backup, with its manifest|has the name of a backup's manifest"):
                open_destination(target, force=True).__enter__()
        link.unlink()
        assert place.read_bytes() == before


@pytest.mark.parametrize("name", ["trade-journal", "rows-wal", "rows.csv", "-wal"])
def test_a_name_that_only_looks_like_a_log_is_free(tmp_path: Path, name: str) -> None:
    (tmp_path / "rows").write_text("no database", encoding="utf-8")
    with open_destination(tmp_path / name) as file:
        file.write("x")
    assert (tmp_path / name).read_text(encoding="utf-8") == "x"
