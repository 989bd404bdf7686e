"""Places of PostgreSQL beside that of a desk (D-49)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.exchange.backup.backup import make_backup
from deskterm.exchange.backup.postgresql_dump import database_of, name_beside, with_database
from deskterm.exchange.backup.unpacking import unpacked_postgresql
from deskterm.store.db.reader import open_reader
from small_desk import at


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://sam@db.example/desk", "postgresql://sam@db.example/x%20y"),
        ("postgresql://sam:s%23@db.example:5433/desk?sslmode=require",
         "postgresql://sam:s%23@db.example:5433/x%20y?sslmode=require"),
        ("postgresql://?service=desk", "postgresql:///x%20y?service=desk"),
        ("postgresql://sam@/desk?host=%2Frun&dbname=other", "postgresql://sam@/x%20y?host=%2Frun"),
    ],
)  # fmt: skip
def test_another_database_is_on_the_same_server(url: str, expected: str) -> None:
    assert with_database(url, "x y") == expected


@pytest.mark.parametrize("name", ["desk", "d" * 63, "ü" * 31, "d" + "ü" * 31])
def test_a_name_beside_is_one_that_the_server_keeps_with_its_ending(name: str) -> None:
    found = name_beside(with_database("postgresql://db/", name), "_restored_20261123t091000z")
    assert len(found.encode()) <= 63
    assert found.endswith("_restored_20261123t091000z")
    assert name.startswith(found.removesuffix("_restored_20261123t091000z"))


def test_a_restore_leaves_the_one_alone_that_is_under_way_beside_it(desk: DeskSession, tmp_path: Path) -> None:
    if desk.store.dialect != "postgresql":
        return
    url, backup = desk.store.url, make_backup(desk.store.url, tmp_path, now=at(5)).path
    # A name so long that the server would cut it
    assert len(name_beside(url, "").encode()) + len("_restored_20261123t091000z") > 63
    with (
        unpacked_postgresql(url, backup, "one", at(6)) as first,
        unpacked_postgresql(url, backup, "another", at(7)) as second,
        open_reader(first) as reader,
    ):
        assert database_of(first).encode()[:63] != database_of(second).encode()[:63]
        assert reader.rows("SELECT count(*) FROM ticket") == [(2,)]
