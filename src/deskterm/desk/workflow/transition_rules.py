"""Rules for a change of status: a finished checklist, a resolution, a message to the requester, their confirmation."""

from __future__ import annotations

import re
from typing import Final

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.records import Record, records_of_kind
from deskterm.desk.domain.state import State
from deskterm.desk.notify.recipients import notify_responsible
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.permissions import require_granted
from deskterm.desk.policy.status_graph import resolve_next_status
from deskterm.desk.workflow.checklists import require_checklist_done
from deskterm.errors import DeskError
from deskterm.procedure.compiled import OPEN_CATEGORIES
from deskterm.procedure.schema import Status
from deskterm.sla.due import due_instant
from deskterm.sla.targets import parse_target

RESOLUTION = "resolution"
"""Kind of the records that say how a ticket was resolved, or why it was closed without a resolution: `state`
(`permanent`, `temporary`, `without`, or `rejected` when the requester did not agree), `code`, `who`, `seq` of the
message that contains it, and `turn`, the number of times the ticket had been reopened by then."""


MOVE_BLOCKED: Final = "kept_back"
"""Kind of the event that records that a ticket did not move where a rule or development would have moved it: the
`status`, and `why`."""


class NeedsReply(DeskError):
    """A ticket would wait for its requester, who wrote last and has had no answer."""


def is_current_status(work: TicketTransaction, status: str) -> bool:
    """Return whether a ticket is in a status, by key or label, already. Raises DeskError when there is none of it."""
    return resolve_choice("status", status, work.procedure.definition.statuses).key == work.state.status


def check_transition(
    work: TicketTransaction,
    status: str,
    *,
    with_message: bool = False,
    with_resolution: bool = False,
    anyway: bool = False,
    automatic: bool = False,
    confirmed: bool = False,
    with_closing_reason: bool = False,
    origin: Status | None = None,
) -> Status:
    """Return the status that a ticket moves to, after checking everything that the procedure requires of the move.

    The move must follow the graph (S1-25), the checklist of the status be done (S1-28), a resolution be given where one
    is required (S2-18), a message go to the requester where the status asks for one (rule 12), the requester have
    confirmed where they are asked before closing, or the procedure's reason be given (S3-13), and a closed ticket be
    within the period for reopening (S3-14).

    status: key or label. with_message, with_resolution: a message, a resolution goes with the move. anyway: skip the
    required message. automatic: no person makes the move. confirmed: the requester has confirmed. with_closing_reason:
    it is closed for one of the procedure's reasons. origin: the status whose ways hold instead of the present one's.
    Raises DeskError that names what is missing.
    """
    state, procedure = work.state, work.procedure
    # The order is that in which people have to act: whoever is told to ask the requester must not learn afterwards that
    # the checklist is missing as well.
    target = resolve_next_status(procedure, state.type, origin.key if origin else state.status, status)
    require_checklist_done(work, target)
    if (
        target.category == "closed"
        and state.category != "closed"
        and not (confirmed or with_closing_reason or automatic)
    ):
        _require_confirmation(work, target)
    if not (with_resolution or with_closing_reason):
        _require_resolution(work, target)
    if target.asks_reply and not (with_message or anyway) and state.waiting == "us":
        raise NeedsReply(
            f"{target.label} is where the requester is waited for, and the last word is theirs: answer with `deskterm"
            f" ticket reply {work.number} --status {target.key}`, or move it anyway.",
            option="--anyway",
        )
    if state.category == "closed" and target.category in OPEN_CATEGORIES:
        require_reopenable(work, work.at)
    if target.second_person and not (automatic or with_closing_reason):
        _require_second_person(work, target, with_resolution=with_resolution)
    if target.category == "closed" and state.category != "closed" and not automatic:
        require_granted(procedure.definition, work.context.agent, "close")
    return target


def find_blocking_reason(
    work: TicketTransaction, target: Status, *, origin: TicketTransaction | None = None, released: bool = False
) -> str:
    """Return a sentence that says what prevents an automatic move to a status; empty when nothing does.

    The status graph is not consulted, because the procedure itself names the status. origin: for a move that follows
    from a development item, the ticket that the item was raised from. Its checklist is checked instead, and no message
    to the requester is required, because they are notified of the item's progress. released: the item is released,
    which counts as the resolution unless the status closes the ticket.
    """
    try:
        require_checklist_done(origin or work, target)
        if not released or target.category == "closed":
            _require_resolution(work, target)
    except DeskError as error:
        return str(error)
    if target.asks_reply and origin is None and work.state.waiting == "us":
        return f"{target.label} is where the requester is waited for, and the last word is theirs: answer them first."
    return ""


def record_blocked_move(work: TicketTransaction, target: Status, reason: str, *, by_rule: str | None = None) -> None:
    """Record that an automatic move did not happen, and notify the assignee or whoever stands in."""
    work.append(MOVE_BLOCKED, {}, status=target.key, label=target.label, why=reason, by_rule=by_rule)
    notify_responsible(work, MOVE_BLOCKED, f"did not go to {target.label}: {reason}", by_rule=by_rule)


def find_current_resolution(state: State) -> Record | None:
    """Return the record of how the ticket was resolved, or why not; None when nothing was given since it was reopened
    or the requester rejected it."""
    # Reopening starts another turn, in which resolutions of earlier turns do not count.
    resolutions = [
        record
        for record in records_of_kind(state.records, RESOLUTION)
        if record.values.get("turn", 0) == state.reopened
    ]
    return resolutions[-1] if resolutions and resolutions[-1].state != "rejected" else None


def find_unrejected_resolution(state: State) -> Record | None:
    """Return the record of the last resolution, even if the requester's last message reopened the ticket: it may have
    been thanks. None where there is none, or the requester rejected it."""
    resolutions = list(records_of_kind(state.records, RESOLUTION))
    return resolutions[-1] if resolutions and resolutions[-1].state in ("permanent", "temporary") else None


def is_awaiting_confirmation(status: Status | None) -> bool:
    """Return True for a status in which the requester is asked to confirm a resolution."""
    return status is not None and (status.on_reject is not None or status.category == "solved")


def find_status_of_question(work: TicketTransaction) -> Status | None:
    """Return the status in which the requester was asked to confirm, where their answer moved the ticket to its present
    status, and it is not recorded yet whether that was a yes. None where something else moved it."""
    undone: set[int] = set()
    for event in reversed(list(work.load_earlier_events())):
        if event.kind == "undone":
            undone |= set(event.data["seqs"])
        if event.kind == "undone" or event.seq in undone:
            continue
        if event.data.get("rejected"):
            return None
        if "status" in event.changes:
            status = work.procedure.statuses.get(str(event.changes["status"][0]))
            is_answer = event.data.get("author_kind") == "requester"
            return status if is_answer and is_awaiting_confirmation(status) else None
    return None


def can_reopen(work: TicketTransaction, at: int) -> bool:
    """Return True if a closed ticket may still be reopened at an instant, epoch seconds, the last second included.

    `30c` is 30 times 24 hours from closing (S3-14), `2d` two working days."""
    closing = work.procedure.definition.closing
    if closing.immutable:
        return False
    if closing.on_reply_when_closed != "reopen-within" or not closing.reopen_within or work.state.closed_at is None:
        return True
    # Counted as the timer of the window is, in the first calendar, so that the due time it shows is the one that holds
    calendar = work.procedure.terms.first_calendar
    ends = due_instant(parse_target(closing.reopen_within, calendar.day_length), work.state.closed_at, calendar)
    return ends is None or at <= ends


def require_reopenable(work: TicketTransaction, at: int) -> None:
    """Raise DeskError for a ticket that was closed too long ago to be reopened."""
    if not can_reopen(work, at):
        closing = work.procedure.definition.closing
        since = (
            f"was closed more than {_format_window(closing.reopen_within)} ago"
            if not closing.immutable
            else "is closed for good"
        )
        raise DeskError(f"Ticket {work.number} {since} and stays closed: open a new one that names it.")


def _require_resolution(work: TicketTransaction, target: Status) -> None:
    """Raise DeskError, with the command to use, when a status requires a resolution and the ticket has none."""
    closing = work.procedure.definition.closing
    is_ending = target.category in ("solved", "closed") and work.state.is_open
    if not target.requires_resolution and not (closing.requires_resolution_note and is_ending):
        return
    if find_current_resolution(work.state) is None:
        alternative = (
            f", or close it with a reason ({', '.join(reason.key for reason in closing.reasons)})"
            if closing.reasons
            else ""
        )
        raise DeskError(
            f"{target.label} needs a word on how it was resolved: say it with `deskterm ticket resolve"
            f" {work.number}`{alternative}."
        )


def _require_second_person(work: TicketTransaction, target: Status, *, with_resolution: bool) -> None:
    """Raise DeskError when whoever resolved a ticket moves it to a status that is for a second person (D-10)."""
    resolution = find_current_resolution(work.state)
    login = work.context.agent.login
    if with_resolution or (resolution is not None and resolution.who == login):
        raise DeskError(
            f"{target.label} is for somebody else than the one who resolved it, and that is {login}: ask a colleague to"
            f" look at {work.number} and move it there."
        )


def _require_confirmation(work: TicketTransaction, target: Status) -> None:
    """Raise DeskError, with the commands to use, when the procedure requires the requester to confirm before
    closing."""
    closing = work.procedure.definition.closing
    if not closing.confirm_before_close:
        return
    current, number = work.procedure.statuses.get(work.state.status), work.number
    was_asked = (
        is_awaiting_confirmation(current)
        or find_unrejected_resolution(work.state) is not None
        or find_status_of_question(work) is not None
    )
    ask_first = "" if was_asked else f"ask them with `deskterm ticket resolve {number}`, then "
    advice = f"{ask_first}say so with `deskterm ticket confirm {number}`"
    keys = ", ".join(reason.key for reason in closing.reasons)
    alternative = f", or close it for a reason with `deskterm ticket close {number} REASON` ({keys})" if keys else ""
    raise DeskError(f"{target.label} is for what the requester has confirmed: {advice}{alternative}.")


def _format_window(span: str) -> str:
    """Format a length of time of a procedure file: `30c` is `30 days`, `2d` is `2 working days`."""
    for form, unit in ((r"(\d+) ?(?:c|calendar days?)", "day"), (r"(\d+) ?d", "working day")):
        if match := re.fullmatch(form, span.strip().lower()):
            return f"{match[1]} {unit}{'' if int(match[1]) == 1 else 's'}"
    return span
