"""Resolution of a ticket: a permanent or temporary fix is given, and a permanent one follows a temporary one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from deskterm.desk.core.attachments import append_with_files
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.ticket_lookup import select_open_tickets
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory.participants import is_unaddressed
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.domain.links import ATTACHED
from deskterm.desk.domain.records import build_record_change, find_next_key
from deskterm.desk.notify.letter_checks import check_resolution_letter
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.status_graph import find_first_moves
from deskterm.desk.tickets.message_input import require_message_text
from deskterm.desk.workflow.transition_rules import (
    RESOLUTION,
    check_transition,
    find_current_resolution,
)
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Resolution, Status

OUTSTANDING = "outstanding"
"""Kind of the record, and flag, of a temporary fix that a permanent one is to follow (S1-21)."""

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
    files: Sequence[NewFile] = (),
    unaddressed: bool | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Resolve a ticket: the note goes to the requester (S2-18), the clocks see the resolution (S1-21), and the ticket
    moves to where it waits for the requester's confirmation, or to its end.

    resolution: permanent or temporary; left out, what the code implies, else permanent. code: key or label of one of
    the procedure's resolutions; may be left out where `resolution` allows only one. status: where the ticket goes
    instead. next_steps: the note says what happens next. strict: raise IncompleteLetter when the letter lacks required
    parts (S2-19). files: go with the note (C-22). unaddressed: as for `record_resolution`.

    Raises UsageError where `resolution` and `code` contradict each other.
    """
    text = require_message_text(note)
    with desk.ticket(number, "reply", now, version, action="resolve tickets") as work:
        event, phrase = record_resolution(
            work,
            text,
            resolution,
            code,
            status,
            channel=channel,
            next_steps=next_steps,
            files=files,
            unaddressed=unaddressed,
        )
        result = work.build_result(f"{number}: {phrase}{_format_attached_hint(work)}")
        # Checked at last, because the letter is only there once the resolution has been recorded
        result = replace(result, missing_in_letter=check_resolution_letter(work, event, strict=strict))
    return result


def record_resolution(
    work: TicketTransaction,
    text: str,
    resolution: ResolutionKind | None,
    code: str | None,
    status: str | None,
    *,
    channel: str,
    unaddressed: bool | None = None,
    files: Sequence[NewFile] = (),
    **data: Any,
) -> tuple[Event, str]:
    """Append a resolution to an open ticket; return its event and a description in a few words.

    unaddressed: its words reach nobody, so they are no answer (D-13); left out, by the ticket itself. data: further
    data of the message's event. Raises DeskError when the ticket may not move where it would, or must be moved first to
    where a resolution leads on.
    """
    _require_unresolved(work)
    earlier = find_current_resolution(work.state)
    kind, chosen_code = resolve_kind(work, resolution, code)
    changes = build_resolution_changes(work, kind, chosen_code)
    target = _find_resolved_status(work) if status is None else status
    new_status = None if target is None else check_transition(work, target, with_message=True, with_resolution=True)
    event = append_with_files(
        work,
        "replied",
        {**changes, **({"status": (work.state.status, new_status.key)} if new_status else {})},
        {"body": text},
        files,
        author_kind="agent",
        author=work.context.agent.name,
        resolution=kind,
        channel=channel,
        unaddressed=is_unaddressed(work, channel) if unaddressed is None else unaddressed,
        **data,
    )
    phrase = "a temporary fix given" if kind == "temporary" else "resolved"
    # The requester has two letters now, and the record counts the last
    if earlier is not None and earlier.state == kind:
        phrase += " anew, in place of the earlier resolution"
    current = work.procedure.statuses.get(work.state.status)
    # The fix is recorded, but the ticket seems unsolved: say so, or nobody would notice
    if new_status is None and current is not None and current.category in ("new", "open"):
        return event, f"{phrase}; no status change: nothing follows {current.label} automatically"
    return event, phrase + (f", now {new_status.label}" if new_status else "")


def _format_attached_hint(work: TicketTransaction) -> str:
    """Format the hint that attached tickets wait for the same resolution (S4-17); empty where none does."""
    attached = work.state.fields.get(ATTACHED) or ()
    waiting = len(select_open_tickets(work.session, attached)) if attached else 0
    if not waiting:
        return ""
    count = "1 open ticket is" if waiting == 1 else f"{waiting} open tickets are"
    return f"; {count} attached: `deskterm ticket resolve {work.number} --attached` resolves those too"


def record_permanent_fix(
    desk: DeskSession, number: int, *, note: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """Record that the permanent fix has followed: the ticket is no longer flagged as waiting for it (S1-21)."""
    with desk.ticket(number, "move", now, version, action="say that a fix is there") as work:
        record = work.state.records.get((OUTSTANDING, "fix"))
        if record is None or record.state != "open":
            raise DeskError(f"No permanent fix is outstanding for {number}.")
        work.append("settled", _build_fix_done_change(work), reason=note.strip())
        result = work.build_result(f"{number}: the permanent fix is there")
    return result


def build_resolution_changes(work: TicketTransaction, kind: ResolutionKind, code: str | None) -> Changes:
    """Return the changes with which the next event gives a resolution: its record, and for a temporary one the
    outstanding permanent fix where the procedure keeps that open."""
    state, closing = work.state, work.procedure.definition.closing
    seq = state.version + 1  # of the event that will carry these changes
    key = find_next_key(state.records, RESOLUTION)
    login = work.context.agent.login
    changes: Changes = build_record_change(
        state.records, RESOLUTION, key, state=kind, code=code, who=login, seq=seq, turn=state.reopened
    )
    if kind == "permanent":
        return {**changes, **_build_fix_done_change(work)}
    if closing.temporary_fix_stays_open:
        outstanding = build_record_change(
            state.records, OUTSTANDING, "fix", state="open", who=login, flag=OUTSTANDING, seq=seq
        )
        return {**changes, **outstanding}
    return changes


def resolve_kind(
    work: TicketTransaction, kind: ResolutionKind | None, code: str | None
) -> tuple[ResolutionKind, str | None]:
    """Return whether a resolution is permanent or temporary, and its code.

    kind: left out, what the code implies. code: key or label; left out, the default for the kind. Raises UsageError
    where the two contradict each other or several codes are possible.
    """
    resolutions = work.procedure.definition.closing.resolutions
    # Without a code the kind leads, with one the code does
    if code is None:
        resolved_kind = kind or "permanent"
        default_code = find_default_code(resolutions, resolved_kind)
        candidates = [
            candidate.key
            for candidate in resolutions
            if kind is None or find_implied_kind(candidate) in (None, resolved_kind)
        ]
        if default_code is None and candidates:
            raise UsageError(f"Say what kind of resolution it is: {', '.join(candidates)}.")
        if default_code is None and resolutions:
            codes = ", ".join(candidate.key for candidate in resolutions)
            raise UsageError(f"No resolution of this procedure is {resolved_kind}: {codes}.")
        return resolved_kind, default_code
    named = resolve_choice("resolution", code, resolutions)
    if kind is not None and find_implied_kind(named) not in (None, kind):
        others = [candidate.key for candidate in resolutions if find_implied_kind(candidate) in (None, kind)]
        advice = f", or choose another: {', '.join(others)}" if others else ""
        raise UsageError(
            f"“{named.label}” is a {find_implied_kind(named)} resolution, not a {kind} one: say it so{advice}."
        )
    return kind or find_implied_kind(named) or "permanent", named.key


def find_default_code(resolutions: Sequence[Resolution], kind: ResolutionKind) -> str | None:
    """Return the default code of a kind of resolution: the one of the same name, else the only one that implies the
    kind; None where there is none or several."""
    codes = [str(candidate.key) for candidate in resolutions if candidate.key == kind]
    codes = codes or [str(candidate.key) for candidate in resolutions if find_implied_kind(candidate) == kind]
    return codes[0] if len(codes) == 1 else None


def find_implied_kind(resolution: Resolution) -> ResolutionKind | None:
    """Return the kind that a code implies; None where it may be either."""
    if resolution.state is not None:
        return resolution.state
    return "temporary" if resolution.key == "temporary" else "permanent" if resolution.key == "permanent" else None


def _build_fix_done_change(work: TicketTransaction) -> Changes:
    record = work.state.records.get((OUTSTANDING, "fix"))
    if record is None or record.state != "open":
        return {}
    return build_record_change(work.state.records, OUTSTANDING, "fix", state="done", flag=None)


def _require_unresolved(work: TicketTransaction) -> None:
    if not work.state.is_open:
        label = work.procedure.statuses[work.state.status].label
        raise DeskError(f"Ticket {work.number} is {label} already: move it back before you resolve it anew.")


def _find_resolved_status(work: TicketTransaction) -> str | None:
    """Return the key of the status that a resolved ticket moves to: one that waits for confirmation where the procedure
    asks for it, else solved, else closed. None where it stays: it waits for the requester already, or no status of the
    procedure does. Raises DeskError, with the move to make first, where such a status lies further on."""
    current = work.procedure.statuses.get(work.state.status)
    following = work.procedure.find_next_statuses(work.state.type, work.state.status)
    # It waits for the requester already, and a second solution changes nothing in that
    if current is not None and current.on_reject is not None:
        return None
    asking_statuses = [status for status in following if status.on_reject is not None]
    final_statuses = [
        status for category in ("solved", "closed") for status in following if status.category == category
    ]
    confirm_first = work.procedure.definition.closing.confirm_before_close
    candidates = [*asking_statuses, *final_statuses] if confirm_first else [*final_statuses, *asking_statuses]
    if candidates and not (confirm_first and candidates[0].category == "closed"):
        return candidates[0].key
    _require_no_move_first(work)
    # Nothing asks the requester on the way to closed: the ticket stays until they confirm.
    return None


def _require_no_move_first(work: TicketTransaction) -> None:
    """Raise DeskError, with the moves to make first, where a resolution cannot move a ticket on but could after a move:
    it would stay for ever, with its clocks met and a letter sent."""

    def waits_for_confirmation(status: Status) -> bool:
        return status.on_reject is not None or status.category == "solved"

    moves = find_first_moves(work.procedure, work.state.type, work.state.status, waits_for_confirmation)
    if not moves:
        return
    here = work.procedure.statuses[work.state.status].label
    # The work is done: a status that waits for somebody is no step on the way
    moves = [move for move in moves if move.category == "open"] or moves
    labels = " or ".join(move.label for move in moves)
    raise DeskError(
        f"No resolution leads on from {here}: move {work.number} to {labels} before resolving it"
        f" (`deskterm ticket set {work.number} --status {moves[0].key}`)."
    )
