"""Ends of timers: a ticket leaves a status, is closed, or is taken up again. The procedure says where it goes."""

from __future__ import annotations

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.notify.calls import repeat_call
from deskterm.desk.notify.recipients import notify_responsible
from deskterm.procedure.schema import Status
from deskterm.procedure.sla_terms import AUTO_CLOSE, CALL_PREFIX, SNOOZE, status_timer_key


def handle_timer_end(work: TicketTransaction, metric: str) -> str:
    """Do what the end of a timer leads to, in the transaction that records it, and describe it in a few words. Return
    an empty string where the procedure only wants it recorded."""
    if metric == SNOOZE:
        work.append("snoozed", {"snoozed_until": (work.state.snoozed_until, None)})
        return "taken up again"
    if metric.startswith(CALL_PREFIX):
        return repeat_call(work, metric.removeprefix(CALL_PREFIX))
    # The procedure itself names the status, so neither the graph nor the transition rules are asked.
    target = _find_target_status(work, metric)
    if target is None or target.key == work.state.status:
        return _notify_overstay(work, metric)
    work.append("moved", {"status": (work.state.status, target.key)}, reason="its time was over", by_itself=True)
    return f"now {target.label}"


def _notify_overstay(work: TicketTransaction, metric: str) -> str:
    """Notify the assignee, or whoever stands in, that a ticket has stayed in its status for as long as the procedure
    allows, where no other status follows (S4-20)."""
    status = work.procedure.statuses.get(work.state.status)
    if (
        status is None
        or status.after is None
        or metric != status_timer_key(status.key)
        or status.after.to
        or status.after.remind
    ):
        return ""
    notify_responsible(work, "timer", f"{status.label}: it has waited its time, look at it")
    return "look at it"


def _find_target_status(work: TicketTransaction, metric: str) -> Status | None:
    procedure = work.procedure
    if metric == AUTO_CLOSE:
        following = procedure.find_next_statuses(work.state.type, work.state.status)
        closed_statuses = [status for status in following if status.category == "closed"]
        return closed_statuses[0] if closed_statuses else None
    current = procedure.statuses.get(work.state.status)
    if current is None or current.after is None or current.after.to is None or metric != status_timer_key(current.key):
        return None
    return procedure.statuses.get(current.after.to)
