"""The ends and openings of a ticket, as its visits tell them (R-11 to R-16)."""

from __future__ import annotations

import pytest

from deskterm.desk.domain.visits import Visit
from deskterm.reports.lives.life import Life


def make_life(*steps: tuple[int, str] | tuple[int, str, str]) -> Life:
    """Make a life of (instant, category, kind of the event); a status is called like its category."""
    visits = []
    for place, (since, category, *kind) in enumerate(steps):
        until = steps[place + 1][0] if place + 1 < len(steps) else None
        what = kind[0] if kind else "moved"
        visits.append(Visit(place + 1, category, category, since, until, what, place, "sam", None, None, None, 0, 0))
    return Life(
        number=1001,
        external_id=None,
        received_at=steps[0][0],
        recorded_at=steps[0][0],
        type="fault",
        severity=None,
        severity_at_opening=None,
        priority=None,
        client=None,
        product=None,
        channel="",
        department=None,
        topic=None,
        tags=(),
        team=None,
        tier=None,
        assignee=None,
        exempt=None,
        split_from=None,
        visits=visits,
        cycles=(),
    )


RESOLVED = make_life((0, "new"), (10, "solved"), (20, "closed"))
REOPENED = make_life((0, "new"), (10, "solved"), (20, "open"), (30, "solved"), (40, "closed"), (50, "solved"))
DUPLICATE = make_life((0, "new"), (10, "closed", "duplicated"))
SEPARATED = make_life((0, "new"), (10, "closed", "duplicated"), (20, "new", "separated"))
RESOLVED_DUPLICATE = make_life((0, "new"), (10, "solved"), (20, "closed", "duplicated"))
ENDED_AT_ONCE = make_life(
    (0, "closed"),
)


@pytest.mark.parametrize(
    ("life", "entries", "resolution", "closing"),
    [
        (RESOLVED, [("resolved", 10)], 10, 20),
        (REOPENED, [("resolved", 10), ("reopened", 20), ("resolved", 30)], 30, None),
        (DUPLICATE, [("ended", 10)], None, 10),
        (SEPARATED, [("ended", 10), ("brought-back", 20)], None, None),
        (RESOLVED_DUPLICATE, [("resolved", 10)], None, 20),
        (ENDED_AT_ONCE, [("resolved", 0)], 0, 0),
    ],
)
def test_a_life_has_its_ends(
    life: Life, entries: list[tuple[str, int]], resolution: int | None, closing: int | None
) -> None:
    assert [(entry.kind, entry.visit.since) for entry in life.entries] == entries
    found, closed = life.resolution, life.find_closing()
    assert (found and found.visit.since, closed and closed.since) == (resolution, closing)


def test_a_ticket_is_where_its_last_visit_of_a_second_is() -> None:
    life = make_life((0, "new"), (10, "solved"), (10, "open"), (30, "closed"))
    assert [life.is_open_at(at) for at in (-1, 0, 9, 10, 29, 30)] == [False, True, True, True, True, False]
    assert life.find_visit(-1) is None
