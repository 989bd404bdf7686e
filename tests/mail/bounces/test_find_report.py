"""What a mail reports: a bounce, a complaint, an absence, or none."""

from __future__ import annotations

import json

import pytest

from deskterm.mail.bounces.find_report import Report, find_report
from deskterm.mail.reading.read_mail import read_mail
from mail.support.notices import DAEMON, RETURNED, find_in, find_in_status

_PERSON = "From: Kim <kim@a.example>\nTo: support@desk.example\n"
_FIELDS = "Final-Recipient: rfc822; kim@a.example\nAction: failed\nStatus: 5.1.1\n"


def _find(text: str) -> Report:
    return find_report(read_mail(text.encode()))


@pytest.mark.rule("M-42")
def test_the_fields_of_a_report_come_before_the_words_above_them() -> None:
    report = find_in_status(_FIELDS, words="lee@b.example: 550 5.2.2 full")
    assert (report.kind, report.found_by) == ("bounce", "delivery-status")
    assert [one.address for one in report.failures] == ["kim@a.example"]


@pytest.mark.rule("M-43")
def test_what_the_fields_leave_out_is_taken_from_the_words() -> None:
    fields = "Final-Recipient: rfc822; kim@a.example\nAction: failed\nStatus: 5.0.0\n"
    (kim,) = find_in_status(fields, words="could not be delivered\n<kim@a.example>: 550 5.1.1 User unknown").recipients
    assert (kim.status, kim.reply, kim.is_dead) == ("5.1.1", "550", True)


@pytest.mark.rule("M-42")
def test_fields_in_a_text_are_read_where_the_parts_are_not_marked() -> None:
    head = f"{DAEMON}Content-Type: multipart/report; report-type=delivery-status\n"
    report = _find(f"{head}Subject: x\n\nIt failed.\n\nReporting-MTA: dns; x\n\n{_FIELDS}\n{RETURNED}")
    assert [one.status for one in report.recipients] == ["5.1.1"]


@pytest.mark.rule("M-42")
def test_identities_in_the_returned_letter_are_listed() -> None:
    """Our token stands in them."""
    assert find_in_status(_FIELDS).returned_ids == ("dt.7.1.ABC@desk.example",)
    plain = find_in(
        f"could not be delivered\nkim@a.example: 550 no\n\n--- Below this line is a copy of the message.\n\n{RETURNED}"
    )
    assert plain.returned_ids == ("dt.7.1.ABC@desk.example",)


@pytest.mark.rule("M-42")
def test_a_header_with_the_failed_recipients_comes_before_the_words() -> None:
    report = find_in(
        "Es ging nicht.\n\n lee@b.example\n", head=f"{DAEMON}X-Failed-Recipients: kim@a.example, lee@b.example\n"
    )
    assert [one.address for one in report.recipients] == ["kim@a.example", "lee@b.example"]
    assert report.found_by == "x-failed-recipients"


@pytest.mark.rule("M-42")
@pytest.mark.parametrize(
    "words",
    [
        "My mail to lee@b.example could not be delivered: 550 5.1.1 User unknown. Can you help?",
        f"I got this:\n\n{_FIELDS}",
        "> could not be delivered\n> <lee@b.example>: 550 no",
    ],
)
def test_a_person_who_writes_about_a_bounce_sends_none(words: str) -> None:
    """It would be no ticket."""
    assert _find(f"{_PERSON}Subject: Fwd: Undelivered Mail Returned to Sender\n\n{words}\n").kind == "none"


@pytest.mark.rule("M-42")
def test_a_person_who_forwards_the_parts_of_a_bounce_sends_none() -> None:
    kind = 'Content-Type: multipart/mixed; boundary="b"\n'
    parts = f"--b\n\nWhat is this?\n--b\nContent-Type: message/delivery-status\n\n{_FIELDS}\n--b--\n"
    assert _find(f"{_PERSON}{kind}Subject: Fwd: x\n\n{parts}").kind == "none"


@pytest.mark.rule("M-42")
def test_a_shop_that_could_not_deliver_a_parcel_sends_none() -> None:
    head = "From: no-reply@shop.example\nTo: support@desk.example\n"
    assert find_in("Your parcel could not be delivered. Write to help@shop.example.", head=head).kind == "none"


@pytest.mark.rule("M-36", "M-42")
@pytest.mark.parametrize(
    "head",
    [
        f"{_PERSON}Auto-Submitted: auto-replied\nSubject: Away\n",
        f"Return-Path: <>\n{_PERSON}Subject: Automatic reply: Printer\n",
        f"{_PERSON}X-Autoreply: yes\nSubject: x\n",
    ],
)
def test_an_absence_is_none_of_the_others(head: str) -> None:
    words = "I am away and mails cannot be delivered to me. Write to lee@b.example."
    assert _find(f"{head}\n{words if 'Automatic' in head else 'I am away.'}\n").kind == "vacation"


@pytest.mark.rule("M-45")
def test_a_complaint_is_found_with_the_address_it_is_about() -> None:
    kind = 'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n'
    parts = "--b\n\nA complaint.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
    report = _find(f"{_PERSON}{kind}Subject: x\n\n{parts}\n--b\nContent-Type: message/rfc822\n\n{RETURNED}\n--b--\n")
    assert (report.kind, report.feedback_type) == ("feedback", "abuse")
    assert [one.address for one in report.recipients] == ["kim@a.example"]
    assert not report.failures
    assert report.returned_ids == ("dt.7.1.ABC@desk.example",)


@pytest.mark.rule("M-42", "M-45")
@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("Complaint", {"complainedRecipients": [{"emailAddress": "kim@a.example"}]}, ("feedback", "", False)),
        (
            "Bounce",
            {
                "bouncedRecipients": [
                    {"emailAddress": "kim@a.example", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 no"}
                ]
            },
            ("bounce", "failed", True),
        ),
        (
            "Bounce",
            {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "kim@a.example"}]},
            ("bounce", "failed", False),
        ),
        ("Delivery", {"recipients": ["kim@a.example"]}, ("bounce", "delivered", False)),
    ],
)
def test_notifications_of_a_mail_service_are_read(
    kind: str, content: dict[str, object], expected: tuple[str, str, bool]
) -> None:
    words = json.dumps({"notificationType": kind, kind.lower(): content, "mail": {"destination": []}})
    report = _find(f"From: no-reply@sns.service.example\nSubject: Notification\n\n{words}\n")
    (kim,) = report.recipients
    assert (report.kind, kim.action, kim.is_dead) == expected
    assert kim.address == "kim@a.example"


@pytest.mark.rule("M-14")
@pytest.mark.parametrize(
    "words", ["{", '{"notificationType": 7}', '{"notificationType": "Bounce", "bounce": []}', "[" * 9_000]
)
def test_what_only_looks_like_a_notification_raises_nothing(words: str) -> None:
    assert _find(f"{_PERSON}Subject: x\n\n{words}\n").kind in ("none", "bounce")
