"""The tests that cite a number: `@pytest.mark.requirement("S1-33", …)` or `@pytest.mark.law("C-01")`."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
MANY = 4
"""Tests that are named for one number."""


def find_citations(marker: str) -> dict[str, list[tuple[str, str]]]:
    """Return number → the tests that cite it with this marker, as file below `tests/` and name."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if f"mark.{marker}" not in text:
            continue
        where = path.relative_to(TESTS).as_posix()
        for name, number in _list_cited(ast.parse(text), marker):
            found[number].append((where, name))
    return found


def cite_tests(cited: Sequence[tuple[str, str]]) -> list[str]:
    """Return links to the first tests of a number, and how many more there are."""
    links = [f"[{name[5:].replace('_', ' ')}](../tests/{where})" for where, name in cited[:MANY]]
    return [*links, f"and {len(cited) - MANY} more"] if len(cited) > MANY else links


def _list_cited(module: ast.Module, marker: str) -> Iterator[tuple[str, str]]:
    whole = [
        number
        for node in module.body
        if isinstance(node, ast.Assign) and any(getattr(to, "id", "") == "pytestmark" for to in node.targets)
        for number in _list_numbers(node.value, marker)
    ]
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            cited = [number for decorator in node.decorator_list for number in _list_numbers(decorator, marker)]
            for number in dict.fromkeys([*cited, *whole]):
                yield node.name, number


def _list_numbers(node: ast.AST, marker: str) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == marker:
            yield from (str(ast.literal_eval(argument)) for argument in call.args)
