"""Undo an act given by its events, whatever happened after it on other tickets, and list the acts that can be undone
(C-03)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, load_events
from deskterm.desk.domain.changes import join_changes
from deskterm.desk.domain.event_kinds.phrases import describe_changes, describe_event
from deskterm.desk.domain.event_kinds.table import find_entry
from deskterm.desk.domain.fold import select_effective_events
from deskterm.desk.history.kept_words import keep_words
from deskterm.desk.history.last_command import LastCommand, find_last_command
from deskterm.desk.history.undo import (
    build_undo_result,
    describe_origin,
    is_step_note,
    load_letter_states,
    require_undoable,
    undo_on_ticket,
)
from deskterm.errors import DeskError
from deskterm.store.db.tables import Event as EventRow
from deskterm.store.db.tables import RecordRow, table_of
from deskterm.store.personal.drafts import StoredDraft

_EVENTS_SEARCHED = 2000
"""Newest events of people whose tickets are searched for acts that can be undone."""


class Refusal(NamedTuple):
    """A ticket that was left as it is, and the reason in a sentence."""

    number: int
    reason: str


class Undone(NamedTuple):
    """An act that was undone. numbers: its tickets; left: those on which it was not undone, with the reason; drafts: of
    the replies that were taken back with it."""

    result: CommandResult
    numbers: tuple[int, ...]
    left: tuple[Refusal, ...]
    drafts: tuple[StoredDraft, ...] = ()


class UndoableAct(NamedTuple):
    """An act that is the last one on each of its tickets. heads: ticket → the number of the act's first event there.
    name: noun phrase to be followed by a ticket; at: epoch seconds; what: the phrase after the actor's login."""

    heads: Mapping[int, int]
    name: str
    at: int
    actor: str
    what: str


def name_act(desk: DeskSession, heads: Mapping[int, int], count: int = 1) -> str:
    """Return a short name of an act: `severity of 1124`, `status of 5 tickets`. heads: as of `UndoableAct`, the ticket
    to be named first; count: number of tickets that it was meant for; it may have changed others too."""
    number, head = next(iter(heads.items()))
    with desk.store.reading() as session:
        events = [event for event in load_events(session, number, head - 1) if event.data.get("act", event.seq) == head]
    name = LastCommand(tuple(events), None, ()).name()
    return f"{name} {number}" if count == 1 else f"{name} {count} tickets"


def undo_commands(desk: DeskSession, heads: Mapping[int, int], *, now: datetime, together: bool = True) -> Undone:
    """Undo one act on exactly the tickets that it changed, in one transaction.

    heads: ticket → the number of the act's first event there. together: undo it on all of them or on none; otherwise
    tickets that somebody has changed since are left as they are. Agents may undo their own acts, leads and admins any.
    Raises DeskError with the reason where nothing can be undone."""
    numbers = sorted(heads)
    with desk.tickets(numbers, "undo", now) as works:
        found: list[tuple[TicketTransaction, LastCommand]] = []
        left: list[Refusal] = []
        commands = {work.number or 0: find_last_command(work.load_earlier_events()) for work in works}
        all_letters = [state for work in works for state in load_letter_states(work, commands[work.number or 0])]
        for work in works:
            number = work.number or 0
            try:
                command = _require_last(desk, work, heads[number], commands[number])
                letters = all_letters if together else load_letter_states(work, command)
                require_undoable(desk, work, command, (number, command), letters, to_epoch(now))
            except DeskError as error:
                if together:
                    raise
                left.append(Refusal(number, str(error)))
            else:
                found.append((work, command))
        if not found:
            raise DeskError(left[0].reason)
        sent, drafts = 0, []
        for work, command in found:
            sent += undo_on_ticket(work, command, to_epoch(now))
            drafts += keep_words(work, command)
        changed = tuple(work.number or 0 for work, _ in found)
        return Undone(build_undo_result(*found[0], changed[1:], sent), changed, tuple(left), tuple(drafts))


def _require_last(desk: DeskSession, work: TicketTransaction, head: int, command: LastCommand | None) -> LastCommand:
    """Return the last command of a ticket. Raises DeskError unless it begins with this event."""
    if command is not None and command.head.seq == head:
        return command
    events = list(work.load_earlier_events())
    if all(event.seq != head for event in select_effective_events(events)):
        undo = next((event for event in events if event.kind == "undone" and head in event.data["seqs"]), None)
        origin = f" ({describe_origin(undo, desk)})" if undo is not None else ""
        raise DeskError(f"That was undone on {work.number} already{origin}.")
    origin = describe_origin(command.events[-1], desk) if command is not None else ""
    raise DeskError(f"Can't undo: {work.number} has changed since ({origin}).")


def list_undoable_acts(
    desk: DeskSession, *, numbers: Sequence[int] = (), recent: bool = True, limit: int = 50
) -> list[UndoableAct]:
    """List acts that this agent may undo, the newest first: those that are still the last on their tickets. Replies are
    among them; whether a letter still waits is checked when it is undone. numbers: tickets to search in any case;
    recent: search the tickets that people changed last, too."""
    desk.require("undo")
    acts: dict[object, UndoableAct] = {}
    with desk.open_reader() as reader, desk.store.reading() as session:
        event = table_of(EventRow)
        newest = (
            select(event.c.ticket_id)
            .where(event.c.actor != SYSTEM_ACTOR)
            .order_by(event.c.id.desc())
            .limit(_EVENTS_SEARCHED)
        )
        candidates = [*numbers, *(session.execute(newest).scalars() if recent else ())]
        for number in dict.fromkeys(candidates):
            if len(acts) >= limit + len(numbers):
                break
            command = None if reader.is_hidden(number) else find_last_command(load_events(session, number))
            if command is None or not _may_be_undone(desk, command):
                continue
            key: object = command.bulk or (number, command.head.seq)
            if key not in acts:
                heads = {number: command.head.seq}
                if command.bulk is not None:
                    heads |= _find_heads(session, command.bulk)
                acts[key] = _describe(desk, heads, command)
    return sorted(acts.values(), key=lambda act: -act.at)


def _may_be_undone(desk: DeskSession, command: LastCommand) -> bool:
    """Return whether the kinds of a command's events allow the agent to undo it; a single event may still forbid it."""
    if command.head.actor != desk.agent.login and desk.agent.role not in ("lead", "admin"):
        return False
    return command.is_revocable_opening or all(
        (event.kind == "replied" and event.data.get("author_kind") != "requester")
        or is_step_note(event)
        or not find_entry(event.kind).irreversible
        for event in command.events
    )


def _find_heads(session: Session, bulk: str) -> dict[int, int]:
    """Find the tickets of an act on several tickets, and the number of its first event on each."""
    record = table_of(RecordRow)
    found = session.execute(select(record.c.ticket_id).where(record.c.kind == "act", record.c.key == bulk)).scalars()
    heads = {}
    for number in found:
        own = (event.seq for event in load_events(session, number) if event.data.get("bulk") == bulk)
        heads[int(number)] = next(own, 0)
    return heads


def _describe(desk: DeskSession, heads: Mapping[int, int], command: LastCommand) -> UndoableAct:
    changes = describe_changes(join_changes(event.changes for event in command.events), desk.procedure)
    head = command.head
    what = describe_event(head.kind, head.data)
    return UndoableAct(heads, command.name(), head.at, head.actor, f"{what}: {changes}" if changes else what)
