"""Due times set by people: set and clear them, schedule a ticket, waive a miss, and record what a clock or a timer
does."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.fold import UpcomingEvent
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.permissions import require_granted
from deskterm.desk.workflow.timers import handle_timer_end
from deskterm.errors import DeskError, MissingReason, UsageError
from deskterm.sla.clock import Clock
from deskterm.sla.targets import parse_target
from deskterm.sla.zones import format_local_time


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
    """Set the instant at which a clock is due. It holds, whatever pauses or changes, until it is cleared or the cycle
    ends (rule 18, S1-17).

    For roles that the procedure allows to set due times, or for leads where it names none; a target `set by ROLE` is
    for that role. metric: key or label. reason: must not be empty.

    Raises UsageError when `due` is not in the future, and DeskError when the clock does not run or is due then already.
    """
    stripped_reason = _require_reason(reason)
    with desk.ticket(number, "edit", now, version) as work:
        clock = _find_settable_clock(work, metric)
        due_at = to_epoch(due)
        if due_at <= work.at:
            raise UsageError(f"A due time lies ahead: {format_local_time(due_at, desk.timezone)} has passed.")
        before = work.state.dues.get(clock.metric)
        if before == due_at:
            if clock.pinned:
                raise DeskError(f"{_metric_label(work, clock.metric)} is due then already.")
            # Left over from an earlier cycle. An equal value would be no change, so it is cleared before it is set.
            work.append(
                "due_set", {f"dues.{clock.metric}": (before, None)}, reason=stripped_reason, metric=clock.metric
            )
            before = None
        work.append("due_set", {f"dues.{clock.metric}": (before, due_at)}, reason=stripped_reason, metric=clock.metric)
        result = work.build_result(
            f"{number}: {_metric_label(work, clock.metric)} due {format_local_time(due_at, desk.timezone)}"
        )
    return result


def clear_due(
    desk: DeskSession, number: int, metric: str, *, reason: str, now: datetime, version: int | None = None
) -> CommandResult:
    """Clear a due time that a person set: the clock is due by its target again."""
    stripped_reason = _require_reason(reason)
    with desk.ticket(number, "edit", now, version) as work:
        clock = _find_settable_clock(work, metric)
        if not clock.pinned:
            raise DeskError(f"Nobody has set when {_metric_label(work, clock.metric)} of {number} is due.")
        before = work.state.dues[clock.metric]
        work.append("due_set", {f"dues.{clock.metric}": (before, None)}, reason=stripped_reason, metric=clock.metric)
        result = work.build_result(f"{number}: {_metric_label(work, clock.metric)} due by its target again")
    return result


def schedule(
    desk: DeskSession, number: int, sprint: str | None, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Schedule a ticket to the sprint or the release that starts on a date (`2026-11-23`), or to none.

    A target that counts by sprint is due when that sprint ends (S1-16), one that counts by release at the release
    (S4-19). Raises DeskError when nothing starts on that date.
    """
    with desk.ticket(number, "schedule", now, version) as work:
        before = work.state.sprint
        cadence = "sprint" if sprint is None else _resolve_cadence(work, sprint)
        if sprint == before:
            raise DeskError(f"Ticket {number} is scheduled so already.")
        work.append("scheduled", {"sprint": (before, sprint)})
        result = work.build_result(
            f"{number} scheduled to the {cadence} of {sprint}" if sprint else f"{number} not scheduled now"
        )
    return result


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
    """Waive a missed target: the miss stays on record, with the person who waived it and the reason (rule 11).

    cycle: left out, the last missed one. For roles that the procedure allows to waive, or for leads where it names
    none.
    """
    stripped_reason = _require_reason(reason)
    with desk.ticket(number, "edit", now, version) as work:
        require_granted(desk.procedure.definition, desk.agent, "waive")
        key = _resolve_metric(work, metric)
        missed = [
            clock
            for clock in work.fold.clocks()
            if clock.metric == key and cycle in (None, clock.cycle) and _is_missed(clock, work.at)
        ]
        if not missed:
            raise DeskError(f"{_metric_label(work, key)} of {number} has not been missed: there is nothing to waive.")
        latest = missed[-1]
        if latest.waived:
            raise DeskError(f"The miss of {_metric_label(work, key)} of {number} is waived already.")
        work.append("waived", metric=key, cycle=latest.cycle, reason=stripped_reason)
        result = work.build_result(f"{number}: the miss of {_metric_label(work, key)} is waived")
    return result


def record_clock_event(desk: DeskSession, number: int, event: UpcomingEvent, *, now: datetime) -> CommandResult | None:
    """Record a warning, a breach or the end of a timer at its true instant, and do what the end of a timer leads to.

    Return None, and write nothing, when it was recorded before or the ticket has changed so that it no longer comes: so
    it is recorded once, however many runners there are (rule 22). No breach or attainment is decided by it.
    """
    with desk.ticket(number, "notice", now, catch_up=False) as work:
        if event.instant > work.at or event not in work.fold.upcoming_events():
            return None
        result = append_clock_event(work, event)
    return result


def append_clock_event(work: TicketTransaction, event: UpcomingEvent) -> CommandResult:
    """Append what `record_clock_event` records to a transaction that does nothing else."""
    # A runner that was away for a day must leave the same facts as one that was not.
    work.move_to(event.instant)
    work.append_noticed(event)
    return work.build_result(f"{work.number}: {_handle_clock_event(work, event)}")


def _handle_clock_event(work: TicketTransaction, event: UpcomingEvent) -> str:
    """Do what the end of a timer leads to, and describe the event for a person."""
    label = _metric_label(work, event.metric)
    if event.what == "breach":
        return f"{label} is missed"
    if event.what == "warning":
        return f"{label} is near ({event.threshold})"
    outcome = handle_timer_end(work, event.metric)
    return f"{label}: time is over" + (f", {outcome}" if outcome else "")


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise MissingReason("Say why: a promise is not changed without a reason.")
    return reason.strip()


def _resolve_metric(work: TicketTransaction, word: str) -> str:
    return resolve_choice("metric", word, work.procedure.definition.metrics).key


def _metric_label(work: TicketTransaction, key: str) -> str:
    metric = work.procedure.terms.find_metric(key)
    return key if metric is None else metric.label


def _find_settable_clock(work: TicketTransaction, word: str) -> Clock:
    """Return the live clock of a metric, by key or label. Raises DeskError where there is none, or the agent may not
    set when it is due: the procedure grants that to others, or its target `set by ROLE` names another role."""
    definition, agent = work.procedure.definition, work.context.agent
    require_granted(definition, agent, "set-due")
    key = _resolve_metric(work, word)
    for clock in work.fold.clocks():
        if clock.metric == key and clock.state in ("running", "paused"):
            # A clock keeps no more of its target than the text, so that is parsed again. Any length of a day will do,
            # because only the role is read.
            if role := parse_target(clock.target, 86_400).role:
                require_granted(definition, agent, "set-due", role)
            return clock
    raise DeskError(f"{_metric_label(work, key)} of {work.number} does not run: there is nothing to set.")


def _resolve_cadence(work: TicketTransaction, day: str) -> str:
    """Return `sprint` or `release`: the kind that has one starting on a day. Only kinds that the ticket's targets wait
    for are considered, either kind where none does."""
    cadences = work.procedure.terms.cadences
    if not cadences:
        raise DeskError("This procedure has no sprints or releases: give it a cadence.")
    # Only the cadence of the targets is read, so any length of a day will do.
    targets = [parse_target(clock.target, 86_400) for clock in work.fold.clocks() if clock.stopped_at is None]
    kinds = {target.cadence for target in targets if target.is_scheduled} & set(cadences) or set(cadences)
    for kind in sorted(kinds):
        start = cadences[kind].find_starting(day)
        # A sprint under way may still be chosen, one that is over may not
        if start is not None and start[1] > work.at:
            return kind
    coming = sorted({day for kind in kinds for day in cadences[kind].upcoming_dates(work.at, 4)})
    names = " or ".join(sorted(kinds, reverse=True))
    raise DeskError(f"No {names} to come starts on {day!r}: choose from {', '.join(coming)}.")


def _is_missed(clock: Clock, now: int) -> bool:
    overdue = clock.state == "running" and clock.due_at is not None and clock.due_at < now
    return clock.breached_at is not None or overdue
