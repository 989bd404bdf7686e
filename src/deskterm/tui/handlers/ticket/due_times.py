"""Due times of a ticket's clocks, its sprint or release, and work on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.instant_text import parse_instant, require_time_of_day
from deskterm.desk.workflow import due_times, work_sessions
from deskterm.errors import UsageError
from deskterm.present.models import Choice, TicketClock
from deskterm.tui.handlers.questions import NOTHING, end_answer_with_comma, run_with_text

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target


async def set_due(console: Console, target: Target, argument: str) -> None:
    """Say when a clock is due. argument: the clock, the instant or a dash, and the reason after a comma:
    `resolution tomorrow 17:00, the part comes then`."""
    number = target.number
    metric, _, rest = argument.partition(" ")
    instant, _, reason = (part.strip() for part in rest.partition(","))
    metric = metric or await _choose_clock(console, number, "Due time of which clock of {}?", _is_live, "running") or ""
    if not metric:
        return
    question = f"When is {metric} of {number} due? tomorrow 17:00, 4h (- for its target)"
    instant = instant or await console.ask(question) or ""
    if not instant:
        return
    end_answer_with_comma()
    reason = reason or await console.ask(f"Reason for the due time of {number}") or ""
    if not reason:
        return
    now = console.now()

    def run(desk: DeskSession, one: int) -> CommandResult:
        if instant == NOTHING:
            return due_times.clear_due(desk, one, metric, reason=reason, now=now)
        require_time_of_day(instant, "17:00")
        due = parse_instant(instant, desk.timezone, now)
        return due_times.set_due(desk, one, metric, due, reason=reason, now=now)

    await console.run_on([number], run)


async def waive(console: Console, target: Target, argument: str) -> None:
    """Waive a breach. argument: the clock, and the reason: `response the customer asked for Monday`."""
    number = target.number
    metric, _, reason = argument.partition(" ")
    at = console.epoch()
    metric = (
        metric
        or await _choose_clock(
            console, number, "Waive which breach of {}?", lambda clock: _is_missed(clock, at), "missed"
        )
        or ""
    )
    if not metric:
        return
    reason = reason.strip() or await console.ask(f"Reason to waive the breach of {number}") or ""
    if reason:
        now = console.now()
        await console.run_on([number], lambda desk, one: due_times.waive(desk, one, metric, reason=reason, now=now))


def _is_live(clock: TicketClock) -> bool:
    return clock.state in ("running", "paused")


def _is_missed(clock: TicketClock, at: int) -> bool:
    """Return whether a clock has missed its due time, whether it still runs or stopped late."""
    late_now = clock.state == "running" and clock.due is not None and clock.due <= at
    return late_now or clock.breached_at is not None or clock.state == "late"


async def _choose_clock(
    console: Console, number: int, question: str, fits: Callable[[TicketClock], bool], word: str
) -> str | None:
    """Ask for a clock of a ticket. word: names those that fit. Raises UsageError where none does."""
    clocks = (await console.read_ticket(number)).clocks
    found = {clock.metric: Choice(clock.metric, clock.label, clock.target) for clock in clocks if fits(clock)}
    if not found:
        raise UsageError(f"No clock of {number} is {word}.")
    return await console.choose(question.format(number), list(found.values()))


async def schedule(console: Console, target: Target, argument: str) -> None:
    """Schedule the tickets to a sprint or a release. argument: its day, or a dash for none."""

    def run(desk: DeskSession, number: int, text: str, now: datetime) -> CommandResult:
        return due_times.schedule(desk, number, None if text.strip() == NOTHING else text.strip(), now=now)

    await run_with_text(
        console,
        target,
        argument,
        "Schedule {} to the sprint or release of which day? 2026-11-26 (- for none)",
        run,
        done=lambda text: "Took {} out of the schedule" if text.strip() == NOTHING else f"Scheduled {{}} to {text}",
    )


async def work(console: Console, target: Target, argument: str) -> None:
    """Begin work on the ticket, or stop it. argument: `stop`, and the login of somebody else who forgot to; nothing
    begins work. Raises UsageError for another word."""
    word, _, login = argument.partition(" ")
    if word not in ("", "start", "stop"):
        raise UsageError("Work on a ticket is begun with :work and stopped with `:work stop`.")
    now = console.now()

    def run(desk: DeskSession, number: int) -> CommandResult:
        if word == "stop":
            return work_sessions.stop_work(desk, number, login=login.strip() or None, now=now)
        return work_sessions.start_work(desk, number, now=now)

    await console.run_on([target.number], run)
