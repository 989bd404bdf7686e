"""Every key that a procedure may hold is read by something: D-15."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from deskterm.errors import DeskError
from deskterm.procedure.compiled import compile_document, to_document
from deskterm.procedure.load import loads
from deskterm.procedure.schema import Part, Procedure, Rule
from deskterm.procedure.schema.retired import RETIRED
from deskterm.procedure.stored_document import DEFAULTS, read_document, to_model
from small_desk import SMALL_PROCEDURE, small_procedure

SOURCE = Path(__file__).parents[2] / "src/deskterm"
READERS = tomllib.loads((Path(__file__).parent / "schema_readers.toml").read_text(encoding="utf-8"))
NOT_READERS = ("procedure/schema/", "procedure/checking/", "procedure/manual.py", "procedure/load.py")
"""Whoever only describes or checks a key reads nothing of it."""
WARNED_OF = {"CalendarPart.no_holidays"}
"""Keys that speak to `procedure check` itself: `test_warnings.py` shows what it answers to them."""
FIGURES = ("Procedure.reports", "Objective.calendar", "Report.")
"""Means over many tickets and standing reports: their readers are the figures (issue 13), which are to come."""


def list_keys() -> Iterator[str]:
    """Yield every key of every model of the schema, as `Tier.label`."""
    waiting: list[type[Part]] = [Part]
    while waiting:
        model = waiting.pop()
        yield from (f"{model.__name__}.{name}" for name in vars(model).get("__annotations__", ()) if name[0] != "_")
        waiting += [part for part in model.__subclasses__() if part.__module__.startswith("deskterm.procedure.schema")]


@cache
def find_words(file: str) -> frozenset[str]:
    """Return the attributes and texts of a module: keys are read as attributes, or from the stored JSON by name."""
    nodes = list(ast.walk(ast.parse((SOURCE / file).read_text(encoding="utf-8"))))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return frozenset(
        attributes | {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    )


def test_every_key_of_the_schema_has_a_reader() -> None:
    named = {f"{model}.{key}": file for model, keys in READERS.items() for key, file in keys.items()}
    wanted = {key for key in list_keys() if key not in WARNED_OF and not key.startswith(FIGURES)}
    assert wanted - set(named) == set(), "name who reads it in schema_readers.toml, or take the key out of the schema"
    assert set(named) - wanted == set(), "these are no keys of the schema"
    assert [file for file in named.values() if file.startswith(NOT_READERS)] == []
    unread = [f"{key} in {file}" for key, file in named.items() if key.partition(".")[2] not in find_words(file)]
    assert unread == []


@pytest.mark.parametrize(("table", "key"), [(table, key) for table, keys in RETIRED.items() for key in keys])
def test_a_file_with_a_key_that_left_the_schema_is_told_what_does_instead(table: str, key: str) -> None:
    entry = {
        "tiers": '\n[[tiers]]\nlevel = 1\nlabel = "First"\n',
        "templates": '\n[[templates]]\nkey = "received"\nlabel = "Received"\nbody = "We have it."\n',
        "shifts": '\n[[shifts]]\nkey = "day"\nlabel = "Day"\nteam = "desk"\ntimezone = "UTC"\nweek = {}\n',
    }[table]
    with pytest.raises(DeskError, match=rf'"{key}" in {table} .* is no key any more: ') as refusal:
        loads(f"{SMALL_PROCEDURE}{entry}{key} = true\n", "small.toml")
    assert RETIRED[table][key] in str(refusal.value)


def test_a_stored_edition_with_keys_that_left_the_schema_is_read_without_them() -> None:
    procedure = small_procedure(
        SMALL_PROCEDURE + '\n[[tiers]]\nlevel = 1\nlabel = "First"\n'
        '\n[[templates]]\nkey = "received"\nlabel = "Received"\nbody = "We have it."\n'
    )
    older = to_document(procedure).replace('"field_visits":false', '"field_visits":false,"per_site":true')
    older = older.replace('"body":"We have it."', '"body":"We have it.","states_next_steps":true')
    assert older.count("per_site") == older.count("states_next_steps") == 1
    assert to_model(read_document(older)) == procedure
    assert compile_document(older, 1).definition.tiers[0].label == "First"
    assert isinstance(to_model(read_document(older)), Procedure)


def test_a_field_that_is_newer_than_a_stored_edition_has_the_default_of_the_schema_without_its_models() -> None:
    assert {"rules"} == {table for table, _ in DEFAULTS}
    for (_, name), value in DEFAULTS.items():
        assert Rule.model_fields[name].default == value
    procedure = small_procedure(SMALL_PROCEDURE + '\n[[rules]]\nkey = "r"\nlabel = "R"\non = "create"\n')
    older = to_document(procedure).replace('"repeat":"",', "")
    stored = read_document(older)
    assert compile_document(older, 1).terms.find_metric("timer:call:r") is None
    assert stored.rules[0].repeat == ""
    assert to_model(stored) == procedure
