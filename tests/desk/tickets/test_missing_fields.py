"""Missing fields: what a request must say, and what it is marked with until it does."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.policy.request_fields import IncompleteRequest
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.supply import supply_fields
from shipped_desk import CAMPUS_ISSUE, open_campus_issue, shipped_desk
from small_desk import MONDAY, at
from ticket_reads import read_ticket


@pytest.mark.requirement("S2-08")
def test_all_missing_fields_are_listed_at_once_with_their_kinds(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    with pytest.raises(IncompleteRequest) as refused:
        register(desk, subject="It jams", fields={"number-affected": "many"}, now=MONDAY)
    assert refused.value.missing == ("occurred-at", "caller", "notify", "resource", "description")
    assert "Caller (people, as Name <name@example.org>" in str(refused.value)
    assert "Number of people affected is to be a number of 0 or more, written as 1250 or 1.5, not 'many'" in str(
        refused.value
    )
    with pytest.raises(IncompleteRequest, match=r"Caller \(Ada\) is to have an e-mail address and a telephone number"):
        open_campus_issue(desk, fields={**CAMPUS_ISSUE, "caller": "Ada"})


@pytest.mark.requirement("S1-37", "S5-14", "S4-24")
@pytest.mark.parametrize(
    ("procedure", "kind", "asked"),
    [
        ("software-vendor", "technical-support", ("product", "description")),
        ("web-agency", "problem", ("page", "steps")),
        ("saas-platform", "problem", ("business-impact", "steps")),
        ("managed-services", "problem", ("contact-phone",)),
    ],
)
def test_each_type_requires_its_own_fields(tmp_path: Any, procedure: str, kind: str, asked: tuple[str, ...]) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", procedure)
    with pytest.raises(IncompleteRequest) as refused:
        register(desk, subject="Broken", type=kind, organisation="larch", now=MONDAY)
    assert refused.value.missing == asked


@pytest.mark.requirement("S1-03", "S1-37")
def test_a_change_of_type_requires_the_fields_of_the_new_type(store_url: str) -> None:
    desk = shipped_desk(store_url, "saas-platform")
    number = register(
        desk,
        subject="Slow",
        body="Since today.",
        type="feedback",
        requester="Ida",
        email="ida@larch.example",
        now=at(0),
    ).number
    done = update.update_ticket(desk, number, type="issue", now=at(1))
    found = read_ticket(desk, number)
    assert "incomplete" in found.flags
    assert "without Business impact (some words)" in done.summary
    (record,) = [one for one in found.records if one.kind == "missing"]
    assert set(record.values["fields"]) >= {"business-impact", "steps"}
    supply_fields(desk, number, {"business-impact": "Nobody can invoice", "steps": "Press save"}, now=at(2))
    assert "incomplete" not in read_ticket(desk, number).flags
    update.update_ticket(desk, number, type="feedback", now=at(3))
    update.update_ticket(desk, number, type="issue", now=at(4))
    assert "incomplete" not in read_ticket(desk, number).flags, "what was said once is known"
    undo_last_command(desk, number, now=at(5))
    lacks = register(desk, subject="Slow", type="issue", organisation="larch", incomplete=True, now=at(6)).number
    assert "incomplete" in read_ticket(desk, lacks).flags
    update.update_ticket(desk, lacks, type="feedback", now=at(7))
    (record,) = [one for one in read_ticket(desk, lacks).records if one.kind == "missing"]
    assert "business-impact" not in record.values["fields"]
    assert check_integrity(desk.store).findings == ()
