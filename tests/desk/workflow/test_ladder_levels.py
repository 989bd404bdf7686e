"""Ladders of escalation: which ladder and level the next escalation goes to."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.workflow import escalation
from deskterm.desk.workflow.ladder_levels import find_level
from deskterm.errors import DeskError
from deskterm.procedure.schema import Ladder, LadderLevel
from small_desk import at
from ticket_reads import escalation_steps, open_ticket, read_ticket


@pytest.mark.requirement("S2-07")
def test_a_ticket_of_the_site_is_escalated_to_the_desk_first(campus: DeskSession) -> None:
    number = open_ticket(campus)
    with campus.ticket(number, "assign", at(1)) as work:
        work.append("assigned", {"tier": (work.state.tier, 0)})
        work.build_result("")
    for tier, ladder in ((1, "from-site"), (2, "escalation"), (2, "escalation")):
        escalation.escalate(campus, number, reason="beyond us", now=at(2))
        assert (read_ticket(campus, number).values["tier"], escalation_steps(campus, number)[-1].values["ladder"]) == (
            tier,
            ladder,
        )
    assert read_ticket(campus, number).row.status == "escalated-l2"


@pytest.mark.requirement("S2-07", "S3-06")
def test_a_ladder_never_lowers_the_tier_of_a_ticket(campus: DeskSession) -> None:
    number = open_ticket(campus)
    escalation.escalate(campus, number, ladder="escalation", reason="beyond us", now=at(1))
    with pytest.raises(DeskError, match="is at Second tier already, where From the site to the desk ends"):
        escalation.escalate(campus, number, ladder="from-site", reason="back", now=at(2))
    with pytest.raises(DeskError, match="is at Second tier already, above Customer support: name a level above it"):
        escalation.escalate(campus, number, ladder="from-site", level="1", reason="back", now=at(2))
    with campus.ticket(number, "escalate", at(3)) as work:
        assert escalation.begin_ladder(work, "from-site", by_rule="late") == "escalated to Customer support"
        work.build_result("")
    assert (read_ticket(campus, number).values["tier"], read_ticket(campus, number).row.team) == (
        2,
        "technical-services",
    )


@pytest.mark.requirement("S3-12")
def test_a_ticket_routed_to_a_tier_is_escalated_to_the_next_one(services: DeskSession) -> None:
    number = open_ticket(services, tags=("very-technical",), priority="high")
    assert read_ticket(services, number).values["tier"] == 2
    escalation.escalate(services, number, reason="beyond us", now=at(1))
    assert (read_ticket(services, number).values["tier"], read_ticket(services, number).row.status) == (
        3,
        "escalated-l3",
    )


def test_customers_cannot_escalate_where_no_ladder_is_open_to_them(services: DeskSession) -> None:
    number = open_ticket(services)
    for ladder in (None, "tiers"):
        with pytest.raises(DeskError, match="for customers to ask for: escalate in the desk's own name"):
            escalation.escalate(services, number, ladder=ladder, reason="x", by_customer=True, now=at(1))


@pytest.mark.requirement("S4-23")
def test_a_number_names_the_level_that_its_label_or_tier_says(services: DeskSession) -> None:
    """D-05: `--level 2` went to "Level three", the second of the ladder, and `--level 3` to none."""
    number = open_ticket(services)
    with pytest.raises(DeskError, match="has no level '1': its levels are Level two, Level three"):
        escalation.escalate(services, number, level="1", reason="x", now=at(1))
    assert escalation.escalate(services, number, level="2", reason="x", now=at(1)).summary.startswith(
        f"{number} escalated to Level two"
    )
    assert escalation.escalate(services, number, level="3", reason="x", now=at(2)).summary.startswith(
        f"{number} escalated to Level three"
    )


@pytest.mark.parametrize(
    ("levels", "text", "position"),
    [
        ((("Duty", None), ("Lead", None)), "2", 2),
        ((("Duty", None), ("Lead", None)), "3", None),
        ((("Duty", None), ("Lead", None)), "0", None),
        ((("Duty", 2), ("Lead", None)), "2", 1),
        ((("Duty", 2), ("Lead", None)), "1", None),
        ((("L3 duty", 2), ("L2 lead", 3)), "2", 2),
        ((("L3 duty", 2), ("L2 lead", 3)), "l2", 2),
        ((("Lead", None), ("Lead engineer", None)), "lead", 1),
        ((("Lead", None), ("Lead engineer", None)), "lead e", 2),
        ((("Lead", None), ("Leader", None)), "le", None),
        ((("Lead", None),), " ", None),
    ],
)
def test_a_level_is_named_by_its_label_or_number(
    levels: tuple[tuple[str, int | None], ...], text: str, position: int | None
) -> None:
    ladder = Ladder(key="up", label="Up", levels=tuple(LadderLevel(label=label, tier=tier) for label, tier in levels))
    assert find_level(ladder, text) == position
