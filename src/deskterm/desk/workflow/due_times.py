"""What people say of a promise: when it is due, what it is scheduled to, that a miss is let pass, what can wait."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.row_mapping import seconds
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.fold import Upcoming
from deskterm.desk.policy.permissions import require_named
from deskterm.desk.policy.status_graph import chosen
from deskterm.desk.workflow.timers import handle_timer_end
from deskterm.errors import DeskError, UsageError
from deskterm.sla.clock import Clock
from deskterm.sla.targets import SCHEDULED, parse_target
from deskterm.sla.zones import on_the_wall


def set_due(
    desk: DeskSession,
    number: int,
    metric: str,
    due: datetime,
    *,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Say when a clock is due; it stays there, whatever rests or changes, until it is taken back or the cycle ends
    (rule 18, S1-17). For roles that the procedure lets set due times, or leads where it names none; a target `set by
    ROLE` is for that role. DeskError when the clock does not run or the instant has passed."""
    why = _reason(reason)
    with desk.ticket(number, "edit", now, version) as work:
        require_named(desk.procedure.definition, desk.agent, "set-due")
        clock = _live(work, metric)
        _require_setter(work, clock)
        wanted = seconds(due)
        if wanted <= work.at:
            raise UsageError(f"A due time lies ahead: {on_the_wall(wanted, desk.timezone)} has passed.")
        before = work.state.dues.get(clock.metric)
        if before == wanted:
            if clock.pinned:
                raise DeskError(f"{_label(work, clock.metric)} is due then already.")
            work.append("due_set", {f"dues.{clock.metric}": (before, None)}, reason=why, metric=clock.metric)
            before = None
        work.append("due_set", {f"dues.{clock.metric}": (before, wanted)}, reason=why, metric=clock.metric)
        done = work.done(f"{number}: {_label(work, clock.metric)} due {on_the_wall(wanted, desk.timezone)}")
    return done


def clear_due(
    desk: DeskSession, number: int, metric: str, *, reason: str, now: datetime, version: int | None = None
) -> CommandResult:
    """Take back what somebody said: the clock is due as its target says again."""
    why = _reason(reason)
    with desk.ticket(number, "edit", now, version) as work:
        require_named(desk.procedure.definition, desk.agent, "set-due")
        clock = _live(work, metric)
        _require_setter(work, clock)
        if not clock.pinned:
            raise DeskError(f"Nobody has set when {_label(work, clock.metric)} of {number} is due.")
        before = work.state.dues[clock.metric]
        work.append("due_set", {f"dues.{clock.metric}": (before, None)}, reason=why, metric=clock.metric)
        done = work.done(f"{number}: {_label(work, clock.metric)} due by its target again")
    return done


def schedule(
    desk: DeskSession, number: int, sprint: str | None, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Schedule a ticket to the sprint or the release that starts on a date (`2026-11-23`), or to none. What is
    promised by its sprint is due when that ends (S1-16), what is promised by its release at the release (S4-19)."""
    with desk.ticket(number, "schedule", now, version) as work:
        before = work.state.sprint
        cadence = "sprint" if sprint is None else _scheduled(work, sprint)
        if sprint == before:
            raise DeskError(f"Ticket {number} is scheduled so already.")
        work.append("scheduled", {"sprint": (before, sprint)})
        done = work.done(
            f"{number} scheduled to the {cadence} of {sprint}" if sprint else f"{number} not scheduled now"
        )
    return done


def waive(
    desk: DeskSession,
    number: int,
    metric: str,
    *,
    cycle: int | None = None,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Let a missed target pass: the miss stays on record, with who waived it and why (rule 11). cycle: the last missed
    one where left out. For roles that the procedure lets waive, or leads where it names none."""
    why = _reason(reason)
    with desk.ticket(number, "edit", now, version) as work:
        require_named(desk.procedure.definition, desk.agent, "waive")
        key = _metric(work, metric)
        missed = [
            clock
            for clock in work.fold.clocks()
            if clock.metric == key and cycle in (None, clock.cycle) and _missed(clock, work.at)
        ]
        if not missed:
            raise DeskError(f"{_label(work, key)} of {number} has not been missed: there is nothing to waive.")
        clock = missed[-1]
        if clock.waived:
            raise DeskError(f"The miss of {_label(work, key)} of {number} is waived already.")
        work.append("waived", metric=key, cycle=clock.cycle, reason=why)
        done = work.done(f"{number}: the miss of {_label(work, key)} is waived")
    return done


def snooze(
    desk: DeskSession, number: int, until: datetime | None, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Put a ticket off until an instant, or take it up again (None). No clock rests for it; a word of the requester
    ends it."""
    with desk.ticket(number, "snooze", now, version) as work:
        before, wanted = work.state.snoozed_until, None if until is None else seconds(until)
        if wanted is not None and wanted <= work.at:
            raise UsageError(f"{on_the_wall(wanted, desk.timezone)} has passed: put the ticket off until later.")
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is {work.state.status}: only open tickets can be put off.")
        if wanted == before:
            raise DeskError(f"Ticket {number} is {'not put off' if before is None else 'put off until then already'}.")
        work.append("snoozed", {"snoozed_until": (before, wanted)})
        until_then = "" if wanted is None else f"put off until {on_the_wall(wanted, desk.timezone)}"
        done = work.done(f"{number} {until_then or 'taken up'}")
    return done


def record_clock_event(desk: DeskSession, number: int, event: Upcoming, *, now: datetime) -> CommandResult | None:
    """Note that a warning, a breach or the end of a timer was seen, at its true instant, and do what the end of a
    timer brings. None, and nothing written, when somebody noted it before or the ticket has changed so that it no
    longer comes; that makes it once (rule 22). No judgement depends on it."""
    with desk.ticket(number, "notice", now) as work:
        if event.instant > work.at or event not in work.fold.upcoming():
            return None
        work.at = max(event.instant, work.state.last_at)  # a runner that was away finds the same facts
        work.append(
            "noticed",
            what=event.what,
            metric=event.metric,
            cycle=event.cycle,
            threshold=event.threshold,
            due=event.due,
            instant=event.instant,
        )
        done = work.done(f"{number}: {_told(work, event)}")
    return done


def _told(work: TicketTransaction, event: Upcoming) -> str:
    """What came, for a person; what a timer brings is done on the way."""
    label = _label(work, event.metric)
    if event.what == "breach":
        return f"{label} is missed"
    if event.what == "warning":
        return f"{label} is near ({event.threshold})"
    brought = handle_timer_end(work, event.metric)
    return f"{label}: time is over" + (f", {brought}" if brought else "")


def _reason(reason: str) -> str:
    if not reason.strip():
        raise UsageError("Say why: a promise is not changed without a reason.")
    return reason.strip()


def _metric(work: TicketTransaction, word: str) -> str:
    return chosen("metric", word, work.procedure.definition.metrics).key


def _label(work: TicketTransaction, key: str) -> str:
    metric = work.procedure.terms.metric(key)
    return key if metric is None else metric.label


def _live(work: TicketTransaction, word: str) -> Clock:
    key = _metric(work, word)
    for clock in work.fold.clocks():
        if clock.metric == key and clock.state in ("running", "paused"):
            return clock
    raise DeskError(f"{_label(work, key)} of {work.number} does not run: there is nothing to set.")


def _require_setter(work: TicketTransaction, clock: Clock) -> None:
    """A target `set by ROLE` is for that role; the text is all that a clock keeps of its target."""
    target = parse_target(clock.target, 86_400)
    if target.role:
        require_named(work.procedure.definition, work.context.agent, "set-due", target.role)


def _scheduled(work: TicketTransaction, day: str) -> str:
    """Whether it is a `sprint` or a `release` that starts on a day: of the kind that the ticket's targets wait for, of
    either kind where none does."""
    cadences = work.procedure.terms.cadences
    if not cadences:
        raise DeskError("This procedure has no sprints or releases: give it a cadence.")
    targets = [parse_target(clock.target, 86_400) for clock in work.fold.clocks() if clock.stopped_at is None]
    wanted = {target.cadence for target in targets if target.kind in SCHEDULED} & set(cadences) or set(cadences)
    for kind in sorted(wanted):
        found = cadences[kind].starting(day)
        if found is not None and found[1] > work.at:
            return kind
    coming = sorted({day for kind in wanted for day in cadences[kind].coming(work.at, 4)})
    what = " or ".join(sorted(wanted, reverse=True))
    raise DeskError(f"No {what} to come starts on {day!r}: choose from {', '.join(coming)}.")


def _missed(clock: Clock, now: int) -> bool:
    overdue = clock.state == "running" and clock.due_at is not None and clock.due_at < now
    return clock.breached_at is not None or overdue
