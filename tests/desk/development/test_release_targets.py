"""What is promised by a release: scheduled by its day, due at its hour, and told so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import load_events
from deskterm.desk.explain.clock_explanation import build_explanations
from deskterm.desk.explain.explanation import Explanation
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import due_times
from deskterm.errors import DeskError
from due_time_desk import DUE_TIME_PROCEDURE
from small_desk import MONDAY, at, small_procedure
from store_templates import create_desk

BY_RELEASE = (
    DUE_TIME_PROCEDURE.replace('response = "scheduled sprint"', 'response = "scheduled release"').replace(
        'resolution = "set by planner"', 'resolution = "next release, at most 10 working days"'
    )
    + """
[[cadences]]
key = "releases"
label = "Release"
kind = "release"
rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYHOUR=18"
first = 2026-11-19
"""
)
RELEASE = int(datetime(2026, 12, 3, 18, tzinfo=UTC).timestamp())


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = open_desk(
        create_desk(store_url, small_procedure(BY_RELEASE), admin_login="ann", admin_name="Ann", now=MONDAY), "ann"
    )
    register(made, subject="x", type="task", now=at(0))
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


def why(desk: DeskSession, metric: str) -> Explanation:
    with desk.store.reading() as session:
        (told,) = build_explanations(
            load_events(session, 1001), desk.build_procedure_lookup(session), metric, now=at(60)
        )
    return told


def test_a_task_is_due_at_the_release_it_is_scheduled_to(desk: DeskSession) -> None:
    assert (why(desk, "response").due, why(desk, "response").state) == (None, "unscheduled")
    with pytest.raises(DeskError, match=r"No release to come starts on '2026-11-23': choose from 2026-12-03, 2026-12"):
        due_times.schedule(desk, 1001, "2026-11-23", now=at(1))  # a sprint starts then
    done = due_times.schedule(desk, 1001, "2026-12-03", now=at(1))
    assert done.summary == "1001 scheduled to the release of 2026-12-03"
    told = why(desk, "response")
    assert told.due == RELEASE
    assert [(part.what, part.seconds) for part in told.parts] == [("to the scheduled release", told.total)]


def test_the_next_release_is_told_as_what_it_is_due_at(desk: DeskSession) -> None:
    told = why(desk, "resolution")
    assert told.due == RELEASE
    assert [part.what for part in told.parts] == ["to the release after it"]
