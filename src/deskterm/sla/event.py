"""What happened to a ticket, as far as clocks are concerned."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.sla.terms import Facts


class SlaEvent(NamedTuple):
    """One thing that happened. at: epoch seconds. occurrences: what it was, in the words that metrics use
    (`received`, `agent_reply`, `customer_message`, `status:KEY`, `leaves:KEY`, `category:KEY`, `resolution`,
    `reopened`, `cancelled`, `transferred` …). status: the ticket's status afterwards. facts: what policies look at,
    afterwards, beside `dues` (metric → when a person said it is due), `sprint` (the date that the scheduled sprint or
    release starts on), `working` (tiers of those at work) and `tier` (where the ticket is); the same object as the
    mark's before it when nothing of that changed."""

    at: int
    occurrences: frozenset[str]
    status: str
    facts: Facts
