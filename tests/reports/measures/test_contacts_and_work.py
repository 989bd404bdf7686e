"""First contact, surveys, thanks, escalations, work and objectives of a platform's desk, against what was done."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.billing.time_entries import add_entry, correct_entry
from deskterm.desk.conversation import messages, survey
from deskterm.desk.conversation.thanks_messages import overrule_thanks
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import update
from deskterm.desk.tickets.assignment import assign
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.resolution import resolve
from deskterm.desk.workflow.escalation import escalate
from deskterm.reports.figure_report import FigureReport, FigureRequest, make_figure_report
from deskterm.reports.periods import parse_period
from deskterm.store.db.reader import open_reader
from shipped_desk import shipped_desk
from small_desk import at

DAY = 1440


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """Four questions of Monday 09:00, answered by 09:10 and solved at 09:20.

    1001 stays so. 1002 hears thanks on Tuesday. 1003 is asked again on Tuesday. 1004 is answered twice."""
    session = shipped_desk(store_url, "saas-platform")
    for number in range(1001, 1005):
        register(session, subject="Where is the export?", body="x", requester="Ida", email="ida@larch.example",
                 organisation="larch", type="guidance", now=at(0))  # fmt: skip
        messages.reply(session, number, "In the menu.", now=at(10))
    messages.reply(session, 1004, "At its top.", now=at(12))
    for number in range(1001, 1005):
        move(session, number, "pending-closure", 20)
    messages.record_customer_message(session, 1003, "It is not there, is it?", author="Ida", now=at(DAY))
    yield session
    session.store.close()


def move(desk: DeskSession, number: int, status: str, minute: int) -> None:
    with desk.ticket(number, "move", at(minute)) as work:
        work.append("moved", {"status": (work.state.status, status)})


def report(desk: DeskSession, minute: int, name: str = "2026-11", **options: tuple[str, ...]) -> FigureReport:
    with open_reader(desk.store.url) as reader:
        period = parse_period(name, "Europe/London", at(minute))
        return make_figure_report(reader, FigureRequest(period, int(at(minute).timestamp()), **options))  # type: ignore[arg-type]


def count(desk: DeskSession, minute: int, *keys: str) -> list[int]:
    figures = report(desk, minute).figures
    return [figures.find(key).count for key in keys]


@pytest.mark.requirement("S3-04")
def test_the_first_contact_resolves_with_one_reply_and_nothing_after_it(desk: DeskSession) -> None:
    """R-24: it takes a week to say."""
    keys = "first-contact", "first-contact/judged", "first-contact/too-early"
    assert count(desk, 2 * DAY, *keys) == [0, 0, 4]
    found = report(desk, 8 * DAY, "2026-11")
    assert sorted(row.life.number for row in found.figures.find("first-contact").rows) == [1001, 1002]
    share = next(one for one in found.list_shares() if one.key == "share/first-contact")
    assert (share.part, share.whole) == (2, 4)


def test_what_a_desk_without_messages_cannot_tell_is_not_told(store_url: str) -> None:
    """R-09."""
    desk = shipped_desk(store_url, "saas-platform")
    found = report(desk, DAY)
    assert not found.figures.is_derivable(found.figures.find("first-contact").measure)
    assert "share/first-contact" not in {one.key for one in found.list_shares()}
    desk.store.close()


def test_answers_count_when_they_came_whatever_is_said_of_them_later(desk: DeskSession) -> None:
    """R-27."""
    survey.record_answer(desk, 1001, 5, now=at(30))
    survey.record_answer(desk, 1002, 2, comment="slow", now=at(DAY))
    keys = ("satisfaction/asked", "satisfaction/answered", "satisfaction/score/5", "satisfaction/score/2")
    assert count(desk, 2 * DAY, *keys, "reviews-open") == [4, 2, 1, 1, 2]
    survey.review_answer(desk, 1001, note="kind", now=at(9 * DAY))
    survey.review_answer(desk, 1002, outcome="a faster menu", now=at(9 * DAY))
    assert count(desk, 10 * DAY, *keys, "reviews-open") == [4, 2, 1, 1, 2], "reviewed in December"
    december = report(desk, 10 * DAY, "2026-12").figures
    assert (december.find("satisfaction/answered").count, december.find("reviews-open").count) == (0, 0)
    scores = report(desk, 10 * DAY).figures.find("satisfaction/score").compute_times()
    assert (scores.n, scores.sum, scores.median) == (2, 7, "3.5")


def test_an_answer_that_is_given_again_replaces_the_one_before(desk: DeskSession) -> None:
    for score, minute in ((5, 30), (1, 3 * DAY)):
        survey.record_answer(desk, 1001, score, survey="1", now=at(minute))
    assert count(desk, 4 * DAY, "satisfaction/answered", "satisfaction/score/1", "satisfaction/score/5") == [1, 1, 0]
    assert count(desk, DAY, "satisfaction/score/1", "satisfaction/score/5") == [0, 1], "as of an earlier instant"


def test_escalations_begin_are_passed_on_and_stay_open(desk: DeskSession) -> None:
    """R-26."""
    escalate(desk, 1003, reason="it grows", impact="nobody can invoice", now=at(DAY + 10))
    keys = "escalations/begun", "escalations/decided", "escalations/open", "escalations/begun/by-a-person"
    assert count(desk, 2 * DAY, *keys) == [1, 0, 1, 1]
    escalate(desk, 1003, level=2, reason="still", impact="nobody can invoice", now=at(2 * DAY))
    assert count(desk, 3 * DAY, *keys) == [2, 1, 1, 2]
    assert count(desk, DAY + 20, *keys) == [1, 0, 1, 1], "as of an earlier instant"


@pytest.mark.requirement("S1-32")
def test_work_counts_for_whoever_did_it_and_corrections_once(desk: DeskSession) -> None:
    """R-28."""
    add_entry(desk, 1001, 1500, chargeable=False, started=at(5), now=at(30))
    add_entry(desk, 1002, 600, chargeable=False, started=at(5), now=at(30))
    correct_entry(desk, 1002, "1", seconds=900, reason="longer", now=at(31))
    found = report(desk, DAY, by=("agent",)).figures
    assert found.find("work").compute_times().sum == 2400
    assert [found.count(key) for key in ("work/chargeable", "work/not-chargeable")] == [0, 2]
    assert found.find("work/agent=ann").count == 2


def test_hand_offs_are_changes_of_team_or_agent_before_the_resolution(desk: DeskSession) -> None:
    """R-30: nobody had been given three of the tickets; 1003 changes hands twice, and is solved again."""
    for agent in ("sam", "kim"):
        assign(desk, 1003, agent, now=at(DAY + 10))
    move(desk, 1003, "pending-closure", DAY + 20)
    found = report(desk, 2 * DAY).figures
    assert found.find("hand-offs").compute_times()[:2] == (4, 2)
    assert found.find("hand-offs/none").count == 3
    shares = {one.key: (one.part, one.whole) for one in report(desk, 2 * DAY).list_shares()}
    assert shares["share/without-hand-off"] == (3, 4)
    assert shares["share/reopened"] == (1, 4), "R-13"
    assert shares["share/first-team"] == (3, 4), "R-25: never reopened"


@pytest.mark.parametrize(("within", "reopened"), [("2d", 1), ("1440m", 1), ("1419m", 0), ("", 1)])
def test_a_reopening_counts_within_the_time_that_the_procedure_says(
    desk: DeskSession, within: str, reopened: int
) -> None:
    """R-13: 1003 was solved at minute 20, and came back after 1420 minutes."""
    definition = desk.procedure.definition
    spans = definition.figures.model_copy(update={"reopened_within": within})
    apply_procedure(desk, definition.model_copy(update={"figures": spans}), now=at(DAY + 5))
    found = report(desk, DAY + 10)
    shares = {one.key: (one.part, one.whole) for one in found.list_shares()}
    assert shares["share/reopened"] == (reopened, 4)
    assert found.figures.count("reopened") == 1


@pytest.mark.requirement("S5-12")
def test_thanks_that_kept_a_ticket_closed_are_counted_and_those_that_were_more(store_url: str) -> None:
    """R-29."""
    desk = shipped_desk(store_url, "web-agency")
    register(desk, subject="Where is the box?", requester="Ida", organisation="larch", type="question", now=at(0))
    update.move(desk, 1001, "in-progress", now=at(1))
    resolve(desk, 1001, "On the other side now.", now=at(10))
    messages.record_customer_message(desk, 1001, "Great job.", received_at=at(60), now=at(61))
    assert count(desk, DAY, "thanks", "thanks/reopened") == [1, 0]
    overrule_thanks(desk, 1001, now=at(300))
    assert count(desk, DAY, "thanks", "thanks/reopened", "reopened") == [1, 1, 1]
    desk.store.close()


@pytest.mark.requirement("S4-02")
def test_means_are_compared_with_the_objectives_of_the_procedure(desk: DeskSession) -> None:
    """R-23: in the working time of the objective's own calendar."""
    figures = report(desk, 2 * DAY).figures
    responses = figures.find("objective/mean-response/time").compute_times()
    assert (responses.n, responses.sum) == (4, 4 * 600)
    assert figures.find("objective/mean-resolution/time").compute_times().sum == 3 * 1200


def test_an_objective_leaves_an_error_budget_for_every_group(desk: DeskSession) -> None:
    """R-50."""
    found = report(desk, 2 * DAY, by=("client",), objectives=("response=75%",))
    budgets = {one.key: one for one in found.list_budgets()}
    whole, part = budgets["budget/response"], budgets["budget/response/client=larch"]
    assert (whole.judged, whole.allowed, whole.left, whole.share) == (4, 1, 1, Fraction(3, 4))
    assert part[3:] == whole[3:]
    assert found.is_running
