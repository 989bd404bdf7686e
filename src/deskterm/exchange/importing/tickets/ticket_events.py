"""From the steps of a ticket to its events, each folded in before the next is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.events import Event, TextRef
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.domain.state import State
from deskterm.desk.domain.text import is_visible
from deskterm.desk.tickets.register import normalise_subject, normalise_tags
from deskterm.exchange.importing.contacts import ContactDirectory
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.event_builder import AddText
from deskterm.exchange.importing.tickets.agents import AgentDirectory
from deskterm.exchange.importing.tickets.foreign_ticket import ForeignMessage, ForeignTicket, Person
from deskterm.exchange.importing.tickets.steps import PlannedTicket, Step
from deskterm.exchange.importing.tickets.words import WordCounts, WordTable
from deskterm.procedure.compiled import CompiledProcedure

RESPONSE_WORDS = "First response, at the instant that the export gives; its words are not in the file."

UNKNOWN_AUTHOR = "(not said)"

Changes = dict[str, tuple[Any, Any]]


class TicketStepBuilder:
    """Builds the events of planned tickets. notes: what looks odd. requesters, clients: ids that the tickets have.
    unmarked: how many messages of the desk do not say whether they are internal. earlier: field → the value that an
    earlier import gave, of the ticket at hand."""

    def __init__(
        self,
        procedure: CompiledProcedure,
        words: WordTable,
        counts: WordCounts,
        contacts: ContactDirectory,
        agents: AgentDirectory,
        add_text: AddText,
        requesters: Mapping[str, Person],
        staff: Mapping[str, Person],
        data: Mapping[str, Any],
        actor: str,
    ) -> None:
        self._procedure, self._words, self._counts = procedure, words, counts
        self._contacts, self._agents, self._add_text = contacts, agents, add_text
        self._requesters, self._staff = requesters, staff
        self._customer_domains = {_find_domain(one) for one in requesters.values()} - {
            _find_domain(one) for one in (*staff.values(), Person())
        }
        self._actor = actor
        self.data: Final = dict(data)
        self.notes: list[BadRow] = []
        self.unmarked = 0
        self.requesters: set[int] = set()
        self.clients: set[int] = set()
        self.earlier: dict[str, Any] = {}

    def is_staff(self, message: ForeignMessage, ticket: ForeignTicket) -> bool:
        """Return whether a message is from the desk: by what the file says of it, else by who asks and who works in
        the file and on the desk."""
        author = message.author
        if message.is_incoming is not None:
            return not message.is_incoming
        if message.is_public is False or not author:
            return True
        if author.identity == ticket.requester.identity:
            return False
        if author.identity in self._staff or self._agents.find(author) is not None:
            return True
        if author.identity in self._requesters or self._contacts.knows_address(author.address):
            return False
        # A colleague of whoever asks, and of nobody who answers
        return _find_domain(author) not in self._customer_domains

    def build_events(self, key: str, group: PlannedTicket, imported_rows: int, fold: TicketFold) -> Iterator[Event]:
        """Yield the events of the steps after those that were imported before."""
        for step in group.rows[imported_rows:]:
            if step.kind == "registered":
                yield self._register(group, step, fold)
            elif step.kind == "message":
                yield self._say(group, step, fold)
            elif step.kind == "response":
                yield self._respond(group, step, fold)
            else:
                event = self._change(group, step, fold)
                if event is not None:
                    yield event

    # -- the kinds of steps ----------------------------------------------------------------------------------------

    def _register(self, group: PlannedTicket, step: Step, fold: TicketFold) -> Event:
        ticket, kind = group.ticket, self._procedure.types[group.kind]
        initial = self._procedure.find_initial_status(kind.key).key
        status = step.status or initial
        if not group.ticket.moves and self._procedure.statuses[group.status].category == "new":
            status = group.status
        client = self._contacts.find_or_add_client(ticket.organisation)
        contact = self._find_contact(ticket.requester, client.id)
        values: dict[str, Any] = {
            "type": kind.key,
            "status": status,
            "department": kind.department,
            "external_id": group.external_id or ticket.number,
            "received_at": step.at,
            "requester_id": contact,
            "organisation_id": client.id,
            "organisation_key": client.key,
            "tenant": client.tenant,
            **self._describe(group),
        }
        texts = {"subject": self._add_text(_build_subject(ticket))}
        data: dict[str, Any] = {}
        if is_visible(ticket.description):
            texts["body"] = self._add_text(ticket.description)
            data = {"author_kind": "requester", "channel": values["channel"], "spoken_at": step.at}
            data |= {"contact": contact} if contact is not None else {"author": ticket.requester.name or self._actor}
        changes = {name: (None, value) for name, value in values.items() if value not in (None, "", [])}
        return self._append(fold, "registered", step.at, self._actor, changes, texts, data)

    def _describe(self, group: PlannedTicket) -> dict[str, Any]:
        """Return the values that describe a ticket whoever works on it, and count their words."""
        ticket, words = group.ticket, self._words
        kind = self._procedure.types[group.kind]
        level_name, level = words.find_level(kind, ticket.priority)
        if ticket.priority:
            self._counts.add("priority", ticket.priority, ticket.place, level)
        channel = words.find_channel(ticket.channel)
        if ticket.channel:
            self._counts.add("channel", ticket.channel, ticket.place, channel)
        tags = [tag for tag in ticket.tags if is_visible(tag.replace(",", " "))]
        found: dict[str, Any] = {level_name: level.key, "channel": channel.key, "tags": normalise_tags(tags) or None}
        for name in ("product", "topic"):
            if word := getattr(ticket, name):
                translation = words.find_listed(name, word)
                self._counts.add(name, word, ticket.place, translation)
                found[name] = translation.key
        return found

    def _say(self, group: PlannedTicket, step: Step, fold: TicketFold) -> Event:
        message, ticket = step.message, group.ticket
        assert message is not None
        texts = {"body": self._add_text(message.body)}
        if not self.is_staff(message, ticket):
            contact = (
                fold.state.requester_id
                if message.author.identity in ("", ticket.requester.identity)
                else self._find_contact(message.author, fold.state.organisation_id)
            )
            data: dict[str, Any] = {"author_kind": "requester", "channel": fold.state.channel}
            data |= {"contact": contact} if contact is not None else {"author": message.author.name or self._actor}
            return self._append(fold, "replied", step.at, self._actor, {}, texts, data)
        login = self._agents.find_or_add(message.author)
        name = self._agents.names.get(login or "", message.author.name)
        data = {"author_kind": "agent", "author": name or UNKNOWN_AUTHOR}
        # Whose words they are is not said, so nobody outside may get them
        if message.is_public is False or not message.author:
            return self._append(fold, "noted", step.at, login or self._actor, {}, texts, data)
        self.unmarked += message.is_public is None
        changes = self._assign(group, fold)
        data["channel"] = fold.state.channel
        return self._append(fold, "replied", step.at, login or self._actor, changes, texts, data)

    def _respond(self, group: PlannedTicket, step: Step, fold: TicketFold) -> Event:
        """Build the first response, of which only the instant is known: clocks see it, and no message stands there."""
        login = self._agents.find_or_add(step.author) if step.author else None
        texts = {"body": self._add_text(RESPONSE_WORDS)}
        data = {"author_kind": "agent", "channel": fold.state.channel, "covers": 1}
        return self._append(fold, "replied", step.at, login or self._actor, self._assign(group, fold), texts, data)

    def _change(self, group: PlannedTicket, step: Step, fold: TicketFold) -> Event | None:
        """Build a change of status or assignee, or what the export shows besides; None where nothing changes."""
        changes = self._assign(group, fold) if not (step.kind == "moved" and self.earlier) else {}
        if step.status is not None and step.status != fold.state.status and self._is_new("status", step.status):
            changes["status"] = (fold.state.status, step.status)
        if step.kind == "export" and self.earlier:
            changes |= self._compare(group, fold.state)
        if not changes:
            return None
        login = (self._agents.find_or_add(step.author) if step.author else None) or self._actor
        kind: EventKind = "moved" if step.kind == "moved" else "imported"
        return self._append(fold, kind, step.at, login, changes, {}, {})

    def _assign(self, group: PlannedTicket, fold: TicketFold) -> Changes:
        """Return the changes of team and assignee, which hold from the first step of the desk's own people on."""
        ticket, changes = group.ticket, dict[str, tuple[Any, Any]]()
        login = self._agents.find_or_add(ticket.assignee) if ticket.assignee else None
        for name, value in (("team", self._words.find_team(ticket.team).key), ("assignee", login)):
            before = getattr(fold.state, name)
            if value is not None and value != before and self._is_new(name, value):
                changes[name] = (before, value)
        return changes

    def _is_new(self, name: str, value: Any) -> bool:
        """Return whether an earlier import gave another value, or none: what this desk changed since stays."""
        if name in self.earlier and self.earlier[name] == value:
            return False
        if self.earlier:
            self.earlier[name] = value
        return True

    def _compare(self, group: PlannedTicket, state: State) -> Changes:
        """Return the values that the file has otherwise than an earlier import."""
        changes: Changes = {}
        for name, value in self._describe(group).items():
            if self.earlier.get(name) == value or name == "channel":
                continue
            before = (list(state.tags) or None) if name == "tags" else getattr(state, name)
            if before != value:
                changes[name] = (before, value)
        return changes

    def _find_contact(self, person: Person, client: int | None) -> int | None:
        found = self._contacts.find_or_add_contact(person.name, person.address, client)
        if found is not None:
            self.requesters.add(found)
        return found

    def _append(
        self,
        fold: TicketFold,
        kind: EventKind,
        at: int,
        actor: str,
        changes: Mapping[str, tuple[Any, Any]],
        texts: Mapping[str, TextRef],
        data: Mapping[str, Any],
    ) -> Event:
        """Build an event and fold it in. It is never dated before the last one."""
        at = max(at, fold.state.updated_at)
        event = Event(
            fold.state.version + 1, kind, at, actor, self._procedure.version, changes, texts, {**self.data, **data}
        )
        fold.step(event)
        return event


def _find_domain(person: Person) -> str:
    return person.address.rpartition("@")[2].casefold()


def _build_subject(ticket: ForeignTicket) -> str:
    return normalise_subject(ticket.subject) or normalise_subject(ticket.description) or ticket.number
