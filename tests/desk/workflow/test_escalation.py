"""Ladders, reviews, disputed priorities and word of a delay, by the shipped procedures on both databases."""

from __future__ import annotations

import pytest

from desk_story import Story
from deskterm.desk.conversation import delay_notice, messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.quoted_text import remove_history
from deskterm.desk.history import undo
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.linking import duplicate
from deskterm.desk.tickets import confirmation, reopening, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists, escalation, escalation_phrases, escalation_review, priority_dispute
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import letters_of
from deskterm.store.queries.oversight import load_escalations
from deskterm.store.queries.ticket_detail import RecordView
from one_ticket import letters_about, notices_to, open_ticket, seen
from shipped_desk import as_
from small_desk import at


def steps(desk: DeskSession, number: int) -> list[RecordView]:
    return [record for record in seen(desk, number).records if record.kind == "escalation"]


def news(desk: DeskSession, number: int) -> list[str]:
    with open_reader(desk.store.url) as reader:
        return [letter.on for letter in letters_of(reader, number)]


# -- ladders ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S2-20")
def test_a_ticket_climbs_two_levels_and_the_requester_hears_of_each(campus: DeskSession) -> None:
    number = open_ticket(campus)
    with pytest.raises(UsageError, match="Say why"):
        escalation.escalate(campus, number, ladder="escalation", now=at(1))
    escalation.escalate(campus, number, ladder="escalation", reason="needs the mail server", now=at(2))
    found = seen(campus, number)
    assert (found.values["tier"], found.row.team, "escalated" in found.flags) == (2, "technical-services", True)
    escalation.escalate(campus, number, reason="a decision is wanted", now=at(3))
    first, second = steps(campus, number)
    assert (first.state, second.state, second.who) == ("passed-on", "open", "it-head")
    assert news(campus, number) == ["registered", "escalated", "escalated"]
    assert notices_to(campus, "it-head") == ["escalated to Head of IT"]
    with pytest.raises(DeskError, match="at its last level, Head of IT"):
        escalation.escalate(campus, number, reason="still", now=at(4))


@pytest.mark.requirement("S2-20")
def test_no_clock_is_another_for_an_escalation(campus: DeskSession) -> None:
    number = open_ticket(campus, priority="critical")
    messages.reply(campus, number, "We are on it.", now=at(1))
    before = seen(campus, number).clocks
    escalation.escalate(campus, number, ladder="escalation", reason="needs the mail server", now=at(2))
    assert seen(campus, number).clocks == before


@pytest.mark.requirement("S4-23")
def test_a_ladder_has_its_levels_with_criteria_and_whoever_holds_the_role_is_asked(saas: DeskSession) -> None:
    (ladder,) = saas.procedure.definition.ladders
    assert [level.label for level in ladder.levels] == [
        "Customer", "Team Lead / CSM", "Support Manager", "Head of Support & Customer Success",
        "Chief Customer Officer",
    ]  # fmt: skip
    assert all(level.criteria and level.role and level.contact for level in ladder.levels)
    number = open_ticket(saas, type="issue", organisation="larch")
    for place, role in enumerate(("customer", "team-lead", "support-manager", "head-of-support"), 1):
        escalation.escalate(saas, number, reason="it gets worse", now=at(place))
        assert (steps(saas, number)[-1].values["level"], steps(saas, number)[-1].who) == (place, role)
        assert notices_to(saas, role)[:1] == [f"escalated to {ladder.levels[place - 1].label}"]
    escalation.escalate(saas, number, level="chief", reason="it is critical", now=at(9))
    assert [step.state for step in steps(saas, number)] == ["passed-on"] * 4 + ["open"]
    with pytest.raises(DeskError, match="is at Chief Customer Officer already"):
        escalation.escalate(saas, number, level="2", reason="again", now=at(10))
    with pytest.raises(DeskError, match="has no level 'owner': its levels are Customer, Team Lead"):
        escalation.escalate(saas, number, level="owner", reason="again", now=at(10))


@pytest.mark.requirement("S4-22")
def test_a_customer_escalation_tells_the_impact_and_its_review_may_raise_the_priority(saas: DeskSession) -> None:
    number = open_ticket(saas, type="issue", organisation="larch", priority="low")
    escalation.escalate(saas, number, impact="Two hundred invoices wait.", by_customer=True, now=at(1))
    (step,) = steps(saas, number)
    assert (step.values["by_customer"], step.values["level"]) == (True, 1)
    assert (seen(saas, number).messages[-2].kind, seen(saas, number).messages[-2].body) == (
        "internal", "Two hundred invoices wait.",
    )  # fmt: skip
    with pytest.raises(
        DeskError, match="goes through the list “Review of a customer escalation” first; left: The impact"
    ):
        escalation_review.review_escalation(saas, number, decision="priority-raised", now=at(2))
    checklists.tick_items(saas, number, [1, 2, 3, 4], checklist="escalation-review", now=at(3))
    with pytest.raises(DeskError, match="There is no outcome 'perhaps'"):
        escalation_review.review_escalation(saas, number, decision="perhaps", now=at(4))
    with pytest.raises(DeskError, match="An agent may not decide on an escalation"):
        escalation_review.review_escalation(as_(saas, "sam"), number, decision="priority-raised", now=at(4))
    escalation_review.review_escalation(
        saas, number, decision="priority-raised", priority="urgent", note="It is month's end.", now=at(5)
    )
    assert (steps(saas, number)[0].state, steps(saas, number)[0].values["decision"]) == ("reviewed", "Priority raised")
    assert (seen(saas, number).row.priority, "escalated" in seen(saas, number).flags) == ("urgent", False)
    assert news(saas, number) == ["registered", "escalated", "priority-changed"]
    with pytest.raises(DeskError, match="has no open escalation"):
        escalation_review.review_escalation(saas, number, decision="unchanged", now=at(6))


def test_a_rule_begins_a_ladder_once(saas: DeskSession) -> None:
    number = open_ticket(saas, type="issue", organisation="larch")
    with saas.ticket(number, "escalate", at(1)) as work:
        assert escalation.begin_ladder(work, "customer-escalation", by_rule="complaint") == "escalated to Customer"
        assert escalation.begin_ladder(work, "customer-escalation", by_rule="complaint") == ""
        work.done("")
    assert [step.values["by_rule"] for step in steps(saas, number)] == ["complaint"]


# -- words of the customer -------------------------------------------------------------------------------------------


@pytest.mark.requirement("S1-34")
def test_a_note_that_asks_for_escalation_is_found_and_its_role_told(vendor: DeskSession) -> None:
    number = open_ticket(vendor, type="support-query", organisation="larch")
    messages.record_customer_message(
        vendor, number, "Please ESCALATE this to the customer\nexcellence  manager.", now=at(5)
    )
    (step,) = steps(vendor, number)
    assert (step.state, step.who, step.values["by_customer"], step.values["message"]) == (
        "open", "customer-excellence-manager", True, 3,
    )  # fmt: skip
    assert notices_to(vendor, "customer-excellence-manager") == ["escalated to Customer Excellence Manager"]
    with open_reader(vendor.store.url) as reader:
        (waiting,) = load_escalations(reader)
        assert load_escalations(reader, ["customer-excellence-manager"]) == [waiting]
        assert load_escalations(reader, ["customer-support-agent"]) == []
    assert (waiting.number, waiting.by_customer, waiting.role) == (number, True, "customer-excellence-manager")
    messages.record_customer_message(vendor, number, "Escalate it, I said.", now=at(6))
    assert len(steps(vendor, number)) == 1
    cem = as_(vendor, "customer-excellence-manager")
    escalation_review.review_escalation(cem, number, decision="Called them; a fix comes on Friday.", now=at(7))
    assert "escalated" not in seen(vendor, number).flags


@pytest.mark.requirement("S1-34")
@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("I would like an escalation.", True),
        ("customer  excellence\tmanager!", True),
        ("De-escalated? No: escalated.", True),
        ("The escalators stand still.", False),
        ("All fine.\n> please escalate", False),
        ("Thanks\nOn Mon, 23 Nov 2026 at 09:00, Sam wrote:\nshall we escalate?", False),
        ("Bitte\n-----Original Message-----\nescalate", False),
        ("", False),
    ],
)
def test_only_whole_words_of_their_own_ask_for_it(words: str, asked: bool) -> None:
    phrases = ("escalate", "escalated", "escalation", "Customer Excellence Manager")
    assert escalation_phrases.contains_phrase(remove_history(words), phrases) is asked


# -- priorities and delays -------------------------------------------------------------------------------------------


@pytest.mark.requirement("S3-05")
def test_a_customer_says_that_the_priority_is_wrong(services: DeskSession) -> None:
    number = open_ticket(services, priority="low")
    assert "Its priority is Low" in letters_about(services, number)[-1].body
    with pytest.raises(UsageError, match="how it affects them"):
        priority_dispute.dispute_priority(services, number, " ", now=at(1))
    priority_dispute.dispute_priority(
        services, number, "Nobody at the clinic can read mail.", requested_priority="high", now=at(1)
    )
    assert seen(services, number).flags[:1] == ("disputed",)
    with pytest.raises(DeskError, match="is disputed already"):
        priority_dispute.dispute_priority(services, number, "Again", now=at(2))
    with pytest.raises(UsageError, match="why the priority stays"):
        priority_dispute.settle_dispute(services, number, now=at(3))
    priority_dispute.settle_dispute(services, number, priority="high", now=at(4))
    assert (seen(services, number).row.priority, "disputed" in seen(services, number).flags) == ("high", False)
    assert "priority of your request is now High" in letters_about(services, number)[-1].body
    with pytest.raises(DeskError, match="Nobody disputes"):
        priority_dispute.settle_dispute(services, number, note="no", now=at(5))


@pytest.mark.requirement("S3-05")
def test_a_dispute_that_is_decided_says_which_clocks_it_moves_and_may_be_rehearsed(services: DeskSession) -> None:
    number = open_ticket(services, priority="low")
    priority_dispute.dispute_priority(
        services, number, "Nobody at the clinic can read mail.", requested_priority="high", now=at(1)
    )
    before = seen(services, number)
    tried = priority_dispute.settle_dispute(
        services, number, priority="high", note="They are right.", now=at(2), rehearse=True
    )
    assert seen(services, number) == before
    done = priority_dispute.settle_dispute(services, number, priority="high", note="They are right.", now=at(2))
    assert [one.metric for one in done.moved] == ["response", "resolution"]
    assert all(one.old_due is not None and one.new_due is not None and one.new_due < one.old_due for one in done.moved)
    assert tried.moved == done.moved


def test_a_dispute_may_leave_the_priority_with_a_word_why(services: DeskSession) -> None:
    number = open_ticket(services, priority="low")
    priority_dispute.dispute_priority(services, number, "It is urgent.", now=at(1))
    priority_dispute.settle_dispute(services, number, note="One person, and there is another printer.", now=at(2))
    assert (seen(services, number).row.priority, len(letters_about(services, number))) == ("low", 1)


def test_a_priority_is_disputed_only_where_the_procedure_lets_customers(campus: DeskSession) -> None:
    with pytest.raises(DeskError, match="does not let customers dispute"):
        priority_dispute.dispute_priority(campus, open_ticket(campus), "It is urgent.", now=at(1))


@pytest.mark.requirement("S3-07")
def test_the_requester_is_told_of_a_delay_before_the_time_runs_out(store_url: str) -> None:
    story = _services(store_url)
    number = _fault(story)
    delay_notice.announce_delay(
        story.by("ann"),
        number,
        "The part comes at noon tomorrow.",
        metric="resolution",
        now=story.at("2026-11-23T10:00Z"),
    )
    message = [one for one in story.sheet(number).messages if one.author_kind == "agent"][-1]
    assert "takes longer than we promised" in message.body
    assert "The part comes at noon tomorrow." in message.body
    assert story.letters(number) == ["registered", "delayed"]
    story.at("2026-12-31T12:00Z")
    assert [said for said in story.came if "Resolution is missed" in said]
    assert story.letters(number).count("delayed") == 1


@pytest.mark.requirement("S3-07")
def test_a_delay_that_nobody_spoke_of_is_told_when_the_time_is_over(store_url: str) -> None:
    story = _services(store_url)
    number = _fault(story)
    story.at("2026-12-31T12:00Z")
    assert story.letters(number) == ["registered", "delayed"]
    assert check_integrity(story.store).findings == ()


def test_a_delay_told_by_phone_needs_no_letter(store_url: str) -> None:
    story = _services(store_url)
    number = _fault(story)
    now = story.at("2026-11-23T10:00Z")
    delay_notice.announce_delay(story.by("ann"), number, "Tomorrow.", metric="resolution", by_phone=True, now=now)
    story.at("2026-12-31T12:00Z")
    assert story.letters(number) == ["registered"]


@pytest.mark.requirement("S1-22", "S2-16")
def test_an_update_is_due_from_one_answer_to_the_next_for_critical_and_high(campus: DeskSession) -> None:
    number = open_ticket(campus, priority="critical")
    messages.reply(campus, number, "We are on it.", now=at(1))
    (first,) = [clock for clock in seen(campus, number).clocks if clock.metric == "update"]
    assert (first.state, first.due is not None) == ("running", True)
    messages.reply(campus, number, "Called: it takes an hour.", channel="phone", now=at(30))
    cycles = [clock.state for clock in seen(campus, number).clocks if clock.metric == "update"]
    assert cycles == ["met", "running"]
    normal = open_ticket(campus, priority="normal")
    messages.reply(campus, normal, "We are on it.", now=at(40))
    assert all(clock.due is None for clock in seen(campus, normal).clocks if clock.metric == "update")


def _services(url: str) -> Story:
    people = [{"login": "lea", "name": "Lea", "role": "lead"}]
    clients = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
    return Story(url, "managed-services", "2026-11-23T09:00Z", people=people, clients=clients)


def _fault(story: Story) -> int:
    return register(
        story.by("ann"), subject="No mail", body="x", requester="Ida", email="ida@larch.example", priority="low",
        incomplete=True, now=story.now,
    ).number  # fmt: skip


def test_only_open_tickets_are_escalated(campus: DeskSession) -> None:
    number = open_ticket(campus)
    update.move(campus, number, "in-progress", now=at(1))
    from deskterm.desk.tickets.resolution import resolve

    resolve(campus, number, code="solved", note="Done.", now=at(2))
    with pytest.raises(DeskError, match="is not open"):
        escalation.escalate(campus, number, reason="x", now=at(3))


@pytest.mark.requirement("S2-20", "S2-24")
def test_each_step_leads_to_the_status_that_its_ladder_names_and_the_letter_says_that(campus: DeskSession) -> None:
    number = open_ticket(campus)
    escalation.escalate(campus, number, ladder="escalation", reason="needs the mail server", now=at(2))
    assert seen(campus, number).row.status == "escalated-l1"
    escalation.escalate(campus, number, reason="a decision is wanted", now=at(3))
    assert seen(campus, number).row.status == "escalated-l2"
    with open_reader(campus.store.url) as reader:
        last = letters_of(reader, number)[-1]
    assert "It is now Escalated L2" in last.body


@pytest.mark.requirement("S2-20")
def test_a_step_that_is_taken_before_its_turn_leads_to_its_status_too(campus: DeskSession) -> None:
    number = open_ticket(campus)
    escalation.escalate(campus, number, ladder="escalation", level="head", reason="a decision is wanted", now=at(2))
    assert seen(campus, number).row.status == "escalated-l2"


@pytest.mark.requirement("S2-20")
def test_closing_a_ticket_ends_its_escalations_and_taking_that_back_brings_them_back(services: DeskSession) -> None:
    number = open_ticket(services, organisation="larch")
    escalation.escalate(services, number, reason="complex", now=at(1))
    resolution.resolve(services, number, "Replaced the disk.", now=at(2))
    assert "escalated" in seen(services, number).flags
    confirmation.confirm(services, number, now=at(3))
    (step,) = steps(services, number)
    with open_reader(services.store.url) as reader:
        assert (step.state, "escalated" in seen(services, number).flags, load_escalations(reader)) == (
            "over",
            False,
            [],
        )
    undo.undo_last_command(services, number, now=at(4))
    assert (steps(services, number)[0].state, "escalated" in seen(services, number).flags) == ("open", True)
    confirmation.confirm(services, number, now=at(5))
    reopening.reopen(services, number, "It is back", now=at(6))
    assert steps(services, number)[0].state == "over"


@pytest.mark.requirement("S1-33", "S1-34")
def test_a_duplicate_is_not_escalated_any_more(vendor: DeskSession) -> None:
    first, number = open_ticket(vendor), open_ticket(vendor)
    escalation.escalate(vendor, number, reason="asked for", now=at(1))
    duplicate.close_as_duplicate(vendor, number, first, now=at(2))
    assert (steps(vendor, number)[0].state, "escalated" in seen(vendor, number).flags) == ("over", False)


@pytest.mark.requirement("S4-21")
def test_an_escalation_that_begins_after_the_end_waits_for_its_review_also_once_the_ticket_is_closed(
    saas: DeskSession,
) -> None:
    number = open_ticket(saas, type="issue", organisation="larch")
    with saas.ticket(number, "escalate", at(1)) as work:
        work.append("moved", {"status": (work.state.status, "pending-closure")})
        work.done("")
    confirmation.confirm(saas, number, now=at(1))
    with saas.ticket(number, "escalate", at(2), final=True) as work:
        escalation.begin_ladder(work, "customer-escalation", reason="a low score", afterwards=True)
        work.done("")
    assert steps(saas, number)[0].state == "open"


@pytest.mark.requirement("S2-07")
def test_a_ticket_of_the_site_goes_to_the_desk_first_and_then_on(campus: DeskSession) -> None:
    number = open_ticket(campus)
    with campus.ticket(number, "assign", at(1)) as work:
        work.append("assigned", {"tier": (work.state.tier, 0)})
        work.done("")
    for tier, ladder in ((1, "from-site"), (2, "escalation"), (2, "escalation")):
        escalation.escalate(campus, number, reason="beyond us", now=at(2))
        assert (seen(campus, number).values["tier"], steps(campus, number)[-1].values["ladder"]) == (tier, ladder)
    assert seen(campus, number).row.status == "escalated-l2"


@pytest.mark.requirement("S2-07", "S3-06")
def test_a_ladder_does_not_bring_a_ticket_down(campus: DeskSession) -> None:
    number = open_ticket(campus)
    escalation.escalate(campus, number, ladder="escalation", reason="beyond us", now=at(1))
    with pytest.raises(DeskError, match="is at Second tier already, where From the site to the desk ends"):
        escalation.escalate(campus, number, ladder="from-site", reason="back", now=at(2))
    with pytest.raises(DeskError, match="is at Second tier already, above Customer support: name a level above it"):
        escalation.escalate(campus, number, ladder="from-site", level="1", reason="back", now=at(2))
    with campus.ticket(number, "escalate", at(3)) as work:
        assert escalation.begin_ladder(work, "from-site", by_rule="late") == "escalated to Customer support"
        work.done("")
    assert (seen(campus, number).values["tier"], seen(campus, number).row.team) == (2, "technical-services")


@pytest.mark.requirement("S3-12")
def test_a_ticket_that_was_sent_to_a_tier_goes_on_to_the_one_above(services: DeskSession) -> None:
    number = open_ticket(services, tags=("very-technical",), priority="high")
    assert seen(services, number).values["tier"] == 2
    escalation.escalate(services, number, reason="beyond us", now=at(1))
    assert (seen(services, number).values["tier"], seen(services, number).row.status) == (3, "escalated-l3")


def test_a_customer_cannot_ask_where_no_ladder_is_for_them(services: DeskSession) -> None:
    number = open_ticket(services)
    for ladder in (None, "tiers"):
        with pytest.raises(DeskError, match="for customers to ask for: escalate in the desk's own name"):
            escalation.escalate(services, number, ladder=ladder, reason="x", by_customer=True, now=at(1))
