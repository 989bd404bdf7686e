"""SLA events: what happened to a ticket, as far as clocks are concerned."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.sla.terms import Facts


class SlaEvent(NamedTuple):
    """One thing that happened to a ticket.

    at: epoch seconds. occurrences: the conditions of metrics that it meets (`received`, `agent_reply`,
    `customer_message`, `status:KEY`, `leaves:KEY`, `category:KEY`, `resolution`, `reopened`, `cancelled`, `transferred`
    …). status: the ticket's status afterwards. facts: those that policies test, afterwards, besides `dues` (metric →
    due time that a person set), `sprint` (start date of the sprint or release that the ticket is scheduled to),
    `working` (tiers of those at work), `logged` (work that was written down) and `tier` (of the ticket). It is the same
    object as the event's before when none of them changed: the fold compares by identity first.
    """

    at: int
    occurrences: frozenset[str]
    status: str
    facts: Facts
