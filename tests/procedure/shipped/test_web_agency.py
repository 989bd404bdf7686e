"""What the web agency's procedure says (S5)."""

from __future__ import annotations

from deskterm.desk.conversation.thanks_filter import is_only_thanks
from procedure_story import fold_story, list_next_statuses, shipped

AGENCY = shipped("web-agency")
FILE = AGENCY.definition


def test_the_departments_are_those_of_the_document() -> None:
    assert [department.label for department in FILE.departments] == [
        *("Billing", "Work Request", "Support", "Data Protection", "Pre-sales enquiries"),
    ]


def test_whoever_is_no_client_may_only_open_pre_sales() -> None:
    assert [kind.department for kind in FILE.types if not kind.clients_only] == ["pre-sales"]
    assert [department.key for department in FILE.departments if not department.clients_only] == ["pre-sales"]


def test_everybody_is_told_and_the_first_to_answer_has_it() -> None:
    for department in FILE.departments:
        assert department.notify == "all"
        assert department.first_answer_owns
        assert department.covers_absence
        assert department.asks_handover


def test_nothing_is_promised_by_the_clock() -> None:
    story = [("2026-11-20T10:00+00:00", "open", "received"), ("2026-11-20T11:00+00:00", "open", "agent_reply")]
    assert fold_story(AGENCY, {"priority": "urgent"}, *story) == []
    assert not FILE.policies


def test_urgent_goes_first_and_the_rest_in_order_of_arrival() -> None:
    assert AGENCY.compute_rank(None, "urgent", "open") < AGENCY.compute_rank(None, "normal", "open")
    assert AGENCY.compute_rank(None, "normal", "open") == AGENCY.compute_rank(None, "normal", "client-responded")
    assert not AGENCY.is_ordered_by_due()


def test_a_job_that_is_done_is_closed_from_wherever_it_is() -> None:
    for status in FILE.statuses:
        if status.category != "closed":
            assert "closed" in list_next_statuses(AGENCY, "work-request", status.key)


def test_thanks_keeps_a_ticket_closed_and_other_replies_reopen() -> None:
    assert FILE.closing.thanks_keeps_closed
    assert is_only_thanks("Thank you!", FILE.closing)
    assert FILE.closing.on_reply_when_closed == "reopen"
    assert FILE.closing.reopen_to in list_next_statuses(AGENCY, "question", "closed")


def test_work_requests_come_with_a_list_of_jobs() -> None:
    kind = AGENCY.types["work-request"]
    assert kind.checklist in {checklist.key for checklist in FILE.checklists}
    assert "work-done" in kind.fields


def test_letters_do_not_carry_the_conversation() -> None:
    assert FILE.notices
    assert not any(notice.include_body for notice in FILE.notices)


def test_tickets_are_kept_for_six_years() -> None:
    assert FILE.retention.years == 6
    assert FILE.retention.erase_persons
