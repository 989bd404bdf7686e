"""Undo: revert the last command of a ticket, on all the tickets it changed, as if it had never happened.

The events of the command stay in the history, and so does the event of the undo; the ticket is folded without them. A
message of a requester stays, and so does a letter that has gone out. Whether a reply of the desk can be undone depends
on the outbox: as long as its letter waits there, or could not be sent, nobody has read it, and it is taken back
together with the letter (M-48). It no longer counts as a response then, and becomes a draft of its author. A reply by
phone or another channel cannot be undone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.projection_rows import quarantine_undone_mail
from deskterm.desk.core.row_mapping import to_datetime, to_epoch
from deskterm.desk.core.session import DeskSession, VersionConflict
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, load_events
from deskterm.desk.domain.changes import join_changes
from deskterm.desk.domain.event_kinds.phrases import describe_event
from deskterm.desk.domain.event_kinds.table import MERGE_EVENTS, SYSTEM_EVENTS, find_entry
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import TicketFold, fold_events, select_clock_events, select_effective_events
from deskterm.desk.domain.links import DUPLICATES, FOLLOW_UPS, MERGED, is_merge_into_another
from deskterm.desk.domain.records import build_record_change, records_of_kind
from deskterm.desk.history.kept_words import find_scheduling, keep_words
from deskterm.desk.history.last_command import LastCommand, find_last_command
from deskterm.desk.policy.status_graph import find_duplicate_status
from deskterm.errors import DeskError
from deskterm.procedure.channels import MAIL
from deskterm.procedure.sla_terms import AUTO_CLOSE, CALL_PREFIX, REOPEN_WINDOW, SNOOZE
from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.sla.zones import format_local_time
from deskterm.store.db.tables import RecordRow, SendingRow, table_of


def undo_last_command(desk: DeskSession, number: int, *, now: datetime, version: int | None = None) -> CommandResult:
    """Undo the last command of a ticket, on all the tickets it changed, in one transaction.

    Called again, it undoes the command before. Agents may undo their own commands, leads and admins any. Queued letters
    are withdrawn, and so is the reply they were to deliver, whose words become a draft of its author; the summary
    counts letters that have gone out. A ticket that was split off is closed and stays linked; one that came by mail is
    closed, and its mail goes to quarantine (M-69). version: the version of
    the ticket that the agent saw. Raises VersionConflict when it is at a later one, and DeskError with the reason for
    what cannot be undone: messages of a requester, replies that were sent, a final closure (S4-15), and a command that
    another ticket has moved on from."""
    desk.require("undo")
    with desk.store.reading() as session:
        unlocked = find_last_command(load_events(session, number))
        numbers = _find_ticket_numbers(session, number, unlocked)
    with desk.tickets(numbers, "undo", now) as works:
        commands = {work.number: find_last_command(work.load_earlier_events()) for work in works}
        here = next(work for work in works if work.number == number)
        if version is not None and any(
            event.seq > version and event.kind not in SYSTEM_EVENTS for event in here.load_earlier_events()
        ):
            raise VersionConflict(number, version, here.state.version)
        command = commands[number]
        if command is None:
            raise DeskError(f"Nothing to undo on {number}.")
        # The tickets were found before they were locked: the last command may be another one by now.
        if _find_ticket_numbers(here.session, number, command) != numbers:
            raise DeskError(f"Ticket {number} changed just now: look at it, then try again.")
        letter_states = [state for work in works for state in load_letter_states(work, commands[work.number])]
        for work in works:
            require_undoable(desk, work, commands[work.number], (number, command), letter_states, to_epoch(now))
        sent, kept = 0, False
        for work in works:
            own = commands[work.number] or command
            sent += undo_on_ticket(work, own, to_epoch(now))
            kept = bool(keep_words(work, own)) or kept
        result = build_undo_result(here, command, [other for other in numbers if other != number], sent)
    if kept:
        return replace(result, summary=f"{result.summary}; its words are among your drafts")
    return result


def build_undo_result(here: TicketTransaction, command: LastCommand, others: Sequence[int], sent: int) -> CommandResult:
    """Return the result of undoing a command: what is true of a ticket now. Called inside the transaction. others: the
    other tickets that it was undone on; sent: the number of its letters that have gone out."""
    number = here.number or 0
    summary = f"Undone: {command.describe_undone(number, here.procedure)}"
    result = here.build_result(f"{summary}{_format_restarts(here)}{_format_others(others)}{_format_sent(sent)}")
    return CommandResult(number, result.summary, _reverse_changes(command.events), result.version)


def _find_ticket_numbers(session: Any, number: int, command: LastCommand | None) -> list[int]:
    """Find the tickets of a command by the record that a command on several tickets leaves on each of them."""
    if command is None or command.bulk is None:
        return [number]
    table = table_of(RecordRow)
    found = session.execute(
        select(table.c.ticket_id).where(table.c.kind == "act", table.c.key == command.bulk)
    ).scalars()
    return sorted({number, *found})


def load_letter_states(work: TicketTransaction, command: LastCommand | None) -> list[str]:
    """Return the states of the letters of a command on one ticket, such as `queued` or `sent`; `unsure` for one that is
    on its way at this moment, or that somebody may have although others wait for it."""
    records = work.state.records
    events = command.events if command else ()
    keys = [str(event.seq) for event in events if event.kind == "letter"]
    found = [letter for key in keys if (letter := records.get(("letter", key))) is not None]
    if not found:
        return []
    table = table_of(SendingRow)
    rows = work.session.execute(
        select(table.c.key, table.c.phase, table.c.recipients).where(table.c.ticket_id == work.number)
    )
    leaving = {row.key for row in rows if row.phase != "waiting" or "sent" in json.loads(row.recipients).values()}
    return ["unsure" if letter.key in leaving else letter.state for letter in found]


def require_undoable(
    desk: DeskSession,
    work: TicketTransaction,
    command: LastCommand | None,
    requested: tuple[int, LastCommand],
    letter_states: Sequence[str],
    now: int,
) -> None:
    """Raise DeskError unless this agent may undo the command on this ticket. now: epoch seconds.

    requested: the ticket that the undo was requested for, and its command there. letter_states: those of the letters on
    all tickets of the command."""
    number, original = requested
    if command is None or (original.bulk is not None and command.bulk != original.bulk):
        latest = "nothing is left of it" if command is None else describe_origin(command.events[-1], desk)
        hint = f"Undo that first{_format_separate_hint(number, original)}."
        raise DeskError(f"Ticket {work.number} was part of it and has changed since: {latest}. {hint}")
    for event in command.events:
        # A registration cannot be undone, but this ticket is closed instead (_close_opened)
        if event.kind == "registered" and command.is_revocable_opening:
            continue
        if event.kind == "noted" and event.at > now:
            continue  # a note that a wrong clock dated would date everything after it (D-43)
        is_covered = any(letter.data.get("covers") == event.seq for letter in command.events)
        reason = _find_obstacle(event, letter_states, is_covered=is_covered)
        if reason is not None:
            origin = describe_origin(event, desk)
            raise DeskError(f"Can't undo: {reason} ({work.number}: {origin}).")
    _require_not_closed_for_good(desk, work, command)
    if command.head.actor != desk.agent.login and desk.agent.role not in ("lead", "admin"):
        origin = describe_origin(command.head, desk)
        raise DeskError(f"The last thing on {work.number} is not yours: {origin}. Ask a lead.")


def _format_separate_hint(number: int, command: LastCommand) -> str:
    """Format the hint that duplicates and merged tickets can be separated at any time; empty for another command."""
    for event in command.events:
        if is_merge_into_another(event):
            return f", or separate the two: `deskterm ticket separate {number} WHY`"
        if not {f"fields.{DUPLICATES}", f"fields.{MERGED}"}.isdisjoint(event.changes):
            return f", or separate the two: `deskterm ticket separate {event.data['ticket']} WHY`"
    return ""


def _find_obstacle(event: Event, letter_states: Sequence[str], *, is_covered: bool) -> str | None:
    """Return the reason why an event cannot be undone; None when it can. is_covered: a letter carries its message."""
    if event.kind == "snoozed" and event.actor == SYSTEM_ACTOR:
        return "the time until which it was snoozed is over; snooze it anew with `deskterm ticket snooze`"
    if f"fields.{FOLLOW_UPS}" in event.changes:
        return "what the requester wrote stays, and so does the follow-up ticket"
    if event.kind == "replied":
        if event.data.get("author_kind") == "requester":
            return find_entry("thanked").irreversible
        if not {"sent", "unsure", "bounced"}.isdisjoint(letter_states):
            return "the reply has gone out"
        if event.data.get("channel") not in (None, MAIL) and not is_covered:
            return find_entry("replied").irreversible
        return None if letter_states else find_entry("replied").irreversible
    if is_step_note(event):
        return None
    return find_entry(event.kind).irreversible or None


def is_step_note(event: Event) -> bool:
    """Return whether an event is a note that a macro wrote. It goes with the rest of the macro, and is shown as taken
    back. A note that an agent wrote stays (C-21)."""
    return event.kind == "noted" and bool(event.data.get("macro"))


def _require_not_closed_for_good(desk: DeskSession, work: TicketTransaction, command: LastCommand) -> None:
    """Raise DeskError when the command closed a ticket that can no longer be changed (S4-15). A duplicate or merge may
    be undone all the same: it says that two tickets are one, not that the matter has ended."""
    if work.state.category != "closed" or not work.procedure.definition.closing.immutable:
        return
    closing = next((event for event in command.events if "status" in event.changes), None)
    if closing is not None and closing.kind not in MERGE_EVENTS:
        origin = describe_origin(closing, desk)
        raise DeskError(f"Can't undo: {work.number} is closed for good; open a new ticket that names it ({origin}).")


def undo_on_ticket(work: TicketTransaction, command: LastCommand, now: int) -> int:
    """Undo a command on one ticket, and return the number of its letters that have gone out. now: epoch seconds."""
    if command.is_revocable_opening:
        return _close_opened(work, command)
    undone, sent = set(), 0
    for event in command.events:
        if _is_sent_letter(work, event):
            sent += 1  # the letter stays in the history: somebody has it
        elif event.kind != "noticed":
            # What a clock did stays on record, unless the undo moves its due time (below)
            undone.add(event.seq)
    undone |= find_scheduling(work, command, now)
    # The failed delivery of a letter goes with the letter
    undone |= {event.seq for event in command.later if event.kind == "delivered" and _letter_seqs(event) <= undone}
    undone |= _find_outdated_notices(work, command, undone)
    effective = select_effective_events(work.load_earlier_events())
    if command.head.at > now:
        # A wrong clock dated it in the future, and brought what is due until then: none of that has happened (D-43).
        undone |= {
            event.seq
            for event in effective
            if event.at > now and event.actor == SYSTEM_ACTOR and not _is_sent_letter(work, event)
        }
    # What remains sets the time from here on, not what is taken back.
    work.at = max([now, *(event.at for event in effective if event.seq not in undone)])
    timers = _find_timers_to_restart(work, undone)
    payload: dict[str, Any] = {"seqs": sorted(undone)} | ({"timers": timers} if timers else {})
    work.append("undone", **payload)
    return sent


def _find_timers_to_restart(work: TicketTransaction, undone: set[int]) -> list[str]:
    """Find the timers that run again because of the undo although their time is over, such as that of a status which
    the ticket left when the timer ended: they restart for their full time from the undo on (D-01). A timer that had
    ended before the undo, and moved nothing, does not restart. undone: the seqs of the events that it reverts."""
    before = {(clock.metric, clock.cycle, clock.due_at) for clock in work.fold.clocks() if clock.state == "running"}
    return [
        clock.metric
        for clock in _fold_without(work, undone).clocks()
        if clock.state == "running"
        and clock.metric.startswith(TIMER_PREFIX)
        and clock.metric not in (REOPEN_WINDOW, SNOOZE)
        and clock.due_at is not None
        and clock.due_at <= work.at
        and (clock.metric, clock.cycle, clock.due_at) not in before
    ]


def _fold_without(work: TicketTransaction, undone: set[int]) -> TicketFold:
    """Fold the ticket as it is before the undo, without some events."""
    events = select_clock_events(work.load_earlier_events())
    return fold_events((event for event in events if event.seq not in undone), work.fold.procedures)


def _format_restarts(work: TicketTransaction) -> str:
    """Format when the timers end that the undo has started again; empty where there are none."""
    timers = work.new_events[-1].data.get("timers", ()) if work.new_events else ()
    found = []
    for clock in work.fold.clocks():
        if clock.metric not in timers or clock.state != "running" or clock.due_at is None:
            continue
        end = format_local_time(clock.due_at, work.context.timezone)
        if clock.metric.startswith(CALL_PREFIX):
            found.append(f"; the next call is {end}")
        elif clock.metric == AUTO_CLOSE:
            found.append(f"; it closes by itself {end}")
        else:
            found.append(f"; its time there starts again and ends {end}")
    return "".join(found)


def _is_sent_letter(work: TicketTransaction, event: Event) -> bool:
    letter = work.state.records.get(("letter", str(event.seq)))
    return event.kind == "letter" and letter is not None and letter.state == "sent"


def _close_opened(work: TicketTransaction, command: LastCommand) -> int:
    """Close a ticket that was split off or came by mail, since a ticket cannot be unmade; return the number of letters
    sent. Its mail goes to quarantine, and is registered again by hand only (M-69)."""
    status = find_duplicate_status(work.procedure, work.state.type, work.number)
    source = next((event.data.get("ticket") for event in command.events if event.kind == "split_from"), None)
    changes: dict[str, tuple[Any, Any]] = {"status": (work.state.status, status.key)}
    letters = list(records_of_kind(work.state.records, "letter"))
    for letter in letters:
        if letter.state in ("queued", "failed"):
            changes |= build_record_change(
                work.state.records, "letter", letter.key, state="withdrawn", reason="taken back"
            )
    sent = sum(letter.state == "sent" for letter in letters)
    work.append("withdrawn", changes, ticket=source, reason="taken back", known=sent > 0)
    if command.mail is not None:
        quarantine_undone_mail(work.connection, command.mail, work.number or 0, work.at)
    return sent


def _letter_seqs(event: Event) -> set[int]:
    """Return the letters whose delivery or failure an event records."""
    return {int(name.rsplit(".", 1)[1]) for name in event.changes if name.startswith("records.letter.")}


def _find_outdated_notices(work: TicketTransaction, command: LastCommand, undone: set[int]) -> set[int]:
    """Find the recorded warnings and breaches of due times that change with the undo, so that the new due times are
    noticed again. undone: the seqs of the events that the undo reverts."""
    noticed = [event for event in (*command.events, *command.later) if event.kind == "noticed"]
    if not noticed:
        return set()
    dues = {(clock.metric, clock.cycle): clock.due_at for clock in _fold_without(work, undone).clocks()}
    return {
        event.seq
        for event in noticed
        if dues.get((str(event.data["metric"]), int(event.data["cycle"]))) != event.data["due"]
    }


def describe_origin(event: Event, desk: DeskSession) -> str:
    """Describe who did what and when, in the time zone of the desk."""
    at = to_datetime(event.at).astimezone(ZoneInfo(desk.timezone))
    return f"{event.actor} {describe_event(event.kind, event.data)}, {at:%a %d %b %H:%M}"


def _reverse_changes(events: Sequence[Event]) -> dict[str, tuple[Any, Any]]:
    """Return the changes that undo those of some events: field → (before, after)."""
    return {name: (after, before) for name, (before, after) in join_changes(event.changes for event in events).items()}


def _format_others(others: Sequence[int]) -> str:
    if not others:
        return ""
    return f", also on {others[0]}" if len(others) == 1 else f", also on {len(others)} other tickets"


def _format_sent(sent: int) -> str:
    if not sent:
        return ""
    return "; one letter has already gone out" if sent == 1 else f"; {sent} letters have already gone out"
