"""The end of a letter that left (M-45, M-47, M-67): written by whatever sends letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.records import build_record_change
from deskterm.desk.notify.recipients import notify_responsible
from deskterm.errors import DeskError

Outcome = Literal["sent", "unsure", "failed", "bounced"]

UNDELIVERED = "undelivered"
"""The flag of tickets with a letter that did not arrive, and the topic of the notice about it."""


class NoLetter(DeskError):
    """A ticket has no such letter, or it was withdrawn: there is nothing to record an outcome of."""


def record_outcome(
    desk: DeskSession,
    number: int,
    key: str,
    state: Outcome,
    *,
    recipients: Mapping[str, str],
    answer: str = "",
    attempt: int = 1,
    reason: str = "",
    settle: Callable[[Session], object] | None = None,
    now: datetime,
) -> CommandResult:
    """Record what became of a letter. recipients: number of the contact → the state of the letter for them; answer: the
    server's words, with the number of its queue; reason: of a failure, in a sentence; settle: called with the
    transaction, for what whoever sends keeps of its own. Of a letter that did not arrive the ticket is flagged, and
    whoever looks after it is told, also when it is closed; nothing reopens it (M-45).

    Raises NoLetter for a letter that there is none of, or that was withdrawn, and DeskError as `DeskSession.ticket`
    does."""
    with desk.ticket(number, "notice", now, allow_closed=True) as work:
        letter = work.state.records.get(("letter", key))
        if letter is None:
            raise NoLetter(f"Ticket {number} has no letter {key}: `deskterm outbox` lists those that wait.")
        if letter.state == "withdrawn":
            raise NoLetter(f"Letter {key} of {number} was withdrawn.")
        is_lost = state in ("failed", "bounced")
        before = letter.values.get("recipients") or {}
        # As texts, because they may name people: what an event itself says can never be erased
        texts = {name: words for name, words in (("reason", reason), ("answer", answer)) if words}
        work.append(
            "delivered",
            build_record_change(
                work.state.records,
                "letter",
                key,
                state=state,
                reason=None,
                recipients={**before, **recipients},
                answer=None if answer else letter.values.get("answer"),
                words=list(texts) or None,
                attempt=attempt,
                flag=UNDELIVERED if is_lost else None,
            ),
            texts,
        )
        if is_lost and not is_flagged(letter.values):
            notify_responsible(work, UNDELIVERED, f"a letter of {number} did not arrive")
        if settle is not None:
            settle(work.session)
        return work.build_result(f"{number}: letter {key} {state}")


def is_flagged(values: Mapping[str, object]) -> bool:
    """Return whether a letter is known not to have arrived."""
    return values.get("flag") == UNDELIVERED
