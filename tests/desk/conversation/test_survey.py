"""Satisfaction surveys: requesting feedback, recording answers, and reviewing them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.conversation import messages, survey
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import closing, confirmation
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists, escalation_review
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Feedback, Notice, Template
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import load_notices
from deskterm.store.queries.oversight import load_escalations
from deskterm.store.queries.surveys import load_answers
from deskterm.store.queries.ticket_detail import RecordView
from shipped_desk import as_agent, shipped_desk, verified_desk
from small_desk import at
from ticket_reads import letters_about, open_ticket, read_ticket


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = shipped_desk(store_url, "saas-platform")
    register(session, subject="Where is the export?", body="x", requester="Ida", email="ida@larch.example",
             organisation="larch", type="guidance", now=at(0))  # fmt: skip
    yield session
    assert check_integrity(session.store).findings == ()
    session.store.close()


def feedback_records(desk: DeskSession) -> list[RecordView]:
    return [record for record in read_ticket(desk).records if record.kind == "feedback"]


def end_with_survey(desk: DeskSession, number: int) -> tuple[str, str]:
    """Move a ticket to where its procedure asks for feedback; return the question and the summary."""
    feedback = desk.procedure.definition.feedback
    category = "closed" if feedback.ask == "closed" else "solved"
    status = next(status.key for status in desk.procedure.definition.statuses if status.category == category)
    with desk.ticket(number, "move", at(10)) as work:
        work.append("moved", {"status": (work.state.status, status)})
        result = work.build_result("moved")
    return feedback.question, result.summary


def move_to_closure(desk: DeskSession, minute: int) -> None:
    with desk.ticket(1001, "move", at(minute)) as work:
        work.append("moved", {"status": (work.state.status, "pending-closure")})


@pytest.mark.requirement("S4-21")
def test_feedback_is_requested_once_when_a_ticket_is_resolved(desk: DeskSession) -> None:
    assert feedback_records(desk) == []
    move_to_closure(desk, 10)
    assert [answer.state for answer in feedback_records(desk)] == ["asked"]
    messages.record_customer_message(desk, 1001, "Where exactly? I cannot find it.", now=at(20))
    move_to_closure(desk, 30)
    assert [answer.state for answer in feedback_records(desk)] == ["asked"]  # the first survey is still open
    survey.record_answer(desk, 1001, 5, now=at(40))
    confirmation.confirm(desk, 1001, now=at(50))
    assert [(answer.state, answer.values["score"]) for answer in feedback_records(desk)] == [("answered", 5)]
    assert read_ticket(desk).flags == ()


@pytest.mark.requirement("S4-21")
def test_a_low_score_or_a_complaint_flags_a_closed_ticket_until_it_is_reviewed(desk: DeskSession) -> None:
    move_to_closure(desk, 10)
    confirmation.confirm(desk, 1001, now=at(20))
    result = survey.record_answer(desk, 1001, 2, comment="It took a week", now=at(30))
    assert result.summary.startswith("1001: feedback 1 recorded, 2 of 5")
    assert "low-score" in read_ticket(desk).flags
    survey.record_answer(desk, 1001, comment="And nobody called back!", complaint=True, now=at(31))
    assert {"complaint", "low-score"} <= set(read_ticket(desk).flags)
    low = [event.data.get("low") for event in read_ticket(desk).events if event.kind == "feedback"]
    assert low == [True, True]
    with pytest.raises(DeskError, match="several answers to review: say which, of 1, 2"):
        survey.review_answer(desk, 1001, now=at(32))
    survey.review_answer(as_agent(desk, "lea"), 1001, feedback="1", note="Discussed with the team", now=at(32))
    survey.review_answer(as_agent(desk, "lea"), 1001, outcome="We call back within a day now", now=at(33))
    assert [(answer.state, answer.who) for answer in feedback_records(desk)] == [("reviewed", "lea")] * 2
    assert not {"complaint", "low-score"} & set(read_ticket(desk).flags)
    with pytest.raises(DeskError, match="no answer that waits to be reviewed"):
        survey.review_answer(desk, 1001, now=at(34))


def test_a_score_off_the_scale_is_refused(desk: DeskSession) -> None:
    for score in (0, 6):
        with pytest.raises(UsageError, match="A score is from 1, the worst, to 5, the best"):
            survey.record_answer(desk, 1001, score, now=at(1))
    with pytest.raises(UsageError, match="a score, a comment, or both"):
        survey.record_answer(desk, 1001, now=at(1))


@pytest.mark.requirement("S3-15")
def test_a_procedure_may_request_feedback_at_closure_only(store_url: str) -> None:
    desk = shipped_desk(store_url, "managed-services")
    register(desk, subject="No mail", body="x", requester="Ida", email="ida@larch.example", type="problem",
             phone="+44 20 7946 0000", organisation="larch", impact="person", urgency="hindered",
             fields={"contact-phone": "+44 20 7946 0000"}, now=at(0))  # fmt: skip
    closed = next(status.key for status in desk.procedure.statuses.values() if status.category == "closed")
    with desk.ticket(1001, "move", at(5)) as work:
        work.append("moved", {"status": (work.state.status, closed)})
    assert [answer.state for answer in feedback_records(desk)] == ["asked"]
    survey.record_answer(desk, 1001, 1, comment="Slow", now=at(6))
    assert read_ticket(desk).flags == ("low-score",)
    survey.review_answer(desk, 1001, now=at(7))
    assert read_ticket(desk).flags == ()
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def test_no_feedback_is_requested_for_a_ticket_closed_without_a_resolution(store_url: str) -> None:
    desk = shipped_desk(store_url, "managed-services")
    register(desk, subject="No mail", requester="Ida", incomplete=True, now=at(0))
    closing.close(desk, 1001, "withdrawn", now=at(2))
    assert read_ticket(desk).row.category == "closed"
    assert feedback_records(desk) == []
    desk.store.close()


@pytest.mark.requirement("S4-21", "S4-22")
def test_a_complaint_about_a_ticket_closed_for_good_is_escalated_to_the_lead_and_reviewed(
    desk: DeskSession,
) -> None:
    move_to_closure(desk, 10)
    confirmation.confirm(desk, 1001, now=at(20))
    result = survey.record_answer(desk, 1001, comment="Nobody called back!", complaint=True, now=at(30))
    assert "escalated to Customer" in result.summary
    found = read_ticket(desk)
    assert (found.row.status, "escalated" in found.flags) == ("closed", True)
    with open_reader(desk.store.url) as reader:
        assert "escalated to Customer" in [entry.what for entry in load_notices(reader, "lea")]
        assert [entry.number for entry in load_escalations(reader)] == [1001]
    lea = as_agent(desk, "lea")
    with pytest.raises(DeskError, match="closed for good"):
        checklists.tick_items(lea, 1001, [1], checklist="to-development", now=at(31))
    checklists.tick_items(lea, 1001, [1, 2, 3, 4], now=at(32))
    with pytest.raises(DeskError, match="is not open: its severity and priority stay"):
        escalation_review.review_escalation(lea, 1001, decision="unchanged", severity="severity-1", now=at(33))
    escalation_review.review_escalation(lea, 1001, decision="unchanged", now=at(34))
    assert "escalated" not in read_ticket(desk).flags
    assert read_ticket(desk).row.status == "closed"


@pytest.mark.requirement("S3-15", "S4-21")
@pytest.mark.parametrize("procedure", ["saas-platform", "managed-services"])
def test_the_requester_is_asked_the_question_in_a_letter(store_url: str, procedure: str) -> None:
    """D-12, M-66."""
    for desk in verified_desk(store_url, procedure):
        number = open_ticket(desk, organisation="larch")
        question, summary = end_with_survey(desk, number)
        (letter,) = [letter for letter in letters_about(desk, number) if letter.on == "feedback-asked"]
        assert [person.email for person in letter.to] == ["ida@larch.example"]
        assert f"{question} Reply with a number from 1, the worst, to 5, the best" in letter.body
        assert "feedback asked for; letter queued" in summary


@pytest.mark.parametrize("notices", [(), (Notice(on="feedback-asked", to=("requester",), template="plain"),)])
def test_a_survey_asks_its_question_whatever_the_procedure_leaves_out(
    store_url: str, notices: tuple[Notice, ...]
) -> None:
    """D-12: without a notice of it, or with a template that has no question."""
    templates = (Template(key="plain", label="Plain", body="How was it?"),)
    desk = shipped_desk(
        store_url, "saas-platform", notices=notices, templates=templates, feedback=Feedback(ask="resolved")
    )
    number = open_ticket(desk, organisation="larch")
    end_with_survey(desk, number)
    (letter,) = [letter for letter in letters_about(desk, number) if letter.on == "feedback-asked"]
    assert "How satisfied are you with how your request was handled?\nTo answer, reply with a number" in letter.body
    assert "from 1, the worst, to 5, the best" in letter.body
    desk.store.close()


def test_answers_are_read_worst_first(desk: DeskSession) -> None:
    for score in (4, 1, None, 3):
        survey.record_answer(desk, 1001, score, comment="x", complaint=score is None, now=at(30 + (score or 0)))
    with open_reader(desk.store.url) as reader:
        assert [answer.score for answer in load_answers(reader)] == [None, 1, 3, 4]
