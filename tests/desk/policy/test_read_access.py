"""Departments for members only, by role and membership; `tests/cli/test_who_may_read.py` reads (D-21)."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from deskterm.desk.policy.read_access import find_hidden_departments, find_hidden_in_document
from deskterm.procedure.compiled import to_document
from store_templates import load_shipped


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
