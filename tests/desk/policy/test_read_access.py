"""Departments for members only, by role and membership; `tests/cli/test_who_may_read.py` reads (D-21)."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.policy.read_access import find_hidden_departments, find_hidden_in_document
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError
from deskterm.procedure.compiled import to_document
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_procedure
from store_templates import create_desk, load_shipped


class Person(NamedTuple):
    login: str
    role: str
    team: str | None = None
    active: bool = True


HOMES = {"dp": "dp", "sales": "sales", "desk": "sales", "field": None}
PEOPLE = (
    Person("dot", "agent", "dp"),
    Person("sam", "agent", "desk"),
    Person("fay", "lead", "field"),
    Person("vic", "viewer"),
    Person("ann", "admin"),
    Person("gus", "agent", "dp", active=False),
)


@pytest.mark.parametrize(
    ("login", "hidden"),
    [
        ("dot", ("sales",)),
        ("sam", ("dp",)),
        ("fay", ("dp", "sales")),
        ("vic", ("dp", "sales")),
        ("ann", ()),
        ("gus", ("dp", "sales")),
        ("zoe", ("dp", "sales")),
    ],
)
def test_an_agent_reads_what_is_in_their_department_and_an_admin_everything(
    login: str, hidden: tuple[str, ...]
) -> None:
    assert find_hidden_departments(("dp", "sales"), HOMES, PEOPLE, login) == hidden


def test_where_nobody_is_of_a_department_all_who_work_on_tickets_are_of_each() -> None:
    people = [person._replace(team=None) for person in PEOPLE]
    assert find_hidden_departments(("dp",), HOMES, people, "sam") == ()
    assert find_hidden_departments(("dp",), HOMES, people, "vic") == ("dp",)


def test_a_stored_procedure_says_the_same_and_one_without_such_departments_hides_nothing() -> None:
    document = to_document(load_shipped("web-agency"))
    assert find_hidden_in_document(document, PEOPLE, "vic") == ("data-protection",)
    assert find_hidden_in_document(to_document(load_shipped("campus-it")), PEOPLE, "vic") == ()
    assert any(part["members_only"] for part in json.loads(document)["departments"])


def test_a_team_that_has_a_departments_key_and_names_none_is_of_that_department(store_url: str) -> None:
    """A session and a list that reads the procedure as JSON say the same, whatever its teams name."""
    teams = '[[teams]]\nkey = "dp"\nlabel = "Data protection"\n'
    closed = '[[departments]]\nkey = "dp"\nlabel = "Data protection"\nmembers_only = true\n'
    procedure = small_procedure(SMALL_PROCEDURE + teams + closed)
    desk = open_desk(create_desk(store_url, procedure, admin_login="ann", now=MONDAY), "ann")
    people = [Person("dot", "agent", "dp"), Person("sam", "agent", "first-line")]
    rows = [{"login": one.login, "name": one.login, "role": one.role, "team": one.team} for one in people]
    seed_agents(desk, rows, now=MONDAY)
    transfer(desk, register(desk, subject="x", type="fault", now=at(0)).number, department="dp", now=at(1))
    document = to_document(procedure)
    assert [find_hidden_in_document(document, people, person.login) for person in people] == [(), ("dp",)]
    messages.add_note(open_desk(desk.store, "dot"), 1001, "I look.", now=at(2))
    with pytest.raises(DeskError, match="for the members of its department only"):
        messages.add_note(open_desk(desk.store, "sam"), 1001, "So do I.", now=at(3))
    desk.store.close()
