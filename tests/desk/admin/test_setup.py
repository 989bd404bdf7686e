"""Founding a desk, other editions of its procedure, and its severity scale."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from deskterm.desk.admin.setup import apply_procedure, create_desk
from deskterm.desk.admin.severity_scale import SeededSeverity, seed_severities
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.procedure.schema import Severity
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_desk, small_procedure

HIGH, LOW = Severity(key="high", label="High", urgent=True), Severity(key="low", label="Low")


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = small_desk(store_url, simulated=True)
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


def test_a_desk_is_not_founded_twice_in_one_place(desk: DeskSession) -> None:
    with pytest.raises(DeskError, match="already"):
        create_desk(desk.store.url, small_procedure(), admin_login="ann", now=MONDAY)
    assert open_desk(desk.store, "ann").name == desk.name


def test_a_simulated_desk_does_not_write_history_backwards(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(10))
    with pytest.raises(DeskError, match=r"last touched on Mon 23 Nov 2026 09:10 GMT; give a later --now"):
        messages.add_note(desk, 1001, "x", now=at(9))


def test_the_same_edition_again_changes_nothing(desk: DeskSession) -> None:
    assert apply_procedure(desk, small_procedure(), now=at(1)) == []
    assert open_desk(desk.store, "ann").procedure.version == desk.procedure.version


def test_a_new_edition_holds_for_new_tickets_and_leaves_running_clocks_alone(desk: DeskSession) -> None:
    register(desk, subject="old", type="fault", severity="high", now=at(0))
    tighter = SMALL_PROCEDURE.replace('response = "30m"', 'response = "15m"')
    assert apply_procedure(desk, small_procedure(tighter), now=at(1)) != []
    again = open_desk(desk.store, "ann")
    register(again, subject="new", type="fault", severity="high", now=at(2))
    messages.add_note(again, 1001, "x", now=at(3))
    with open_reader(desk.store.url) as reader:
        old, new = load_ticket_detail(reader, 1001), load_ticket_detail(reader, 1002)
    assert old is not None
    assert new is not None
    assert old.row.next_due == int(at(30).timestamp())
    assert new.row.next_due == int(at(17).timestamp())


def test_an_edition_of_another_zone_takes_the_desk_there(desk: DeskSession) -> None:
    apply_procedure(desk, small_procedure(SMALL_PROCEDURE.replace("Europe/London", "Europe/Prague")), now=at(1))
    again = open_desk(desk.store, "ann")
    assert again.timezone == again.procedure.timezone == "Europe/Prague"


def test_a_dry_run_shows_the_same_lines_and_writes_nothing(desk: DeskSession) -> None:
    tighter = small_procedure(SMALL_PROCEDURE.replace('response = "30m"', 'response = "15m"'))
    lines = apply_procedure(desk, tighter, dry_run=True, now=at(1))
    assert open_desk(desk.store, "ann").procedure.version == desk.procedure.version
    assert apply_procedure(desk, tighter, now=at(1)) == lines


def test_an_edition_without_a_status_that_tickets_stand_in_is_refused(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(0))
    update.move(desk, 1001, "working", now=at(1))
    without = SMALL_PROCEDURE.replace('key = "working"', 'key = "busy"').replace('"working"', '"busy"')
    with pytest.raises(DeskError, match=r"The status Working on it cannot be removed: 1 ticket uses it \(1001\)"):
        apply_procedure(desk, small_procedure(without), now=at(2))


def test_another_order_of_work_reorders_the_tickets_there_are(desk: DeskSession) -> None:
    register(desk, subject="low", type="fault", severity="low", now=at(0))
    register(desk, subject="high", type="fault", severity="high", now=at(5))
    by_severity = SMALL_PROCEDURE.replace("[about]", '[queue]\nby = ["severity", "received"]\n\n[about]')
    apply_procedure(desk, small_procedure(by_severity), now=at(6))


def test_seeding_severities_shows_adds_and_is_idempotent(desk: DeskSession) -> None:
    middle = SeededSeverity(Severity(key="mid", label="Middle"), {"response": "45m", "resolution": "1d"})
    wanted = [SeededSeverity(HIGH), middle, SeededSeverity(LOW)]
    assert seed_severities(desk, wanted, dry_run=True, now=at(1)) != []
    assert [step.key for step in open_desk(desk.store, "ann").procedure.definition.severities] == ["high", "low"]
    assert seed_severities(desk, wanted, now=at(1)) != []
    again = open_desk(desk.store, "ann")
    assert [step.key for step in again.procedure.definition.severities] == ["high", "mid", "low"]
    assert seed_severities(again, wanted, now=at(2)) == []
    register(again, subject="x", type="fault", severity="mid", now=at(3))
    with open_reader(desk.store.url) as reader:
        found_sheet = load_ticket_detail(reader, 1001)
    assert found_sheet is not None
    assert found_sheet.row.next_due == int(at(48).timestamp())


def test_a_severity_that_tickets_have_is_not_removed_and_they_are_named(desk: DeskSession) -> None:
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


def test_an_edition_has_its_public_holidays_written_down(store_url: str) -> None:
    text = SMALL_PROCEDURE.replace("no_holidays = true", 'region = { country = "GB", subdivision = "ENG" }')
    store = create_desk(store_url, small_procedure(text), admin_login="ann", now=MONDAY)
    desk = open_desk(store, "ann")
    register(desk, subject="x", type="fault", severity="high", now=MONDAY + timedelta(days=31, hours=6, minutes=45))
    with open_reader(store_url) as reader:
        found_sheet = load_ticket_detail(reader, 1001)
    assert found_sheet is not None
    assert found_sheet.row.next_due == int((MONDAY + timedelta(days=36, hours=-1, minutes=15)).timestamp())
    store.close()
