"""Matching of policies: which policy a ticket is under, and by which condition each other one fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Literal, NamedTuple

from deskterm.sla.terms import Facts, Policy, SlaTerms


class PolicyCheck(NamedTuple):
    """The check of one policy for a ticket.

    verdict: `matched`; `failed`, by the first condition that does not hold: `fact` should be one of `wanted` and is
    `found`, which `sentence` says in labels; or `later`, for a policy after the one that matched, which is not checked.
    """

    policy: str
    label: str
    verdict: Literal["matched", "failed", "later"]
    fact: str = ""
    wanted: tuple[str, ...] = ()
    found: str = ""
    sentence: str = ""

    def describe(self) -> str:
        """Return the check as a line of text."""
        if self.verdict == "matched":
            return f"✓ {self.label}"
        if self.verdict == "later":
            return f"· {self.label}: comes after it"
        return f"✗ {self.label}: {self.sentence}"

    def to_json(self) -> dict[str, object]:
        """Return the check for JSON output."""
        found: dict[str, object] = {"policy": self.policy, "label": self.label, "verdict": self.verdict}
        if self.verdict != "failed":
            return found
        return found | {"fact": self.fact, "wanted": list(self.wanted), "found": self.found}


def describe_checks(checks: Iterable[PolicyCheck]) -> list[tuple[PolicyCheck, str]]:
    """Return checks with their line of text; those that follow each other and read the same are one line, with how
    many they are (policies of one label, one for each severity, fail by the same condition)."""
    found: list[tuple[PolicyCheck, str]] = []
    for line, group in groupby(checks, key=PolicyCheck.describe):
        same = list(group)
        found.append((same[0], f"{line} ({len(same)} policies)" if len(same) > 1 else line))
    return found


Labels = Mapping[str, Mapping[str, str]]
"""Fact → key → label."""


def check_policies(terms: SlaTerms, facts: Facts, labels: Labels | None = None) -> list[PolicyCheck]:
    """Return the checks of all policies, in their order; none for an exempt ticket, which is under no policy (S2-14).

    labels: of the keys in conditions."""
    # No condition failed, so no check could say why
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
        # One condition at a time, with the rules of `Policy.matches` itself.
        alone = Policy(policy.key, policy.label, {name: wanted}, policy.calendar, {})
        if not alone.matches(facts):
            keys = tuple(sorted(wanted))
            known = labels.get(name, {})
            wants = " or ".join(known.get(key, key) for key in keys)
            sentence = f"{name} is {describe_fact(facts, name, known)}, not {wants}"
            return PolicyCheck(policy.key, policy.label, "failed", name, keys, describe_fact(facts, name), sentence)
    return None


def describe_fact(facts: Mapping[str, object], name: str, labels: Mapping[str, str] | None = None) -> str:
    """Return the value of a fact as text. labels: key → label."""
    value, label_of = facts.get(name), labels or {}
    if isinstance(value, (tuple, list, set, frozenset)):
        return ", ".join(label_of.get(str(one), str(one)) for one in value) or "none"
    return "none" if value is None or value == "" else label_of.get(str(value), str(value))
