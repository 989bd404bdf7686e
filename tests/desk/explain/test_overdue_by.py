"""Overdue clocks: the time left is the target less the time used, on every screen."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given, settings

from desk.event_strategies import START, TicketScript, compile_version, ticket_scripts
from deskterm.desk.conversation import messages
from deskterm.desk.explain.clock_explanation import build_explanations
from deskterm.desk.explain.explanation import Explanation
from deskterm.desk.explain.explanation_text import format_lines
from deskterm.desk.tickets import register, update
from deskterm.present import ticket as reading
from deskterm.present.labels import Vocabulary
from deskterm.present.models import seconds_left
from deskterm.procedure.compiled import to_document
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.deadlines import DeadlineFilter, load_window
from deskterm.store.queries.queue import Viewer, load_queue_page
from deskterm.store.queries.ticket_detail import load_ticket_detail
from deskterm.store.rows.live_clocks import load_live_clocks
from examples import examples
from small_desk import at, small_desk, small_procedure


def parse_length(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def count_down(explanation: Explanation) -> int | None:
    """Return the seconds left as the console counts them down, from the clock's row alone."""
    clock = explanation.clock
    calendar = None if explanation.target.in_wall_time else explanation.calendar
    until = explanation.now if clock.stopped_at is None else clock.stopped_at
    return seconds_left(clock.due_at, calendar, until, clock.since, clock.overrun)


@settings(max_examples=examples(100))
@given(ticket_scripts())
def test_what_is_left_is_the_target_less_what_is_used(script: tuple[TicketScript, int]) -> None:
    ticket, now = script
    now = max(now, *(event.at - START for event in ticket.events))
    for explanation in build_explanations(ticket.events, compile_version, now=datetime.fromtimestamp(START + now, UTC)):
        if explanation.left is None or explanation.due is None or explanation.clock.state == "cancelled":
            continue
        until = explanation.now if explanation.clock.stopped_at is None else explanation.clock.stopped_at
        if explanation.due < max(until, explanation.counted_from):
            late = min(explanation.due, until) >= explanation.counted_from
            assert not late or explanation.left == explanation.total - explanation.used
            if (
                late
                and not explanation.target.in_wall_time
                and explanation.target.exact_seconds is not None
                and not explanation.clock.pinned
            ):
                assert explanation.left == explanation.target.seconds - explanation.used
        if explanation.clock.state != "paused":
            assert count_down(explanation) == explanation.left
        match = re.search(r"running, (\d+:\d\d:\d\d) overdue, (\d+:\d\d:\d\d) used", format_lines(explanation)[0])
        if match is not None:
            assert (parse_length(match[1]), parse_length(match[2])) == (-explanation.left, explanation.used)


def register_paused_ticket(url: str) -> int:
    """Register a ticket with a target of four hours from 09:00, due at 13:00 and paused from 15:00 to 15:40."""
    desk = small_desk(url)
    number = register.register(desk, type="fault", severity="high", subject="Down", requester="Kim", now=at(0)).number
    messages.reply(desk, number, "On it", status="working", now=at(10))
    update.move(desk, number, "waiting", now=at(360))
    update.move(desk, number, "working", now=at(400))
    desk.store.close()
    return number


def test_a_pause_after_the_due_time_is_no_part_of_what_is_overdue_on_any_screen(store_url: str) -> None:
    number = register_paused_ticket(store_url)
    words = Vocabulary(to_document(small_procedure()), 1)
    now = int(at(410).timestamp())
    with open_reader(store_url) as reader:
        found = load_ticket_detail(reader, number)
        (row,) = load_queue_page(reader, "open", Viewer("ann", None, now))
        (line,) = reading.present_rows([row], load_live_clocks(reader, [number]), words)
        (listed,) = [clock for clock in load_window(reader, DeadlineFilter(0), 99) if clock.metric == "resolution"]
    assert found is not None
    (clock,) = [clock for clock in reading.present_ticket(found, words).clocks if clock.metric == "resolution"]
    assert clock.target_seconds is not None
    assert clock.calendar is not None
    used = clock.consumed + clock.calendar.open_seconds(clock.since, now)
    assert clock.seconds_left(now) == line.seconds_left(now) == clock.target_seconds - used < 0
    assert seconds_left(listed.due, clock.calendar, now, listed.since, listed.overrun) == clock.seconds_left(now)
    assert clock.due is not None
    assert clock.seconds_left(now) != seconds_left(clock.due, clock.calendar, now)
