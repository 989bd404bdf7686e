"""Taking back: the last command of a ticket, or of all the tickets that it was about, as if it had never been.

What was done stays in the events, and so does its being taken back; the ticket is folded without it. What a person
said stays said, and a letter that went out stays sent. A reply of the desk goes back as long as none of its letters has
gone out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from deskterm.desk.core.row_mapping import moment
from deskterm.desk.core.session import DeskSession, MovedOn
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, events_of
from deskterm.desk.domain.event_kinds import MERGE_EVENTS, SYSTEM_EVENTS, find_entry
from deskterm.desk.domain.event_phrases import describe_changes, describe_event, describe_undo
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import fold_events, select_effective_events
from deskterm.desk.domain.links import DUPLICATES, FOLLOW_UPS, MERGED, is_merge_into_another
from deskterm.desk.domain.records import build_record_change, records_of_kind
from deskterm.desk.policy.status_graph import find_duplicate_status
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.store.db.tables import RecordRow, table_of


@dataclass(frozen=True, slots=True)
class LastCommand:
    """A command as it stands on one ticket: its events, the last one last. bulk: the mark of a command that was about
    several tickets. aside: what came after it and is by the way."""

    events: tuple[Event, ...]
    bulk: str | None
    aside: tuple[Event, ...]

    @property
    def head(self) -> Event:
        return self.events[0]

    @property
    def split_off(self) -> bool:
        """Whether the ticket was made by it, out of another one."""
        return self.head.kind == "registered" and any(event.kind == "split_from" for event in self.events)

    def words(self, procedure: CompiledProcedure) -> str:
        """What was done, in a few words: the deed first, the changes after it."""
        if self.split_off:
            source = next(event.data.get("ticket") for event in self.events if event.kind == "split_from")
            return f"the splitting off from {source}"
        events = [event for event in self.events if event.kind not in SYSTEM_EVENTS]
        deeds = [describe_undo(event.kind, event.changes, event.data) for event in events]
        changes = [describe_changes(event.changes, procedure) for event in events]
        said = [word for word in (*deeds, *changes) if word] or [
            describe_event(event.kind, event.data) for event in events
        ]
        return "; ".join(dict.fromkeys(said))


def find_last_command(events: Iterable[Event]) -> LastCommand | None:
    """The last command that stands, and is not by the way."""
    stand = select_effective_events(events)
    heads = {event.seq: event for event in stand}
    last = next((event for event in reversed(stand) if event.kind not in SYSTEM_EVENTS), None)
    if last is None:
        return None

    def act_of(event: Event) -> tuple[int, str | None]:
        """What its command goes by: the mark of one about several tickets, else its first event."""
        head = heads.get(event.data.get("act", event.seq), event)
        mark = head.data.get("bulk")
        return (0, mark) if mark else (head.seq, None)

    wanted = act_of(last)
    others = [event for event in stand if event.kind not in SYSTEM_EVENTS and act_of(event) != wanted]
    before = others[-1].seq if others else 0
    taken = [event for event in stand if event.seq > before and act_of(event) == wanted]
    aside = [event for event in stand if event.seq > taken[0].seq and act_of(event) != wanted]
    return LastCommand(tuple(taken), wanted[1], tuple(aside))


def undo_last_command(desk: DeskSession, number: int, *, now: datetime, version: int | None = None) -> CommandResult:
    """Take back the last command of a ticket, on all the tickets that it was about, in one transaction. Called again,
    it takes back the one before. Agents take back what they did themselves, leads and admins anything. Letters that
    still wait are withdrawn, and so is the reply that they were to bring; the summary says when letters of another
    command are sent already. A ticket that was split off is closed, and stays linked. DeskError, with the reason, for
    what cannot be taken back: what a person said, a reply that went out, that a ticket was closed for good (S4-15),
    and what something else was built on since."""
    desk.require("undo")
    with desk.store.reading() as session:
        first = find_last_command(events_of(session, number))
        numbers = _numbers(session, number, first)
    with desk.tickets(numbers, "undo", now) as works:
        acts = {work.number: find_last_command(work.events()) for work in works}
        here = next(work for work in works if work.number == number)
        if version is not None and any(
            event.seq > version and event.kind not in SYSTEM_EVENTS for event in here.events()
        ):
            raise MovedOn(number, version, here.state.version)
        act = acts[number]
        if act is None:
            raise DeskError(f"Nothing of {number} is there to be taken back.")
        if _numbers(here.session, number, act) != numbers:
            raise DeskError(f"Ticket {number} moved on just now: look at what is new, then try again.")
        letters = [letter for work in works for letter in _letters(work, acts[work.number])]
        for work in works:
            _check(desk, work, acts[work.number], (number, act), letters)
        sent = sum(_take_back(work, acts[work.number] or act) for work in works)
        others = [other for other in numbers if other != number]
        done = here.done(f"{number}: taken back: {act.words(desk.procedure)}{_also(others)}{_still(sent)}")
    return CommandResult(number, done.summary, _reversed(act.events), done.version)


def find_affected_tickets(desk: DeskSession, number: int) -> list[int]:
    """The tickets that the last command of a ticket was about: what `undo` takes back."""
    with desk.store.reading() as session:
        return _numbers(session, number, find_last_command(events_of(session, number)))


def _numbers(session: Any, number: int, act: LastCommand | None) -> list[int]:
    """The tickets that a command was about."""
    if act is None or act.bulk is None:
        return [number]
    table = table_of(RecordRow)
    found = session.execute(select(table.c.ticket_id).where(table.c.kind == "act", table.c.key == act.bulk)).scalars()
    return sorted({number, *found})


def _letters(work: TicketTransaction, act: LastCommand | None) -> list[str]:
    """How far the letters of a command got on one ticket."""
    records = work.state.records
    found = (records.get(("letter", str(event.seq))) for event in (act.events if act else ()) if event.kind == "letter")
    return [letter.state for letter in found if letter is not None]


def _check(
    desk: DeskSession,
    work: TicketTransaction,
    act: LastCommand | None,
    undone: tuple[int, LastCommand],
    letters: Sequence[str],
) -> None:
    """DeskError unless this ticket's part of a command can be taken back by this agent. undone: the ticket that it was
    asked of, and the command there; letters: how far those of the whole command got."""
    number, wanted = undone
    if act is None or (wanted.bulk is not None and act.bulk != wanted.bulk):
        since = "nothing is left of it" if act is None else _since(act.events[-1], desk)
        first = f"Take that back first{_or_parted(number, wanted)}."
        raise DeskError(f"Ticket {work.number} was part of it, and has moved on: {since}. {first}")
    for event in act.events:
        if event.kind == "registered" and act.split_off:
            continue
        reason = _stays(event, letters)
        if reason is not None:
            raise DeskError(f"Ticket {work.number} cannot go back behind this: {_since(event, desk)}; {reason}.")
    _require_return(desk, work, act)
    if act.head.actor != desk.agent.login and desk.agent.role not in ("lead", "admin"):
        raise DeskError(f"The last thing on {work.number} is not yours: {_since(act.head, desk)}. Ask a lead.")


def _or_parted(number: int, act: LastCommand) -> str:
    """What else may be done where two tickets were taken for one. number: the ticket whose act it is."""
    for event in act.events:
        if is_merge_into_another(event):
            return f", or part the two: `deskterm ticket separate {number} WHY`"
        if not {f"fields.{DUPLICATES}", f"fields.{MERGED}"}.isdisjoint(event.changes):
            return f", or part the two: `deskterm ticket separate {event.data['ticket']} WHY`"
    return ""


def _stays(event: Event, letters: Sequence[str]) -> str | None:
    """Why an event cannot be taken back; None when it can."""
    if f"fields.{FOLLOW_UPS}" in event.changes:
        return "what the requester wrote stays, and so does the ticket that came of it"
    if event.kind == "replied":
        if _of_requester(event):
            return find_entry("thanked").irreversible
        if "sent" in letters:
            return "its letter has gone out, and what was sent stays sent"
        return None if letters else find_entry("replied").irreversible
    return find_entry(event.kind).irreversible or None


def _require_return(desk: DeskSession, work: TicketTransaction, act: LastCommand) -> None:
    """DeskError when a command closed a ticket for good, where closed ones can no longer be changed (S4-15). That two
    tickets were taken for one is another matter: nobody said that it had ended."""
    if work.state.category != "closed" or not work.procedure.definition.closing.immutable:
        return
    closing = next((event for event in act.events if "status" in event.changes), None)
    if closing is not None and closing.kind not in MERGE_EVENTS:
        raise DeskError(
            f"Ticket {work.number} cannot go back behind this: {_since(closing, desk)}; it is closed for good: open a"
            " new one that names it."
        )


def _take_back(work: TicketTransaction, act: LastCommand) -> int:
    """Take an act back on one ticket; how many of its letters are sent already."""
    if act.split_off:
        status = find_duplicate_status(work.procedure, work.state.type, work.number)
        source = next(event.data.get("ticket") for event in act.events if event.kind == "split_from")
        changes: dict[str, tuple[Any, Any]] = {"status": (work.state.status, status.key)}
        written = list(records_of_kind(work.state.records, "letter"))
        for one in written:
            if one.state in ("queued", "failed"):
                changes |= build_record_change(
                    work.state.records, "letter", one.key, state="withdrawn", reason="taken back"
                )
        sent = sum(one.state == "sent" for one in written)
        work.append("withdrawn", changes, ticket=source, reason="taken back", known=sent > 0)
        return sent
    gone, sent = set(), 0
    for event in act.events:
        letter = work.state.records.get(("letter", str(event.seq)))
        if event.kind == "letter" and letter is not None and letter.state == "sent":
            sent += 1
        elif event.kind != "noticed":
            gone.add(event.seq)
    gone |= {event.seq for event in act.aside if event.kind == "delivered" and _about(event) <= gone}
    gone |= _mistold(work, act, gone)
    work.append("undone", seqs=sorted(gone))
    return sent


def _about(event: Event) -> set[int]:
    """The letters that an event says were delivered, or not."""
    return {int(name.rsplit(".", 1)[1]) for name in event.changes if name.startswith("records.letter.")}


def _mistold(work: TicketTransaction, act: LastCommand, gone: set[int]) -> set[int]:
    """What was noticed since of due times that are no more: the true ones are to be noticed again."""
    noticed = [event for event in (*act.events, *act.aside) if event.kind == "noticed"]
    if not noticed:
        return set()
    left = [event for event in select_effective_events(work.events()) if event.seq not in gone]
    dues = {(clock.metric, clock.cycle): clock.due_at for clock in fold_events(left, work.fold.procedures).clocks()}
    return {
        event.seq
        for event in noticed
        if dues.get((str(event.data["metric"]), int(event.data["cycle"]))) != event.data["due"]
    }


def _of_requester(event: Event) -> bool:
    return event.data.get("author_kind") == "requester"


def _since(event: Event, desk: DeskSession) -> str:
    """Who did what and when, on the desk's clock."""
    from zoneinfo import ZoneInfo

    at = moment(event.at).astimezone(ZoneInfo(desk.timezone))
    return f"{event.actor} {describe_event(event.kind, event.data)} ({at:%a %d %b %H:%M})"


def _reversed(events: Sequence[Event]) -> dict[str, tuple[Any, Any]]:
    """What changed by taking back: field → (before, after)."""
    found: dict[str, tuple[Any, Any]] = {}
    for event in reversed(events):
        for name, (before, after) in event.changes.items():
            found[name] = (found[name][0] if name in found else after, before)
    return found


def _also(others: Sequence[int]) -> str:
    if not others:
        return ""
    return f", also on {others[0]}" if len(others) == 1 else f", also on {len(others)} other tickets"


def _still(sent: int) -> str:
    if not sent:
        return ""
    return "; a letter of it was sent already" if sent == 1 else f"; {sent} letters of it were sent already"
