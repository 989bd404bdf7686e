"""Escalation on the ladders of the shipped procedures, on both databases."""

from __future__ import annotations

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history import undo
from deskterm.desk.linking import duplicate
from deskterm.desk.tickets import confirmation, reopening, resolution, update
from deskterm.desk.workflow import escalation
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Rule
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.oversight import load_escalations
from shipped_desk import as_agent, shipped_desk
from small_desk import at
from ticket_reads import escalation_steps, letters_about, notices_to, open_ticket, read_ticket


def letter_topics(desk: DeskSession, number: int) -> list[str]:
    return [letter.on for letter in letters_about(desk, number)]


@pytest.mark.requirement("S2-20")
def test_the_requester_is_notified_of_both_levels_of_an_escalation(campus: DeskSession) -> None:
    number = open_ticket(campus)
    with pytest.raises(UsageError, match="Say why"):
        escalation.escalate(campus, number, ladder="escalation", now=at(1))
    escalation.escalate(campus, number, ladder="escalation", reason="needs the mail server", now=at(2))
    found = read_ticket(campus, number)
    assert (found.values["tier"], found.row.team, "escalated" in found.flags) == (2, "technical-services", True)
    escalation.escalate(campus, number, reason="a decision is wanted", now=at(3))
    first, second = escalation_steps(campus, number)
    assert (first.state, second.state, second.who) == ("passed-on", "open", "it-head")
    assert letter_topics(campus, number) == ["registered", "escalated", "escalated"]
    assert notices_to(campus, "it-head") == ["escalated to Head of IT"]
    with pytest.raises(DeskError, match="at its last level, Head of IT"):
        escalation.escalate(campus, number, reason="still", now=at(4))


@pytest.mark.requirement("S2-20")
def test_an_escalation_changes_no_clock(campus: DeskSession) -> None:
    number = open_ticket(campus, priority="critical")
    messages.reply(campus, number, "We are on it.", now=at(1))
    before = read_ticket(campus, number).clocks
    escalation.escalate(campus, number, ladder="escalation", reason="needs the mail server", now=at(2))
    assert read_ticket(campus, number).clocks == before


@pytest.mark.requirement("S4-23")
def test_each_level_of_a_ladder_has_criteria_and_notifies_its_role(saas: DeskSession) -> None:
    (ladder,) = saas.procedure.definition.ladders
    assert [level.label for level in ladder.levels] == [
        "Customer", "Team Lead / CSM", "Support Manager", "Head of Support & Customer Success",
        "Chief Customer Officer",
    ]  # fmt: skip
    assert all(level.criteria and level.role and level.contact for level in ladder.levels)
    number = open_ticket(saas, type="issue", organisation="larch")
    for place, role in enumerate(("customer", "team-lead", "support-manager", "head-of-support"), 1):
        escalation.escalate(saas, number, reason="it gets worse", now=at(place))
        last = escalation_steps(saas, number)[-1]
        assert (last.values["level"], last.who) == (place, role)
        assert notices_to(saas, role)[:1] == [f"escalated to {ladder.levels[place - 1].label}"]
    escalation.escalate(saas, number, level="chief", reason="it is critical", now=at(9))
    assert [step.state for step in escalation_steps(saas, number)] == ["passed-on"] * 4 + ["open"]
    with pytest.raises(DeskError, match="is at Chief Customer Officer already"):
        escalation.escalate(saas, number, level="2", reason="again", now=at(10))
    with pytest.raises(DeskError, match="has no level 'owner': its levels are Customer, Team Lead"):
        escalation.escalate(saas, number, level="owner", reason="again", now=at(10))


@pytest.mark.requirement("S4-23")
def test_a_jump_of_levels_shows_the_criterion_asks_for_it_and_is_for_roles_that_may(saas: DeskSession) -> None:
    """D-05."""
    number = open_ticket(saas, type="issue", organisation="larch")
    with pytest.raises(
        UsageError, match="Chief Customer Officer comes after Customer, and is for: Critical, and still"
    ):
        escalation.escalate(saas, number, level="chief", reason="angry", now=at(1))
    with pytest.raises(DeskError, match="may not skip levels of an escalation"):
        escalation.escalate(as_agent(saas, "sam"), number, level="chief", reason="angry", criterion="it is", now=at(1))
    assert escalation_steps(saas, number) == []
    escalation.escalate(as_agent(saas, "sam"), number, level="1", reason="the next one is no jump", now=at(1))
    escalation.escalate(
        as_agent(saas, "lea"), number, level="chief", reason="angry", criterion="down since Monday", now=at(2)
    )
    step = escalation_steps(saas, number)[-1]
    assert (step.values["level"], step.values["criterion"]) == (5, "down since Monday")
    event = [event for event in read_ticket(saas, number).events if event.kind == "escalated"][-1]
    assert event.data["reason"] == "angry; criterion met: down since Monday"


@pytest.mark.requirement("S3-08")
def test_a_rule_of_breaches_takes_the_next_level_with_each_of_them(store_url: str) -> None:
    """D-05."""
    rule = Rule(key="late", label="Late", on="breach", ladder="customer-escalation")
    saas = shipped_desk(store_url, "saas-platform", rules=(rule,))
    number = open_ticket(saas, type="issue", organisation="larch", severity="severity-1")
    list(Runner(saas.store).step(at(60 * 24 * 20)))
    levels = [step.values["level"] for step in escalation_steps(saas, number)]
    breaches = [event for event in read_ticket(saas, number).events
                if event.kind == "noticed" and event.data["what"] == "breach"]  # fmt: skip
    assert len(breaches) > 1
    assert levels == list(range(1, len(breaches) + 1))
    saas.store.close()


def test_a_rule_starts_a_ladder_once(saas: DeskSession) -> None:
    number = open_ticket(saas, type="issue", organisation="larch")
    with saas.ticket(number, "escalate", at(1)) as work:
        assert escalation.begin_ladder(work, "customer-escalation", by_rule="complaint") == "escalated to Customer"
        assert escalation.begin_ladder(work, "customer-escalation", by_rule="complaint") == ""
        work.build_result("")
    assert [step.values["by_rule"] for step in escalation_steps(saas, number)] == ["complaint"]


def test_only_open_tickets_are_escalated(campus: DeskSession) -> None:
    number = open_ticket(campus)
    update.move(campus, number, "in-progress", now=at(1))
    from deskterm.desk.tickets.resolution import resolve

    resolve(campus, number, code="solved", note="Done.", now=at(2))
    with pytest.raises(DeskError, match="is not open"):
        escalation.escalate(campus, number, reason="x", now=at(3))


@pytest.mark.requirement("S2-20", "S2-24")
def test_each_step_sets_the_status_of_its_level_and_the_letter_names_it(campus: DeskSession) -> None:
    number = open_ticket(campus)
    escalation.escalate(campus, number, ladder="escalation", reason="needs the mail server", now=at(2))
    assert read_ticket(campus, number).row.status == "escalated-l1"
    escalation.escalate(campus, number, reason="a decision is wanted", now=at(3))
    assert read_ticket(campus, number).row.status == "escalated-l2"
    last = letters_about(campus, number)[-1]
    assert "It is now Escalated L2" in last.body


@pytest.mark.requirement("S2-20")
def test_a_skipped_level_sets_its_status_as_well(campus: DeskSession) -> None:
    number = open_ticket(campus)
    escalation.escalate(
        campus,
        number,
        ladder="escalation",
        level="head",
        reason="a decision is wanted",
        criterion="they need help",
        now=at(2),
    )
    assert read_ticket(campus, number).row.status == "escalated-l2"


@pytest.mark.requirement("S2-20")
def test_closing_a_ticket_ends_its_escalations_until_it_is_undone(services: DeskSession) -> None:
    number = open_ticket(services, organisation="larch")
    escalation.escalate(services, number, reason="complex", now=at(1))
    resolution.resolve(services, number, "Replaced the disk.", now=at(2))
    assert "escalated" in read_ticket(services, number).flags
    confirmation.confirm(services, number, now=at(3))
    (step,) = escalation_steps(services, number)
    with open_reader(services.store.url) as reader:
        assert load_escalations(reader) == []
    assert (step.state, "escalated" in read_ticket(services, number).flags) == ("over", False)
    undo.undo_last_command(services, number, now=at(4))
    assert (escalation_steps(services, number)[0].state, "escalated" in read_ticket(services, number).flags) == (
        "open",
        True,
    )
    confirmation.confirm(services, number, now=at(5))
    reopening.reopen(services, number, "It is back", now=at(6))
    assert escalation_steps(services, number)[0].state == "over"


@pytest.mark.requirement("S1-33", "S1-34")
def test_a_duplicate_is_no_longer_escalated(vendor: DeskSession) -> None:
    first, number = open_ticket(vendor), open_ticket(vendor)
    escalation.escalate(vendor, number, reason="asked for", now=at(1))
    duplicate.close_as_duplicate(vendor, number, first, now=at(2))
    assert (escalation_steps(vendor, number)[0].state, "escalated" in read_ticket(vendor, number).flags) == (
        "over",
        False,
    )
