"""Registering a ticket: what was asked for, by whom, and what the procedure makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from deskterm.desk.core.people import contact, organisation_of, worker
from deskterm.desk.core.row_mapping import seconds
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory.assignment_warnings import find_assignment_warnings
from deskterm.desk.domain.records import change
from deskterm.desk.domain.text import visible
from deskterm.desk.policy.classification import channel_of, key_of, scales, type_of
from deskterm.desk.policy.departments import for_clients, open_types, team_of
from deskterm.desk.policy.request_fields import (
    ParsedRequest,
    Person,
    given,
    missing,
    named_with_kind,
    refusal,
    telephone,
    unreachable,
)
from deskterm.desk.tickets.missing_fields import MISSING, build_missing_change
from deskterm.desk.workflow.checklists import build_type_checklist_change
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import RequestType
from deskterm.store.db.tables import Contact, Organisation

MAX_SUBJECT_LENGTH = 250


def register(
    desk: DeskSession,
    *,
    subject: str,
    body: str = "",
    type: str | None = None,  # noqa: A002 - the field's word
    severity: str | None = None,
    priority: str | None = None,
    impact: str | None = None,
    urgency: str | None = None,
    requester: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    organisation: str | None = None,
    channel: str | None = None,
    product: str | None = None,
    topic: str | None = None,
    department: str | None = None,
    team: str | None = None,
    assignee: str | None = None,
    tags: Iterable[str] = (),
    fields: Mapping[str, Any] | None = None,
    external_id: str | None = None,
    received_at: datetime | None = None,
    incomplete: bool = False,
    now: datetime,
) -> CommandResult:
    """Open a ticket. severity is what the requester chose (kept as such, S1-05) and what holds until corrected;
    types without a severity take none (S1-07). fields: what the type asks for (S1-37, S2-08, S5-14), read by kind;
    who calls, who has the problem and who is told may be three people. received_at: when the request reached the desk
    (a call, a letter), at most `now`; clocks start there, never at an occurrence that a field names (rule 9).
    incomplete: what cannot be had may be missing, as in a mail; the ticket is marked with what it is. Raises
    `completeness.Incomplete` with all that is missing or not of its kind, and DeskError for what the procedure does
    not know, or for somebody who is no client where only clients may ask (S5-01)."""
    procedure = desk.procedure
    heading = normalise_subject(subject)
    if not heading:
        raise UsageError("A ticket needs a subject: say in a few words what is wanted.")
    if received_at is not None and received_at > now:
        raise UsageError("A ticket cannot be received later than it is registered.")
    said = given(procedure, fields or {})
    own = said.own
    product, topic, department = (
        product or own.get("product"),
        topic or own.get("topic"),
        department or own.get("department"),
    )
    severity, priority = severity or own.get("severity"), priority or own.get("priority")
    impact, urgency = impact or own.get("impact"), urgency or own.get("urgency")
    requester, email = requester or own.get("requester"), email or own.get("email")
    described = own.get("description", "")
    if body.strip() and described not in ("", body.strip()):
        said.words["description"] = described  # the body is the first message, and nothing that was said is lost
    body = body if body.strip() else described
    kind = type_of(procedure, type)
    with desk.new_ticket("register", now) as work:
        client = organisation_of(work.session, organisation or own.get("organisation"), email)
        person = contact(work.session, requester, email, phone, client.id if client else None)
        if client is None and person is not None and person.organisation_id is not None:
            client = organisation_of(work.session, None, None, person.organisation_id)
        home = key_of("department", department, procedure.definition.departments)
        if client is None:
            kind, home = _open_to_all(procedure, kind, home, elsewhere=incomplete)
        values: dict[str, Any] = {"type": kind.key, "status": procedure.initial_status(kind.key).key}
        values |= scales(procedure, kind, severity, priority, impact, urgency)
        values["channel"] = channel_of(
            channel or own.get("channel") or procedure.definition.channels[0], procedure.definition.channels
        )
        values["department"] = home or kind.department
        values["team"] = None if team is None else team_of(procedure.definition, team)
        values["product"] = _listed("product", product, procedure.definition.products)
        values["topic"] = _listed("topic", topic, procedure.definition.topics)
        values["tags"] = normalise_tags(tags) or None
        values["external_id"] = external_id
        values["assignee"] = assignee
        if assignee is not None:
            agent = worker(work.session, assignee)
            values["team"] = values["team"] or agent.team
        values |= _whose(client, person, own.get("tenant"))
        values["received_at"] = seconds(received_at) if received_at is not None else work.at
        known = values | {"subject": heading, "description": body.strip(), "organisation": client and client.key}
        known |= {"requester": person and person.name, "email": person and person.email}
        lacking = _checked(procedure, kind, said, known, person, phone, incomplete=incomplete)
        if values["tenant"] is not None and any(part.key == "tenant" for part in procedure.definition.fields):
            said.values["tenant"] = values["tenant"]
        values |= {f"fields.{key}": value for key, value in said.values.items()}
        changes: dict[str, tuple[Any, Any]] = {
            name: (None, value) for name, value in values.items() if value is not None
        }
        changes |= build_type_checklist_change(procedure, {}, kind)
        changes |= _taking_part(work, said, values.get("requester_id"), client)
        if lacking:
            changes |= build_missing_change({}, lacking)
        texts = {"subject": heading} | ({"body": body.rstrip()} if body.strip() else {})
        work.append(
            "registered",
            changes,
            texts | {f"fields.{key}": words for key, words in said.words.items()},
            author_kind="requester",
            contact=person.id if person is not None else None,
            channel=values["channel"],
            spoken_at=values["received_at"],
        )
        status = procedure.statuses[values["status"]].label
        lacks = f", without {_named(procedure, lacking)}" if lacking else ""
        said_of_it = [f"{work.number} registered: {heading} ({kind.label}, {status}{lacks})"]
        if assignee is not None:
            said_of_it += find_assignment_warnings(work, agent)
        done = work.done("; ".join(said_of_it))
    return done


def supply_fields(
    desk: DeskSession, number: int, fields: Mapping[str, Any], *, now: datetime, version: int | None = None
) -> CommandResult:
    """Give what a request did not say when it was registered, or give it anew (S2-15)."""
    said = given(desk.procedure, fields)
    with desk.ticket(number, "edit", now, version, doing="supply what a request lacks") as work:
        state, procedure = work.state, work.procedure
        if said.faults:
            raise refusal(procedure, procedure.types[state.type], (), said.faults)
        unknown = sorted(said.own.keys() - _SUPPLIED.keys())
        if unknown:
            raise UsageError(f"{unknown[0]} is not given as a field: see `deskterm ticket set --help`.")
        changes: dict[str, tuple[Any, Any]] = {
            f"fields.{key}": (state.fields.get(key), value) for key, value in said.values.items()
        }
        for key, word in said.own.items():
            table = getattr(procedure.definition, _SUPPLIED[key], ())
            changes[key] = (getattr(state, key), _listed(key, word, table))
        changes |= _taking_part(work, said, state.requester_id, None)
        record = state.records.get((MISSING, "1"))
        left = [key for key in (record.values["fields"] if record else ()) if not said.has(key)]
        if record is not None:
            changes |= build_missing_change(state.records, left)
        if not changes and not said.words:
            raise UsageError("Say what is supplied: a field and its value.")
        work.append("edited", changes, {f"fields.{key}": words for key, words in said.words.items()})
        rest = f"; still without {_named(procedure, left)}" if left else ""
        done = work.done(f"{number}: {', '.join(fields)} supplied{rest}")
    return done


_SUPPLIED = {"product": "products", "topic": "topics", "tenant": ""}
"""What every ticket has and `supply` gives, and the table of the procedure that it stands in."""


def normalise_subject(text: str) -> str:
    """A subject: one line, single spaces, at most 250 characters; empty for one of which nothing can be seen."""
    line = " ".join(text.split())
    if not visible(line):
        return ""
    return line if len(line) <= MAX_SUBJECT_LENGTH else line[: MAX_SUBJECT_LENGTH - 1] + "…"


def normalise_tags(tags: Iterable[str]) -> list[str]:
    """Tags in order, lower case, without commas and white space; UsageError for one that leaves nothing."""
    tidy = set()
    for tag in tags:
        word = "-".join(tag.replace(",", " ").split()).casefold()
        if not visible(tag.replace(",", " ")):
            raise UsageError(f"{tag!r} is no tag: use letters and digits.")
        tidy.add(word)
    return sorted(tidy)


def _open_to_all(
    procedure: CompiledProcedure, kind: RequestType, home: str | None, *, elsewhere: bool
) -> tuple[RequestType, str | None]:
    """Where a request goes of somebody who is no client (S5-01): as it was asked, or, elsewhere, to where its type goes
    if that is open to everybody, else to the first type that is. DeskError when it may not come in."""
    closed = for_clients(procedure, kind, home)
    if closed is None:
        return kind, home
    others = open_types(procedure)
    if elsewhere and others:
        return kind if kind in others else others[0], None
    raise DeskError(closed.refusal())


def _whose(client: Organisation | None, person: Contact | None, tenant: str | None) -> dict[str, Any]:
    """Who asks, for which client, and at which instance of theirs (S4-25)."""
    values: dict[str, Any] = {"tenant": tenant or (client.tenant if client else None) or None}
    if person is not None:
        values["requester_id"] = person.id
    if client is not None:
        values |= {"organisation_id": client.id, "organisation_key": client.key}
    return values


def _checked(
    procedure: CompiledProcedure,
    kind: RequestType,
    said: ParsedRequest,
    known: Mapping[str, Any],
    person: Contact | None,
    phone: str | None,
    *,
    incomplete: bool,
) -> list[str]:
    """The keys of what is missing, where something may be; else Incomplete with all that is wrong."""
    who = None
    number = _number(phone)
    if person is not None:
        person.phone = person.phone or number
        who = Person(person.name, person.email, person.phone)
        number = number or person.phone
    for part in procedure.definition.fields if number else ():
        if part.kind == "phone" and part.key in kind.fields and not said.has(part.key):
            said.add(given(procedure, {part.key: number}))
    lacking = missing(procedure, kind, said, known)
    faults = [*said.faults, *(() if incomplete else unreachable(procedure, said, who))]
    if faults or (lacking and not incomplete):
        raise refusal(procedure, kind, () if incomplete else lacking, faults)
    return lacking


def _number(phone: str | None) -> str:
    """The telephone number of the requester; empty for none. UsageError for what is none."""
    if not (phone or "").strip():
        return ""
    try:
        return telephone(phone or "")
    except ValueError:
        raise UsageError(f"{phone!r} is no telephone number: write it as +44 20 7946 0000.") from None


def _taking_part(
    work: TicketTransaction, said: ParsedRequest, requester: int | None, client: Organisation | None
) -> dict[str, Any]:
    """The people of the fields as participants; in a field stands who they are by number, so that names can be
    erased. Whoever is told as well as calling is told."""
    state = work.state
    home = client.id if client is not None else state.organisation_id
    changes: dict[str, Any] = {}
    for part in sorted(work.procedure.definition.fields, key=lambda part: part.who != "caller"):
        numbers = []
        for named in said.people.get(part.key, ()):
            number = requester
            if not named.requester:
                person = contact(work.session, named.name or None, named.email, named.phone, home)
                if person is None or person.id is None:
                    continue
                person.phone = person.phone or named.phone
                number = person.id
            if number is not None:
                numbers.append(number)
        for number in numbers:
            if number != requester:
                changes |= change(state.records, "participant", str(number), state=part.who, contact=number)
        if numbers:
            changes[f"fields.{part.key}"] = (state.fields.get(part.key), {"contacts": list(dict.fromkeys(numbers))})
    return changes


def _listed(what: str, wanted: str | None, table: Iterable[Any]) -> str | None:
    """A key of a table of the procedure; any word where it has none."""
    return key_of(what, wanted, table) if table else wanted


def _named(procedure: CompiledProcedure, keys: Iterable[str]) -> str:
    return ", ".join(named_with_kind(procedure, key).partition(" (")[0] for key in keys)
