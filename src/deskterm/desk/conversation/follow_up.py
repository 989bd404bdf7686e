"""Follow-up tickets: a message to a closed ticket that cannot be reopened becomes a new, linked one (S3-14, S4-15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskterm.desk.core.attachments import append_with_files
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory.participants import add_people_in_copy
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.domain.links import FOLLOW_UP_OF, FOLLOW_UPS, copy_classification
from deskterm.desk.domain.received_mail import ReceivedMail
from deskterm.desk.domain.records import Records, records_of_kind
from deskterm.desk.domain.state import State
from deskterm.desk.tickets.missing_fields import check_split_ticket_fields
from deskterm.desk.workflow.checklists import build_type_checklist_change
from deskterm.procedure.schema import Rule

PARTICIPANT = "participant"


def find_latest_follow_up(state: State) -> int | None:
    """Find the newest follow-up of a closed ticket; None when there is none."""
    numbers = state.fields.get(FOLLOW_UPS)
    return max(numbers) if numbers else None


def register_follow_up(
    source: TicketTransaction,
    body: str,
    subject: str,
    *,
    contact: int | None,
    channel: str,
    received_at: int,
    files: Sequence[NewFile] = (),
    mail: ReceivedMail | None = None,
) -> CommandResult:
    """Register a new ticket for a message of the requester, in the transaction of the closed ticket, and link the two.

    The new ticket takes over classification, participants and requester, and whoever had the mail too takes part
    (M-28). contact: the author of the message; by default the requester of the closed ticket. received_at: when the
    message arrived, UTC epoch seconds; the clocks of the new ticket start then."""
    # In the transaction of the closed ticket: its link and the new ticket must come about together
    work = source.open_sibling()
    state, procedure = source.state, source.procedure
    values: dict[str, Any] = copy_classification(state)
    if any(rule.on == "create" and not rule.when and _is_routing_rule(rule) for rule in procedure.definition.rules):
        values["team"] = None  # routing rules assign every new ticket, so they decide anew for this one
    values["status"] = procedure.find_initial_status(state.type).key
    values["channel"] = channel or state.channel
    values["received_at"] = received_at
    changes: dict[str, Any] = {name: (None, value) for name, value in values.items() if value is not None}
    changes[f"fields.{FOLLOW_UP_OF}"] = (None, source.number)
    changes |= {
        f"records.{PARTICIPANT}.{record.key}": (None, dict(record.values))
        for record in records_of_kind(state.records, PARTICIPANT)
    }
    no_records: Records = {}
    if state.type in procedure.types:
        changes |= build_type_checklist_change(procedure, no_records, procedure.types[state.type])
    append_with_files(
        work,
        "registered",
        changes,
        {"subject": subject, "body": body, **(mail.texts() if mail else {})},
        files,
        author_kind="requester",
        contact=contact if contact is not None else state.requester_id,
        channel=values["channel"],
        spoken_at=received_at,
        **(mail.data() if mail else {}),
    )
    missing = check_split_ticket_fields(work, body)
    if missing:
        work.append("edited", missing)
    if mail is not None and mail.in_copy:
        add_people_in_copy(work, mail.in_copy)
    result = work.build_result(f"{source.number} stays closed; {work.number} registered, which follows it up")
    # The new ticket is written first: only then does it have the number that the closed ticket links to.
    work.finish()
    before = state.fields.get(FOLLOW_UPS)
    source.append("linked", {f"fields.{FOLLOW_UPS}": (before, [*(before or ()), result.number])}, ticket=result.number)
    return result


def _is_routing_rule(rule: Rule) -> bool:
    """Return whether a rule decides which tier, team or agent takes a ticket."""
    return rule.tier is not None or rule.team is not None or rule.assign == "on-shift"
