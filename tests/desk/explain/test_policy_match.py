"""Checks of policies: the first condition that fails, and nothing after the match."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.explain.policy_match import PolicyCheck, check_policies, describe_checks, describe_fact
from deskterm.sla.terms import Policy, SlaTerms

TYPES, CLIENTS = ("fault", "idea"), ("larch", "oak")
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sets(st.sampled_from(TYPES), min_size=1).map(frozenset),
        "organisation": st.sets(st.sampled_from(CLIENTS), min_size=1).map(frozenset),
    },
)
FACTS = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES), "organisation": st.sampled_from([None, *CLIENTS])},
    optional={"exempt": st.just("ours")},
)


@given(st.lists(CONDITIONS, max_size=5), FACTS)
def test_checks_agree_with_the_policy_that_the_terms_find(conditions: list[Any], facts: dict[str, object]) -> None:
    policies = tuple(Policy(f"p{place}", f"P{place}", when, "office", {}) for place, when in enumerate(conditions))
    terms = SlaTerms(metrics=(), policies=policies, calendars={}, version=1)
    checks = check_policies(terms, facts, {"organisation": {"larch": "Larch Ltd"}})
    if "exempt" in facts:
        assert checks == []
        return
    assert [check.policy for check in checks] == [policy.key for policy in policies]
    verdicts = [check.verdict for check in checks]
    found = terms.find_policy(facts)
    place = len(policies) if found is None else policies.index(found)
    assert verdicts == ["failed"] * place + ["matched"] * (found is not None) + ["later"] * (len(policies) - place - 1)
    for check, policy in zip(checks[:place], policies, strict=False):
        assert facts[check.fact] not in policy.when[check.fact]
        assert check.sentence.startswith(f"{check.fact} is ")
        assert check.wanted == tuple(sorted(policy.when[check.fact]))


def test_a_fact_is_described_by_its_labels() -> None:
    facts = {"tags": ("vpn", "x"), "type": "fault", "team": "", "tier": 2}
    labels = {"vpn": "VPN", "fault": "Fault"}
    described = [describe_fact(facts, name, labels) for name in ("tags", "type", "team", "tier", "gone")]
    assert described == ["VPN, x", "Fault", "none", "2", "none"]


def test_policies_that_fail_alike_are_one_line() -> None:
    """D-30: five policies of one label, one for each priority, repeated a line five times."""
    failed = PolicyCheck(
        "gold", "Gold", "failed", "organisation", ("larch",), "none", "organisation is none, not Larch"
    )
    matched = PolicyCheck("standard", "Standard", "matched")
    checks = [failed, failed._replace(policy="gold-2"), failed._replace(policy="gold-3"), matched]
    assert [line for _, line in describe_checks(checks)] == [
        "✗ Gold: organisation is none, not Larch (3 policies)",
        "✓ Standard",
    ]
    assert [line for _, line in describe_checks([failed, matched, failed])] == [
        "✗ Gold: organisation is none, not Larch",
        "✓ Standard",
        "✗ Gold: organisation is none, not Larch",
    ]
