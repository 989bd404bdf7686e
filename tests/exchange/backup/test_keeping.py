"""Which backups are kept (R-81)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.errors import UsageError
from deskterm.exchange.backup.keeping import parse_keep, select_superfluous
from deskterm.exchange.backup.manifest import CHAINS, INTEGRITY, Manifest, build_file_name

START = datetime(2026, 1, 1, 3, tzinfo=UTC)


def backup(hours: int, *, proved: bool = True) -> tuple[Path, Manifest]:
    made_at = START + timedelta(hours=hours)
    checked = (INTEGRITY, CHAINS) if proved else (INTEGRITY,)
    manifest = Manifest("Desk", START, "UTC", "sqlite", 7, "deskterm", 0, 0, 0, None, "", 0, made_at, checked)
    return Path(f"{hours}.sqlite3"), manifest


def test_the_newest_of_seven_days_four_weeks_and_twelve_months_stay() -> None:
    daily = [backup(24 * day) for day in range(400)]
    gone = set(select_superfluous(daily, parse_keep("7d,4w,12m")))
    kept = [path for path, _ in daily if path not in gone]
    days = sorted(int(path.stem) // 24 for path in kept)
    assert days[-7:] == list(range(393, 400))
    assert 7 + 3 <= len(kept) <= 7 + 4 + 12


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.booleans()), min_size=1, max_size=40, unique_by=lambda one: one[0]),
    st.dictionaries(st.sampled_from("dwmy"), st.integers(1, 5), min_size=1),
)
def test_the_newest_and_the_newest_proved_one_always_stay(made: list[tuple[int, bool]], keep: dict[str, int]) -> None:
    backups = [backup(hours, proved=proved) for hours, proved in made]
    gone = set(select_superfluous(backups, keep))
    newest = max(backups, key=lambda one: one[1].made_at)
    proved = [one for one in backups if CHAINS in one[1].checked]
    assert newest[0] not in gone
    assert not proved or max(proved, key=lambda one: one[1].made_at)[0] not in gone
    rest = [one for one in backups if one[0] not in gone]
    assert select_superfluous(rest, keep) == []


@pytest.mark.parametrize("text", ["", "7", "0d", "7d,7d", "7x", "d", "seven"])
def test_what_does_not_say_what_to_keep_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write it as 7d,4w,12m"):
        parse_keep(text)


@given(st.text())
def test_every_name_of_a_desk_makes_a_plain_file_name(name: str) -> None:
    file = build_file_name(name, START, ".sqlite3")
    assert file.isascii()
    assert file == Path(file).name
    assert file.startswith("deskterm-")
