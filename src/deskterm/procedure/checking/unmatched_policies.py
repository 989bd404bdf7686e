"""Checks for policies that can never match, and for targets that no ticket can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deskterm.procedure.checking.problems import Problem
from deskterm.procedure.checking.references import collect_keys
from deskterm.procedure.schema import PolicyPart, Procedure
from deskterm.procedure.schema.text_types import FACTS
from deskterm.procedure.sla_terms import to_value_set

_OTHER = ""
"""Stands for a fact that a ticket does not have, and for every text that no policy names."""

TicketSet = Mapping[str, frozenset[str]]
"""Tickets by the values that their facts may have, each independent of the others: fact → values. A ticket with several
tags counts as one with each: the more tags, the more policies match it."""


def find_unmatched_policies(procedure: Procedure) -> Iterator[Problem]:
    """Yield a problem for every policy that can never match, behind others that take all of its tickets or with
    conditions that no ticket meets, and for every policy whose targets no ticket of it can have."""
    plain = {kind.key for kind in procedure.types if not kind.has_severity}
    every = {kind.key for kind in procedure.types}
    tickets = _list_ticket_sets(procedure)
    for number, part in enumerate(procedure.policies):
        path = ("policies", number, "when") if part.when else ("policies", number)
        # Exempt tickets have no policy at all, so a policy with that condition takes none from those after it
        earlier = [other for other in procedure.policies[:number] if "exempt" not in other.when]
        for fact, values in part.when.items():
            sentence = "it can never match: "
            if fact == "exempt":
                sentence += "an exempt ticket has no policy, and no other needs to say so; leave exempt out."
            elif not to_value_set(values):
                sentence += f"{fact} is to be one of none; name some or leave it out."
            else:
                continue
            yield Problem((*path, fact), f'policies "{part.key}": {sentence}')
        if "exempt" in part.when or not all(to_value_set(values) for values in part.when.values()):
            continue
        types = to_value_set(part.when["type"]) if "type" in part.when else every
        if types <= plain and "severity" in part.when:
            sentence = f"it can never match: {', '.join(sorted(types))} has no severity; leave the severity out."
            yield Problem((*path, "severity"), f'policies "{part.key}": {sentence}')
            continue
        if types <= plain and part.by_severity and not (part.targets or part.by_priority):
            names = ", ".join(sorted(types))
            sentence = f"{names} has no severity, so it promises nothing; write its targets in targets."
            yield Problem(("policies", number, "by_severity"), f'policies "{part.key}": {sentence}')
        if (takers := _find_takers(part, earlier, tickets)) is not None:
            yield Problem(path, f'policies "{part.key}": {_describe_takers(takers)}')


def _describe_takers(takers: Sequence[str]) -> str:
    """Describe the policies that take all tickets of a later one."""
    if len(takers) == 1:
        return f'it can never match: "{takers[0]}" before it takes all of its tickets; put it before that one.'
    named = '", "'.join(takers[:-1]) + f'" and "{takers[-1]}'
    return f'it can never match: "{named}" before it take all of its tickets; put it before them.'


def _find_takers(part: PolicyPart, earlier: Sequence[PolicyPart], tickets: Sequence[TicketSet]) -> list[str] | None:
    """Return the policies before one that take all of its tickets between them; None when some are left."""
    remaining = [kinds for ticket in tickets if (kinds := _intersect(ticket, part)) is not None]
    takers = []
    for other in earlier:
        rest = [piece for kinds in remaining for piece in _subtract(kinds, other)]
        if rest != remaining:
            takers.append(other.key)
        remaining = rest
        if not remaining:
            # One policy that takes everything is the clearer answer, even where others took a share before it
            alone = next((one.key for one in earlier if _covers(one, part)), None)
            return takers if alone is None else [alone]
    return None


def _covers(earlier: PolicyPart, later: PolicyPart) -> bool:
    """Return True if every ticket that the later policy matches is matched by the earlier one."""
    return all(
        fact in later.when and to_value_set(later.when[fact]) <= to_value_set(values)
        for fact, values in earlier.when.items()
    )


def _list_ticket_sets(procedure: Procedure) -> list[TicketSet]:
    """Return all tickets that there can be, those whose type has no severity apart from the others."""
    known = collect_keys(procedure)
    kinds: dict[str, frozenset[str]] = {}
    for fact, table in FACTS.items():
        named = {value for part in procedure.policies for value in to_value_set(part.when.get(fact, ()))}
        # One value stands for all that no policy names: they match alike, and the sets stay small
        kinds[fact] = frozenset({*(known[table] if table is not None else ()), *named, _OTHER})
    plain = frozenset(kind.key for kind in procedure.types if not kind.has_severity)
    rest = frozenset(kind.key for kind in procedure.types) - plain
    # A type without severity is never matched by one (S1-07); in one set, severity and type would not be independent
    apart = [kinds | {"type": plain, "severity": frozenset({_OTHER})}, kinds | {"type": rest}]
    return [ticket for ticket in apart if ticket["type"]]


def _intersect(ticket: TicketSet, part: PolicyPart) -> TicketSet | None:
    """Return the tickets of a set that a policy matches; None when there are none."""
    met = dict(ticket) | {fact: ticket[fact] & to_value_set(values) for fact, values in part.when.items()}
    return met if all(met.values()) else None


def _subtract(ticket: TicketSet, part: PolicyPart) -> Iterator[TicketSet]:
    """Yield the tickets of a set that a policy does not match, in sets that exclude each other."""
    if _intersect(ticket, part) is None:
        yield ticket
        return
    for fact, values in part.when.items():
        if others := ticket[fact] - to_value_set(values):
            yield {**ticket, fact: others}
        # What is left meets this fact, so that no ticket is yielded a second time
        ticket = {**ticket, fact: ticket[fact] & to_value_set(values)}
