"""Asking how it was, and reading every answer (S3-15, S4-21).

An answer is a record `feedback`: `state` (`asked`, `answered` or `reviewed`), `score`, `complaint`, `comment` (the
number of its words), `who` reviewed it; `flag` while a low score or a complaint waits for somebody to look at it.
"""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.event_kinds import MERGE_EVENTS, EventKind
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import Record, change, next_key, of_kind
from deskterm.errors import DeskError, UsageError

FEEDBACK = "feedback"
ASKED, ANSWERED, REVIEWED = "asked", "answered", "reviewed"
COMPLAINT, LOW = "complaint", "low-score"
_DONE = ("solved", "closed")


def request_feedback(work: TicketTransaction, event: Event) -> list[str]:
    """Ask the requester when the ticket comes to where the procedure asks, once for each time that it does; what was
    done, in a few words. Nobody is asked about a duplicate or about what ended without a resolution, nor twice before
    an answer came."""
    when = work.procedure.definition.feedback.ask
    if when == "never" or "status" not in event.changes or work.state.requester_id is None:
        return []
    if event.kind in MERGE_EVENTS or event.kind == "withdrawn" or not {"into", "because"}.isdisjoint(event.data):
        return []
    before, after = (_category(work, key) for key in event.changes["status"])
    wanted = _DONE if when == "resolved" else ("closed",)
    if after not in wanted or before in wanted:
        return []
    if any(record.state == ASKED for record in of_kind(work.state.records, FEEDBACK)):
        return []
    key = next_key(work.state.records, FEEDBACK)
    work.append("feedback_asked", change(work.state.records, FEEDBACK, key, state=ASKED), feedback=key)
    return ["feedback asked for"]


def record_answer(
    desk: DeskSession,
    number: int,
    score: int | None = None,
    *,
    comment: str = "",
    complaint: bool = False,
    now: datetime,
) -> CommandResult:
    """Record what the requester thinks, asked or not, on a closed ticket too. score: from 1, the worst, to the
    procedure's best; left out where only words came. A low score or a complaint marks the ticket at once."""
    part = desk.procedure.definition.feedback
    if score is None and not comment.strip():
        raise UsageError("Say what they answered: a score, a comment, or both.")
    if score is not None and not 1 <= score <= part.scale:
        raise UsageError(f"A score is from 1, the worst, to {part.scale}, the best: {score} is none.")
    low = (score is not None and score <= part.low) or (complaint and part.complaint_is_immediate)
    flag = COMPLAINT if complaint else LOW if low else None
    with desk.ticket(number, "feedback", now) as work:
        asked = [record for record in of_kind(work.state.records, FEEDBACK) if record.state == ASKED]
        key = asked[0].key if asked else next_key(work.state.records, FEEDBACK)
        said = {"words": ["comment"]} if comment.strip() else {}
        texts = {"comment": comment.strip()} if comment.strip() else {}
        state = ANSWERED if part.review or flag else REVIEWED
        changes = change(
            work.state.records, FEEDBACK, key, state=state, score=score, complaint=complaint, flag=flag, **said
        )
        work.append("feedback", changes, texts, feedback=key, score=score, low=low, complaint=complaint)
        told = f"{score} of {part.scale}" if score is not None else "words"
        done = work.done(f"{number}: feedback {key} recorded, {told}{', a complaint' if complaint else ''}")
    return done


def review_answer(
    desk: DeskSession, number: int, *, feedback: str | None = None, note: str = "", outcome: str = "", now: datetime
) -> CommandResult:
    """Say that an answer was read, which takes its mark away. note: what was made of it, for colleagues; changed: what
    came of it, which the requester is told where the procedure says so (S4-21)."""
    with desk.ticket(number, "feedback", now, doing="review an answer to a survey") as work:
        record = _waiting(work, feedback)
        texts = {name: words.strip() for name, words in (("note", note), ("changed", outcome)) if words.strip()}
        changes = change(
            work.state.records,
            FEEDBACK,
            record.key,
            state=REVIEWED,
            flag=None,
            who=desk.agent.login,
            **({"words": list(texts)} if texts else {}),
        )
        kind: EventKind = "feedback_changed" if outcome.strip() else "feedback_reviewed"
        work.append(kind, changes, texts, feedback=record.key)
        done = work.done(f"{number}: feedback {record.key} reviewed")
    return done


def _waiting(work: TicketTransaction, key: str | None) -> Record:
    found = [record for record in of_kind(work.state.records, FEEDBACK) if key in (None, record.key)]
    waiting = [record for record in found if record.state == ANSWERED]
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        known = ", ".join(record.key for record in waiting)
        raise DeskError(f"Ticket {work.number} has several answers to review: say which with --which, of {known}.")
    if key is not None and not found:
        raise DeskError(f"Ticket {work.number} has no feedback {key}.")
    raise DeskError(f"Ticket {work.number} has no answer that waits to be reviewed.")


def _category(work: TicketTransaction, key: str | None) -> str:
    status = work.procedure.statuses.get(key or "")
    return status.category if status is not None else ""
