"""Whatever is done to tickets of the shipped procedures, in whatever order: rows and chains are what the events say,
not a word is lost, what is closed for good stays so, and no status is come to without what it asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm.desk.api import open_system_desk
from deskterm.desk.conversation import messages, thanks_messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, load_events
from deskterm.desk.domain.fold import fold_events
from deskterm.desk.domain.state import State
from deskterm.desk.history import undo
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import closing, confirmation, reopening, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists, due_times
from deskterm.desk.workflow.transition_rules import find_current_resolution
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from shipped_desk import shipped_desk
from small_desk import MONDAY

PROCEDURES = ("software-vendor", "campus-it", "managed-services", "saas-platform", "web-agency")
SAID = ("It is broken.", "Thanks!", "Thank you, but it is not.", "Merci beaucoup", "Is it?", "")


class Act(NamedTuple):
    what: str
    pick: int
    later: int
    """Minutes since the act before."""


class Told(NamedTuple):
    """A desk, the ticket that an act is about, a number to pick things by, when, and what was said so far."""

    desk: DeskSession
    number: int
    pick: int
    minute: int
    said: list[str]

    @property
    def now(self) -> datetime:
        return MONDAY + timedelta(minutes=self.minute)

    def words(self, text: str) -> str:
        """Words that nobody else says, but for mere thanks."""
        told = text if text and thanks_alone(text) else f"{text} {letters(len(self.said))}"
        self.said.append(told)
        return told


def letters(number: int) -> str:
    """A number in words, for a digit is no thanks."""
    return "".join("abcdefghij"[int(figure)] for figure in str(number))


def thanks_alone(text: str) -> bool:
    return text in ("Thanks!", "Merci beaucoup")


def state_of(desk: DeskSession, number: int) -> State:
    with desk.store.reading() as session:
        return fold_events(load_events(session, number), desk.build_procedure_lookup(session)).state


def onward(t: Told) -> str:
    ways = t.desk.procedure.find_next_statuses(*kind_and_status(t))
    return ways[t.pick % len(ways)].key if ways else "nowhere"


def kind_and_status(t: Told) -> tuple[str, str]:
    state = state_of(t.desk, t.number)
    return state.type, state.status


def picked(t: Told, among: tuple[object, ...]) -> str | None:
    keys = [choice.key for choice in among]  # type: ignore[attr-defined]
    return keys[t.pick % len(keys)] if keys else None


def timer(t: Told) -> None:
    """The first thing that the passing of time brought."""
    itself = open_system_desk(t.desk.store)
    with t.desk.store.reading() as session:
        coming = fold_events(load_events(session, t.number), t.desk.build_procedure_lookup(session)).upcoming_events()
    for event in coming[:1]:
        due_times.record_clock_event(itself, t.number, event, now=t.now)


def heard(t: Told) -> CommandResult:
    lag = timedelta(minutes=t.pick % 3)
    words = t.words(SAID[t.pick % len(SAID)])
    try:
        return messages.record_customer_message(
            t.desk, t.number, words, received_at=t.now - lag, now=t.now
        )  # fmt: skip
    except DeskError:
        t.said.remove(words)
        raise


def resolved(t: Told) -> CommandResult:
    words = t.words("It is repaired.")
    try:
        return resolution.resolve(
            t.desk,
            t.number,
            words,
            resolution=(None, None, "temporary", "permanent")[t.pick % 4],
            code=picked(t, t.desk.procedure.definition.closing.resolutions),
            now=t.now,
        )
    except DeskError:
        t.said.remove(words)
        raise


def reason(t: Told) -> str:
    return picked(t, t.desk.procedure.definition.closing.reasons) or "none that there is"


def led(t: Told) -> CommandResult:
    """One step on the shortest way to the end, by a resolution or by the requester's word where it takes one."""
    step = first_step(t.desk, *kind_and_status(t))
    try:
        return update.move(t.desk, t.number, step, anyway=True, now=t.now)
    except DeskError:
        return resolved(t) if state_of(t.desk, t.number).is_open else confirmation.confirm(t.desk, t.number, now=t.now)


def first_step(desk: DeskSession, kind: str, status: str) -> str:
    """Where the shortest way from a status to a closed one goes first; the status itself where there is none."""
    ways: list[list[str]] = [[status]]
    been = {status}
    for way in ways:
        for ahead in desk.procedure.find_next_statuses(kind, way[-1]):
            if ahead.category == "closed":
                return [*way, ahead.key][1]
            if ahead.key not in been:
                been.add(ahead.key)
                ways.append([*way, ahead.key])
    return status


def answered(t: Told) -> CommandResult:
    words = t.words("We are on it.")
    status = onward(t) if t.pick % 2 else None
    try:
        return messages.reply(t.desk, t.number, words, status=status, now=t.now)
    except DeskError:
        t.said.remove(words)
        raise


def ticked(t: Told) -> CommandResult:
    parts = t.desk.procedure.definition.checklists
    part = parts[t.pick % len(parts)] if parts else None
    outcome = picked(t, part.outcomes) if part is not None else None
    items = range(1, len(part.items) + 1) if part is not None and t.pick % 2 else [1]
    return checklists.tick_items(
        t.desk,
        t.number,
        list(items),
        checklist=part.key if part else None,
        outcome=outcome,
        untick=t.pick % 7 == 0,
        now=t.now,
    )


ACTS: dict[str, Callable[[Told], object]] = {
    "heard": heard,
    "answered": answered,
    "resolved": resolved,
    "ticked": ticked,
    "moved": lambda t: update.move(t.desk, t.number, onward(t), anyway=bool(t.pick % 2), now=t.now),
    "confirmed": lambda t: confirmation.confirm(t.desk, t.number, now=t.now),
    "rejected": lambda t: confirmation.reject(t.desk, t.number, now=t.now),
    "closed": lambda t: closing.close(t.desk, t.number, reason(t), now=t.now),
    "led": led,
    "reopened": lambda t: reopening.reopen(t.desk, t.number, "called", now=t.now),
    "fixed": lambda t: resolution.record_permanent_fix(t.desk, t.number, now=t.now),
    "overruled": lambda t: thanks_messages.overrule_thanks(t.desk, t.number, now=t.now),
    "tagged": lambda t: update.tag(t.desk, t.number, [letters(t.pick)], now=t.now),
    "retyped": lambda t: update.edit(t.desk, t.number, type=picked(t, t.desk.procedure.definition.types), now=t.now),
    "undone": lambda t: undo.undo_last_command(t.desk, t.number, now=t.now),
    "time": timer,
}
OFTEN = (*sorted(ACTS), "heard", "resolved", "moved", "confirmed")
WHILES = (0, 1, 5, 60, 1440, 10_080, 50_000)


def acts_of(most: int) -> st.SearchStrategy[list[Act]]:
    act = st.builds(Act, st.sampled_from(OFTEN), st.integers(0, 60), st.sampled_from(WHILES))
    return st.lists(act, min_size=1, max_size=most)


def life_of(first: list[Act], steps: int, then: list[Act]) -> list[Act]:
    """Something happens, a few steps lead towards the end, and more happens."""
    return [*first, *(Act("led", step, 1) for step in range(steps)), *then]


LIVES = st.builds(life_of, acts_of(7), st.integers(0, 6), acts_of(7))


@pytest.fixture(params=PROCEDURES)
def desk(request: pytest.FixtureRequest, store_url: str) -> Iterator[DeskSession]:
    made = shipped_desk(store_url, request.param)
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


def live_through(desk: DeskSession, acts: list[Act]) -> Counter[object]:
    """How often tickets of each category were met, and what was tried on those that are closed for good."""
    met: Counter[object] = Counter()
    said: list[str] = []
    first = register(desk, subject="x", body="It fails.", requester="Kim Doe", incomplete=True, now=MONDAY).number
    number, minute = first, 0

    for act in acts:
        minute += act.later
        before = state_of(desk, number)
        told = Told(desk, number, act.pick, minute, said)
        done_with = before.category == "closed" and desk.procedure.definition.closing.immutable
        met[before.category] += 1
        met["for good", act.what] += done_with
        try:
            came = ACTS[act.what](told)
        except DeskError:
            assert state_of(desk, number) == before, "what is refused writes nothing"
            continue
        after = state_of(desk, number)
        if act.what not in ("time", "undone"):
            asked_for(desk, before, after)
        if done_with:
            assert what_is_closed(after) == what_is_closed(before), "what is closed for good stays as it is"
        if isinstance(came, CommandResult) and came.number:
            number = came.number

    assert check_integrity(desk.store, after=first - 1).findings == ()
    assert Counter(said) == found_words(desk, first)
    met[state_of(desk, number).category] += 1
    return met


def what_is_closed(state: State) -> tuple[object, ...]:
    return state.status, state.tags, state.type, state.reopened, find_current_resolution(state)


def asked_for(desk: DeskSession, before: State, after: State) -> None:
    """A status was come to only with what it asks for."""
    here = desk.procedure.statuses[after.status]
    if after.status == before.status:
        return
    if here.requires_checklist is not None:
        assert after.records["checklist", here.requires_checklist].state == "done"
    if here.requires_resolution:
        assert find_current_resolution(after) is not None


def found_words(desk: DeskSession, first: int) -> Counter[str]:
    """What was said and is in the conversations of the tickets from one on, but for what these began with."""
    with open_reader(desk.store.url) as reader:
        rows = reader.rows(
            "SELECT p.body FROM message m JOIN personal_text p ON p.id = m.text_id WHERE m.ticket_id >= :first "
            "AND m.kind = 'public'",
            {"first": first},
        )
    return Counter(str(body) for (body,) in rows if body != "It fails.")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=LIVES)
def test_a_ticket_keeps_every_word_and_comes_nowhere_without_what_is_asked_for(
    desk: DeskSession, acts: list[Act]
) -> None:
    live_through(desk, acts)


def lives(count: int) -> Iterator[list[Act]]:
    """Lives that are the same whenever they are asked for."""
    random = Random(count)
    for _ in range(count):
        first, then = (
            [Act(random.choice(OFTEN), random.randrange(60), random.choice(WHILES)) for _ in range(acts)]
            for acts in (4, 6)
        )
        yield life_of(first, 6, then)


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_enough_lives_come_to_an_end_that_the_laws_of_the_end_are_tried(procedure: str, tmp_path: Path) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", procedure)
    lived = [live_through(desk, acts) for acts in lives(8)]
    assert sum(bool(met["closed"]) for met in lived) >= 4
    desk.store.close()


@pytest.mark.requirement("S4-15")
def test_nothing_that_can_be_done_changes_what_is_closed_for_good(tmp_path: Path) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform")
    tried = sorted(ACTS, key=lambda what: what == "heard")  # which makes a new ticket, that is gone on with
    for pick in range(4):
        met = live_through(desk, life_of([], 12, [Act(what, pick, 1) for what in tried]))
        assert not [what for what in tried if not met["for good", what]]
    desk.store.close()


@pytest.mark.long
@settings(max_examples=2_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=LIVES)
def test_two_thousand_lives_by_each_procedure(desk: DeskSession, acts: list[Act]) -> None:
    live_through(desk, acts)
