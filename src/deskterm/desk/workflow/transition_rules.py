"""What a status asks of a ticket that is to come to it: a list that is done, a resolution, a word to the requester."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deskterm.desk.domain.records import Record, of_kind
from deskterm.desk.notify.recipients import StaffDirectory, find_fallback_recipients, notify_staff, resolve_recipients
from deskterm.desk.policy.permissions import require_named
from deskterm.desk.policy.status_graph import checked_move
from deskterm.desk.workflow.checklists import require_checklist_done
from deskterm.errors import DeskError
from deskterm.procedure.compiled import OPEN_CATEGORIES
from deskterm.procedure.schema import Status
from deskterm.sla.targets import parse_target

if TYPE_CHECKING:
    from deskterm.desk.core.transaction import TicketTransaction
    from deskterm.desk.domain.state import State

RESOLUTION = "resolution"
"""The kind of record that says how a ticket was resolved, or why it was closed without: `state` (`permanent`,
`temporary`, `without`, and `rejected` when the requester did not agree), `code`, `who`, `seq` of the message that says
it, and `turn`, how often the ticket had been reopened by then."""


MOVE_BLOCKED: Final = "kept_back"
"""The kind of event that says that a ticket did not go where a rule or development led it: the `status`, and `why`."""


class NeedsReply(DeskError):
    """A ticket is to wait for its requester, who has the last word and was told nothing."""


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
) -> Status:
    """The status that was asked for, when the ticket may come to it: along the graph (S1-25), with the list that it
    requires done (S1-28), with a resolution where one must be said (S2-18), with a message to the requester where it
    asks for one (rule 12), closed only by a word of the requester or for a reason where they are asked first (S3-13),
    and back from closed only as long as the procedure lets it (S3-14). DeskError says what is missing. said, resolved:
    a message, a resolution goes with the move; anyway: no message is to; by_itself: nobody moves it; confirmed: the
    requester said that all is well; because: it is closed for one of the procedure's reasons."""
    state, procedure = work.state, work.procedure
    target = checked_move(procedure, state.type, state.status, status)
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
            f"{target.label} is where the requester is waited for, and the last word is theirs: reply with --status"
            f" {target.key}, or move it --anyway."
        )
    if state.category == "closed" and target.category in OPEN_CATEGORIES:
        require_reopenable(work, work.at)
    if target.category == "closed" and state.category != "closed" and not automatic:
        require_named(procedure.definition, work.context.agent, "close")
    return target


def find_blocking_reason(
    work: TicketTransaction, target: Status, *, origin: TicketTransaction | None = None, released: bool = False
) -> str:
    """What keeps a ticket from coming to a status that something leads it to by itself, in a sentence; empty for
    nothing. The graph is not asked: the procedure says where it goes. raised_from: development leads it, by an item
    that was raised from this ticket, whose list it is that has to be done, and people are told of what becomes of it;
    out: that is done, which is the resolution unless it would close the ticket."""
    try:
        require_checklist_done(origin or work, target)
        if not released or target.category == "closed":
            _require_resolution(work, target)
    except DeskError as refused:
        return str(refused)
    if target.asks_reply and origin is None and work.state.waiting == "us":
        return f"{target.label} is where the requester is waited for, and the last word is theirs: answer them first."
    return ""


def record_blocked_move(work: TicketTransaction, target: Status, why: str, *, by_rule: str | None = None) -> None:
    """Write down that a ticket did not go where something leads it by itself, and tell whoever has it."""
    work.append(MOVE_BLOCKED, {}, status=target.key, label=target.label, why=why, by_rule=by_rule)
    colleagues = StaffDirectory(work.session)
    logins = resolve_recipients(
        colleagues, work.procedure.definition, work.state, ["assignee"]
    ) or find_fallback_recipients(work, colleagues)
    notify_staff(work, logins, MOVE_BLOCKED, f"did not go to {target.label}: {why}", by_rule=by_rule)


def find_current_resolution(state: State) -> Record | None:
    """How the ticket was resolved, or why not; None when nobody has said it since it came back."""
    said = [record for record in of_kind(state.records, RESOLUTION) if record.values.get("turn", 0) == state.reopened]
    return said[-1] if said and said[-1].state != "rejected" else None


def has_unrejected_resolution(state: State) -> bool:
    """Whether a resolution was given that the requester did not reject, though what they wrote brought the ticket back
    since: it may be their thanks."""
    said = list(of_kind(state.records, RESOLUTION))
    return bool(said) and said[-1].state in ("permanent", "temporary")


def can_reopen(work: TicketTransaction, at: int) -> bool:
    """Whether a closed ticket may still come back at an instant: 30 days are 30 times 24 hours from closing, the last
    second included (S3-14)."""
    closing = work.procedure.definition.closing
    if closing.immutable:
        return False
    if closing.on_reply_when_closed != "reopen-within" or not closing.reopen_within or work.state.closed_at is None:
        return True
    return at <= work.state.closed_at + parse_target(closing.reopen_within, 86_400).seconds


def require_reopenable(work: TicketTransaction, at: int) -> None:
    """DeskError for a ticket that was closed too long ago to come back."""
    if not can_reopen(work, at):
        closing = work.procedure.definition.closing
        ago = (
            f"was closed more than {_days(closing.reopen_within)} ago"
            if not closing.immutable
            else "is closed for good"
        )
        raise DeskError(f"Ticket {work.number} {ago} and stays closed: open a new one that names it.")


def _require_resolution(work: TicketTransaction, target: Status) -> None:
    closing = work.procedure.definition.closing
    ends = target.category in ("solved", "closed") and work.state.is_open
    if not target.requires_resolution and not (closing.requires_resolution_note and ends):
        return
    if find_current_resolution(work.state) is None:
        why = f", or close it with a reason ({', '.join(r.key for r in closing.reasons)})" if closing.reasons else ""
        raise DeskError(
            f"{target.label} needs a word on how it was resolved: say it with `deskterm ticket resolve"
            f" {work.number}`{why}."
        )


def _require_confirmation(work: TicketTransaction, target: Status) -> None:
    closing = work.procedure.definition.closing
    if not closing.confirm_before_close:
        return
    here, number = work.procedure.statuses.get(work.state.status), work.number
    asked = here is not None and (here.on_reject is not None or here.category == "solved")
    asked = asked or has_unrejected_resolution(work.state)
    first = "" if asked else f"ask them with `deskterm ticket resolve {number}`, then "
    then = f"{first}say so with `deskterm ticket confirm {number}`"
    keys = ", ".join(reason.key for reason in closing.reasons)
    why = f", or close it for a reason with `deskterm ticket close {number} REASON` ({keys})" if keys else ""
    raise DeskError(f"{target.label} is for what the requester has confirmed: {then}{why}.")


def _days(span: str) -> str:
    seconds = parse_target(span, 86_400).seconds
    return f"{seconds // 86_400} days" if seconds % 86_400 == 0 else span
