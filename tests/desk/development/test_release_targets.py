"""Targets that are due at a release: the scheduled one, or the next one."""

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
    session = open_desk(
        create_desk(store_url, small_procedure(BY_RELEASE), admin_login="ann", admin_name="Ann", now=MONDAY), "ann"
    )
    register(session, subject="x", type="task", now=at(0))
    yield session
    assert check_integrity(session.store).findings == ()
    session.store.close()


def explain(desk: DeskSession, metric: str) -> Explanation:
    with desk.store.reading() as session:
        (explanation,) = build_explanations(
            load_events(session, 1001), desk.build_procedure_lookup(session), metric, now=at(60)
        )
    return explanation


def test_a_ticket_with_a_release_target_is_due_at_the_release_it_is_scheduled_to(desk: DeskSession) -> None:
    assert (explain(desk, "response").due, explain(desk, "response").state) == (None, "unscheduled")
    with pytest.raises(DeskError, match=r"No release to come starts on '2026-11-23': choose from 2026-12-03, 2026-12"):
        due_times.schedule(desk, 1001, "2026-11-23", now=at(1))  # a sprint starts then
    result = due_times.schedule(desk, 1001, "2026-12-03", now=at(1))
    assert result.summary == "1001 scheduled to the release of 2026-12-03"
    explanation = explain(desk, "response")
    assert explanation.due == RELEASE
    assert [(part.what, part.seconds) for part in explanation.parts] == [
        ("to the scheduled release", explanation.total)
    ]


def test_the_explanation_names_the_next_release_as_the_due_time(desk: DeskSession) -> None:
    explanation = explain(desk, "resolution")
    assert explanation.due == RELEASE
    assert [part.what for part in explanation.parts] == ["to the release after it"]
