"""docs/json.md and the documents that commands print: every one of them, with the keys that it has (C-52)."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.law("C-52")

DOCS = Path(__file__).parents[2] / "docs"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
INSTANT_KEY = re.compile(r"at|now|since|until|as_of|.+_(at|until)")


@pytest.fixture(scope="module")
def documents() -> ModuleType:
    """The module that finds out what commands print."""
    spec = importlib.util.spec_from_file_location("json_documents", DOCS / "json_documents.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as path:
        path.syspath_prepend(str(DOCS))  # for the module of its calls
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found(documents: ModuleType) -> Mapping[str, list[Any]]:
    collected: Mapping[str, list[Any]] = documents.collect()
    return collected


def walk(value: Any, path: str, named_elsewhere: frozenset[str]) -> Iterator[tuple[str, str, Any]]:
    """Yield every key with its value, and the path to it, but for keys that procedures and kinds of events name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield path, name, inner
            if name not in named_elsewhere:
                yield from walk(inner, f"{path}.{name}", named_elsewhere)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, path, named_elsewhere)


def test_the_table_has_every_command_with_json_and_the_keys_that_it_prints(
    documents: ModuleType, found: Mapping[str, list[Any]]
) -> None:
    """It lacked backup, restore, procedure list and check, ticket order, articles, people on-call, sla due, what-if and
    migrate."""
    text = (DOCS / "json.md").read_text(encoding="utf-8")
    table = text.partition(documents.BEGIN)[2].partition(documents.END)[0]
    rows = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    named = {command for row in rows for command in re.findall("`(.+?)`", row)}
    assert named == {*documents.list_commands(), *documents.OF_THEIR_OWN}
    assert table.strip() == documents.build_table(found).strip(), "run `make docs`"


def test_a_command_of_which_no_document_is_known_is_named(
    documents: ModuleType, found: Mapping[str, list[Any]]
) -> None:
    for path in ("sla why", "ticket order"):
        without = {name: kept for name, kept in found.items() if name != path}
        with pytest.raises(ValueError, match=path):
            documents.build_table(without)


def test_instants_have_the_keys_that_the_rules_give_them(documents: ModuleType, found: Mapping[str, list[Any]]) -> None:
    """`old_due`, `new_due`, the `instant` of `run`, and the intervals of `sla why` had others."""
    wrong = {
        f"{path}.{name}"
        for command, printed in found.items()
        if command not in {*documents.CONTENTS, "ticket order"}  # the value of a field that it sorts by
        for path, name, value in walk(printed, command, documents.NAMED_ELSEWHERE)
        if isinstance(value, str) and INSTANT.fullmatch(value) and not INSTANT_KEY.fullmatch(name)
    }
    assert wrong == set()
