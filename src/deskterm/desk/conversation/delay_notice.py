"""Delay notices: telling the requester before a due time is missed (S3-07)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.row_mapping import find_next_clock
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory.participants import require_addressee
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import build_record_change
from deskterm.desk.notify import letters
from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.channels import MAIL
from deskterm.sla.clock import Clock


def announce_delay(
    desk: DeskSession,
    number: int,
    text: str,
    *,
    metric: str | None = None,
    by_phone: bool = False,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Tell the requester that a due time will probably be missed.

    The message counts as a reply, and the automatic letter about the breach is no longer sent. text: the reason or the
    new date; it is put into the template for delay letters, or is a note of the call when `by_phone`. metric: the
    clock that is late, by key or label; by default the one that is due next. Raises UsageError for an empty text, and
    DeskError when no clock is running, or for mail to nobody (D-13)."""
    if not text.strip():
        raise UsageError("Say a few words: what takes longer, or when it will be done.")
    with desk.ticket(number, "reply", now, version, action="announce a delay") as work:
        require_addressee(work, "phone" if by_phone else MAIL, option="--phone")
        clock = _find_late_clock(work, metric)
        # The template takes its due time from an event. None has happened yet, so one is made up that is never stored.
        breach = Event(0, "noticed", work.at, desk.agent.login, 0, data={"due": clock.due_at})
        body = text.rstrip() if by_phone else _render_body(work, breach, text.rstrip())
        # The same key that the notices look for: the automatic letter about this cycle is left out
        key = f"{clock.metric}.{clock.cycle}"
        work.append(
            "replied",
            build_record_change(work.state.records, "delay", key, state="told", metric=clock.metric),
            {"body": body},
            author_kind="agent",
            author=desk.agent.name,
            channel="phone" if by_phone else MAIL,
            news="delayed",
            metric=clock.metric,
            cycle=clock.cycle,
        )
        result = work.build_result(f"{number}: told that it takes longer{' by phone' if by_phone else ''}")
    return result


def _render_body(work: TicketTransaction, breach: Event, text: str) -> str:
    """Render the delay template; the agent's text is added at the end where the template leaves it out."""
    notices = [part for part in work.procedure.definition.notices if part.on == "delayed" and part.template]
    template = letters.find_template(work, notices[0]) if notices else None
    body = letters.render_letter(work, "delayed", template, breach, note=text)[1]
    return body if text in body else f"{body}\n\n{text}"


def _find_late_clock(work: TicketTransaction, metric: str | None) -> Clock:
    clocks = work.fold.clocks()
    if metric is not None:
        key = resolve_choice("metric", metric, work.procedure.definition.metrics).key
        clocks = [clock for clock in clocks if clock.metric == key]
    clock = find_next_clock(clocks)
    if clock is None:
        raise DeskError(f"No clock of {work.number} runs that could be late: answer with `deskterm ticket reply`.")
    return clock
