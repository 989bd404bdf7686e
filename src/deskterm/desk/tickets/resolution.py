"""How a ticket ends: a resolution is given, the requester confirms it or not, it is closed for a reason, it comes
back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from deskterm.desk.core.people import writer
from deskterm.desk.core.row_mapping import seconds
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.ticket_lookup import open_tickets
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.links import ATTACHED
from deskterm.desk.domain.records import change, next_key
from deskterm.desk.domain.text import visible
from deskterm.desk.notify.letter_checks import check_resolution_letter
from deskterm.desk.policy.status_graph import chosen
from deskterm.desk.workflow.transition_rules import (
    RESOLUTION,
    can_reopen,
    check_transition,
    find_current_resolution,
    has_unrejected_resolution,
    require_reopenable,
)
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Resolution, Status

OUTSTANDING = "outstanding"
"""The kind of record, and the mark, of a temporary fix whose permanent one is to follow (S1-21)."""

ResolutionKind = Literal["permanent", "temporary"]


def resolve(
    desk: DeskSession,
    number: int,
    note: str,
    *,
    resolution: ResolutionKind | None = None,
    code: str | None = None,
    status: str | None = None,
    next_steps: bool = False,
    channel: str = "email",
    strict: bool = False,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Say how a ticket was resolved: the note goes to the requester (S2-18), clocks see the resolution (S1-21), and the
    ticket goes where the procedure has it wait for a word of them, or to its end. code: one of the procedure's kinds of
    resolution; may be left out where only one is meant by `resolution`. resolution: permanent or temporary; left out,
    what the code says, else permanent. UsageError where the two contradict each other. status: where it goes instead.
    strict: Discourteous when the letter that goes out lacks what letters must hold (S2-19)."""
    words = require_message_text(note)
    with desk.ticket(number, "reply", now, version, doing="resolve tickets") as work:
        event, said = record_resolution(work, words, resolution, code, status, channel=channel, next_steps=next_steps)
        done = work.done(f"{number}: {said}{_others(work)}")
        done = replace(done, lacks=check_resolution_letter(work, event, strict=strict))
    return done


def record_resolution(
    work: TicketTransaction,
    words: str,
    resolution: ResolutionKind | None,
    code: str | None,
    status: str | None,
    **data: Any,
) -> tuple[Event, str]:
    """Give a resolution on a ticket that is open; what happened, and in a few words. data: what else there is to say of
    the message. DeskError when it may not go where it would."""
    _require_unresolved(work)
    kind, chosen_code = resolve_kind(work, resolution, code)
    given = build_resolution_changes(work, kind, chosen_code)
    target = _resolved_to(work) if status is None else status
    moved = None if target is None else check_transition(work, target, with_message=True, with_resolution=True)
    event = work.append(
        "replied",
        {**given, **({"status": (work.state.status, moved.key)} if moved else {})},
        {"body": words},
        author_kind="agent",
        author=work.context.agent.name,
        resolution=kind,
        **data,
    )
    fix = "a temporary fix given" if kind == "temporary" else "resolved"
    here = work.procedure.statuses.get(work.state.status)
    if moved is None and here is not None and here.category in ("new", "open"):
        return event, f"{fix}, still {here.label}: no way leads on from there but by hand"
    return event, fix + (f", now {moved.label}" if moved else "")


def _others(work: TicketTransaction) -> str:
    """That tickets are attached which wait for the same resolution (S4-17)."""
    attached = work.state.fields.get(ATTACHED) or ()
    waiting = len(open_tickets(work.session, attached)) if attached else 0
    if not waiting:
        return ""
    count = "1 open ticket is" if waiting == 1 else f"{waiting} open tickets are"
    return f"; {count} attached: `deskterm ticket resolve {work.number} --attached` resolves those too"


def close(
    desk: DeskSession,
    number: int,
    because: str,
    *,
    status: str | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Close a ticket without a resolution, for one of the procedure's reasons: too little information (S1-03),
    withdrawn … status: which closed status, where several may follow."""
    with desk.ticket(number, "move", now, version, doing="close tickets") as work:
        reason = chosen("closing reason", because, work.procedure.definition.closing.reasons)
        ways = work.procedure.next_statuses(work.state.type, work.state.status)
        target = status or next((way.key for way in ways if way.category == "closed"), None)
        if target is None:
            steps = ", ".join(f"{way.label} ({way.key})" for way in ways) or "nowhere, it is final"
            raise DeskError(f"Ticket {number} cannot be closed from where it is; it can go to: {steps}.")
        moved = check_transition(work, target, with_closing_reason=True, anyway=True)
        if moved.category != "closed":
            raise UsageError(f"{moved.label} does not close a ticket: use `deskterm ticket set {number} --status`.")
        changes = {**build_closing_changes(work, reason.key), "status": (work.state.status, moved.key)}
        work.append("moved", changes, reason=reason.label, because=reason.key)
        done = work.done(f"{number}: {moved.label}, {reason.label[:1].lower()}{reason.label[1:]}")
    return done


def confirm(
    desk: DeskSession,
    number: int,
    words: str = "",
    *,
    author: str | None = None,
    channel: str = "",
    received_at: datetime | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """The requester says that all is well (S1-27, S3-13), when they were asked or a resolution was given: the ticket is
    closed, or goes the last step before. words: what they wrote, if they did."""
    with desk.ticket(number, "move", now, version, doing="say that all is well for a requester") as work:
        if not has_unrejected_resolution(work.state):
            _require_asked(work)
        ways = work.procedure.next_statuses(work.state.type, work.state.status)
        ends = [way for category in ("closed", "solved") for way in ways if way.category == category]
        if not ends:
            raise DeskError(f"From here ticket {number} cannot be closed: move it first.")
        target = check_transition(work, ends[0].key, with_message=True, confirmed=True)
        _judged(work, target, words, author, channel, received_at, {}, "confirmed")
        done = work.done(f"{number}: confirmed by the requester, now {target.label}")
    return done


def reject(
    desk: DeskSession,
    number: int,
    words: str = "",
    *,
    author: str | None = None,
    channel: str = "",
    received_at: datetime | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """The requester says that it is not resolved: the ticket goes back to where the procedure has it looked at again,
    and what was said of its resolution does not stand."""
    with desk.ticket(number, "move", now, version, doing="say for a requester that it is not resolved") as work:
        here = _require_asked(work)
        back = here.on_reject or here.on_reply
        ways = work.procedure.next_statuses(work.state.type, here.key)
        back = back or next((way.key for way in ways if way.category in ("open", "new")), None)
        if back is None:
            raise DeskError(f"From {here.label} there is no way back: open a new ticket that names {number}.")
        given = find_current_resolution(work.state)
        changes: Changes = {} if given is None else change(work.state.records, RESOLUTION, given.key, state="rejected")
        target = work.procedure.statuses[back]
        _judged(work, target, words, author, channel, received_at, changes, "rejected")
        done = work.done(f"{number}: not confirmed by the requester, now {target.label}")
    return done


def reopen(
    desk: DeskSession, number: int, reason: str, *, channel: str = "phone", now: datetime, version: int | None = None
) -> CommandResult:
    """Take a ticket up again for its requester, who called or stands at the counter (S3-14). DeskError when it is open,
    was closed too long ago, or may not come back that way."""
    if not reason.strip():
        raise UsageError("Say why it is taken up again.")
    with desk.ticket(number, "move", now, version, doing="take a ticket up again") as work:
        closing = work.procedure.definition.closing
        if work.state.is_open:
            raise DeskError(f"Ticket {number} is open already.")
        require_reopenable(work, work.at)
        if closing.reopen_channels and channel not in closing.reopen_channels:
            ways = ", ".join(closing.reopen_channels)
            raise DeskError(f"A ticket is not reopened by {channel} here, but by {ways}: open a new one that names it.")
        target = find_reopen_status(work)
        if target is None:
            raise DeskError(f"Ticket {number} has no way back: open a new one that names it.")
        work.append("moved", {"status": (work.state.status, target.key)}, reason=reason.strip(), channel=channel)
        done = work.done(f"{number}: reopened, now {target.label}")
    return done


def record_permanent_fix(
    desk: DeskSession, number: int, *, note: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """The permanent fix is there: the ticket is no longer marked as waiting for it (S1-21)."""
    with desk.ticket(number, "move", now, version, doing="say that a fix is there") as work:
        record = work.state.records.get((OUTSTANDING, "fix"))
        if record is None or record.state != "open":
            raise DeskError(f"No permanent fix is outstanding for {number}.")
        work.append("settled", _settled(work), reason=note.strip())
        done = work.done(f"{number}: the permanent fix is there")
    return done


def build_resolution_changes(work: TicketTransaction, kind: ResolutionKind, code: str | None) -> Changes:
    """What changes when the next event gives a resolution: it is on record, and a temporary one leaves the permanent
    outstanding where the procedure says so."""
    state, closing = work.state, work.procedure.definition.closing
    seq = state.version + 1
    key = next_key(state.records, RESOLUTION)
    login = work.context.agent.login
    given: Changes = change(
        state.records, RESOLUTION, key, state=kind, code=code, who=login, seq=seq, turn=state.reopened
    )
    if kind == "permanent":
        return {**given, **_settled(work)}
    if closing.temporary_fix_stays_open:
        left = change(state.records, OUTSTANDING, "fix", state="open", who=login, flag=OUTSTANDING, seq=seq)
        return {**given, **left}
    return given


def resolve_kind(
    work: TicketTransaction, kind: ResolutionKind | None, code: str | None
) -> tuple[ResolutionKind, str | None]:
    """Whether a resolution is permanent or temporary, and its code. kind: what was said, if it was; code: which of the
    procedure's, by key or label. UsageError where the code says otherwise, or where several could be meant."""
    known = work.procedure.definition.closing.resolutions
    if code is None:
        said = kind or "permanent"
        only = find_default_code(known, said)
        fitting = [one.key for one in known if kind is None or implied_kind(one) in (None, said)]
        if only is None and fitting:
            raise UsageError(f"Say what kind of resolution it is: {', '.join(fitting)}.")
        if only is None and known:
            raise UsageError(f"No resolution of this procedure is {said}: {', '.join(one.key for one in known)}.")
        return said, only
    part = chosen("resolution", code, known)
    if kind is not None and implied_kind(part) not in (None, kind):
        others = [one.key for one in known if implied_kind(one) in (None, kind)]
        rest = f", or choose another: {', '.join(others)}" if others else ""
        raise UsageError(f"“{part.label}” is a {implied_kind(part)} resolution, not a {kind} one: say it so{rest}.")
    return kind or implied_kind(part) or "permanent", part.key


def find_default_code(known: Sequence[Resolution], kind: ResolutionKind) -> str | None:
    """The code of a resolution where none is said: that of the name, else the only one that is always so."""
    named = [str(one.key) for one in known if one.key == kind]
    named = named or [str(one.key) for one in known if implied_kind(one) == kind]
    return named[0] if len(named) == 1 else None


def implied_kind(part: Resolution) -> ResolutionKind | None:
    """Permanent or temporary, where a code is only one of them."""
    if part.state is not None:
        return part.state
    return "temporary" if part.key == "temporary" else "permanent" if part.key == "permanent" else None


def build_closing_changes(work: TicketTransaction, reason: str) -> Changes:
    """What changes when the next event closes a ticket for a reason instead of a resolution."""
    state = work.state
    key = next_key(state.records, RESOLUTION)
    values = {"state": "without", "code": reason, "who": work.context.agent.login, "turn": state.reopened}
    return change(state.records, RESOLUTION, key, **values)


def find_reopen_status(work: TicketTransaction) -> Status | None:
    """The status of a ticket that comes back from solved or closed."""
    closing = work.procedure.definition.closing
    if closing.reopen_to is not None:
        target = work.procedure.statuses[closing.reopen_to]
        if work.procedure.knows(work.state.type, target):
            return target
    ways = work.procedure.next_statuses(work.state.type, work.state.status)
    return next((status for status in ways if status.category in ("open", "new")), None)


def is_closed_to_replies(work: TicketTransaction, channel: str, at: int) -> bool:
    """Whether what a requester writes at an instant cannot bring a closed ticket back, but makes a new one that is
    linked to it (S3-14, S4-15)."""
    closing = work.procedure.definition.closing
    if work.state.category != "closed" or closing.on_reply_when_closed == "ignore":
        return False
    if closing.on_reply_when_closed == "new-linked" or not can_reopen(work, at):
        return True
    return bool(closing.reopen_channels) and channel not in closing.reopen_channels


def require_message_text(body: str) -> str:
    """The words of a message, without empty lines around; UsageError when there are none."""
    words = body.strip("\n").rstrip()
    if not visible(words):
        raise UsageError("There is nothing to say yet: write a few words first.")
    return words


def resolve_arrival(work: TicketTransaction, received_at: datetime | None) -> int:
    """When a message reached the desk, epoch seconds; UsageError for one that is yet to come."""
    if received_at is None:
        return work.at
    at = seconds(received_at)
    if at > work.at:
        raise UsageError("A message cannot arrive later than it is written down.")
    return at


def _settled(work: TicketTransaction) -> Changes:
    record = work.state.records.get((OUTSTANDING, "fix"))
    if record is None or record.state != "open":
        return {}
    return change(work.state.records, OUTSTANDING, "fix", state="done", flag=None)


def _require_unresolved(work: TicketTransaction) -> None:
    if not work.state.is_open:
        label = work.procedure.statuses[work.state.status].label
        raise DeskError(f"Ticket {work.number} is {label} already: move it back before you resolve it anew.")


def _resolved_to(work: TicketTransaction) -> str | None:
    """Where a ticket goes that was resolved: to where the requester is asked, where the procedure asks; else to solved,
    or straight to closed."""
    here = work.procedure.statuses.get(work.state.status)
    ways = work.procedure.next_statuses(work.state.type, work.state.status)
    if here is not None and here.on_reject is not None:
        return None
    asks = [way for way in ways if way.on_reject is not None]
    ends = [way for category in ("solved", "closed") for way in ways if way.category == category]
    asked_first = work.procedure.definition.closing.confirm_before_close
    found = [*asks, *ends] if asked_first else [*ends, *asks]
    if asked_first and not asks and found and found[0].category == "closed":
        return None
    return found[0].key if found else None


def _require_asked(work: TicketTransaction) -> Status:
    """The status that a ticket is in, if it waits there for the requester to agree."""
    here = work.procedure.statuses.get(work.state.status)
    if here is None or (here.on_reject is None and here.category != "solved"):
        label = here.label if here else work.state.status
        raise DeskError(f"Ticket {work.number} is {label}: nobody has asked the requester to confirm anything.")
    return here


def _judged(
    work: TicketTransaction,
    target: Status,
    words: str,
    author: str | None,
    channel: str,
    received_at: datetime | None,
    changes: Changes,
    verdict: Literal["confirmed", "rejected"],
) -> None:
    """Write down what the requester said of a resolution: as their message where they wrote, as a move where not."""
    moved = {**changes, "status": (work.state.status, target.key)}
    at = resolve_arrival(work, received_at)
    data: dict[str, Any] = {verdict: True, "channel": channel or work.state.channel}
    if not words.strip():
        work.append("moved", moved, None, **data, reason=f"{verdict} by the requester")
        return
    data["contact"] = writer(work.session, author, work.state.requester_id, work.state.organisation_id)
    data["spoken_at"] = at if at != work.at else None
    work.append("replied", moved, {"body": require_message_text(words)}, author_kind="requester", **data)
