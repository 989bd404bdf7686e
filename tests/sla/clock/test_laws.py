"""What must hold for every history of a ticket, however odd."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.sla.cadence import Cadence
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Clock
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import ClockFold, fold_clocks
from deskterm.sla.targets import parse_target
from deskterm.sla.terms import Metric, Policy, SlaTerms
from examples import examples
from sla.golden_vectors import CALENDARS, OFFICE
from sla.ticket_story import CATEGORY, METRICS, RESTS, any_of, build_terms, to_epoch

START = to_epoch("11-20 15:00")
SPRINTS = {"sprint": Cadence(((START + 86_400, START + 3 * 86_400), (START + 4 * 86_400, START + 6 * 86_400)))}
ROWS = {
    "p1": {"response": "30m", "review": "1h", "resolution": "4h", "next": "1h", "update": "4h"},
    "p2": {"response": "36h elapsed", "review": "1d end of day", "resolution": "2d", "next": "2h"},
    "p3": {"response": "2 working dates", "resolution": "next sprint, at most 14 days", "update": "set by manager"},
}
FIRST = build_terms(rows=ROWS, cadences=SPRINTS)
SECOND = build_terms(Calendar("GMT", OFFICE, ["2026-11-24"]), {**ROWS, "p1": ROWS["p2"]}, METRICS[1:], SPRINTS, 2)
WORDS = (
    "agent_reply",
    "agent_reply next_steps",
    "customer_message",
    "resolution",
    "automatic_raise",
    "cancelled",
    "noted",
)

CHANGES: tuple[dict[str, object], ...] = (
    *({} for _ in range(3)),
    {"severity": "p1"},
    {"severity": "p2"},
    {"severity": None},
    {"type": "idea"},
)


@st.composite
def histories(draw: st.DrawFn) -> list[SlaEvent | SlaTerms]:
    """Marks that a desk could make, most of them in order of time, and now and then another edition's terms."""
    at, status, answered = START, "", False
    facts: dict[str, object] = {"type": "fault", "severity": draw(st.sampled_from(["p1", "p2", "p3", None]))}
    history: list[SlaEvent | SlaTerms] = []
    for number in range(draw(st.integers(1, 12))):
        at += draw(st.sampled_from([0, 1, 600, 1800, 3600, 7200, 30_000, 86_400, -1800, -90_000]))
        happened = set(draw(st.sampled_from(WORDS)).split()) if number else {"received"}
        if answered:
            happened.add("answered")
        answered = answered or "agent_reply" in happened
        entered = (
            draw(st.sampled_from(["", *CATEGORY])) if number else draw(st.sampled_from(["open", "waiting", "shut"]))
        )
        if entered:
            happened |= {f"status:{entered}", f"category:{CATEGORY[entered]}", f"leaves:{status}"}
            if CATEGORY.get(status) in ("solved", "closed") and CATEGORY[entered] not in ("solved", "closed"):
                happened.add("reopened")
            status = entered
        change = draw(st.sampled_from(CHANGES))
        facts = facts | change if change else facts
        history.append(SlaEvent(max(at, 0), frozenset(happened), status, facts))
        if draw(st.integers(0, 9)) == 0:
            history.append(draw(st.sampled_from([FIRST, SECOND])))
    return history


def _apply(fold: ClockFold, what: SlaEvent | SlaTerms) -> None:
    if isinstance(what, SlaTerms):
        fold.use_terms(what)
    else:
        fold.apply(what)


def _fold(history: Sequence[SlaEvent | SlaTerms]) -> list[Clock]:
    fold = ClockFold(FIRST)
    for what in history:
        _apply(fold, what)
    return fold.clocks()


@settings(max_examples=examples(80))
@given(histories())
def test_looking_at_the_clocks_on_the_way_changes_nothing(history: list[SlaEvent | SlaTerms]) -> None:
    watched = ClockFold(FIRST)
    for number, what in enumerate(history, 1):
        _apply(watched, what)
        assert watched.clocks() == watched.clocks() == _fold(history[:number])
    marks = [what for what in history if isinstance(what, SlaEvent)]
    assert fold_clocks(iter(marks), FIRST) == _fold(marks)


@settings(max_examples=examples(120))
@given(histories())
def test_every_clock_agrees_with_itself(history: list[SlaEvent | SlaTerms]) -> None:
    for clock in _fold(history):
        assert clock.consumed >= 0
        assert clock.since >= clock.started_at
        assert clock.due_at is None or clock.due_at >= clock.started_at
        assert (clock.breached_at is None) == (clock.cause is None)
        assert clock.breached_at is None or clock.breached_at >= clock.started_at
        assert (clock.stopped_at is None) == (clock.state in ("running", "paused"))
        assert clock.stopped_at is None or clock.stopped_at == clock.since
        assert clock.state != "paused" or clock.due_at is None
        if clock.state in ("met", "late"):
            in_time = clock.breached_at is None and (clock.due_at is None or clock.since <= clock.due_at)
            assert (clock.state == "met") == in_time
        assert all(begin < end for begin, end in clock.pauses)
        assert all(before[1] <= after[0] for before, after in pairwise(clock.pauses))
        calendar = (FIRST if clock.version == 1 else SECOND).calendars[clock.calendar]
        assert clock.consumed == calendar.open_seconds(clock.started_at, clock.since, clock.pauses)
        if clock.target_seconds is not None and clock.due_at is not None and "end of day" not in clock.target:
            assert clock.due_at == calendar.add_seconds(clock.started_at, clock.target_seconds, clock.pauses)


@settings(max_examples=examples(120))
@given(histories())
def test_cycles_are_numbered_and_only_the_last_one_lives(history: list[SlaEvent | SlaTerms]) -> None:
    for _, cycles in groupby(_fold(history), lambda clock: clock.metric):
        numbers = [(clock.cycle, clock.state) for clock in cycles]
        assert all(before[0] < after[0] for before, after in pairwise(numbers))
        assert all(state not in ("running", "paused") for _, state in numbers[:-1])


@settings(max_examples=examples(120))
@given(histories())
def test_a_breach_and_a_judgement_stand_whatever_happens_next(history: list[SlaEvent | SlaTerms]) -> None:
    fold = ClockFold(FIRST)
    broken: dict[tuple[str, int], tuple[int | None, str | None]] = {}
    version: dict[tuple[str, int], Clock] = {}
    for what in history:
        _apply(fold, what)
        now = {(clock.metric, clock.cycle): clock for clock in fold.clocks()}
        for key, breach in broken.items():
            assert (now[key].breached_at, now[key].cause) == breach
        assert all(now[key] == clock for key, clock in version.items())
        broken |= {key: (clock.breached_at, clock.cause) for key, clock in now.items() if clock.breached_at is not None}
        version |= {key: clock for key, clock in now.items() if clock.state in ("met", "late")}


SIMPLE = Metric("simple", "Simple", any_of("received"), any_of("resolution"), RESTS)


@settings(max_examples=examples(100))
@given(st.data())
def test_a_plain_clock_is_what_adding_and_measuring_make_of_it(data: st.DataObject) -> None:
    """One target, one start, one stop: reckoned without a fold, from the instants alone."""
    calendar = CALENDARS[data.draw(st.sampled_from(sorted(CALENDARS)))]
    target = parse_target(data.draw(st.sampled_from(["30m", "4h", "2d"])), calendar.day_length)
    policy = Policy("all", "All", {}, "office", {("simple", None): target})
    terms = SlaTerms(1, (SIMPLE,), (policy,), {"office": calendar})
    steps = data.draw(st.lists(st.integers(0, 40_000), min_size=2, max_size=8))
    instants = [START + sum(steps[:number]) for number in range(len(steps))]
    statuses = [data.draw(st.sampled_from(sorted(CATEGORY))) for _ in instants]
    words = ["received", *["noted"] * (len(instants) - 2), "resolution"]
    facts: dict[str, object] = {}
    marks = [
        SlaEvent(at, frozenset({word}), status, facts)
        for at, word, status in zip(instants, words, statuses, strict=True)
    ]

    (clock,) = fold_clocks(marks, terms)

    rests = [(a, b) for (a, b), status in zip(pairwise(instants), statuses, strict=False) if status in RESTS]
    due = calendar.add_seconds(instants[0], target.seconds, rests)
    assert clock.due_at == due
    assert clock.consumed == calendar.open_seconds(instants[0], instants[-1], rests)
    assert clock.state == ("met" if instants[-1] <= due else "late")
    assert clock.breached_at == (None if instants[-1] <= due else due)
