"""Random commands on tickets of the shipped procedures: tables and chains hold what the events say, no message is lost,
final closures stay, and no status is entered without what it requires."""

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
from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, load_events
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import fold_events, select_effective_events
from deskterm.desk.domain.state import State
from deskterm.desk.history import undo
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import closing, confirmation, reopening, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists, due_times
from deskterm.desk.workflow.transition_rules import find_current_resolution
from deskterm.errors import DeskError
from deskterm.procedure.sla_terms import status_timer_key
from deskterm.sla.targets import parse_target
from deskterm.store.db.reader import open_reader
from examples import examples
from shipped_desk import shipped_desk
from small_desk import MONDAY

PROCEDURES = ("software-vendor", "campus-it", "managed-services", "saas-platform", "web-agency")
MESSAGES = ("It is broken.", "Thanks!", "Thank you, but it is not.", "Merci beaucoup", "Is it?", "")


class Step(NamedTuple):
    command: str
    pick: int
    minutes: int
    """Minutes since the step before."""


class Context(NamedTuple):
    """What a step works with. pick: a number to choose things by. texts: all messages so far."""

    desk: DeskSession
    number: int
    pick: int
    minute: int
    texts: list[str]

    @property
    def now(self) -> datetime:
        return MONDAY + timedelta(minutes=self.minute)

    def compose(self, text: str) -> str:
        """Compose a message that is unlike all others, except for thanks, and add it to the texts."""
        message = text if text and is_thanks(text) else f"{text} {spell_number(len(self.texts))}"
        self.texts.append(message)
        return message


def spell_number(number: int) -> str:
    """Spell a number in letters: a message with a digit would not count as thanks."""
    return "".join("abcdefghij"[int(figure)] for figure in str(number))


def is_thanks(text: str) -> bool:
    return text in ("Thanks!", "Merci beaucoup")


def load_state(desk: DeskSession, number: int) -> State:
    with desk.store.reading() as session:
        return fold_events(load_events(session, number), desk.build_procedure_lookup(session)).state


def load_new_events(desk: DeskSession, number: int, version: int) -> list[Event]:
    """Return the events of a ticket after a version of it."""
    with desk.store.reading() as session:
        return [event for event in load_events(session, number) if event.seq > version]


def pick_next_status(context: Context) -> str:
    paths = context.desk.procedure.find_next_statuses(*load_type_and_status(context))
    return paths[context.pick % len(paths)].key if paths else "nowhere"


def load_type_and_status(context: Context) -> tuple[str, str]:
    state = load_state(context.desk, context.number)
    return state.type, state.status


def pick_key(context: Context, choices: tuple[object, ...]) -> str | None:
    keys = [choice.key for choice in choices]  # type: ignore[attr-defined]
    return keys[context.pick % len(keys)] if keys else None


def record_next_event(context: Context) -> None:
    """Record the first due event of the ticket's clocks, as the automation does."""
    system = open_system_desk(context.desk.store)
    with context.desk.store.reading() as session:
        upcoming = fold_events(
            load_events(session, context.number), context.desk.build_procedure_lookup(session)
        ).upcoming_events()
    for event in upcoming[:1]:
        due_times.record_clock_event(system, context.number, event, now=context.now)


def record_message(context: Context) -> CommandResult:
    lag = timedelta(minutes=context.pick % 3)
    text = context.compose(MESSAGES[context.pick % len(MESSAGES)])
    try:
        return messages.record_customer_message(
            context.desk, context.number, text, received_at=context.now - lag, now=context.now
        )  # fmt: skip
    except DeskError:
        context.texts.remove(text)
        raise


def resolve(context: Context) -> CommandResult:
    text = context.compose("It is repaired.")
    try:
        return resolution.resolve(
            context.desk,
            context.number,
            text,
            resolution=(None, None, "temporary", "permanent")[context.pick % 4],
            code=pick_key(context, context.desk.procedure.definition.closing.resolutions),
            now=context.now,
        )
    except DeskError:
        context.texts.remove(text)
        raise


def confirm(context: Context) -> CommandResult:
    """Confirm for the requester, in their words or without."""
    text = context.compose(("Works", "Yes, it works, thanks")[context.pick % 2]) if context.pick % 3 else ""
    try:
        return confirmation.confirm(context.desk, context.number, text, now=context.now)
    except DeskError:
        if text:
            context.texts.remove(text)
        raise


def pick_reason(context: Context) -> str:
    return pick_key(context, context.desk.procedure.definition.closing.reasons) or "none that there is"


def advance(context: Context) -> CommandResult:
    """Move one step on the shortest path to a closed status, by a resolution or a confirmation where one is needed."""
    step = find_first_step(context.desk, *load_type_and_status(context))
    try:
        return update.move(context.desk, context.number, step, anyway=True, now=context.now)
    except DeskError:
        return (
            resolve(context)
            if load_state(context.desk, context.number).is_open
            else confirmation.confirm(context.desk, context.number, now=context.now)
        )


def find_first_step(desk: DeskSession, kind: str, status: str) -> str:
    """Find the first step of the shortest path from a status to a closed one; the status itself when there is none."""
    paths: list[list[str]] = [[status]]
    visited = {status}
    for path in paths:
        for following in desk.procedure.find_next_statuses(kind, path[-1]):
            if following.category == "closed":
                return [*path, following.key][1]
            if following.key not in visited:
                visited.add(following.key)
                paths.append([*path, following.key])
    return status


def reply(context: Context) -> CommandResult:
    text = context.compose("We are on it.")
    status = pick_next_status(context) if context.pick % 2 else None
    try:
        return messages.reply(context.desk, context.number, text, status=status, now=context.now)
    except DeskError:
        context.texts.remove(text)
        raise


def tick_items(context: Context) -> CommandResult:
    parts = context.desk.procedure.definition.checklists
    part = parts[context.pick % len(parts)] if parts else None
    outcome = pick_key(context, part.outcomes) if part is not None else None
    items = range(1, len(part.items) + 1) if part is not None and context.pick % 2 else [1]
    return checklists.tick_items(
        context.desk,
        context.number,
        list(items),
        checklist=part.key if part else None,
        outcome=outcome,
        untick=context.pick % 7 == 0,
        now=context.now,
    )


COMMANDS: dict[str, Callable[[Context], object]] = {
    "heard": record_message,
    "answered": reply,
    "resolved": resolve,
    "ticked": tick_items,
    "moved": lambda c: update.move(c.desk, c.number, pick_next_status(c), anyway=bool(c.pick % 2), now=c.now),
    "confirmed": confirm,
    "rejected": lambda c: confirmation.reject(c.desk, c.number, now=c.now),
    "closed": lambda c: closing.close(c.desk, c.number, pick_reason(c), now=c.now),
    "led": advance,
    "reopened": lambda c: reopening.reopen(c.desk, c.number, "called", now=c.now),
    "fixed": lambda c: resolution.record_permanent_fix(c.desk, c.number, now=c.now),
    "overruled": lambda c: thanks_messages.overrule_thanks(c.desk, c.number, now=c.now),
    "tagged": lambda c: update.tag(c.desk, c.number, [spell_number(c.pick)], now=c.now),
    "retyped": lambda c: update.edit(c.desk, c.number, type=pick_key(c, c.desk.procedure.definition.types), now=c.now),
    "undone": lambda c: undo.undo_last_command(c.desk, c.number, now=c.now),
    "time": record_next_event,
}
WEIGHTED_COMMANDS = (*sorted(COMMANDS), "heard", "resolved", "moved", "confirmed")
PAUSES = (0, 1, 5, 60, 1440, 10_080, 50_000)


def draw_steps(max_size: int) -> st.SearchStrategy[list[Step]]:
    step = st.builds(Step, st.sampled_from(WEIGHTED_COMMANDS), st.integers(0, 60), st.sampled_from(PAUSES))
    return st.lists(step, min_size=1, max_size=max_size)


def build_history(first: list[Step], steps: int, then: list[Step]) -> list[Step]:
    """Build a history: random steps, some that lead towards the end, and further random steps."""
    return [*first, *(Step("led", step, 1) for step in range(steps)), *then]


HISTORIES = st.builds(build_history, draw_steps(7), st.integers(0, 6), draw_steps(7))


@pytest.fixture(params=PROCEDURES)
def desk(request: pytest.FixtureRequest, store_url: str) -> Iterator[DeskSession]:
    session = shipped_desk(store_url, request.param)
    yield session
    assert check_integrity(session.store).findings == ()
    session.store.close()


def run_history(desk: DeskSession, steps: list[Step]) -> Counter[object]:
    """Run a history; return how often tickets of each category were met, and what was tried on finally closed ones."""
    counts: Counter[object] = Counter()
    texts: list[str] = []
    first = register(desk, subject="x", body="It fails.", requester="Kim Doe", incomplete=True, now=MONDAY).number
    number, minute = first, 0

    for step in steps:
        minute += step.minutes
        before = load_state(desk, number)
        context = Context(desk, number, step.pick, minute, texts)
        is_final = before.category == "closed" and desk.procedure.definition.closing.immutable
        counts[before.category] += 1
        counts["for good", step.command] += is_final
        try:
            result = COMMANDS[step.command](context)
        except DeskError:
            new = load_new_events(desk, number, before.version)
            assert {event.actor for event in new} <= {SYSTEM_ACTOR}, "a refused command writes nothing of its own"
            continue
        after = load_state(desk, number)
        moves = [event for event in load_new_events(desk, number, before.version) if "status" in event.changes]
        if step.command not in ("time", "undone") and moves and moves[-1].actor != SYSTEM_ACTOR:
            check_requirements(desk, before, after)
        if step.command != "time":  # that records one event alone, and more may be due at the same instant
            check_wait(desk, number, context.now)
        if is_final:
            assert final_members(after) == final_members(before), "a final closure stays"
        if isinstance(result, CommandResult) and result.number:
            number = result.number

    assert check_integrity(desk.store, after=first - 1).findings == ()
    assert Counter(texts) == count_stored_texts(desk, first)
    counts[load_state(desk, number).category] += 1
    return counts


def final_members(state: State) -> tuple[object, ...]:
    return state.status, state.tags, state.type, state.reopened, find_current_resolution(state)


def check_requirements(desk: DeskSession, before: State, after: State) -> None:
    """Assert that a status was entered only with what it requires."""
    status = desk.procedure.statuses[after.status]
    if after.status == before.status:
        return
    if status.requires_checklist is not None:
        assert after.records["checklist", status.requires_checklist].state == "done"
    if status.requires_resolution:
        assert find_current_resolution(after) is not None


def check_wait(desk: DeskSession, number: int, now: datetime) -> None:
    """Assert that a ticket in a status that it leaves after some time is on its way out: the timer runs from the entry,
    from the last question, or from the undo that brought the ticket back, and is not over. It may have stopped for an
    answer of the requester (D-01)."""
    with desk.store.reading() as session:
        history = list(load_events(session, number))
        events = select_effective_events(history)
        fold = fold_events(history, desk.build_procedure_lookup(session))
    status = desk.procedure.statuses[fold.state.status]
    if status.after is None or status.after.to is None:
        return
    timer = [clock for clock in fold.clocks() if clock.metric == status_timer_key(status.key)][-1]
    entry = [event for event in events if "status" in event.changes][-1]
    answers = [
        event
        for event in events
        if event.seq > entry.seq
        and event.data.get("author_kind") == "requester"
        and event.kind in ("replied", "overruled")
    ]
    if answers:
        return
    undos = [event.at for event in history if event.kind == "undone" and timer.metric in event.data.get("timers", ())]
    span = parse_target(status.after.span, 86_400).seconds
    assert timer.state == "running"
    assert timer.due_at in [start + span for start in (entry.at, *undos)]
    assert timer.due_at > now.timestamp()


def count_stored_texts(desk: DeskSession, first: int) -> Counter[str]:
    """Count the public messages of the tickets from a number on, without the ones they were registered with."""
    with open_reader(desk.store.url) as reader:
        rows = reader.rows(
            "SELECT p.body FROM message m JOIN personal_text p ON p.id = m.text_id WHERE m.ticket_id >= :first "
            "AND m.kind = 'public'",
            {"first": first},
        )
    return Counter(str(body) for (body,) in rows if body != "It fails.")


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=HISTORIES)
def test_tickets_keep_every_message_and_enter_no_status_without_its_requirements(
    desk: DeskSession, steps: list[Step]
) -> None:
    run_history(desk, steps)


def generate_histories(count: int) -> Iterator[list[Step]]:
    """Generate random histories that are the same in every run."""
    random = Random(count)
    for _ in range(count):
        first, then = (
            [Step(random.choice(WEIGHTED_COMMANDS), random.randrange(60), random.choice(PAUSES)) for _ in range(steps)]
            for steps in (4, 6)
        )
        yield build_history(first, 6, then)


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_enough_random_histories_reach_a_closed_ticket(procedure: str, tmp_path: Path) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", procedure)
    all_counts = [run_history(desk, steps) for steps in generate_histories(8)]
    assert sum(bool(counts["closed"]) for counts in all_counts) >= 4
    desk.store.close()


@pytest.mark.requirement("S4-15")
def test_no_command_changes_a_ticket_that_is_closed_for_good(tmp_path: Path) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform")
    commands = sorted(COMMANDS, key=lambda command: command == "heard")  # last, because it goes on with a follow-up
    for pick in range(4):
        counts = run_history(desk, build_history([], 12, [Step(command, pick, 1) for command in commands]))
        assert not [command for command in commands if not counts["for good", command]]
    desk.store.close()


@pytest.mark.long
@settings(max_examples=2_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=HISTORIES)
def test_two_thousand_histories_by_each_procedure(desk: DeskSession, steps: list[Step]) -> None:
    run_history(desk, steps)
