"""Which tiers of support are ours, for clients with a desk of their own (S3-12)."""

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
"""What a ticket is marked with that is to be passed to the client's own desk."""


def parse_tiers(text: str) -> list[int]:
    """The levels that a client's row names, `2,3`. ValueError for anything but numbers."""
    return [int(word) for word in text.replace(";", ",").split(",") if word.strip()]


def list_own_tiers(work: TicketTransaction) -> list[int]:
    """The tiers that we give to the ticket's client, the first one first; all of them where the procedure does not
    look at clients, or the client has none of its own."""
    procedure = work.procedure.definition
    every = [tier.level for tier in procedure.tiers]
    if not procedure.coverage.per_client:
        return every
    client = _client(work)
    said = parse_tiers(client.coverage) if client is not None else []
    return said or list(procedure.coverage.default_tiers) or every


def find_first_own_tier(work: TicketTransaction, level: int) -> tuple[int, str]:
    """Where a new ticket for a tier goes: there, or where that is the client's own, to the next one up of ours; and
    what to say of it."""
    above = [one for one in list_own_tiers(work) if one >= level]
    taken = min(above, default=level)
    if taken == level:
        return level, ""
    return taken, f"{_label(work.procedure, level)} is the client's own, so {_label(work.procedure, taken)} takes it"


def explain_client_tier(work: TicketTransaction, level: int) -> str:
    """That a tier is the client's own, and whom to pass a ticket for it to; empty where it is ours."""
    if level in list_own_tiers(work):
        return ""
    client = _client(work)
    whom = client.handoff if client is not None else ""
    return f"{_label(work.procedure, level)} is the client's own: pass it to {whom or 'their support contact'}"


def mark_for_handoff(work: TicketTransaction, level: int, *, by_rule: str | None = None) -> str:
    """What to do with a ticket that is to go to a tier, in words; empty where that is ours. Where it is the client's
    own, the ticket is marked until it has been passed on."""
    why = explain_client_tier(work, level)
    if not why or any(one.state == "open" and one.values["tier"] == level for one in _marks(work)):
        return why
    client = _client(work)
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
    return why


def record_handoff(
    desk: DeskSession, number: int, *, note: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """Say that a ticket was passed to the client's own desk: it is not marked for that any more. note: to whom, and
    what they were told, for colleagues."""
    with desk.ticket(number, "escalate", now, version, doing="pass tickets on") as work:
        waiting = [one for one in _marks(work) if one.state == "open"]
        if not waiting:
            raise DeskError(f"Ticket {number} is not to be passed to its client's own desk.")
        changes: dict[str, tuple[Any, Any]] = {}
        for one in waiting:
            changes |= build_record_change(
                work.state.records, HANDOFF, one.key, state="done", by=desk.agent.login, flag=None
            )
        texts = {"body": note.rstrip()} if note.strip() else {}
        work.append("handed_off", changes, texts, author_kind="agent", author=desk.agent.name, passed=True)
        whom = ", ".join(dict.fromkeys(one.who for one in waiting if one.who)) or "their support contact"
        done = work.done(f"{number}: passed to {whom}")
    return done


def _marks(work: TicketTransaction) -> list[Record]:
    return list(records_of_kind(work.state.records, HANDOFF))


def _client(work: TicketTransaction) -> Organisation | None:
    number = work.state.organisation_id
    return None if number is None else work.session.get(Organisation, number)


def _label(procedure: CompiledProcedure, level: int) -> str:
    return next((tier.label for tier in procedure.definition.tiers if tier.level == level), f"tier {level}")
