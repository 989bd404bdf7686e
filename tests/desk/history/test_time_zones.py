"""Another version of the time zone database: it is named where what was judged by the one before would be another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zoneinfo
from pathlib import Path

import pytest
from sqlalchemy import text

from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.sla.zones import read_zones_version
from small_desk import MONDAY, small_desk


@pytest.fixture
def desk(store_url: str) -> DeskSession:
    desk = small_desk(store_url)
    register(desk, subject="x", type="fault", severity="high", requester="Kim", now=MONDAY)
    return desk


def execute(desk: DeskSession, *statements: str) -> None:
    with desk.store.writing() as session:
        for statement in statements:
            session.execute(text(statement))


def sentences(desk: DeskSession, *, repair: bool = False) -> list[str]:
    return [finding.sentence for finding in check_integrity(desk.store, repair=repair).findings]


def test_rows_say_by_which_time_zones_they_were_reckoned(desk: DeskSession) -> None:
    assert read_zones_version()
    with desk.store.reading() as session:
        found = session.execute(text("SELECT zones FROM ticket UNION SELECT zones FROM clock")).all()
    assert [tuple(row) for row in found] == [(read_zones_version(),)]


def test_another_version_alone_is_no_finding(desk: DeskSession) -> None:
    execute(desk, "UPDATE ticket SET zones = '1999z'", "UPDATE clock SET zones = ''")
    assert sentences(desk) == []


def test_another_version_is_named_where_due_times_are_others(desk: DeskSession) -> None:
    """D-48: `differs from its events` sounded like somebody's tampering."""
    execute(
        desk,
        "UPDATE ticket SET zones = '1999z', next_due_at = received_at",
        "UPDATE clock SET zones = '1999z', due_at = started_at WHERE metric = 'response'",
    )
    other = f"reckoned by the time zones of 1999z, and this system has those of {read_zones_version()}"
    assert sentences(desk) == [f"ticket 1001 was {other}: next_due_at", f"the clocks of ticket 1001 were {other}"]
    assert len(sentences(desk, repair=True)) == 2
    assert sentences(desk) == []


def test_a_difference_that_no_time_zone_makes_is_called_one(desk: DeskSession) -> None:
    execute(desk, "UPDATE ticket SET zones = '1999z', status = 'working'")
    assert sentences(desk) == ["ticket 1001 differs from its events in status"]
    execute(desk, "UPDATE ticket SET status = 'new'", "UPDATE clock SET due_at = started_at WHERE metric = 'response'")
    assert sentences(desk) == ["the clocks of ticket 1001 differ from its events"]


SHOW = """
import sys
from deskterm.desk.history.integrity import check_integrity
from deskterm.store.db.engine import open_store
for finding in check_integrity(open_store(sys.argv[1])).findings:
    print(finding.sentence)
"""


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_system_with_other_rules_names_its_version(desk: DeskSession, tmp_path: Path) -> None:
    """A real database of zones whose London has the hours of Tokyo."""
    source = next((Path(folder) for folder in zoneinfo.TZPATH if (Path(folder) / "Asia/Tokyo").is_file()), None)
    if source is None:
        pytest.skip("this system has no database of time zones")
    zones = tmp_path / "zones"
    (zones / "Europe").mkdir(parents=True)
    shutil.copy(source / "Asia/Tokyo", zones / "Europe/London")
    (zones / "tzdata.zi").write_text("# version 2099z\n# This zic input file is in the public domain.\n")
    answer = subprocess.run(
        [sys.executable, "-c", SHOW, desk.store.url],
        env=os.environ | {"PYTHONTZPATH": str(zones)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stderr == ""
    other = f"reckoned by the time zones of {read_zones_version()}, and this system has those of 2099z"
    assert f"the clocks of ticket 1001 were {other}" in answer.stdout
    assert "differ" not in answer.stdout
