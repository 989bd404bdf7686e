"""What the end of a timer does to a ticket: out of a status, closed, or taken up again. The procedure says where to."""

from __future__ import annotations

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.notify.recipients import StaffDirectory, find_fallback_recipients, notify_staff, resolve_recipients
from deskterm.procedure.schema import Status
from deskterm.procedure.terms import AUTO_CLOSE, SNOOZE, status_timer


def handle_timer_end(work: TicketTransaction, metric: str) -> str:
    """Do what the end of a timer brings, in the transaction that notes it; what that was, in a few words. Nothing,
    where the procedure only wants it noted."""
    if metric == SNOOZE:
        work.append("snoozed", {"snoozed_until": (work.state.snoozed_until, None)})
        return "taken up again"
    target = _leads_to(work, metric)
    if target is None or target.key == work.state.status:
        return _tell(work, metric)
    work.append("moved", {"status": (work.state.status, target.key)}, reason="its time was over", by_itself=True)
    return f"now {target.label}"


def _tell(work: TicketTransaction, metric: str) -> str:
    """Tell whoever has a ticket that it has stayed where it is as long as the procedure lets it, where that leads
    nowhere by itself (S4-20)."""
    here = work.procedure.statuses.get(work.state.status)
    if here is None or here.after is None or metric != status_timer(here.key) or here.after.to or here.after.remind:
        return ""
    colleagues = StaffDirectory(work.session)
    logins = resolve_recipients(
        colleagues, work.procedure.definition, work.state, ["assignee"]
    ) or find_fallback_recipients(work, colleagues)
    notify_staff(work, logins, "timer", f"{here.label}: it has waited its time, look at it")
    return "look at it"


def _leads_to(work: TicketTransaction, metric: str) -> Status | None:
    procedure = work.procedure
    if metric == AUTO_CLOSE:
        ways = procedure.next_statuses(work.state.type, work.state.status)
        closed = [status for status in ways if status.category == "closed"]
        return closed[0] if closed else None
    here = procedure.statuses.get(work.state.status)
    if here is None or here.after is None or here.after.to is None or metric != status_timer(here.key):
        return None
    return procedure.statuses.get(here.after.to)
