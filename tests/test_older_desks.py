"""Desks that an earlier deskterm (0.1, layout 4) wrote: they open, prove sound, and export what they exported then.

`older_desks/` has, of a desk of each procedure after a working story, the file as that version left it and the exports
that it printed of it.
"""

from __future__ import annotations

import io
import json
import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.exchange.exporting.billing import export_worklog
from deskterm.exchange.exporting.exports import export
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader

FOLDER = Path(__file__).parent / "older_desks"
NAMES = sorted(path.name.removesuffix(".sqlite3.xz") for path in FOLDER.glob("*.sqlite3.xz"))


@pytest.fixture(params=NAMES)
def older_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[DeskSession, dict[str, str]]]:
    """A copy of an older desk, opened by its admin, and its exports by `what.form`."""
    path = tmp_path / "desk.sqlite3"
    path.write_bytes(lzma.decompress((FOLDER / f"{request.param}.sqlite3.xz").read_bytes()))
    exports = json.loads(lzma.decompress((FOLDER / f"{request.param}.exports.json.xz").read_bytes()))
    desk = open_desk(open_store(f"sqlite:///{path}"), "ann")
    yield desk, exports
    desk.store.close()


def test_there_is_an_older_desk_of_every_kind_of_procedure() -> None:
    assert len(NAMES) == 6


def test_an_older_desk_opens_and_proves_sound(older_desk: tuple[DeskSession, dict[str, str]]) -> None:
    desk, _ = older_desk
    assert check_integrity(desk.store).findings == ()
    with open_reader(desk.store.url) as reader:
        assert verify_chains(reader).faults == ()
    assert verify_desk(desk.store) == [], "D-41: nor is anything wrong with people, whom its history has from now on"


def test_an_older_desk_exports_byte_for_byte_what_it_exported(older_desk: tuple[DeskSession, dict[str, str]]) -> None:
    desk, exports = older_desk
    assert len(exports) == 10
    with open_reader(desk.store.url) as reader:
        for name, expected in exports.items():
            what, form = name.split(".")
            out = io.StringIO(newline="")
            if what == "worklog":
                export_worklog(reader, form, out)  # type: ignore[arg-type]
            else:
                export(reader, what, form, out)  # type: ignore[arg-type]
            assert out.getvalue() == expected, name
