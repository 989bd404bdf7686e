"""Letters to people outside: written from a template when something happens, kept in the outbox until they are sent.

A letter is an event with its heading and its words, and a record that says how far it got. What customers wrote is put
into a template as it is, and never looked at again for placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from deskterm.desk.core.row_mapping import next_clock
from deskterm.desk.core.session import SYSTEM_ACTOR, DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, named
from deskterm.desk.domain.changes import changed_records
from deskterm.desk.domain.event_kinds import entry_of
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import standing
from deskterm.desk.domain.links import goes_on_at
from deskterm.desk.domain.money import money
from deskterm.desk.domain.records import change, of_kind
from deskterm.desk.notify.quiet_hours import find_delivery_time
from deskterm.desk.notify.topics import find_escalation_step
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Notice, Template
from deskterm.procedure.template_text import PLACEHOLDER, heading, rendered
from deskterm.procedure.terms import next_release
from deskterm.store.db.tables import Agent, PersonalText, table_of

DeliveryState = Literal["queued", "sent", "failed", "withdrawn"]

_HEADING = "[{number}] {subject}"
_CONTENT = frozenset({"subject", "resolution", "note", "amount"})
"""What a letter does not say that only tells that there is news (S5-15)."""
_WORDS = {
    "escalated": "Your request {number} has been passed on. It stays under the same number.",
    "priority-changed": "The priority of your request {number} is now {priority}.",
    "severity-changed": "The severity of your request {number} is now {severity}.",
    "registered": "Your request has reached us. Its number is {number}.",
    "delayed": "Your request {number} takes longer than we promised. {note}",
    "merged": "Your request {number} goes on in {other}, which is about the same matter.",
}
"""What a letter says whose notice names no template."""


def queue_letter(work: TicketTransaction, notice: Notice, to: Sequence[int], event: Event, *, note: str = "") -> Event:
    """Put the letter that a notice wants of an event into the outbox. to: contacts' numbers, whom it is addressed to
    first; note: what an agent adds. What comes by itself out of hours is `due` at the next opening."""
    title, body = render_letter(
        work, notice.on, find_template(work, notice), event, note=note, bare=not notice.include_body
    )
    data = _about(notice, to, event)
    due = find_delivery_time(work, colleagues=False)
    if due is not None:
        data["due"] = due
    return work.append("letter", {}, {"heading": title, "body": body}, **data, author=work.context.desk_name)


def queue_covering_letter(work: TicketTransaction, notice: Notice, to: Sequence[int], event: Event) -> Event:
    """Put a message into the outbox that is a letter itself: nothing is said twice in the conversation."""
    return work.append("letter", {}, {}, **_about(notice, to, event), covers=event.seq)


def _about(notice: Notice, to: Sequence[int], event: Event) -> dict[str, object]:
    return {
        "to": list(to),
        "on": notice.on,
        "template": notice.template,
        "channel": "email",
        "author_kind": "system",
        "bare": not notice.include_body,
        "or_phone": notice.or_phone,
        "metric": event.data.get("metric"),
        "cycle": event.data.get("cycle"),
    }


def find_template(work: TicketTransaction, notice: Notice) -> Template | None:
    return next((part for part in work.procedure.definition.templates if part.key == notice.template), None)


def render_letter(
    work: TicketTransaction, on: str, template: Template | None, event: Event, *, note: str = "", bare: bool = False
) -> tuple[str, str]:
    """Heading and body of a letter about an event, from its template; a few plain words where there is none. bare: it
    says that there is news, not what it is."""
    body = template.body if template else _WORDS.get(on, "There is news of your request {number}. It is: {status}.")
    title = (template.subject if template else "") or ("[{number}]" if bare else _HEADING)
    values = _values(work, event, {*PLACEHOLDER.findall(body), *PLACEHOLDER.findall(title)})
    values["note"] = note or values.get("note", "")
    if bare:
        values |= dict.fromkeys(_CONTENT, "")
    return heading(title, values), rendered(body, values)


def _values(work: TicketTransaction, event: Event, wanted: set[str]) -> dict[str, str]:
    """What placeholders stand for, as the ticket is now."""
    state, procedure = work.state, work.procedure
    words = named(work.session, state)
    severity, priority = procedure.severities.get(state.severity or ""), procedure.priorities.get(state.priority or "")
    status = procedure.statuses.get(state.status)
    parts = procedure.definition
    department = next((part.label for part in parts.departments if part.key == state.department), "")
    team = next((part.label for part in parts.teams if part.key == state.team), state.team or "")
    tier = next((part.label for part in parts.tiers if part.level == state.tier), "")
    due = event.data.get("due")
    if not isinstance(due, int):
        first = next_clock(work.fold.clocks())
        due = first.due_at if first is not None and (first.due_at or 0) >= work.at else None
    found = {
        "number": str(work.number),
        "subject": words["subject"],
        "requester": words["requester"],
        "client": words["organisation"],
        "organisation": work.context.desk_name,
        "status": status.label if status else state.status,
        "severity": severity.label if severity else state.severity or "",
        "priority": priority.label if priority else state.priority or "",
        "department": department,
        "team": team,
        "tier": tier,
        "level": str(find_escalation_step(event).get("label") or tier),
        "other": str(goes_on_at(state.fields) or ""),
        "due": "" if due is None else format_letter_time(due, work.context.timezone),
    }
    if "agent" in wanted:
        found["agent"] = _agent(work)
    if "release" in wanted:
        found["release"] = _release(work, event)
    if "resolution" in wanted:
        found["resolution"] = _resolution(work)
    if "note" in wanted and (text := entry_of(event.kind).letter_note):
        found["note"] = load_event_text(work, event, text)
    if "amount" in wanted:
        quote = next(changed_records(event.changes, "quote"), {})
        found["amount"] = money(quote["amount"], quote["currency"]) if "amount" in quote else ""
    return found


def format_letter_time(at: int, timezone: str) -> str:
    """An instant as a letter has it: `Mon 23 Nov 2026 10:00 GMT`."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(timezone)).strftime("%a %d %b %Y %H:%M %Z")


def _agent(work: TicketTransaction) -> str:
    """Who signs: whoever did it; of what happened by itself, whose ticket it is; else the desk."""
    if work.context.agent.login != SYSTEM_ACTOR:
        return work.context.agent.name
    table = table_of(Agent)
    query = select(table.c.name).where(table.c.login == work.state.assignee)
    return work.session.execute(query).scalar_one_or_none() or work.context.desk_name


def _release(work: TicketTransaction, event: Event) -> str:
    """The release that it is in: of the event, else of the ticket, else the next one that there is."""
    return str(
        event.data.get("release")
        or work.state.sprint
        or next_release(work.procedure.definition, work.procedure.terms, work.at)
        or ""
    )


def _resolution(work: TicketTransaction) -> str:
    """The words of the last answer that gave a resolution."""
    for event in reversed(standing([*work.events(), *work.happened])):
        if event.data.get("resolution") and "body" in event.texts:
            return load_event_text(work, event)
    return ""


def load_event_text(work: TicketTransaction, event: Event, name: str = "body") -> str:
    """What people said in an event; empty where they said nothing, or it was erased."""
    if name not in event.texts:
        return ""
    table = table_of(PersonalText)
    found = work.session.execute(select(table.c.body).where(table.c.id == event.texts[name].id)).scalar_one_or_none()
    return str(found or "")


def record_delivery(
    desk: DeskSession, number: int, key: str, state: DeliveryState, *, reason: str = "", now: datetime
) -> CommandResult:
    """Say how far a letter got, by the number of its event. What was sent stays sent; what failed may be queued again.
    For what delivers letters."""
    with desk.ticket(number, "notice", now) as work:
        letter = work.state.records.get(("letter", key))
        if letter is None:
            raise DeskError(f"Ticket {number} has no letter {key}: `deskterm outbox` lists those that wait.")
        if letter.state in ("sent", "withdrawn") or letter.state == state:
            raise DeskError(f"Letter {key} of {number} is {letter.state} already.")
        work.append("delivered", change(work.state.records, "letter", key, state=state, reason=reason))
        done = work.done(f"{number}: letter {key} {state}")
    return done


def log_call_instead(desk: DeskSession, number: int, words: str, *, now: datetime) -> CommandResult:
    """The requester was told by phone what letters say that wait (S2-21): the call is in the conversation, and letters
    for which a call will do are withdrawn. words: what was said."""
    if not words.strip():
        raise UsageError("Say in a few words what they were told.")
    with desk.ticket(number, "reply", now, doing="log a call") as work:
        waiting = [
            one for one in of_kind(work.state.records, "letter") if one.state == "queued" and _will_do(one.values)
        ]
        if not waiting:
            raise DeskError(
                f"No letter of {number} waits for which a call will do: log a call with"
                f" `deskterm ticket reply {number} --channel phone`."
            )
        changes: dict[str, tuple[Any, Any]] = {}
        for letter in waiting:
            changes |= change(work.state.records, "letter", letter.key, state="withdrawn", reason="told by phone")
        work.append(
            "replied", changes, {"body": words.rstrip()}, author_kind="agent", author=desk.agent.name, channel="phone"
        )
        count = "1 letter" if len(waiting) == 1 else f"{len(waiting)} letters"
        done = work.done(f"{number}: told by phone, {count} withdrawn")
    return done


def _will_do(values: Mapping[str, object]) -> bool:
    return bool(values.get("or_phone"))
