"""Creating a desk, and applying new versions of its procedure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from deskterm.desk.admin.setup import apply_procedure, create_desk, describe_waits_without_end
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.procedure.stored_document import to_model
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure
from ticket_reads import read_timers


def test_a_desk_is_not_created_over_another_one(desk: DeskSession) -> None:
    with pytest.raises(DeskError, match="already"):
        create_desk(desk.store.url, small_procedure(), admin_login="ann", now=MONDAY)
    assert open_desk(desk.store, "ann").name == desk.name


def test_of_several_who_create_a_desk_at_once_one_does(store_url: str) -> None:
    """D-47: each has found the place empty; nobody gets a driver's error, and there is one desk."""

    def create(login: str) -> str:
        try:
            create_desk(store_url, small_procedure(), admin_login=login, now=MONDAY).close()
        except DeskError as error:
            return str(error)
        return "created"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(create, ("ann", "bob", "cat", "dee")))
    assert answers.count("created") == 1
    assert all("already" in answer for answer in answers if answer != "created")
    with open_reader(store_url) as reader:
        assert reader.rows("SELECT (SELECT count(*) FROM desk), (SELECT count(*) FROM agent)") == [(1, 1)]


def test_applying_the_same_procedure_changes_nothing(desk: DeskSession) -> None:
    assert apply_procedure(desk, small_procedure(), now=at(1)) == []
    assert open_desk(desk.store, "ann").procedure.version == desk.procedure.version


def test_a_new_version_applies_to_new_tickets_and_leaves_running_clocks_alone(desk: DeskSession) -> None:
    register(desk, subject="old", type="fault", severity="high", now=at(0))
    tighter = SMALL_PROCEDURE.replace('response = "30m"', 'response = "15m"')
    assert apply_procedure(desk, small_procedure(tighter), now=at(1)) != []
    reopened = open_desk(desk.store, "ann")
    register(reopened, subject="new", type="fault", severity="high", now=at(2))
    messages.add_note(reopened, 1001, "x", now=at(3))
    with open_reader(desk.store.url) as reader:
        old, new = load_ticket_detail(reader, 1001), load_ticket_detail(reader, 1002)
    assert old is not None
    assert new is not None
    assert old.row.next_due == int(at(30).timestamp())
    assert new.row.next_due == int(at(17).timestamp())


def test_a_version_with_another_time_zone_changes_that_of_the_desk(desk: DeskSession) -> None:
    apply_procedure(desk, small_procedure(SMALL_PROCEDURE.replace("Europe/London", "Europe/Prague")), now=at(1))
    reopened = open_desk(desk.store, "ann")
    assert reopened.timezone == reopened.procedure.timezone == "Europe/Prague"


def test_a_dry_run_returns_the_same_lines_and_writes_nothing(desk: DeskSession) -> None:
    tighter = small_procedure(SMALL_PROCEDURE.replace('response = "30m"', 'response = "15m"'))
    lines = apply_procedure(desk, tighter, dry_run=True, now=at(1))
    assert open_desk(desk.store, "ann").procedure.version == desk.procedure.version
    assert apply_procedure(desk, tighter, now=at(1)) == lines


def test_a_version_without_a_status_that_tickets_use_is_refused(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(0))
    update.move(desk, 1001, "working", now=at(1))
    without = SMALL_PROCEDURE.replace('key = "working"', 'key = "busy"').replace('"working"', '"busy"')
    with pytest.raises(DeskError, match=r"The status Working on it cannot be removed: 1 ticket uses it \(1001\)"):
        apply_procedure(desk, small_procedure(without), now=at(2))


def test_a_version_with_another_order_of_work_reorders_the_tickets(desk: DeskSession) -> None:
    register(desk, subject="low", type="fault", severity="low", now=at(0))
    register(desk, subject="high", type="fault", severity="high", now=at(5))
    by_severity = SMALL_PROCEDURE.replace("[about]", '[queue]\nby = ["severity", "received"]\n\n[about]')
    apply_procedure(desk, small_procedure(by_severity), now=at(6))
    assert check_integrity(desk.store).findings == ()


def test_a_version_stores_its_public_holidays_as_dates(store_url: str) -> None:
    text = SMALL_PROCEDURE.replace("no_holidays = true", 'region = { country = "GB", subdivision = "ENG" }')
    store = create_desk(store_url, small_procedure(text), admin_login="ann", now=MONDAY)
    desk = open_desk(store, "ann")
    register(desk, subject="x", type="fault", severity="high", now=MONDAY + timedelta(days=31, hours=6, minutes=45))
    with open_reader(store_url) as reader:
        ticket = load_ticket_detail(reader, 1001)
    assert ticket is not None
    assert ticket.row.next_due == int((MONDAY + timedelta(days=36, hours=-1, minutes=15)).timestamp())
    store.close()


def test_a_new_end_of_a_wait_begins_with_the_next_ticket_that_comes_there(desk: DeskSession) -> None:
    """D-02: what was in the status before is moved by no timer; who applies an edition reads how many those are."""
    old, new = (register(desk, subject="x", type="fault", severity="high", now=at(0)).number for _ in range(2))
    for number in (old, new):
        update.move(desk, number, "working", now=at(1))
    update.move(desk, old, "waiting", now=at(1))
    before = to_model(desk.procedure.definition)
    changed = SMALL_PROCEDURE.replace(
        'category = "waiting"', 'category = "waiting"\nafter = { span = "1h", to = "closed" }'
    )
    assert describe_waits_without_end(desk, before, before) == []
    apply_procedure(desk, small_procedure(changed), now=at(2))
    (sentence,) = describe_waits_without_end(desk, before, small_procedure(changed))
    assert sentence.startswith("1 ticket is in Waiting for customer already and stays there: the new time begins when")
    update.tag(desk, old, ["vip"], now=at(3))
    update.move(desk, new, "waiting", now=at(3))
    assert (read_timers(desk, old), len(read_timers(desk, new))) == ([], 1)
    assert check_integrity(desk.store).findings == ()
