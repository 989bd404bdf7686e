"""The values of a ticket in a template are those that people see (C-21)."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.templates.placeholders import PLACEHOLDERS
from deskterm.desk.templates.values import build_values, load_values
from deskterm.desk.tickets.assignment import assign
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.update import tag
from deskterm.errors import DeskError
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-21")


def test_values_are_the_labels_and_the_same_before_and_within_a_transaction(store_url: str) -> None:
    sam = small_desk(store_url, login="sam")
    register(
        sam, type="fault", subject="It\x1b[2J smokes", requester="Kim Lee <kim@larch.example>", organisation="larch",
        now=at(0),
    )  # fmt: skip
    assign(sam, 1001, "kim", now=at(1))
    values = load_values(sam, 1001, now=at(2))
    assert values.keys() == PLACEHOLDERS.keys()
    assert (values["requester"], values["first_name"], values["client"]) == ("Kim Lee", "Kim", "Larch Ltd")
    assert (values["status"], values["severity"], values["type"], values["team"]) == (
        *("New", "Low", "Fault", "First line"),
    )
    assert (values["agent"], values["assignee"], values["organisation"]) == ("Sam", "Kim", sam.name)
    assert (values["due"], values["today"]) == ("Mon 23 Nov 2026 10:00 GMT", "23 Nov 2026")
    # A due time that has passed is no promise any more
    assert load_values(sam, 1001, now=at(120))["due"] == ""
    with sam.ticket(1001, "tag", at(2)) as work:
        assert build_values(work) == values
    with pytest.raises(DeskError, match="There is no ticket 4711"):
        load_values(open_desk(sam.store, "vic"), 4711, now=at(2))
    tag(sam, 1001, ["x"], now=at(3))
    sam.store.close()
