"""Warnings about an assignment: reasons against an agent who may have the ticket all the same."""

from __future__ import annotations

from collections.abc import Iterator

from deskterm.desk.core.row_mapping import to_datetime, to_epoch
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.directory.absence import is_away
from deskterm.desk.directory.tier_coverage import explain_client_tier
from deskterm.sla.zones import format_local_time
from deskterm.store.db.tables import Agent


def find_assignment_warnings(work: TicketTransaction, agent: Agent) -> Iterator[str]:
    """Yield the reasons against assigning a ticket to an agent, in a few words each: they are away (S5-03), they lack
    the certificate that the ticket's level of support requires (S3-11), or that level is the client's own (S3-12)."""
    if agent.away_until is not None and is_away(agent, to_datetime(work.at)):
        yield f"{agent.name} is away until {format_local_time(to_epoch(agent.away_until), work.context.timezone)}"
    level = find_support_level(work)
    tier = next((candidate for candidate in work.procedure.definition.tiers if candidate.level == level), None)
    if tier is None:
        return
    # Warnings and no refusals: whoever assigns may have nobody better
    if tier.certified and not agent.certified:
        yield f"{agent.name} has no certificate, which {tier.label} asks for"
    if explanation := explain_client_tier(work, tier.level):
        yield explanation


def find_support_level(work: TicketTransaction) -> int | None:
    """Return the level of support that a ticket is at: its own, else that of its status; None where neither has one."""
    status = work.procedure.statuses.get(work.state.status)
    return work.state.tier if work.state.tier is not None else status.tier if status is not None else None
