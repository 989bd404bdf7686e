"""Satisfaction surveys: asking the requester, recording the answer, and reviewing every answer (S3-15, S4-21).

An answer is a record `feedback`: `state` (`asked`, `answered` or `reviewed`), `score`, `complaint`, `comment` (the id
of its text), `who` reviewed it; `flag` while a low score or a complaint waits for a review.
"""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.event_kinds.table import MERGE_EVENTS
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.received_mail import ReceivedMail
from deskterm.desk.domain.records import Record, build_record_change, find_next_key, records_of_kind
from deskterm.errors import DeskError, UsageError

FEEDBACK = "feedback"
ASKED, ANSWERED, REVIEWED = "asked", "answered", "reviewed"
COMPLAINT, LOW = "complaint", "low-score"
_RESOLVED_CATEGORIES = ("solved", "closed")


def request_feedback(work: TicketTransaction, event: Event) -> list[str]:
    """Ask the requester for feedback when the ticket is resolved or closed, as the procedure says; a reaction to the
    event. Return the lines for the summary.

    It asks each time the ticket gets there, but not again before the last survey was answered, and never for a
    duplicate or a ticket that ended without a resolution."""
    when = work.procedure.definition.feedback.ask
    if when == "never" or "status" not in event.changes or work.state.requester_id is None:
        return []
    if event.kind in MERGE_EVENTS or event.kind == "withdrawn" or not {"into", "because"}.isdisjoint(event.data):
        return []
    before, after = (_status_category(work, key) for key in event.changes["status"])
    categories = _RESOLVED_CATEGORIES if when == "resolved" else ("closed",)
    # From solved to closed is one end, not two
    if after not in categories or before in categories:
        return []
    if any(record.state == ASKED for record in records_of_kind(work.state.records, FEEDBACK)):
        return []
    key = find_next_key(work.state.records, FEEDBACK)
    work.append("feedback_asked", build_record_change(work.state.records, FEEDBACK, key, state=ASKED), feedback=key)
    return ["feedback asked for"]


def record_answer(
    desk: DeskSession,
    number: int,
    score: int | None = None,
    *,
    comment: str = "",
    complaint: bool = False,
    survey: str | None = None,
    mail: ReceivedMail | None = None,
    now: datetime,
) -> CommandResult:
    """Record feedback of the requester, whether or not a survey was sent, on a closed ticket too.

    survey: the key of the survey that it answers, None for the one that waits; an answer to it that came before is
    replaced (M-66). mail: the one that it came as.

    A low score or a complaint flags the ticket at once. score: from 1, the worst, to the best of the procedure's scale;
    None when there is only a comment. Raises UsageError without score and comment, or for a score off the scale."""
    part = desk.procedure.definition.feedback
    if score is None and not comment.strip():
        raise UsageError("Say what they answered: a score, a comment, or both.")
    if score is not None and not 1 <= score <= part.scale:
        raise UsageError(f"A score is from 1, the worst, to {part.scale}, the best: {score} is none.")
    low = (score is not None and score <= part.low) or (complaint and part.complaint_is_immediate)
    flag = COMPLAINT if complaint else LOW if low else None
    with desk.ticket(number, "feedback", now) as work:
        pending = [record for record in records_of_kind(work.state.records, FEEDBACK) if record.state == ASKED]
        known = survey is not None and (FEEDBACK, survey) in work.state.records
        key = survey if known and survey else pending[0].key if pending else find_next_key(work.state.records, FEEDBACK)
        text_names = {"words": ["comment"]} if comment.strip() else {}
        texts = {"comment": comment.strip()} if comment.strip() else {}
        # A flagged answer is reviewed even where the procedure has no reviews
        state = ANSWERED if part.review or flag else REVIEWED
        changes = build_record_change(
            work.state.records, FEEDBACK, key, state=state, score=score, complaint=complaint, flag=flag, **text_names
        )
        data = mail.data() if mail is not None else {}
        work.append("feedback", changes, texts, feedback=key, score=score, low=low, complaint=complaint, **data)
        rating = f"{score} of {part.scale}" if score is not None else "words"
        result = work.build_result(f"{number}: feedback {key} recorded, {rating}{', a complaint' if complaint else ''}")
    return result


def review_answer(
    desk: DeskSession, number: int, *, feedback: str | None = None, note: str = "", outcome: str = "", now: datetime
) -> CommandResult:
    """Mark an answer as reviewed, which removes its flag.

    feedback: the key of the answer, needed when several wait for a review. note: a remark for colleagues. outcome: the
    change that the answer led to; the procedure may have it sent to the requester (S4-21). Raises DeskError when no
    answer waits for a review, or several do and none is named."""
    with desk.ticket(number, "feedback", now, action="review an answer to a survey") as work:
        record = _find_unreviewed(work, feedback)
        texts = {name: text.strip() for name, text in (("note", note), ("changed", outcome)) if text.strip()}
        changes = build_record_change(
            work.state.records,
            FEEDBACK,
            record.key,
            state=REVIEWED,
            flag=None,
            who=desk.agent.login,
            **({"words": list(texts)} if texts else {}),
        )
        # A kind of its own, because only an outcome may be told to the requester (S4-21)
        kind: EventKind = "feedback_changed" if outcome.strip() else "feedback_reviewed"
        work.append(kind, changes, texts, feedback=record.key)
        result = work.build_result(f"{number}: feedback {record.key} reviewed")
    return result


def _find_unreviewed(work: TicketTransaction, key: str | None) -> Record:
    """Find the answer that waits for a review; key: that of the answer, None for the only one. Raises DeskError when
    there is no such answer, or none is named of several."""
    found = [record for record in records_of_kind(work.state.records, FEEDBACK) if key in (None, record.key)]
    unreviewed = [record for record in found if record.state == ANSWERED]
    if len(unreviewed) == 1:
        return unreviewed[0]
    if unreviewed:
        keys = ", ".join(record.key for record in unreviewed)
        raise DeskError(f"Ticket {work.number} has several answers to review: say which, of {keys}.", option="--which")
    if key is not None and not found:
        raise DeskError(f"Ticket {work.number} has no feedback {key}.")
    raise DeskError(f"Ticket {work.number} has no answer that waits to be reviewed.")


def _status_category(work: TicketTransaction, key: str | None) -> str:
    status = work.procedure.statuses.get(key or "")
    return status.category if status is not None else ""
