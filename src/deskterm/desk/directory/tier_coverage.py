"""Coverage of tiers: which levels of support we provide to a client that has a desk of its own (S3-12)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.records import Record, build_record_change, find_next_key, records_of_kind
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.store.db.tables import Organisation

HANDOFF = "handoff"
"""Kind of the record, and flag, of a ticket that is to be passed to the client's own desk."""


def parse_tiers(text: str) -> list[int]:
    """Parse the levels in a client's row, `2,3`. Raises ValueError for anything but numbers."""
    return [int(word) for word in text.replace(";", ",").split(",") if word.strip()]


def list_own_tiers(work: TicketTransaction) -> list[int]:
    """List the tiers that we provide to the ticket's client, lowest first; all tiers where the procedure does not
    distinguish clients or the client has no desk of its own."""
    procedure = work.procedure.definition
    all_tiers = [tier.level for tier in procedure.tiers]
    if not procedure.coverage.per_client:
        return all_tiers
    client = _load_client(work)
    covered = parse_tiers(client.coverage) if client is not None else []
    return covered or list(procedure.coverage.default_tiers) or all_tiers


def find_first_own_tier(work: TicketTransaction, level: int) -> tuple[int, str]:
    """Return the tier to which a new ticket for a level goes: that level, or the next one up of ours where it is the
    client's own; and a sentence about it, empty for the former."""
    candidates = [tier for tier in list_own_tiers(work) if tier >= level]
    # Never down: a lower tier is not able to solve it
    first = min(candidates, default=level)
    if first == level:
        return level, ""
    return (
        first,
        f"{_tier_label(work.procedure, level)} is the client's own, so {_tier_label(work.procedure, first)} takes it",
    )


def explain_client_tier(work: TicketTransaction, level: int) -> str:
    """Return a sentence that a tier is the client's own, and to whom to pass the ticket; empty where it is ours."""
    if level in list_own_tiers(work):
        return ""
    client = _load_client(work)
    contact = client.handoff if client is not None else ""
    return f"{_tier_label(work.procedure, level)} is the client's own: pass it to {contact or 'their support contact'}"


def mark_for_handoff(work: TicketTransaction, level: int, *, by_rule: str | None = None) -> str:
    """Flag a ticket for a tier that is the client's own until it has been passed on; return what to do, empty where the
    tier is ours."""
    explanation = explain_client_tier(work, level)
    # One mark for each tier: escalating twice must not ask twice
    if not explanation or any(
        handoff.state == "open" and handoff.values["tier"] == level for handoff in _list_handoffs(work)
    ):
        return explanation
    client = _load_client(work)
    records = work.state.records
    work.append(
        "handed_off",
        build_record_change(
            records, HANDOFF, find_next_key(records, HANDOFF),
            state="open", tier=level, who=client.handoff if client is not None else "", flag=HANDOFF,
        ),
        by_rule=by_rule,
        what=work.procedure.definition.coverage.handoff,
    )  # fmt: skip
    return explanation


def record_handoff(
    desk: DeskSession, number: int, *, note: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """Record that a ticket was passed to the client's own desk, which removes the flag.

    note: for colleagues: to whom, and what they were told.
    """
    with desk.ticket(number, "escalate", now, version, action="pass tickets on") as work:
        open_handoffs = [handoff for handoff in _list_handoffs(work) if handoff.state == "open"]
        if not open_handoffs:
            raise DeskError(f"Ticket {number} is not to be passed to its client's own desk.")
        changes: dict[str, tuple[Any, Any]] = {}
        for handoff in open_handoffs:
            changes |= build_record_change(
                work.state.records, HANDOFF, handoff.key, state="done", by=desk.agent.login, flag=None
            )
        texts = {"body": note.rstrip()} if note.strip() else {}
        work.append("handed_off", changes, texts, author_kind="agent", author=desk.agent.name, passed=True)
        contacts = (
            ", ".join(dict.fromkeys(handoff.who for handoff in open_handoffs if handoff.who)) or "their support contact"
        )
        result = work.build_result(f"{number}: passed to {contacts}")
    return result


def _list_handoffs(work: TicketTransaction) -> list[Record]:
    return list(records_of_kind(work.state.records, HANDOFF))


def _load_client(work: TicketTransaction) -> Organisation | None:
    number = work.state.organisation_id
    return None if number is None else work.session.get(Organisation, number)


def _tier_label(procedure: CompiledProcedure, level: int) -> str:
    return next((tier.label for tier in procedure.definition.tiers if tier.level == level), f"tier {level}")
