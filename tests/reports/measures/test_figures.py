"""Figures over weeks of random work, against a slow recount of the events and what was read of the tables then."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.desk.core.session import DeskSession
from deskterm.errors import UsageError
from deskterm.reports.attainment import Period
from deskterm.reports.lives.life import Life
from deskterm.reports.lives.rules import DeskRules, load_rules
from deskterm.reports.measures.dimensions import DIMENSIONS, NONE
from deskterm.reports.measures.figures import Figure, FigureSet
from deskterm.reports.measures.measure import Scope
from deskterm.reports.measures.table import MEASURES
from deskterm.store.db.reader import open_reader
from examples import examples
from reports.lives.folded_lives import fold_lives
from reports.measures.counting import count_figures
from reports.measures.figures_desk import SNAPSHOTS, figures_desk
from small_desk import at

LAST = 45_000
"""Minutes from the first act to well after the last."""
OPEN = ("new", "open", "waiting")


def epoch(minutes: float) -> int:
    return int(at(minutes).timestamp())


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = figures_desk(store_url)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A desk in a file, for properties that only read it."""
    place = f"sqlite:///{tmp_path_factory.mktemp('figures') / 'desk.sqlite3'}"
    figures_desk(place).store.close()
    return place


def count(url: str, since: int, until: int, as_of: int, *by: str) -> FigureSet:
    rules, lives = fold(url, as_of)
    return count_figures(lives, Scope(Period(since, until), as_of, rules), MEASURES, by)


@cache
def fold(url: str, as_of: int) -> tuple[DeskRules, list[Life]]:
    with open_reader(url) as reader:
        rules = load_rules(reader, as_of)
        return rules, list(fold_lives(reader, rules.find_version, range(1001, 1200), as_of))


def numbers(figure: Figure) -> list[int]:
    return sorted(row.life.number for row in figure.rows)


def test_figures_as_of_an_instant_are_those_of_the_tables_then(desk: DeskSession) -> None:
    """R-03: nothing that was recorded later leaks in."""
    assert len(SNAPSHOTS) >= 5
    for then in SNAPSHOTS:
        found = count(desk.store.url, epoch(-1000), then.at + 1, then.at, "severity")
        assert numbers(found.find("backlog/end")) == sorted(then.open)
        for severity in ("high", "low"):
            expected = sorted(number for number, values in then.open.items() if values[1] == severity)
            figure = found.figures.get(f"backlog/end/severity={severity}")
            assert (numbers(figure) if figure else []) == expected
        statuses = {row.life.number: row.status for row in found.find("backlog/end").rows}
        assert statuses == {number: values[0] for number, values in then.open.items()}
        ended = [life.number for life in fold(desk.store.url, then.at)[1] if life.is_ended_otherwise]
        assert numbers(found.find("resolved")) == sorted(then.solved.keys() - set(ended))


@given(st.integers(-100, LAST), st.integers(1, 30_000), st.integers(0, 30_000))
@settings(max_examples=examples(40), deadline=None)
def test_open_at_the_end_is_what_flow_makes_of_the_beginning(url: str, since: int, minutes: int, later: int) -> None:
    """R-16, of every period and as of every instant after its beginning."""
    found = count(url, epoch(since), epoch(since + minutes), epoch(since + later // 10_000 * 10_000))
    assert found.imbalance == 0


@pytest.mark.requirement("S1-39", "S1-40", "S1-41", "S1-42", "S1-43")
@given(st.integers(-100, LAST), st.integers(1, 30_000), st.sampled_from(DIMENSIONS), st.sampled_from(DIMENSIONS))
@settings(max_examples=examples(25), deadline=None)
def test_the_rows_of_a_breakdown_add_up_to_their_total(
    url: str, since: int, minutes: int, first: str, second: str
) -> None:
    """R-40 and R-41: a figure is the length of its list, and `(none)` is a row of its own."""
    by = dict.fromkeys((first, second))
    found = count(url, epoch(since), epoch(since + minutes), epoch(LAST), *by)
    sums: dict[tuple[str, tuple[str, ...]], int] = {}
    for figure in found.figures.values():
        assert figure.count == len(figure.ids) == len(figure.rows)
        if figure.groups:
            assert [name for name, _ in figure.groups] == list(by)
            whole = figure.measure.key, figure.part
            sums[whole] = sums.get(whole, 0) + figure.count
    for figure in found.figures.values():
        if not figure.groups and figure.rows:
            assert sums[figure.measure.key, figure.part] == figure.count, "tickets have no tags here"


def test_what_has_no_value_in_a_dimension_is_a_row(desk: DeskSession) -> None:
    found = count(desk.store.url, 0, epoch(LAST), epoch(LAST), "product")
    assert found.find(f"created/product={NONE}").count == found.find("created").count > 30


@pytest.mark.parametrize("by", [("colour",), ("team", "team"), ("team", "type", "tags")])
def test_a_breakdown_that_is_none_is_refused(url: str, by: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        count(url, 0, 1, 1, *by)


@pytest.mark.requirement("S1-45")
@given(st.integers(-100, LAST), st.integers(1, 20_000))
@settings(max_examples=examples(25), deadline=None)
def test_figures_are_those_of_a_slow_recount(url: str, since: int, minutes: int) -> None:
    """R-10 to R-15 and R-20, minute for minute, from the rows of events and nothing else."""
    begin, end = epoch(since), epoch(since + minutes)
    found = count(url, begin, end, epoch(LAST))
    slow = recount(url, begin, end)
    assert {key: found.count(key) for key in slow if not key.startswith("time")} == {
        key: value for key, value in slow.items() if not key.startswith("time")
    }
    times = {
        f"time/{figure.part[0]}": figure.compute_times().sum
        for figure in found.figures.values()
        if figure.measure.key == "time-in-status" and figure.part[1] == "elapsed"
    }
    assert {key: value for key, value in slow.items() if key.startswith("time") and value} == {
        key: value for key, value in times.items() if value
    }


def recount(url: str, begin: int, end: int) -> dict[str, int]:
    """Count with the eyes on one ticket's categories after the other."""
    found = dict.fromkeys(
        ("created", "resolutions", "resolved", "first-resolved", "reopened", "closed", "ended-otherwise"), 0
    )
    for life in fold(url, epoch(LAST))[1]:
        # A list of (instant, status, category, kind), as the ticket went through them
        steps = [(visit.since, visit.status, visit.category, visit.kind) for visit in life.visits]
        found["created"] += begin <= steps[0][0] < end
        resolutions: list[int] = []
        closed_at = None
        before = "new"
        for instant, _, category, kind in steps:
            inside = begin <= instant < end
            if before in OPEN and category not in OPEN:
                otherwise = kind in ("duplicated", "merged", "withdrawn")
                found["ended-otherwise"] += inside and otherwise
                found["resolutions"] += inside and not otherwise
                resolutions += [] if otherwise else [instant]
            if before not in OPEN and category in OPEN and kind != "separated":
                found["reopened"] += inside
            closed_at = (closed_at if before == "closed" and closed_at else instant) if category == "closed" else None
            before = category
        if resolutions:
            found["first-resolved"] += begin <= resolutions[0] < end
            if before not in OPEN and not life.is_ended_otherwise:
                found["resolved"] += begin <= resolutions[-1] < end
        if closed_at is not None:
            found["closed"] += begin <= closed_at < end
        for (instant, status, category, _), after in zip(steps, [*steps[1:], None], strict=True):
            left = min(end, epoch(LAST)) if after is None else min(after[0], end)
            if category != "closed" and left > max(instant, begin):
                key = f"time/{status}"
                found[key] = found.get(key, 0) + left - max(instant, begin)
    return found


def test_an_empty_desk_and_an_empty_period_give_zeros(desk: DeskSession) -> None:
    """R-38."""
    found = count(desk.store.url, epoch(-90_000), epoch(-80_000), epoch(LAST))
    assert found.find("created").count == found.find("backlog/end").count == 0
    assert found.find("time-to-resolve/net").compute_times().median == ""
    empty = count_figures([], found.scope, MEASURES)
    assert empty.find("attainment/resolution/late").count == empty.imbalance == 0
    assert list(empty.figures) == [key for key in found.figures if not key.startswith("time-in-status")]
