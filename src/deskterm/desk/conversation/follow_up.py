"""What is written to a closed ticket that cannot come back: a new ticket, linked to it (S3-14, S4-15)."""

from __future__ import annotations

from typing import Any

from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.links import FOLLOW_UP_OF, FOLLOW_UPS, taken_along
from deskterm.desk.domain.records import Records, of_kind
from deskterm.desk.domain.state import State
from deskterm.desk.tickets.missing_fields import check_split_ticket_fields
from deskterm.desk.workflow.checklists import build_type_checklist_change
from deskterm.procedure.schema import Rule

PARTICIPANT = "participant"


def find_latest_follow_up(state: State) -> int | None:
    """The last ticket that came of what was written to this one after it was closed."""
    numbers = state.fields.get(FOLLOW_UPS)
    return max(numbers) if numbers else None


def register_follow_up(
    source: TicketTransaction, body: str, subject: str, *, contact: int | None, channel: str, received_at: int
) -> CommandResult:
    """Register a new ticket with a message of the requester, classified as its source is, in the source's transaction;
    the two are linked. at: when the message arrived, epoch seconds; the new ticket's clocks start there."""
    work = source.beside()
    state, procedure = source.state, source.procedure
    values: dict[str, Any] = taken_along(state)
    if any(rule.on == "create" and not rule.when and _sends(rule) for rule in procedure.definition.rules):
        values["team"] = None  # it begins where every new ticket does
    values["status"] = procedure.initial_status(state.type).key
    values["channel"] = channel or state.channel
    values["received_at"] = received_at
    changes: dict[str, Any] = {name: (None, value) for name, value in values.items() if value is not None}
    changes[f"fields.{FOLLOW_UP_OF}"] = (None, source.number)
    changes |= {f"records.{PARTICIPANT}.{r.key}": (None, dict(r.values)) for r in of_kind(state.records, PARTICIPANT)}
    nothing: Records = {}
    if state.type in procedure.types:
        changes |= build_type_checklist_change(procedure, nothing, procedure.types[state.type])
    work.append(
        "registered",
        changes,
        {"subject": subject, "body": body},
        author_kind="requester",
        contact=contact if contact is not None else state.requester_id,
        channel=values["channel"],
        spoken_at=received_at,
    )
    lacks = check_split_ticket_fields(work, body)
    if lacks:
        work.append("edited", lacks)
    done = work.done(f"{source.number} stays closed; {work.number} registered, which follows it up")
    work.finish()
    before = state.fields.get(FOLLOW_UPS)
    source.append("linked", {f"fields.{FOLLOW_UPS}": (before, [*(before or ()), done.number])}, ticket=done.number)
    return done


def _sends(rule: Rule) -> bool:
    """Whether a rule says who takes a ticket."""
    return rule.tier is not None or rule.team is not None or rule.assign == "on-shift"
