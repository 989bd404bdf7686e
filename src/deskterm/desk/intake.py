"""Registering a ticket: what was asked for, by whom, and what the procedure makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from deskterm.desk.desk import Desk, Done
from deskterm.desk.people import active_agent, contact, organisation_of
from deskterm.desk.rows import seconds
from deskterm.desk.workflow import chosen
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import Compiled
from deskterm.procedure.schema import RequestType

LONGEST_SUBJECT = 250


def register(
    desk: Desk,
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
    now: datetime,
) -> Done:
    """Open a ticket. severity is what the requester chose (kept as such, S1-05) and what holds until corrected;
    types without a severity take none (S1-07). received_at: when the request reached the desk (a call, a letter), at
    most `now`; clocks start there. Raises DeskError for what the procedure does not know."""
    procedure = desk.procedure
    kind = _type(procedure, type)
    heading = one_line(subject)
    if not heading:
        raise UsageError("A ticket needs a subject: say in a few words what is wanted.")
    if received_at is not None and received_at > now:
        raise UsageError("A ticket cannot be received later than it is registered.")
    values: dict[str, Any] = {"type": kind.key, "status": procedure.initial_status(kind.key).key}
    values |= _scales(procedure, kind, severity, priority, impact, urgency)
    values["channel"] = _known("channel", channel or procedure.procedure.channels[0], procedure.procedure.channels)
    values["department"] = _key("department", department, procedure.procedure.departments) or kind.department
    values["team"] = _key("team", team, procedure.procedure.teams)
    values["product"] = (
        _key("product", product, procedure.procedure.products) if procedure.procedure.products else product
    )
    values["topic"] = _key("topic", topic, procedure.procedure.topics) if procedure.procedure.topics else topic
    values["tags"] = tidy_tags(tags) or None
    values["external_id"] = external_id
    values |= _fields(procedure, fields or {})
    values["assignee"] = assignee
    with desk.new_ticket("register", now) as work:
        if assignee is not None:
            agent = active_agent(work.session, assignee)
            values["team"] = values["team"] or agent.team
        client = organisation_of(work.session, organisation, email)
        person = contact(work.session, requester, email, phone, client.id if client else None)
        if person is not None:
            values["requester_id"] = person.id
            if client is None and person.organisation_id is not None:
                client = organisation_of(work.session, None, None, person.organisation_id)
        if client is not None:
            values["organisation_id"], values["organisation_key"] = client.id, client.key
            values["tenant"] = client.tenant or None
        values["received_at"] = seconds(received_at) if received_at is not None else work.at
        texts = {"subject": heading}
        if body.strip():
            texts["body"] = body.rstrip()
        changes = {name: (None, value) for name, value in values.items() if value is not None}
        work.append(
            "registered",
            changes,
            texts,
            author_kind="requester",
            contact=person.id if person is not None else None,
            channel=values["channel"],
            spoken_at=values["received_at"],
        )
        status = procedure.statuses[values["status"]].label
        done = work.done(f"{work.number} registered: {heading} ({kind.label}, {status})")
    return done


def classified(
    procedure: Compiled, kind: str | None, severity: str | None, priority: str | None
) -> dict[str, str | None]:
    """The type and the scales that a request with these words would be registered with."""
    found = _type(procedure, kind)
    scales = _scales(procedure, found, severity, priority, None, None)
    return {"type": found.key, "severity": scales["severity"], "priority": scales["priority"]}


def one_line(text: str) -> str:
    """A subject: one line, single spaces, at most 250 characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"


def tidy_tags(tags: Iterable[str]) -> list[str]:
    """Tags in order, lower case, without commas and white space; UsageError for one that leaves nothing."""
    tidy = set()
    for tag in tags:
        word = "-".join(tag.replace(",", " ").split()).casefold()
        if not word:
            raise UsageError(f"{tag!r} is no tag: use letters and digits.")
        tidy.add(word)
    return sorted(tidy)


def _type(procedure: Compiled, wanted: str | None) -> RequestType:
    if wanted is not None:
        return chosen("type", wanted, procedure.procedure.types)
    default = procedure.procedure.about.default_type
    if default is not None:
        return procedure.types[default]
    if len(procedure.types) == 1:
        return next(iter(procedure.types.values()))
    known = ", ".join(procedure.types)
    raise UsageError(f"Say what type of request this is: {known}.")


def _scales(
    procedure: Compiled,
    kind: RequestType,
    severity: str | None,
    priority: str | None,
    impact: str | None,
    urgency: str | None,
) -> dict[str, Any]:
    part = procedure.procedure.priority
    values: dict[str, Any] = {
        "impact": _key("impact", impact, part.impacts) if part.impacts else impact,
        "urgency": _key("urgency", urgency, part.urgencies) if part.urgencies else urgency,
        "priority": _key("priority", priority, part.scale),
        "severity": severity,
    }
    if severity is not None and not kind.has_severity:
        raise UsageError(f"A {kind.label} has no severity: leave it out.")
    if kind.has_severity:
        values["severity"] = _key("severity", severity, procedure.procedure.severities) or kind.default_severity
    reckoned = part.matrix.get(values["impact"] or "", {}).get(values["urgency"] or "")
    if reckoned in procedure.priorities:
        values["priority"] = values["priority"] or reckoned
    elif reckoned in procedure.severities and severity is None and kind.has_severity:
        values["severity"] = reckoned
    if part.from_severity and values["priority"] is None and values["severity"] in procedure.priorities:
        values["priority"] = values["severity"]
    values["priority"] = values["priority"] or part.default
    values["severity_requested"] = values["severity"]
    return values


def _key(what: str, wanted: str | None, among: Iterable[Any]) -> str | None:
    return None if wanted is None else str(chosen(what, wanted, among).key)


def _known(what: str, wanted: str, among: Iterable[str]) -> str:
    known = list(among)
    if wanted not in known:
        raise DeskError(f"There is no {what} {wanted!r}: use {', '.join(known)}.")
    return wanted


def _fields(procedure: Compiled, given: Mapping[str, Any]) -> dict[str, Any]:
    known = {part.key for part in procedure.procedure.fields}
    for name in given:
        if name not in known:
            raise DeskError(
                f"There is no field {name!r}: this procedure asks for {', '.join(sorted(known)) or 'none'}."
            )
    return {f"fields.{name}": value for name, value in given.items()}
