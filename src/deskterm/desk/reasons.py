"""Why a policy is for a ticket, or is not: its conditions, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from deskterm.sla.terms import Facts, Policy, Terms


class Check(NamedTuple):
    """A policy held against a ticket. verdict: `matched`; `failed` by the first condition that does not hold: `fact`
    is to be one of `wanted` and is `found`; `later` for one that comes after the match and is not looked at."""

    policy: str
    label: str
    verdict: Literal["matched", "failed", "later"]
    fact: str = ""
    wanted: tuple[str, ...] = ()
    found: str = ""

    def line(self) -> str:
        """The same in words."""
        if self.verdict == "matched":
            return f"✓ {self.label}"
        if self.verdict == "later":
            return f"· {self.label}: comes after it"
        return f"✗ {self.label}: {self.fact} is {self.found}, not {' or '.join(self.wanted)}"

    def as_json(self) -> dict[str, object]:
        shown: dict[str, object] = {"policy": self.policy, "label": self.label, "verdict": self.verdict}
        if self.verdict != "failed":
            return shown
        return shown | {"fact": self.fact, "wanted": list(self.wanted), "found": self.found}


def checked(terms: Terms, facts: Facts) -> list[Check]:
    """Every policy in its order, up to the first that matches and past it. Empty for a ticket that is exempt (S2-14):
    no policy is looked at for it."""
    if facts.get("exempt"):
        return []
    checks: list[Check] = []
    matched = False
    for policy in terms.policies:
        if matched:
            checks.append(Check(policy.key, policy.label, "later"))
            continue
        failed = _failed(policy, facts)
        matched = failed is None
        checks.append(failed or Check(policy.key, policy.label, "matched"))
    return checks


def _failed(policy: Policy, facts: Facts) -> Check | None:
    if policy.matches(facts):
        return None
    for name, wanted in policy.when.items():
        alone = Policy(policy.key, policy.label, {name: wanted}, policy.calendar, {})
        if not alone.matches(facts):
            return Check(policy.key, policy.label, "failed", name, tuple(sorted(wanted)), told(facts, name))
    return None


def told(facts: Mapping[str, object], name: str) -> str:
    """A fact's value in words."""
    value = facts.get(name)
    if isinstance(value, (tuple, list, set, frozenset)):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None or value == "" else str(value)
