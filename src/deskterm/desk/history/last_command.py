"""The last command of a ticket, found in its events: what `undo` reverts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deskterm.desk.domain.changes import join_changes
from deskterm.desk.domain.event_kinds.phrases import describe_undone_act, describe_undone_changes, name_event
from deskterm.desk.domain.event_kinds.table import SYSTEM_EVENTS
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import select_effective_events
from deskterm.desk.domain.links import FOLLOW_UP_OF
from deskterm.procedure.compiled import CompiledProcedure


@dataclass(frozen=True, slots=True)
class LastCommand:
    """The last command of a ticket. events: those of the command on this ticket, in order. bulk: the mark that a
    command on several tickets leaves on each of them; None for one ticket. later: system events that followed it."""

    events: tuple[Event, ...]
    bulk: str | None
    later: tuple[Event, ...]

    @property
    def head(self) -> Event:
        return self.events[0]

    @property
    def is_split_off(self) -> bool:
        """True when the command split this ticket off from another one."""
        return self.head.kind == "registered" and any(event.kind == "split_from" for event in self.events)

    @property
    def mail(self) -> int | None:
        """Return the key of the mail that this command registered the ticket from; None where it did not. A follow-up
        stays, as what the requester wrote does."""
        is_request = self.head.kind == "registered" and f"fields.{FOLLOW_UP_OF}" not in self.head.changes
        return self.head.data.get("mail") if is_request else None

    @property
    def is_revocable_opening(self) -> bool:
        """True when the command opened the ticket and can be undone all the same: the ticket is closed then."""
        return self.is_split_off or self.mail is not None

    def name(self) -> str:
        """Return the noun phrase of the command, to be followed by its ticket: `severity of`. It is named after the
        first of several events, and a macro by its label."""
        if macro := self.head.data.get("macro"):
            return f"{macro} on"
        first = next((event for event in self.events if event.kind not in SYSTEM_EVENTS), self.head)
        return name_event(first.kind, first.changes or join_changes(event.changes for event in self.events))

    def describe_undone(self, number: int, procedure: CompiledProcedure) -> str:
        """Return what is true of the ticket once the command is undone: first of its acts, then of its fields."""
        if self.is_split_off:
            source = next(event.data.get("ticket") for event in self.events if event.kind == "split_from")
            return f"{number} is no longer split off from {source}, and is closed"
        if self.mail is not None:
            again = f"`deskterm mail release {self.mail}` registers it anew"
            return f"{number} is closed, and its mail waits in quarantine: {again}"
        events = [event for event in self.events if event.kind not in SYSTEM_EVENTS]
        acts = [describe_undone_act(event.kind, event.changes, event.data, number) for event in events]
        changes = describe_undone_changes(join_changes(event.changes for event in self.events), procedure)
        phrases = [phrase for phrase in (*acts, f"{number} {changes}" if changes else "") if phrase]
        return "; ".join(dict.fromkeys(phrases)) or f"{number} is as it was before"


def find_last_command(events: Iterable[Event]) -> LastCommand | None:
    """Find the last command that is not undone; None when there is none. Events of the system, such as notices, do not
    count as commands."""
    effective = select_effective_events(events)
    by_seq = {event.seq: event for event in effective}
    last = next((event for event in reversed(effective) if event.kind not in SYSTEM_EVENTS), None)
    if last is None:
        return None

    def command_id(event: Event) -> tuple[int, str | None]:
        """Identify the command of an event: by the mark of a command on several tickets, else by its first event."""
        head = by_seq.get(event.data.get("act", event.seq), event)
        mark = head.data.get("bulk")
        return (0, mark) if mark else (head.seq, None)

    identity = command_id(last)
    others = [event for event in effective if event.kind not in SYSTEM_EVENTS and command_id(event) != identity]
    # A command on several tickets may touch one ticket twice, with another command in between: only the part after
    # that one is undone.
    previous_end = others[-1].seq if others else 0
    own = [event for event in effective if event.seq > previous_end and command_id(event) == identity]
    later = [event for event in effective if event.seq > own[0].seq and command_id(event) != identity]
    return LastCommand(tuple(own), identity[1], tuple(later))
