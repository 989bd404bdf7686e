"""Disputes of a priority: the customer says that it is wrong (S3-05). Their words are kept, somebody reviews them and
decides."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.due_changes import compute_due_times, find_due_changes
from deskterm.desk.domain.records import build_record_change, find_next_key, records_of_kind
from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError, MissingReason, UsageError

DISPUTED = "disputed"


def dispute_priority(
    desk: DeskSession,
    number: int,
    text: str,
    *,
    requested_priority: str | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Record that the customer disputes the priority, where the procedure allows it.

    text: how the matter affects them and their organisation. requested_priority: key or label of the priority that they
    think is right.
    """
    with desk.ticket(number, "escalate", now, version, action="note that a priority is disputed") as work:
        scheme = work.procedure.definition.priority
        if not scheme.customer_may_dispute:
            raise DeskError("This procedure does not let customers dispute a priority: set it yourself, or escalate.")
        if not text.strip():
            raise UsageError("Say how it affects them: that is what the priority is decided by.")
        if any(record.state == "open" for record in records_of_kind(work.state.records, "dispute")):
            raise DeskError(f"The priority of {number} is disputed already: `deskterm ticket settle {number}` decides.")
        wanted_key = (
            None if requested_priority is None else resolve_choice("priority", requested_priority, scheme.scale).key
        )
        records = work.state.records
        changes = build_record_change(
            records, "dispute", find_next_key(records, "dispute"),
            state="open", flag=DISPUTED, stood=work.state.priority, wanted=wanted_key, words=["body"],
        )  # fmt: skip
        work.append("disputed", changes, {"body": text.rstrip()}, author_kind="agent", author=desk.agent.name)
        result = work.build_result(f"{number}: the customer disputes the priority")
    return result


def settle_dispute(
    desk: DeskSession,
    number: int,
    *,
    priority: str | None = None,
    note: str = "",
    now: datetime,
    version: int | None = None,
    dry_run: bool = False,
) -> CommandResult:
    """Settle a dispute: set another priority, which moves clocks (rule 17) and is announced to the requester as any
    other change, or leave it as it is, with a note that gives the reason.

    dry_run: return what would happen, and write nothing.
    """
    denied_act = "decide on a disputed priority"
    with desk.ticket(number, "priority", now, version, action=denied_act, dry_run=dry_run) as work:
        before = compute_due_times(work.fold, work.at)
        open_disputes = [record for record in records_of_kind(work.state.records, "dispute") if record.state == "open"]
        if not open_disputes:
            raise DeskError(f"Nobody disputes the priority of {number}: there is nothing to settle.")
        step = (
            None if priority is None else resolve_choice("priority", priority, work.procedure.definition.priority.scale)
        )
        unchanged = step is None or step.key == work.state.priority
        if unchanged and not note.strip():
            raise MissingReason("Say why the priority stays as it is, or give another.")
        changes = build_record_change(
            work.state.records, "dispute", open_disputes[-1].key,
            state="kept" if unchanged else "changed", flag=None, decided_by=desk.agent.login,
        )  # fmt: skip
        # Texts are inserted as their event is appended, and a rehearsal must not wait for the right to write
        texts = {"body": note.rstrip()} if note.strip() and not dry_run else {}
        work.append("reviewed", changes, texts, author_kind="agent", author=desk.agent.name)
        phrase = "the priority stays as it is"
        if step is not None and not unchanged:
            priority_change = {"priority": (work.state.priority, step.key)}
            work.append("priority_set", priority_change, reason="the customer's word on how it affects them")
            phrase = f"priority {step.label}"
        due_changes = find_due_changes(before, work.fold, work.at, work.procedure, number)
        result = work.build_result(f"{number}: dispute settled, {phrase}", due_changes)
    return result
