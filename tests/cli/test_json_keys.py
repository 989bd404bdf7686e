"""Keys of JSON documents: the same in every command, and in docs/json.md (C-52)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli_call import Call

pytestmark = pytest.mark.law("C-52")

AT = ("--now", "2026-11-23T09:30Z")
DOCUMENT = (Path(__file__).parents[2] / "docs/json.md").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"`([a-z_]+)`", DOCUMENT))

COMMANDS = (
    "ticket list", "ticket search mail", "ticket show 1001", "ticket set 1001 --tag vip", "sla list", "sla why 1001",
    "outbox", "notices", "escalations", "people list", "people overseen", "people away 2026-12-01", "rule list",
    "doctor", "audit verify", "audit log", "audit log --accesses", "audit head", "handover", "quotes", "retention",
    "ticket price 1001",
)  # fmt: skip
FREE = frozenset({"data", "values", "fields", "changes", "texts", "clocks", "policies"})
"""Keys whose members are named elsewhere: by the procedure, by the kind of an event or record, or by `sla why`."""

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
INSTANT_KEY = re.compile(r"at|now|since|until|.+_(at|until)")


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every key with its value, but for the members of free ones that are no clocks."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner
            if name not in FREE:
                yield from walk(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, key)


@pytest.mark.parametrize("command", COMMANDS)
def test_keys_are_documented_and_instants_are_named_alike(managed_services: Call, command: str) -> None:
    managed_services("ticket", "escalate", "1001", "needs a field engineer", *AT)
    answer = managed_services(*command.split(), "--json", *AT)
    assert answer.out, answer.err
    found = list(walk(answer.json))
    assert {key for key, _ in found} - DOCUMENTED == set()
    for key, value in found:
        if isinstance(value, str) and INSTANT.fullmatch(value):
            assert INSTANT_KEY.fullmatch(key), key


def test_clocks_have_the_keys_of_a_clock(managed_services: Call) -> None:
    clocks = managed_services("ticket", "show", 1001, "--json", *AT).json["clocks"]
    assert {key for clock in clocks for key in clock} - DOCUMENTED - {"version"} == set()
    assert all(
        INSTANT_KEY.fullmatch(key)
        for clock in clocks
        for key, value in clock.items()
        if isinstance(value, str) and INSTANT.fullmatch(value)
    )


def test_the_same_ticket_has_the_same_keys_in_a_list_and_by_itself(managed_services: Call) -> None:
    (row,) = managed_services("ticket", "list", "--json", *AT).json
    ticket = managed_services("ticket", "show", 1001, "--json", *AT).json
    assert {key: ticket[key] for key in row} == row
