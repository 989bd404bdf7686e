"""Scheduled replies, which are written now and sent later (C-20). A scheduled reply is a record of its ticket. Until it
is sent it is no message: it answers nobody, stops no clock and is in no conversation. Sending it makes it a reply of
its author at that instant. A runner sends it, in one transaction with the change of its record, so that it is sent
once, whether several runners are on or one died meanwhile. It is held back, and its author is notified, when it may be
out of date: the ticket was solved, closed or merged meanwhile, or somebody wrote on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from deskterm.desk.conversation.messages import append_reply
from deskterm.desk.conversation.send_time import resolve_send_time
from deskterm.desk.core.attachments import append_with_files, load_files
from deskterm.desk.core.closed_tickets import require_changeable
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory.participants import is_unreachable, require_addressee
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.domain.fold import select_effective_events
from deskterm.desk.domain.links import find_merge_target
from deskterm.desk.domain.records import SCHEDULED_REPLY, Record, build_record_change, records_of_kind
from deskterm.desk.notify.recipients import StaffDirectory, ensure_recipients, notify_staff
from deskterm.desk.tickets.message_input import require_message_text
from deskterm.desk.workflow.transition_rules import check_transition, is_current_status
from deskterm.errors import DeskError
from deskterm.procedure.channels import MAIL
from deskterm.sla.zones import format_local_time
from deskterm.store.db.tables import PersonalText, table_of

TEXT = "draft"
"""The name of its text in events and in the record: not `body`, because nobody outside has received it."""

_LIVE = ("waiting", "held")
_PHRASES = {"solved": "The ticket was solved meanwhile.", "closed": "The ticket was closed meanwhile."}


def schedule_reply(
    desk: DeskSession,
    number: int,
    body: str,
    at: str,
    *,
    status: str | None = None,
    next_steps: bool = False,
    files: Sequence[NewFile] = (),
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Schedule a public reply by mail. at: as for `resolve_send_time`. status, next_steps: as for `messages.reply`,
    when it is sent. Raises as that does, and UsageError for an instant that a reply cannot wait for."""
    text = require_message_text(body)
    with desk.ticket(number, "reply", now, version) as work:
        require_addressee(work, MAIL, option="--channel")
        due = resolve_send_time(work, at)
        target = None
        if status is not None and not is_current_status(work, status):
            target = check_transition(work, status, with_message=True).key
        key = _next_key(work)
        _append_schedule(
            work,
            key,
            text,
            files,
            who=desk.agent.login,
            behind=desk.behind,
            due=due,
            status=target,
            next_steps=next_steps,
            category=work.state.category,
        )
        result = work.build_result(f"{number}: the reply is sent {format_local_time(due, desk.timezone)}")
    return result


def change_scheduled_reply(
    desk: DeskSession,
    number: int,
    key: str | None = None,
    *,
    body: str | None = None,
    at: str | None = None,
    now: datetime,
) -> CommandResult:
    """Change the words of a scheduled reply or the instant at which it is sent, or both; what has happened on the
    ticket so far no longer holds it back. key: of the record, where there are several. Raises DeskError when there is
    none or it is a colleague's, and UsageError as `schedule_reply` does."""
    text = None if body is None else require_message_text(body)
    with desk.ticket(number, "reply", now) as work:
        record = _find_own(desk, work, key)
        due = record.values["due"] if at is None else resolve_send_time(work, at)
        if due <= work.at:
            raise DeskError(f"The reply to {number} was to be sent by now: say when it is, or send it.", option="--at")
        _append_schedule(work, record.key, text, due=due, category=work.state.category, reason="", changed=True)
        result = work.build_result(f"{number}: the reply is sent {format_local_time(due, desk.timezone)}")
    return result


def call_off_scheduled_reply(
    desk: DeskSession, number: int, key: str | None = None, *, now: datetime
) -> tuple[CommandResult, str]:
    """Call a scheduled reply off: it is not sent. Return its words too. Raises as `change_scheduled_reply` does."""
    with desk.ticket(number, "reply", now, allow_closed=True) as work:
        record = _find_own(desk, work, key)
        change = build_record_change(work.state.records, SCHEDULED_REPLY, record.key, state="called off", reason="")
        work.append("reply_called_off", change, reply=record.key)
        words = _load_words(work, record)
        result = work.build_result(f"{number}: the reply is called off")
    return result, words


def send_scheduled_reply(desk: DeskSession, number: int, key: str | None = None, *, now: datetime) -> CommandResult:
    """Send a scheduled reply now, even if it was held back. Raises as `change_scheduled_reply` and `messages.reply`
    do."""
    with desk.ticket(number, "reply", now) as work:
        summary = _send(work, _find_own(desk, work, key))
        result = work.build_result(summary)
    return result


def send_due_reply(desk: DeskSession, number: int, key: str, *, now: datetime) -> CommandResult | None:
    """Send a scheduled reply whose time has come, in the name of its author. Return None, and write nothing, when
    another runner was faster. Raises DeskError with the reason for which it must be held back."""
    with desk.ticket(number, "reply", now, allow_closed=True) as work:
        record = _find_due(work, key)
        if record is None:
            return None
        if reason := _find_news(work, record):
            raise DeskError(reason)
        require_changeable(work, "reply")
        result = work.build_result(_send(work, record))
    return result


def hold_due_reply(desk: DeskSession, number: int, key: str, reason: str, *, now: datetime) -> CommandResult | None:
    """Hold back a scheduled reply whose time has come, and notify its author of the reason, or those who look after the
    ticket when the author is no longer active. Return as `send_due_reply` does. desk: of the system."""
    with desk.ticket(number, "notice", now) as work:
        record = _find_due(work, key)
        if record is None:
            return None
        change = build_record_change(work.state.records, SCHEDULED_REPLY, key, state="held", reason=reason)
        work.append("reply_held", change, reply=key, reason=reason)
        recipients = ensure_recipients(work, StaffDirectory(work.session), [record.who])
        notify_staff(work, recipients, "scheduled-reply", f"a reply by {record.who} was held back: {reason}")
        result = work.build_result(f"{number}: reply held back. {reason}")
    return result


def _append_schedule(
    work: TicketTransaction,
    key: str,
    text: str | None,
    files: Sequence[NewFile] = (),
    *,
    changed: bool = False,
    **values: Any,
) -> None:
    texts = {} if text is None else {TEXT: text}
    if files:
        values["files_in"] = work.state.version + 1
    change = build_record_change(
        work.state.records,
        SCHEDULED_REPLY,
        key,
        state="waiting",
        # The author has not seen what happens on the ticket after this event
        since=work.state.version + 1,
        words=[*texts],
        **values,
    )
    append_with_files(work, "reply_scheduled", change, texts, files, reply=key, changed=changed)


def _next_key(work: TicketTransaction) -> str:
    # From the events and not from the records, because a scheduling that was undone keeps its key
    used = [int(event.data["reply"]) for event in work.load_earlier_events() if event.kind == "reply_scheduled"]
    return str(max(used, default=0) + 1)


def _find_own(desk: DeskSession, work: TicketTransaction, key: str | None) -> Record:
    """Return the scheduled reply that a key names, or the only one. Raises DeskError when there is none, several, or it
    is a colleague's and the agent is no lead."""
    records = [one for one in records_of_kind(work.state.records, SCHEDULED_REPLY) if one.state in _LIVE]
    found = [one for one in records if key in (None, one.key)]
    if not found:
        raise DeskError(
            f"No reply to {work.number} waits to be sent: `deskterm outbox --scheduled` lists those that do."
        )
    if len(found) > 1:
        keys = ", ".join(one.key for one in found)
        raise DeskError(f"Several replies to {work.number} wait: say which one: {keys}.", option="--reply")
    record = found[0]
    if record.who != desk.agent.login and desk.agent.role not in ("lead", "admin"):
        raise DeskError(f"That reply to {work.number} is {record.who}'s. Ask a lead.")
    return record


def _find_due(work: TicketTransaction, key: str) -> Record | None:
    record = work.state.records.get((SCHEDULED_REPLY, key))
    return record if record is not None and record.state == "waiting" and record.values["due"] <= work.at else None


def _send(work: TicketTransaction, record: Record) -> str:
    """Append the reply, and return the sentence about it."""
    words = _load_words(work, record)
    if not words:
        raise DeskError("Its words were erased.")
    change = build_record_change(work.state.records, SCHEDULED_REPLY, record.key, state="sent", reason="")
    files_in = record.values.get("files_in")
    return append_reply(
        work,
        words,
        status=record.values.get("status"),
        next_steps=bool(record.values.get("next_steps")),
        files=load_files(work, work.number or 0, files_in) if files_in else (),
        unaddressed=is_unreachable(work, MAIL),
        changes=change,
    ).summary


def _load_words(work: TicketTransaction, record: Record) -> str:
    table = table_of(PersonalText)
    found = work.session.execute(select(table.c.body).where(table.c.id == record.values.get(TEXT)))
    return str(found.scalar_one_or_none() or "")


def _find_news(work: TicketTransaction, record: Record) -> str:
    """Describe what has happened since a reply was scheduled and its author has not seen; empty for nothing."""
    if (other := find_merge_target(work.state.fields)) is not None:
        return f"The ticket goes on in {other} by now."
    category = work.state.category
    if category in _PHRASES and category != record.values.get("category"):
        return _PHRASES[category]
    since = [one for one in select_effective_events(work.load_earlier_events()) if one.seq > record.values["since"]]
    answer = next((one for one in reversed(since) if one.kind == "replied" and not one.data.get("automatic")), None)
    return "" if answer is None else _describe_answer(answer)


def _describe_answer(event: Event) -> str:
    if event.data.get("author_kind") == "requester":
        return "The requester wrote meanwhile."
    return f"{event.data.get('author') or event.actor} answered meanwhile."
