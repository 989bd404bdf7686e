"""Replacing the severity scale of a desk."""

from __future__ import annotations

import pytest

from deskterm.desk.admin.severity_scale import SeededSeverity, seed_severities
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.procedure.schema import Severity
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from small_desk import at

HIGH, LOW = Severity(key="high", label="High", urgent=True), Severity(key="low", label="Low")


def test_the_scale_is_replaced_once_and_a_dry_run_only_shows_the_differences(desk: DeskSession) -> None:
    middle = SeededSeverity(Severity(key="mid", label="Middle"), {"response": "45m", "resolution": "1d"})
    scale = [SeededSeverity(HIGH), middle, SeededSeverity(LOW)]
    assert seed_severities(desk, scale, dry_run=True, now=at(1)) != []
    assert [severity.key for severity in open_desk(desk.store, "ann").procedure.definition.severities] == [
        "high",
        "low",
    ]
    assert seed_severities(desk, scale, now=at(1)) != []
    reopened = open_desk(desk.store, "ann")
    assert [severity.key for severity in reopened.procedure.definition.severities] == ["high", "mid", "low"]
    assert seed_severities(reopened, scale, now=at(2)) == []
    register(reopened, subject="x", type="fault", severity="mid", now=at(3))
    with open_reader(desk.store.url) as reader:
        ticket = load_ticket_detail(reader, 1001)
    assert ticket is not None
    assert ticket.row.next_due == int(at(48).timestamp())


def test_a_severity_that_tickets_use_is_not_removed(desk: DeskSession) -> None:
    for _ in range(7):
        register(desk, subject="x", type="fault", severity="high", now=at(0))
    with pytest.raises(DeskError, match=r"High cannot be removed: 7 tickets use it \(1007, 1006, 1005, 1004, 1003 …\)"):
        seed_severities(desk, [SeededSeverity(LOW)], now=at(1))
    assert seed_severities(desk, [SeededSeverity(HIGH), SeededSeverity(LOW)], now=at(1)) == []


def test_an_unused_severity_leaves_the_policies_too(desk: DeskSession) -> None:
    seed_severities(desk, [SeededSeverity(LOW)], now=at(1))
    policy = open_desk(desk.store, "ann").procedure.definition.policies[0]
    assert set(policy.by_severity) == {"low"}


def test_a_target_on_an_unknown_metric_is_refused(desk: DeskSession) -> None:
    with pytest.raises(DeskError, match="'answer', but the metrics are next-response, resolution, response"):
        seed_severities(desk, [SeededSeverity(HIGH, {"answer": "1h"}), SeededSeverity(LOW)], now=at(1))
