"""Finding a development item, and the transaction on it and its tickets."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_workflow, items
from deskterm.desk.development.item_transaction import ItemLocation, find_item, load_item
from deskterm.errors import DeskError
from development_items import raise_item, register_issue
from small_desk import at


def test_an_item_is_found_from_its_origin_and_from_the_tickets_that_joined_it(desk: DeskSession) -> None:
    origin, other = raise_item(desk), register_issue(desk, "The invoice is gone after saving", minute=2)
    items.join_item(desk, other, origin, now=at(3))
    location = ItemLocation(origin, "1", (other,))
    for number, item in ((origin, None), (origin, "1"), (origin, f"{origin}-1"), (other, None), (other, f"{origin}-1")):
        assert find_item(desk, number, item) == location
    with pytest.raises(DeskError, match=f"Ticket {origin} has no item 2: say which, of 1"):
        find_item(desk, origin, "2")


def test_of_several_items_the_one_in_progress_is_found(desk: DeskSession) -> None:
    number = raise_item(desk)
    items.raise_item(desk, number, title="The report too", now=at(2))
    with pytest.raises(DeskError, match="has several items: say which, of 1, 2"):
        find_item(desk, number)
    item_workflow.end_item(desk, number, item="1", reason="not an error", now=at(3))
    assert find_item(desk, number).key == "2"


def test_a_ticket_that_joined_the_item_after_it_was_found_stops_the_transaction(desk: DeskSession) -> None:
    origin, other = raise_item(desk), register_issue(desk, "The invoice is gone after saving", minute=2)
    items.join_item(desk, other, origin, now=at(3))
    with desk.ticket(origin, "develop", at(4)) as work:
        with pytest.raises(DeskError, match=f"Item 1 of {origin} changed meanwhile: try again"):
            load_item("1", [work])
        with pytest.raises(DeskError, match=f"Item 2 of {origin} was taken back meanwhile"):
            load_item("2", [work])
