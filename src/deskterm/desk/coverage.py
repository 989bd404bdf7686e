"""Which tiers of support are ours, for clients with a desk of their own (S3-12)."""

from __future__ import annotations

from deskterm.desk.records import change, next_key
from deskterm.desk.transaction import Work
from deskterm.procedure.compiled import Compiled
from deskterm.store.tables import Organisation

HANDOFF = "handoff"
"""What a ticket is marked with that is to be passed to the client's own desk."""


def tiers(text: str) -> list[int]:
    """The levels that a client's row names, `2,3`. ValueError for anything but numbers."""
    return [int(word) for word in text.replace(";", ",").split(",") if word.strip()]


def ours(work: Work) -> list[int]:
    """The tiers that we give to the ticket's client, the first one first; all of them where the procedure does not
    look at clients, or the client has none of its own."""
    procedure = work.procedure.procedure
    every = [tier.level for tier in procedure.tiers]
    if not procedure.coverage.per_client:
        return every
    client = _client(work)
    said = tiers(client.coverage) if client is not None else []
    return said or list(procedure.coverage.default_tiers) or every


def first_of_ours(work: Work, level: int) -> tuple[int, str]:
    """Where a new ticket for a tier goes: there, or where that is the client's own, to the next one up of ours; and
    what to say of it."""
    above = [one for one in ours(work) if one >= level]
    taken = min(above, default=level)
    if taken == level:
        return level, ""
    return taken, f"{_label(work.procedure, level)} is the client's own, so {_label(work.procedure, taken)} takes it"


def hand_off(work: Work, level: int, *, by_rule: str | None = None) -> str:
    """What to do with a ticket that is to go to a tier, in words; empty where that is ours. Where it is the client's
    own, the ticket is marked until it has been passed on."""
    if level in ours(work):
        return ""
    client = _client(work)
    whom = client.handoff if client is not None else ""
    said = f"{_label(work.procedure, level)} is the client's own"
    records = work.state.records
    key = next_key(records, HANDOFF)
    work.append(
        "handed_off",
        change(records, HANDOFF, key, state="open", tier=level, who=whom, flag=HANDOFF),
        by_rule=by_rule,
        what=work.procedure.procedure.coverage.handoff,
    )
    return f"{said}: pass it to {whom or 'their support contact'}"


def _client(work: Work) -> Organisation | None:
    number = work.state.organisation_id
    return None if number is None else work.session.get(Organisation, number)


def _label(procedure: Compiled, level: int) -> str:
    return next((tier.label for tier in procedure.procedure.tiers if tier.level == level), f"tier {level}")
