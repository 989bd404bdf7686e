"""Whatever is done to tickets of the shipped procedures, in whatever order: rows and chains are what the events say,
not a word is lost, what is closed for good stays so, and no status is come to without what it asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm.desk import checklists, closing, conversation, handling, promises, thanks, undo
from deskterm.desk.desk import Desk
from deskterm.desk.fold import folded
from deskterm.desk.gates import standing_resolution
from deskterm.desk.intake import register
from deskterm.desk.proof import prove
from deskterm.desk.state import State
from deskterm.desk.transaction import Done, events_of
from deskterm.errors import DeskError
from deskterm.store.reader import open_reader
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

    desk: Desk
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


def state_of(desk: Desk, number: int) -> State:
    with desk.store.reading() as session:
        return folded(events_of(session, number), desk.editions(session)).state


def onward(t: Told) -> str:
    ways = t.desk.procedure.next_statuses(*kind_and_status(t))
    return ways[t.pick % len(ways)].key if ways else "nowhere"


def kind_and_status(t: Told) -> tuple[str, str]:
    state = state_of(t.desk, t.number)
    return state.type, state.status


def picked(t: Told, among: tuple[object, ...]) -> str | None:
    keys = [choice.key for choice in among]  # type: ignore[attr-defined]
    return keys[t.pick % len(keys)] if keys else None


def timer(t: Told) -> None:
    """The first thing that the passing of time brought."""
    itself = Desk.by_itself(t.desk.store)
    with t.desk.store.reading() as session:
        coming = folded(events_of(session, t.number), t.desk.editions(session)).upcoming()
    for event in coming[:1]:
        promises.notice(itself, t.number, event, now=t.now)


def heard(t: Told) -> Done:
    lag = timedelta(minutes=t.pick % 3)
    words = t.words(SAID[t.pick % len(SAID)])
    try:
        return conversation.customer_message(
            t.desk, t.number, words, received_at=t.now - lag, now=t.now
        )  # fmt: skip
    except DeskError:
        t.said.remove(words)
        raise


def resolved(t: Told) -> Done:
    words = t.words("It is repaired.")
    try:
        return closing.resolve(
            t.desk,
            t.number,
            words,
            resolution="temporary" if t.pick % 3 == 0 else "permanent",
            code=picked(t, t.desk.procedure.procedure.closing.resolutions),
            now=t.now,
        )
    except DeskError:
        t.said.remove(words)
        raise


def answered(t: Told) -> Done:
    words = t.words("We are on it.")
    status = onward(t) if t.pick % 2 else None
    try:
        return conversation.reply(t.desk, t.number, words, status=status, now=t.now)
    except DeskError:
        t.said.remove(words)
        raise


def ticked(t: Told) -> Done:
    parts = t.desk.procedure.procedure.checklists
    part = parts[t.pick % len(parts)] if parts else None
    outcome = picked(t, part.outcomes) if part is not None else None
    items = range(1, len(part.items) + 1) if part is not None and t.pick % 2 else [1]
    return checklists.check(
        t.desk,
        t.number,
        list(items),
        checklist=part.key if part else None,
        outcome=outcome,
        off=t.pick % 7 == 0,
        now=t.now,
    )


ACTS: dict[str, Callable[[Told], object]] = {
    "heard": heard,
    "answered": answered,
    "resolved": resolved,
    "ticked": ticked,
    "moved": lambda t: handling.move(t.desk, t.number, onward(t), anyway=bool(t.pick % 2), now=t.now),
    "confirmed": lambda t: closing.confirm(t.desk, t.number, now=t.now),
    "rejected": lambda t: closing.reject(t.desk, t.number, now=t.now),
    "closed": lambda t: closing.close(t.desk, t.number, "withdrawn", now=t.now),
    "reopened": lambda t: closing.reopen(t.desk, t.number, "called", now=t.now),
    "fixed": lambda t: closing.settle(t.desk, t.number, now=t.now),
    "overruled": lambda t: thanks.overrule_thanks(t.desk, t.number, now=t.now),
    "tagged": lambda t: handling.tag(t.desk, t.number, [letters(t.pick)], now=t.now),
    "retyped": lambda t: handling.edit(t.desk, t.number, type=picked(t, t.desk.procedure.procedure.types), now=t.now),
    "undone": lambda t: undo.undo(t.desk, t.number, now=t.now),
    "time": timer,
}
LIVES = st.lists(
    st.builds(
        Act,
        st.sampled_from([*sorted(ACTS), "heard", "resolved", "moved", "confirmed"]),
        st.integers(0, 60),
        st.sampled_from([0, 1, 5, 60, 1440, 10_080, 50_000]),
    ),
    min_size=3,
    max_size=14,
)


@pytest.fixture(params=PROCEDURES)
def desk(request: pytest.FixtureRequest, store_url: str) -> Iterator[Desk]:
    made = shipped_desk(store_url, request.param)
    yield made
    assert prove(made.store).findings == ()
    made.store.close()


def live_through(desk: Desk, acts: list[Act]) -> None:
    said: list[str] = []
    first = register(desk, subject="x", body="It fails.", requester="Kim Doe", incomplete=True, now=MONDAY).number
    number, minute = first, 0

    for act in acts:
        minute += act.later
        before = state_of(desk, number)
        told = Told(desk, number, act.pick, minute, said)
        try:
            came = ACTS[act.what](told)
        except DeskError:
            assert state_of(desk, number) == before, "what is refused writes nothing"
            continue
        after = state_of(desk, number)
        if act.what not in ("time", "undone"):
            asked_for(desk, before, after)
        if before.category == "closed" and desk.procedure.procedure.closing.immutable:
            assert (after.status, after.tags, after.type) == (before.status, before.tags, before.type)
        if isinstance(came, Done) and came.number:
            number = came.number

    assert prove(desk.store, after=first - 1).findings == ()
    assert Counter(said) == found_words(desk, first)


def asked_for(desk: Desk, before: State, after: State) -> None:
    """A status was come to only with what it asks for."""
    here = desk.procedure.statuses[after.status]
    if after.status == before.status:
        return
    if here.requires_checklist is not None:
        assert after.records["checklist", here.requires_checklist].state == "done"
    if here.requires_resolution:
        assert standing_resolution(after) is not None


def found_words(desk: Desk, first: int) -> Counter[str]:
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
def test_a_ticket_keeps_every_word_and_comes_nowhere_without_what_is_asked_for(desk: Desk, acts: list[Act]) -> None:
    live_through(desk, acts)


@pytest.mark.long
@settings(max_examples=2_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=LIVES)
def test_two_thousand_lives_by_each_procedure(desk: Desk, acts: list[Act]) -> None:
    live_through(desk, acts)
