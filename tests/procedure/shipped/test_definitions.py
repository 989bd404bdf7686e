"""Definitions of the shipped procedures: types, scales, channels, topics, and their meanings."""

from __future__ import annotations

import pytest

from deskterm.procedure.schema import Procedure
from deskterm.sla.due import due_instant
from procedure_story import format_due, shipped


def load_definition(name: str) -> Procedure:
    return shipped(name).definition


def test_three_types_are_open_to_all_users_each_with_its_meaning() -> None:
    types = load_definition("software-vendor").types
    assert [kind.label for kind in types] == ["Technical Support", "Support Query", "Service Task"]
    assert all(kind.definition and kind.raised_by == "All users" for kind in types)
    assert {kind.responsible for kind in types} == {"Customer Support"}


def test_four_severities_with_their_meaning_are_the_only_scale() -> None:
    scales = load_definition("software-vendor")
    assert [step.key for step in scales.severities] == ["highest", "high", "medium", "low"]
    assert all(step.definition for step in scales.severities)
    assert [step.short for step in scales.severities] == ["P1", "P2", "P3", "P4"]
    assert (scales.priority.scale, scales.priority.matrix) == ((), {})
    assert "impact" in scales.types[0].fields


def test_products_departments_of_a_client_and_a_role_that_decides_have_their_place() -> None:
    vendor = load_definition("software-vendor")
    assert [product.key for product in vendor.products] == ["platform", "e-learning"]
    assert "client-department" in [field.key for field in vendor.fields]
    assert "customer-excellence-manager" in [role.key for role in vendor.roles]
    assert {"customer-support", "customer-success", "development"} <= {team.key for team in vendor.teams}


def test_a_medium_fault_has_until_the_end_of_the_next_sprint_and_never_more_than_fourteen_days() -> None:
    vendor = shipped("software-vendor")
    facts = {"type": "technical-support", "severity": "medium"}
    cadence = vendor.terms.cadences["sprint"]
    start, _ = cadence.first_after(1_764_000_000) or (0, 0)
    cadence.first_after(start + 30 * 86_400)
    sprints = cadence.bounds
    for raised in (start - 86_400, start + 86_400, start + 10 * 86_400):
        policy = vendor.terms.find_policy(facts)
        assert policy is not None
        calendar = vendor.terms.calendars[policy.calendar]
        target = policy.find_target("resolution", "medium")
        expected = min(next(end for begin, end in sprints if begin > raised), raised + 14 * 86_400)
        assert due_instant(target, raised, calendar, cadences=vendor.terms.cadences) == expected


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("software-vendor", {"portal", "email", "phone", "chat", "tutorial", "forum", "on-site"}),
        ("campus-it", {"phone", "email", "walk-in", "on-site"}),
        ("managed-services", {"phone", "email", "portal"}),
    ],
)  # fmt: skip
def test_requests_come_in_by_the_channels_of_the_document(name: str, channels: set[str]) -> None:
    assert set(load_definition(name).channels) == channels


def test_four_services_are_what_campus_requests_are_about() -> None:
    topics = [topic.key for topic in load_definition("campus-it").topics]
    assert topics == ["troubleshooting", "maintenance", "upgrading", "disposal"]


def test_a_workaround_is_written_down_and_is_a_way_to_resolve() -> None:
    campus = load_definition("campus-it")
    assert "workaround" in next(kind for kind in campus.types if kind.key == "issue").fields
    assert "workaround" in [resolution.key for resolution in campus.closing.resolutions]


def test_severity_has_four_steps_with_their_meaning_and_priority_is_a_scale_of_its_own() -> None:
    saas = load_definition("saas-platform")
    assert len(saas.severities) == 4
    assert all(step.definition for step in saas.severities)
    assert {step.key for step in saas.priority.scale}.isdisjoint(step.key for step in saas.severities)
    assert not saas.priority.from_severity


def test_requests_are_told_apart_for_reports_and_workflow() -> None:
    saas = load_definition("saas-platform")
    assert [kind.key for kind in saas.types] == ["problem", "issue", "guidance", "change-request", "feedback"]
    assert {"performance", "bug", "configuration", "data-change", "best-practice"} <= {
        topic.key for topic in saas.topics
    }


def test_a_low_fault_has_no_due_time_until_its_sprint_is_known() -> None:
    facts = {"type": "technical-support", "severity": "low"}
    assert format_due(shipped("software-vendor"), "resolution", "2026-11-23T09:00+00:00", **facts) is None
