"""Registration of a ticket: the request, its requester, and what the procedure derives from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from deskterm.desk.core.attachments import append_with_files
from deskterm.desk.core.people import UnknownClient, find_or_add_contact, find_organisation, find_worker
from deskterm.desk.core.person_digests import note_contact
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.directory.assignment_warnings import find_assignment_warnings
from deskterm.desk.directory.new_client import add_client
from deskterm.desk.directory.participants import add_people_in_copy
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.domain.received_mail import ReceivedMail
from deskterm.desk.domain.text import is_visible
from deskterm.desk.policy.classification import require_channel, resolve_key, resolve_levels, resolve_type
from deskterm.desk.policy.departments import find_clients_only, list_public_types, resolve_team
from deskterm.desk.policy.request_fields import (
    ParsedRequest,
    Person,
    build_refusal,
    find_missing_contact_details,
    find_missing_fields,
    parse_phone,
    parse_request_fields,
)
from deskterm.desk.tickets.field_values import build_participant_changes, format_field_names, resolve_listed_key
from deskterm.desk.tickets.missing_fields import build_missing_change
from deskterm.desk.workflow.checklists import build_type_checklist_change
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import RequestType
from deskterm.procedure.ticket_fields import SUPPLIED_FIELDS, list_choices
from deskterm.store.db.tables import Contact, Organisation

MAX_SUBJECT_LENGTH = 250
"""Characters of a subject; a longer one is shortened."""


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
    new_client: bool = False,
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
    files: Sequence[NewFile] = (),
    mail: ReceivedMail | None = None,
    now: datetime,
) -> CommandResult:
    """Register a ticket.

    severity: the requester's choice, kept as such (S1-05) and valid until it is corrected; types without a severity
    take none (S1-07). fields: values of the fields that the type asks for (S1-37, S2-08, S5-14), parsed by their kind;
    the caller, the affected person and the person to notify may differ. new_client: a client that is not known yet is
    added (C-24). received_at: when the request reached the desk
    (a call, a letter), at most `now`; clocks start there, never at a time that a field names (rule 9). incomplete:
    required fields may be missing, as in a mail; the ticket is flagged with them. files: came with the request (C-22).
    mail: the one that it came as (M-67).

    Raises `request_fields.IncompleteRequest` with all fields that are missing or not of their kind, and DeskError for
    what the procedure does not know, or for somebody who is no client where only clients may ask (S5-01).
    """
    procedure = desk.procedure
    # All that can be checked without the store is, before a transaction keeps others waiting
    heading = normalise_subject(subject)
    if not heading:
        raise UsageError("A ticket needs a subject: say in a few words what is wanted.")
    if files and not body.strip() and not (fields or {}).get("description"):
        raise UsageError("Files go with a request: say in the body what they are.")
    if received_at is not None and received_at > now:
        raise UsageError("A ticket cannot be received later than it is registered.")
    request = parse_request_fields(procedure, fields or {}, now)
    common = request.common
    supplied = {field.name: common.get(field.name) for field in SUPPLIED_FIELDS}
    supplied |= {name: word for name, word in (("product", product), ("topic", topic)) if word}
    department = department or common.get("department")
    severity, priority = severity or common.get("severity"), priority or common.get("priority")
    impact, urgency = impact or common.get("impact"), urgency or common.get("urgency")
    requester, email = requester or common.get("requester"), email or common.get("email")
    description = common.get("description", "")
    if body.strip() and description not in ("", body.strip()):
        request.texts["description"] = description  # the body is the first message; another text is kept beside it
    body = body if body.strip() else description
    request_type = resolve_type(procedure, type)
    with desk.new_ticket("register", now) as work:
        try:
            by_domain = None if mail is not None and mail.is_public else email
            client = find_organisation(work.session, organisation or common.get("organisation"), by_domain)
        except UnknownClient as error:
            if not new_client:
                raise
            client = add_client(desk, work.session, error.name, now=now)
        person = find_or_add_contact(work.session, requester, email, phone, client.id if client else None)
        # Neither named nor found by the domain of the e-mail address: a known contact may still belong to a client.
        if client is None and person is not None and person.organisation_id is not None:
            client = find_organisation(work.session, None, None, person.organisation_id)
        department_key = resolve_key("department", department, procedure.definition.departments)
        if client is None:
            request_type, department_key = _route_non_client(
                # A mail cannot be asked to choose again, so it goes where anybody may write; a form is refused
                procedure,
                request_type,
                department_key,
                elsewhere=incomplete,
            )
        values: dict[str, Any] = {
            "type": request_type.key,
            "status": procedure.find_initial_status(request_type.key).key,
        }
        values |= resolve_levels(procedure, request_type, severity, priority, impact, urgency)
        values["channel"] = require_channel(
            channel or common.get("channel") or procedure.definition.channels[0], procedure.definition.channels
        )
        values["department"] = department_key or request_type.department
        values["team"] = None if team is None else resolve_team(procedure.definition, team)
        for field in SUPPLIED_FIELDS:
            choices = list_choices(procedure.definition, field.choices)
            values[field.name] = resolve_listed_key(field.name, supplied[field.name], choices)
        values["tags"] = normalise_tags(tags) or None
        values["external_id"] = external_id
        values["assignee"] = assignee
        if assignee is not None:
            agent = find_worker(work.session, assignee)
            values["assignee"] = agent.login
            values["team"] = values["team"] or agent.team
        values |= _build_requester_values(client, person, common.get("tenant"))
        values["received_at"] = to_epoch(received_at) if received_at is not None else work.at
        known_values = values | {"subject": heading, "description": body.strip(), "organisation": client and client.key}
        known_values |= {"requester": person and person.name, "email": person and person.email}
        if person is not None and phone:
            note_contact(work.session, person.id or 0)  # who gets the telephone number if they had none
        missing_keys = _find_missing_fields(
            procedure, request_type, request, known_values, person, phone, incomplete=incomplete
        )
        # A form that asks for the tenant shows the client's where none was given
        if values["tenant"] is not None and any(field.key == "tenant" for field in procedure.definition.fields):
            request.values["tenant"] = values["tenant"]
        values |= {f"fields.{key}": value for key, value in request.values.items()}
        changes: dict[str, tuple[Any, Any]] = {
            # Left out rather than stored as None → None, which the history would show
            name: (None, value)
            for name, value in values.items()
            if value is not None
        }
        changes |= build_type_checklist_change(procedure, {}, request_type)
        changes |= build_participant_changes(work, request, values.get("requester_id"), client)
        if missing_keys:
            changes |= build_missing_change({}, missing_keys)
        texts = {"subject": heading} | ({"body": body.rstrip()} if body.strip() else {})
        texts |= mail.texts() if mail is not None else {}
        append_with_files(
            work,
            "registered",
            changes,
            texts | {f"fields.{key}": text for key, text in request.texts.items()},
            files,
            author_kind="requester",
            contact=person.id if person is not None else None,
            # Without a requester, the words are the agent's own (D-13)
            author=desk.agent.name if person is None else None,
            channel=values["channel"],
            spoken_at=values["received_at"],
            **(mail.data() if mail is not None else {}),
        )
        if mail is not None and mail.in_copy:
            add_people_in_copy(work, mail.in_copy)
        status = procedure.statuses[values["status"]].label
        missing_hint = f", without {format_field_names(procedure, missing_keys)}" if missing_keys else ""
        phrases = [f"{work.number} registered: {heading} ({request_type.label}, {status}{missing_hint})"]
        if assignee is not None:
            phrases += find_assignment_warnings(work, agent)
        result = work.build_result("; ".join(phrases))
    return result


def normalise_subject(text: str) -> str:
    """Return a subject as one line with single spaces, at most 250 characters; empty if nothing of it is visible."""
    line = " ".join(text.split())
    if not is_visible(line):
        return ""
    return line if len(line) <= MAX_SUBJECT_LENGTH else line[: MAX_SUBJECT_LENGTH - 1] + "…"


def normalise_tags(tags: Iterable[str]) -> list[str]:
    """Return tags in order, in lower case, without commas and white space. Raises UsageError for a tag without visible
    characters."""
    normalised = set()
    for tag in tags:
        word = "-".join(tag.replace(",", " ").split()).casefold()
        if not is_visible(tag.replace(",", " ")):
            raise UsageError(f"{tag!r} is no tag: use letters and digits.")
        normalised.add(word)
    return sorted(normalised)


def _route_non_client(
    procedure: CompiledProcedure, request_type: RequestType, department: str | None, *, elsewhere: bool
) -> tuple[RequestType, str | None]:
    """Return type and department for a requester who is no client (S5-01): those requested, or, with `elsewhere`, the
    department of the type if it is open to everybody, else the first type that is. Raises DeskError when the request is
    not accepted."""
    restriction = find_clients_only(procedure, request_type, department)
    if restriction is None:
        return request_type, department
    public_types = list_public_types(procedure)
    if elsewhere and public_types:
        return request_type if request_type in public_types else public_types[0], None
    raise DeskError(restriction.format_refusal())


def _build_requester_values(client: Organisation | None, person: Contact | None, tenant: str | None) -> dict[str, Any]:
    """Return the values of requester, client and the client's tenant (S4-25)."""
    values: dict[str, Any] = {"tenant": tenant or (client.tenant if client else None) or None}
    if person is not None:
        values["requester_id"] = person.id
    if client is not None:
        values |= {"organisation_id": client.id, "organisation_key": client.key}
    return values


def _find_missing_fields(
    procedure: CompiledProcedure,
    request_type: RequestType,
    request: ParsedRequest,
    known_values: Mapping[str, Any],
    person: Contact | None,
    phone: str | None,
    *,
    incomplete: bool,
) -> list[str]:
    """Return the keys of missing fields where some may be missing. Raises IncompleteRequest with everything that is
    wrong otherwise."""
    contact_details = None
    phone_number = _parse_phone(phone)
    if person is not None:
        # The transaction ends without a commit if the request is refused below, and the contact keeps its number then
        person.phone = person.phone or phone_number
        contact_details = Person(person.name, person.email, person.phone)
        phone_number = phone_number or person.phone
    for definition in procedure.definition.fields if phone_number else ():
        if (
            definition.kind == "phone"
            and definition.key in request_type.fields
            and not request.has_value(definition.key)
        ):
            request.merge(parse_request_fields(procedure, {definition.key: phone_number}))
    missing_keys = find_missing_fields(procedure, request_type, request, known_values)
    # Values of the wrong kind are refused even where fields may be missing: they would be lost
    faults = [
        *request.problems.values(),
        *(() if incomplete else find_missing_contact_details(procedure, request, contact_details)),
    ]
    if faults or (missing_keys and not incomplete):
        raise build_refusal(procedure, () if incomplete else missing_keys, faults)
    return missing_keys


def _parse_phone(phone: str | None) -> str:
    """Return the telephone number of the requester; empty for none. Raises UsageError when it is not one."""
    if not (phone or "").strip():
        return ""
    try:
        return parse_phone(phone or "")
    except ValueError:
        raise UsageError(f"{phone!r} is no telephone number: write it as +44 20 7946 0000.") from None
