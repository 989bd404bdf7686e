"""Cells of a page's tables for spreadsheets: numbers, shares and texts, and the columns of keys (R-40, R-62)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from deskterm.exchange.formula_guard import guard_formula
from deskterm.exchange.unseen_characters import escape_unseen
from deskterm.reports.pages.page import NOTHING, Table, TableRow

_MINUS = "\N{MINUS SIGN}"
_NUMBER = re.compile(rf"[{_MINUS}]?\d{{1,3}}(,\d{{3}})*(\.\d+)?")
_SHARE = re.compile(rf"({_NUMBER.pattern}) %")
BY_LINE = frozenset({"figures", "lists", "measures"})
"""Members of an envelope that get a line for each of their own."""

Cell = int | Decimal | str | None


class Share(NamedTuple):
    """A share in per cent, as it is shown."""

    percent: Decimal


def read_cell(text: str) -> Cell | Share:
    """Return what a cell of a column of numbers holds: a number, a share, None for the dash of nothing, else a text."""
    if text in (NOTHING, ""):
        return None
    if found := _SHARE.fullmatch(text):
        return Share(Decimal(_to_digits(found[1])))
    if _NUMBER.fullmatch(text):
        digits = _to_digits(text)
        return Decimal(digits) if "." in digits else int(digits)
    return guard(text)


def _to_digits(text: str) -> str:
    return text.replace(",", "").replace(_MINUS, "-")


def guard(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, with what nobody sees written out."""
    guarded: str = guard_formula(escape_unseen(text))
    return guarded


def list_heads(table: Table) -> list[str]:
    """Return the heads of a table, and those of the keys behind its columns."""
    heads = [guard(column.label) for column in table.columns]
    return heads + [f"{heads[place]}: key" for place in _list_keyed(table)]


def read_row(table: Table, row: TableRow) -> list[Cell | Share]:
    """Return the cells of a row, and the keys of its figures."""
    cells = [
        read_cell(cell) if column.is_number else guard(cell)
        for cell, column in zip(row.cells, table.columns, strict=True)
    ]
    return [*cells, *(guard(key) if (key := _find_key(row, place)) else None for place in _list_keyed(table))]


def _list_keyed(table: Table) -> list[int]:
    """Return the places of the columns whose figures have keys."""
    return [place for place in range(len(table.columns)) if any(_find_key(row, place) for row in table.rows)]


def _find_key(row: TableRow, place: int) -> str:
    return row.keys[place] if place < len(row.keys) else ""


def list_envelope(document: Mapping[str, Any], *, whole: bool) -> Iterator[tuple[str, str]]:
    """Yield the members of an envelope as names and JSON or words. whole: with each figure and list."""
    for name, value in document.items():
        if name in BY_LINE:
            entries = value.items() if isinstance(value, dict) else ((one["key"], one) for one in value)
            if whole:
                yield from ((guard(f"{name}/{key}"), guard(_encode(one))) for key, one in entries)
        else:
            yield name, guard(value if isinstance(value, str) else _encode(value))


def _encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
