"""Letters to people outside: rendered from a template when something happens, queued in the outbox until they are sent.

A letter is an event with its heading and its text, and a record of its delivery. What customers wrote is inserted into
a template as it is and never searched for placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.projection_rows import load_displayed_names
from deskterm.desk.core.row_mapping import find_next_clock
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.changes import find_changed_records
from deskterm.desk.domain.event_kinds.table import find_entry
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import select_effective_events
from deskterm.desk.domain.links import find_merge_target
from deskterm.desk.domain.money import format_money
from deskterm.desk.domain.records import build_record_change, records_of_kind
from deskterm.desk.notify.acknowledgements import is_in_doubt, limit_recipients, shorten_for_stranger
from deskterm.desk.notify.quiet_hours import find_leaving_time
from deskterm.desk.notify.topics import find_escalation_step
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.channels import MAIL
from deskterm.procedure.schema import Notice, Procedure, Template
from deskterm.procedure.schema.text_types import NoticeTopic
from deskterm.procedure.sla_terms import find_next_release
from deskterm.procedure.template_text import LINK, PLACEHOLDER, render_body, render_subject
from deskterm.store.db.tables import Agent, Contact, table_of

DeliveryState = Literal["queued", "sent", "unsure", "failed", "bounced", "withdrawn"]

_DEFAULT_HEADING = "[{number}] {subject}"
_CONFIDENTIAL_FIELDS = frozenset({"subject", "resolution", "note", "amount"})
"""Placeholders left empty in a letter that only says that there is news, not what it is (S5-15)."""
_DEFAULT_BODIES = {
    "escalated": "Your request {number} has been passed on. It stays under the same number.",
    "priority-changed": "The priority of your request {number} is now {priority}.",
    "severity-changed": "The severity of your request {number} is now {severity}.",
    "registered": "Your request has reached us. Its number is {number}.",
    "delayed": "Your request {number} takes longer than we promised. {note}",
    "merged": "Your request {number} goes on in {other}, which is about the same matter.",
    "replied": "There is an answer to your request {number}.",
    "feedback-asked": "Your request {number} is now {status}.",
    "quoted": "What you asked for in your request {number} costs {amount}. Please tell us whether you agree.",
}
"""Topic → body of a letter whose notice names no template."""
_DEFAULT_QUESTION = "How satisfied are you with how your request was handled?"
_SURVEY_ENDING = """
{question}
To answer, reply with a number from 1, the worst, to {scale}, the best. You may add a comment below it.
"""
"""End of the letter of a survey whose template does not ask the question (M-66)."""


def build_reply_notice(procedure: Procedure, on: NoticeTopic = "replied") -> Notice | None:
    """Return the notice by which people outside get what an agent answers by mail, where no notice of the procedure
    says otherwise (M-46); None where the procedure sends nothing. on: the topic of the answer."""
    replies = procedure.letters.replies
    if replies == "none":
        return None
    own = [notice for notice in procedure.notices if notice.on == on and "requester" in notice.to]
    return Notice(
        on=on,
        to=("requester", "participants"),
        include_body=replies == "letter" and all(notice.include_body for notice in own),
        template=next((notice.template for notice in own if notice.template), None),
    )


def queue_letter(work: TicketTransaction, notice: Notice, to: Sequence[int], event: Event, *, note: str = "") -> Event:
    """Queue the letter that a notice makes of an event; return its own event.

    to: numbers of contacts, the addressee first. note: what an agent adds. The member `due` of its data is the instant
    at which it leaves, where that is not at once: time caused it outside opening hours, or its act may still be undone.
    One that acknowledges a mail without a proved sender is shorter, and goes to the requester alone (M-40).
    """
    template = find_template(work, notice)
    heading_text, body = render_letter(work, notice.on, template, event, note=note, bare=not notice.include_body)
    short = None
    if is_in_doubt(notice.on, event):
        to, short = limit_recipients(work, to), shorten_for_stranger(work, heading_text)
    data = _build_letter_data(work, notice, to, event)
    if short is not None:
        heading_text, body, data["template"] = short.heading, short.body, None
    elif notice.include_body and template is not None and "{resolution}" in template.body and _is_resolution(event):
        data["words_of"] = event.seq
    return work.append("letter", {}, {"heading": heading_text, "body": body}, **data, author=work.context.desk_name)


def queue_covering_letter(work: TicketTransaction, notice: Notice, to: Sequence[int], event: Event) -> Event:
    """Queue a message that is a letter in itself: it is sent as it is, so the conversation does not show it twice.

    Where the notice leaves the words out, the letter says only that there is a message, in a text of its own (S5-15).
    """
    texts = {}
    if not notice.include_body:
        heading, body = render_letter(work, notice.on, find_template(work, notice), event, bare=True)
        texts = {"heading": heading, "body": body}
    return work.append("letter", {}, texts, **_build_letter_data(work, notice, to, event), covers=event.seq)


def find_people_without_address(work: TicketTransaction, people: Sequence[int]) -> list[str]:
    """Return the names of those of some contacts, by number, who have no e-mail address: their letters wait."""
    table = table_of(Contact)
    found = work.session.execute(
        select(table.c.id, table.c.name).where(table.c.id.in_(people), func.coalesce(table.c.email, "") == "")
    )
    names = {number: str(name) for number, name in found}
    return [names[number] for number in people if number in names]


def _build_letter_data(work: TicketTransaction, notice: Notice, to: Sequence[int], event: Event) -> dict[str, object]:
    return {
        "to": list(to),
        "on": notice.on,
        "template": notice.template,
        "channel": MAIL,
        "author_kind": "system",
        "bare": not notice.include_body,
        "or_phone": notice.or_phone,
        "metric": event.data.get("metric"),
        "cycle": event.data.get("cycle"),
        "due": find_leaving_time(work),
        "files_of": event.seq if notice.include_body and _has_own_files(event) else None,
    }


def _is_resolution(event: Event) -> bool:
    """Return whether an event says in the words of an agent how a ticket was resolved."""
    return bool(event.data.get("resolution")) and "body" in event.texts and event.data.get("author_kind") == "agent"


def _has_own_files(event: Event) -> bool:
    """Return whether files go with a message of the desk to people outside: those of a note never do, and those of the
    requester are not sent back (M-57)."""
    is_public = find_entry(event.kind).message_kind == "public" and event.data.get("author_kind") == "agent"
    return is_public and bool(event.data.get("files"))


def find_template(work: TicketTransaction, notice: Notice) -> Template | None:
    """Return the template that a notice names; None where it names none."""
    return next((template for template in work.procedure.definition.templates if template.key == notice.template), None)


def render_letter(
    work: TicketTransaction, on: str, template: Template | None, event: Event, *, note: str = "", bare: bool = False
) -> tuple[str, str]:
    """Return heading and body of a letter about an event, from its template or from a default text.

    on: the topic. bare: say only that there is news.
    """
    body_template = (
        template.body
        if template
        else _DEFAULT_BODIES.get(on, "There is news of your request {number}. It is: {status}.")
    )
    # A bare letter does not name the matter, and so not the subject (S5-15)
    heading_template = (template.subject if template else "") or ("[{number}]" if bare else _DEFAULT_HEADING)
    values = _build_placeholder_values(
        work, event, {*PLACEHOLDER.findall(body_template), *PLACEHOLDER.findall(heading_template)}
    )
    values["note"] = note or values.get("note", "")
    if on == "feedback-asked" and "{question}" not in body_template:
        body_template = f"{body_template.rstrip()}\n{_SURVEY_ENDING}"
    if bare:
        # After the note, which must not say what a bare letter keeps back
        values |= dict.fromkeys(_CONFIDENTIAL_FIELDS, "")
    return render_subject(heading_template, values), render_body(body_template, values)


def _build_placeholder_values(work: TicketTransaction, event: Event, placeholders: set[str]) -> dict[str, str]:
    """Return the value of each placeholder, as the ticket is now. placeholders: those that occur; the ones that cost a
    query are left out otherwise."""
    state, procedure = work.state, work.procedure
    names = load_displayed_names(work.session, state)
    severity, priority = procedure.severities.get(state.severity or ""), procedure.priorities.get(state.priority or "")
    status = procedure.statuses.get(state.status)
    definition = procedure.definition
    department = next((item.label for item in definition.departments if item.key == state.department), "")
    team = next((item.label for item in definition.teams if item.key == state.team), state.team or "")
    tier = next((item.label for item in definition.tiers if item.level == state.tier), "")
    due = event.data.get("due")
    if not isinstance(due, int):
        next_due_clock = find_next_clock(work.fold.clocks())
        # A due time that has passed is no promise any more
        due = next_due_clock.due_at if next_due_clock is not None and (next_due_clock.due_at or 0) >= work.at else None
    values = {
        "number": str(work.number),
        "subject": names["subject"],
        "requester": names["requester"],
        "client": names["organisation"],
        "organisation": work.context.desk_name,
        "status": status.label if status else state.status,
        "severity": severity.label if severity else state.severity or "",
        "priority": priority.label if priority else state.priority or "",
        "department": department,
        "team": team,
        "tier": tier,
        "level": str(find_escalation_step(event).get("label") or tier),
        "other": str(find_merge_target(state.fields) or ""),
        "question": definition.feedback.question or _DEFAULT_QUESTION,
        "scale": str(definition.feedback.scale),
        **{f"{LINK}{key}": address for key, address in definition.links.items()},
        "due": "" if due is None else format_letter_time(due, work.context.timezone),
    }
    if "agent" in placeholders:
        values["agent"] = _find_signatory(work)
    if "release" in placeholders:
        values["release"] = _find_release(work, event)
    if "resolution" in placeholders:
        values["resolution"] = _load_resolution_text(work)
    if "note" in placeholders and (text := find_entry(event.kind).letter_note):
        values["note"] = load_event_text(work, event, text)
    if "amount" in placeholders:
        quote = next(find_changed_records(event.changes, "quote"), {})
        values["amount"] = format_money(quote["amount"], quote["currency"]) if "amount" in quote else ""
    return values


def format_letter_time(at: int, timezone: str) -> str:
    """Format an instant, UTC epoch seconds, for a letter: `Mon 23 Nov 2026 10:00 GMT`."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(timezone)).strftime("%a %d %b %Y %H:%M %Z")


def _find_signatory(work: TicketTransaction) -> str:
    """Return the name below a letter: the agent who acted; for an automatic event the assignee, else the desk."""
    if work.context.agent.login != SYSTEM_ACTOR:
        return work.context.agent.name
    table = table_of(Agent)
    query = select(table.c.name).where(table.c.login == work.state.assignee)
    return work.session.execute(query).scalar_one_or_none() or work.context.desk_name


def _find_release(work: TicketTransaction, event: Event) -> str:
    """Return the release that the ticket is part of: the event's, else the ticket's, else the next one."""
    return str(
        event.data.get("release")
        or work.state.sprint
        or find_next_release(work.procedure.definition, work.procedure.terms, work.at)
        or ""
    )


def _load_resolution_text(work: TicketTransaction) -> str:
    """Return the text of the last reply that gave a resolution; empty when there is none or it was undone."""
    # Without undone events: the text of a resolution that was taken back must not go out.
    for event in reversed(select_effective_events([*work.load_earlier_events(), *work.new_events])):
        if event.data.get("resolution") and "body" in event.texts:
            return load_event_text(work, event)
    return ""


def load_event_text(work: TicketTransaction, event: Event, name: str = "body") -> str:
    """Return a text of an event; empty when it has none of that name or the text was erased."""
    return work.load_text(event.texts[name].id) if name in event.texts else ""


def record_delivery(
    desk: DeskSession, number: int, key: str, state: DeliveryState, *, reason: str = "", now: datetime
) -> CommandResult:
    """Record the delivery of a letter, by the number of its event. A sent or withdrawn letter stays so; a failed one
    may be queued again. Called by whatever delivers letters. Raises DeskError when a letter is reported as sent before
    the instant until which it waits (M-48)."""
    with desk.ticket(number, "notice", now) as work:
        letter = work.state.records.get(("letter", key))
        if letter is None:
            raise DeskError(f"Ticket {number} has no letter {key}: `deskterm outbox` lists those that wait.")
        if letter.state in ("sent", "withdrawn") or letter.state == state:
            raise DeskError(f"Letter {key} of {number} is {letter.state} already.")
        if state == "sent" and letter.values.get("due", 0) > work.at:
            due = format_letter_time(letter.values["due"], work.context.timezone)
            raise DeskError(f"Letter {key} of {number} does not leave before {due}.")
        # As a text, because it may name people
        texts = {"reason": reason} if reason else {}
        change = build_record_change(
            work.state.records, "letter", key, state=state, reason=None, words=list(texts) or None
        )
        work.append("delivered", change, texts)
        result = work.build_result(f"{number}: letter {key} {state}")
    return result


def log_call_instead(desk: DeskSession, number: int, text: str, *, now: datetime) -> CommandResult:
    """Log a call to the requester that replaces queued letters (S2-21): the call joins the conversation, and the
    letters whose notice allows a call are withdrawn.

    text: what was said. Raises UsageError when it is empty, and DeskError when no such letter is queued.
    """
    if not text.strip():
        raise UsageError("Say in a few words what they were told.")
    with desk.ticket(number, "reply", now, action="log a call") as work:
        queued = [
            record
            for record in records_of_kind(work.state.records, "letter")
            if record.state == "queued" and _accepts_call(record.values)
        ]
        if not queued:
            raise DeskError(
                f"No letter of {number} waits for which a call will do: log a call with"
                f" `deskterm ticket reply {number} --channel phone`."
            )
        changes: dict[str, tuple[Any, Any]] = {}
        for letter in queued:
            changes |= build_record_change(
                work.state.records, "letter", letter.key, state="withdrawn", reason="told by phone"
            )
        work.append(
            "replied", changes, {"body": text.rstrip()}, author_kind="agent", author=desk.agent.name, channel="phone"
        )
        count = "1 letter" if len(queued) == 1 else f"{len(queued)} letters"
        result = work.build_result(f"{number}: told by phone, {count} withdrawn")
    return result


def _accepts_call(values: Mapping[str, object]) -> bool:
    return bool(values.get("or_phone"))
