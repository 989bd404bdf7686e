"""A log that is imported in parts gives the same desk as one that is imported at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.desk.history.integrity import check_integrity
from deskterm.exchange.importing.imports import import_events
from deskterm.store.db.engine import Store
from exchange.importing.event_logs import MONDAY, desk_at, mapping, row, tables, write_log

_numbers = count(1)

rows = st.lists(
    st.builds(
        lambda key, minute, state, level, opened, group, caller: row(
            f"A-{key}",
            f"{MONDAY + timedelta(minutes=minute):%Y-%m-%d %H:%M}",
            state,
            level=level,
            opened=f"{MONDAY + timedelta(minutes=opened):%Y-%m-%d %H:%M}",
            group=group,
            title=f"About {group}",
            caller=caller,
            client="?" if caller == "?" else f"Client of {caller}",
        ),
        st.integers(1, 4),
        st.integers(0, 3000),
        st.sampled_from(["N", "W", "P", "S", "C", "-100"]),
        st.sampled_from(["1", "2", "9"]),
        st.integers(0, 600),
        st.sampled_from(["?", "g1", "g2"]),
        st.sampled_from(["?", "Kim", "Bo"]),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


def create_empty_store(folder: Path) -> Store:
    return desk_at(f"sqlite:///{folder / f'{next(_numbers)}.sqlite3'}").store


def import_log(store: Store, folder: Path, log: list[tuple[str, ...]], until: datetime | None = None) -> None:
    path = write_log(folder / "log.csv", log)
    import_events(store, path, mapping(folder), until=until, actor="ann", now=MONDAY + timedelta(days=7))


@settings(max_examples=25)
@given(rows, st.integers(0, 14))
def test_an_import_in_two_parts_equals_one_import(folder: Path, log: list[tuple[str, ...]], cut: int) -> None:
    halves, whole = create_empty_store(folder), create_empty_store(folder)
    import_log(halves, folder, log[:cut])
    import_log(halves, folder, log)
    import_log(whole, folder, log)
    assert tables(halves) == tables(whole)
    assert not check_integrity(halves).findings


@settings(max_examples=25)
@given(rows, st.integers(0, 3000))
def test_an_import_up_to_an_instant_and_then_of_the_rest_equals_one_import(
    folder: Path, log: list[tuple[str, ...]], minute: int
) -> None:
    parts, whole = create_empty_store(folder), create_empty_store(folder)
    import_log(parts, folder, log, until=MONDAY + timedelta(minutes=minute))
    import_log(parts, folder, log)
    import_log(whole, folder, log)
    assert tables(parts) == tables(whole)
    assert not check_integrity(parts).findings
