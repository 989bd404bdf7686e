"""Bounces of some fifty kinds of servers, complaints and absences, as sisimai and its tests judge them."""

from __future__ import annotations

import pytest

from deskterm.mail.bounces.find_report import find_report
from deskterm.mail.reading.read_mail import read_mail
from mail.support.mail_cases import Score, read_cases

_KINDS = {"not a bounce": "none"}


@pytest.mark.rule("M-42", "M-43", "M-44")
def test_bounces_of_many_kinds_of_servers_are_found_with_their_recipients() -> None:
    """Kind, recipients, and what became of each.

    Of sisimai's judgements some are not ours: what a filter answers as "user unknown" is one of its own reasons, and a
    letter that a server gave up on has failed here, though it calls it delayed.
    """
    score = Score()
    for case, data in read_cases("bounces"):
        mail = read_mail(data)
        report = find_report(mail)
        if "automatic" in case:
            score.compare("automatic", case["id"], bool(mail.marks.by), case["automatic"])
            score.compare("robot", case["id"], mail.marks.is_robot, case["robot"])
        if case["kind"] == "unknown":
            continue
        score.compare("kind", case["id"], report.kind, _KINDS.get(case["kind"], case["kind"]))
        expected = {one["address"]: one for one in case.get("recipients", [])}
        if case["kind"] != "bounce" or any(one.get("address_not_in_mail") for one in expected.values()):
            continue
        found = {one.address: one for one in report.recipients}
        score.compare("recipients", case["id"], sorted(found), sorted(expected))
        for address in found.keys() & expected.keys():
            for about, name in (("status", "status"), ("reply", "reply"), ("action", "action"), ("dead", "is_dead")):
                key = "dead_address" if about == "dead" else about
                if key in expected[address]:
                    score.compare(about, case["id"], getattr(found[address], name), expected[address][key])
    score.require(kind=0.99, recipients=0.97, status=0.99, reply=0.96, action=0.96, dead=0.93, automatic=1, robot=1)
