"""Why a policy is for a ticket, or is not: its conditions, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from deskterm.sla.terms import Facts, Policy, SlaTerms


class PolicyCheck(NamedTuple):
    """A policy held against a ticket. verdict: `matched`; `failed` by the first condition that does not hold: `fact`
    is to be one of `wanted` and is `found`, `said` in the procedure's words; `later` for one that comes after the
    match and is not looked at."""

    policy: str
    label: str
    verdict: Literal["matched", "failed", "later"]
    fact: str = ""
    wanted: tuple[str, ...] = ()
    found: str = ""
    sentence: str = ""

    def describe(self) -> str:
        """The same in words."""
        if self.verdict == "matched":
            return f"✓ {self.label}"
        if self.verdict == "later":
            return f"· {self.label}: comes after it"
        return f"✗ {self.label}: {self.sentence}"

    def to_json(self) -> dict[str, object]:
        shown: dict[str, object] = {"policy": self.policy, "label": self.label, "verdict": self.verdict}
        if self.verdict != "failed":
            return shown
        return shown | {"fact": self.fact, "wanted": list(self.wanted), "found": self.found}


Labels = Mapping[str, Mapping[str, str]]
"""Fact → key → what the procedure calls it."""


def check_policies(terms: SlaTerms, facts: Facts, labels: Labels | None = None) -> list[PolicyCheck]:
    """Every policy in its order, up to the first that matches and past it. labels: what the keys
    in conditions are called. Empty for a ticket that is exempt (S2-14):
    no policy is looked at for it."""
    if facts.get("exempt"):
        return []
    checks: list[PolicyCheck] = []
    matched = False
    for policy in terms.policies:
        if matched:
            checks.append(PolicyCheck(policy.key, policy.label, "later"))
            continue
        failed = _find_failed_condition(policy, facts, labels or {})
        matched = failed is None
        checks.append(failed or PolicyCheck(policy.key, policy.label, "matched"))
    return checks


def _find_failed_condition(policy: Policy, facts: Facts, labels: Labels) -> PolicyCheck | None:
    if policy.matches(facts):
        return None
    for name, wanted in policy.when.items():
        alone = Policy(policy.key, policy.label, {name: wanted}, policy.calendar, {})
        if not alone.matches(facts):
            keys = tuple(sorted(wanted))
            known = labels.get(name, {})
            wants = " or ".join(known.get(key, key) for key in keys)
            said = f"{name} is {describe_fact(facts, name, known)}, not {wants}"
            return PolicyCheck(policy.key, policy.label, "failed", name, keys, describe_fact(facts, name), said)
    return None


def describe_fact(facts: Mapping[str, object], name: str, known: Mapping[str, str] | None = None) -> str:
    """A fact's value in words. known: what its keys are called."""
    value, named = facts.get(name), known or {}
    if isinstance(value, (tuple, list, set, frozenset)):
        return ", ".join(named.get(str(one), str(one)) for one in value) or "none"
    return "none" if value is None or value == "" else named.get(str(value), str(value))
