"""Two people: who closes is not who fixed, and items of a checklist that a second person ticks off (D-10)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from corner_shop import MANUAL, SHOP
from deskterm.automation.runner import Runner
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import confirmation, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists
from deskterm.errors import DeskError
from deskterm.procedure.load import loads
from shipped_desk import as_agent
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure
from store_templates import create_desk
from ticket_reads import read_ticket

CHECKLIST = """
[[checklists]]
key = "dose"
label = "Dose of a medicine"
items = [
    { text = "Read the order" },
    { text = "Draw up the dose" },
    { text = "Check the dose", second_person = true },
]
"""


@pytest.fixture
def ward(store_url: str) -> Iterator[DeskSession]:
    """A desk on which somebody else closes, with a list that needs two people; ann is its admin, sam and kim agents."""
    text = SMALL_PROCEDURE.replace('category = "closed"\n', 'category = "closed"\nsecond_person = true\n') + CHECKLIST
    text += '\n[closing]\nauto_close_after = "5c"\n'
    desk = open_desk(
        create_desk(store_url, small_procedure(text), admin_login="ann", admin_name="Ann", now=MONDAY), "ann"
    )
    people = [{"login": login, "name": login.capitalize(), "role": "agent"} for login in ("sam", "kim")]
    seed_agents(desk, people, now=MONDAY)
    register(desk, subject="The pump is dark", type="fault", requester="Ida", now=at(0))
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def test_the_example_of_the_manual_needs_two_people(store_url: str) -> None:
    example = MANUAL.read_text(encoding="utf-8").partition("### Two people, and calls")[2]
    example = example.partition("```toml\n")[2].partition("```")[0]
    done = SHOP[SHOP.index('[[statuses]]\nkey = "done"') : SHOP.index("# What is measured")]
    procedure = loads(SHOP.replace(done, example + "\n"), "shop.toml").procedure
    desk = open_desk(create_desk(store_url, procedure, admin_login="ann", admin_name="Ann", now=MONDAY), "ann")
    seed_agents(desk, [{"login": login, "name": login, "role": "agent"} for login in ("sam", "kim")], now=MONDAY)
    register(desk, subject="The till is stuck", type="fault", requester="Ida", now=at(0))
    sam, kim = as_agent(desk, "sam"), as_agent(desk, "kim")
    update.move(sam, 1001, "working", now=at(1))
    with pytest.raises(DeskError, match="Change of a till"):
        update.move(kim, 1001, "done", now=at(2))
    checklists.tick_items(sam, 1001, [1], checklist="till", now=at(3))
    with pytest.raises(DeskError, match="ticked"):
        checklists.tick_items(sam, 1001, [2], checklist="till", now=at(4))
    checklists.tick_items(kim, 1001, [2], checklist="till", now=at(5))
    messages.reply(sam, 1001, "There is a new till.", resolution="permanent", now=at(6))
    with pytest.raises(DeskError, match="resolved"):
        update.move(sam, 1001, "done", now=at(7))
    update.move(kim, 1001, "done", now=at(8))
    assert read_ticket(desk).row.status == "done"
    desk.store.close()


@pytest.mark.parametrize("way", ["move", "confirm"])
def test_who_closes_is_not_who_fixed_whatever_the_command(ward: DeskSession, way: str) -> None:
    sam, kim = as_agent(ward, "sam"), as_agent(ward, "kim")
    resolution.resolve(sam, 1001, "A new fuse", now=at(5))

    def close(desk: DeskSession, minute: int) -> None:
        if way == "move":
            update.move(desk, 1001, "closed", now=at(minute))
        else:
            confirmation.confirm(desk, 1001, now=at(minute))

    with pytest.raises(DeskError, match="Closed is for somebody else than the one who resolved it, and that is sam"):
        close(sam, 10)
    close(kim, 11)


def test_a_timer_closes_it_all_the_same(ward: DeskSession) -> None:
    resolution.resolve(as_agent(ward, "sam"), 1001, "A new fuse", now=at(5))
    alerts = list(Runner(ward.store).step(at(5 + 5 * 1440)))
    assert [alert.number for alert in alerts] == [1001] * len(alerts)
    assert read_ticket(ward).row.status == "closed"


def test_what_one_person_did_a_second_one_checks(ward: DeskSession) -> None:
    sam, kim = as_agent(ward, "sam"), as_agent(ward, "kim")
    checklists.tick_items(sam, 1001, [1, 2], now=at(1))
    with pytest.raises(DeskError, match="Item 3 is for another person than item 1, which sam ticked off"):
        checklists.tick_items(sam, 1001, [3], now=at(2))
    checklists.tick_items(kim, 1001, [3], now=at(3))
    checklists.tick_items(sam, 1001, [1], untick=True, now=at(4))
    with pytest.raises(DeskError, match="Item 1 is for another person than item 3, which kim ticked off"):
        checklists.tick_items(kim, 1001, [1], now=at(5))
    assert checklists.tick_items(sam, 1001, [1], now=at(6)).summary == "1001: Dose of a medicine, done"


def test_nobody_ticks_both_in_one_command(ward: DeskSession) -> None:
    with pytest.raises(DeskError, match="Item 3 is for another person"):
        checklists.tick_items(as_agent(ward, "sam"), 1001, [1, 2, 3], now=at(1))
