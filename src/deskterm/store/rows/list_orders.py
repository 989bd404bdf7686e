"""The orders of a list of tickets (C-10): with an index, or by any other column. With an index, a page costs the same
wherever it begins. By another column the database sorts the whole list for each page (90 ms for 50,000 tickets), so
only lists of at most `MOST_SORTED` tickets may have such an order. Equal rows are in the order of work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from deskterm.procedure.ticket_fields import QUEUE_FIELDS
from deskterm.store.filters.folding import build_folded

SortOrder = str
"""Order of a list: a word of `LIST_ORDERS`, or one after a minus, for the list read from its end."""

Scales = Mapping[str, Sequence[str]]
"""Column → its keys in sort order. A column without an entry is sorted by its text."""

NO_SCALES: Scales = MappingProxyType({})

MOST_SORTED = 100_000
"""Most tickets of a list that is sorted by a column without an index."""

_BY_INDEX: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "order": (("rank", "order_at", "id"), False),
    "due": (("next_due_at", "id"), False),
    "received": (("received_at", "id"), True),
    "updated": (("updated_at", "id"), True),
}
"""Order → the columns of its index, and whether it is descending (the newest first)."""

_BY_TEXT = {
    "subject": "subject",
    "client": "coalesce(nullif(organisation, ''), requester)",
    "requester": "requester",
    "assignee": "assignee",
    **{field.name: field.name for field in QUEUE_FIELDS},
}
"""Order → the SQL of the text that is compared, as the queue shows it."""

_BY_SCALE = {"severity": ("severity", "priority"), "status": ("status",), "department": ("department",)}
_BY_SCALE |= {"type": ("type",), "clock": ("next_metric",)}
"""Order → the columns of its key, of which the first with a value counts."""

LIST_ORDERS: tuple[str, ...] = (*_BY_INDEX, "number", *dict.fromkeys((*_BY_SCALE, *_BY_TEXT)))
"""`order` is the procedure's order of work, `due` the due instant; `received` and `updated` begin with the newest; the
others are columns of the queue."""

_OF_CLOSED = frozenset({"order", "due", "updated", "number"})
_OF_ALL = frozenset({"order", "number"})
_LAST = "\U0010ffff"
"""A text that sorts after all others, for empty values."""


class SortKey(NamedTuple):
    """Position of a row in its list: the values that the list is sorted by.

    rank: rank in the order of work; 0 in lists that are sorted by an instant alone. at: the instant, as the database
    returned it (text or datetime), so that it is bound again unchanged; value: of a column without an index.
    """

    rank: int
    at: Any
    number: int
    value: Any = None


class Sorting(NamedTuple):
    """Order of a list. columns: the keyset; descending: the greatest key first; expression: SQL that is compared before
    the columns, which are never descending then; parameters: of the expression."""

    columns: tuple[str, ...]
    descending: bool = False
    expression: str = ""
    parameters: Mapping[str, str] = MappingProxyType({})

    def build_order_by(self, *, reverse: bool) -> str:
        """Return the ORDER BY clause; reverse: for the reversed list."""
        down = self.descending != reverse
        first = [self.expression + (" DESC" if down else "")] if self.expression else []
        down = reverse if self.expression else down
        return ", ".join((*first, *(f"{column} DESC" if down else column for column in self.columns)))

    def build_condition(self, *, reverse: bool) -> str:
        """Return the condition for the rows after a key; reverse: before it."""
        names = ", ".join(":key_" + column for column in self.columns)
        columns = ", ".join(self.columns)
        sign = "<" if self.descending != reverse else ">"
        if not self.expression:
            return f"({columns}) {sign} ({names})"
        among_equals = f"({columns}) {'<' if reverse else '>'} ({names})"
        first = self.expression
        return f"({first} {sign} :key_value OR ({first} = :key_value AND {among_equals}))"

    def build_parameters(self, key: SortKey) -> dict[str, object]:
        """Return the parameters of `build_condition` for a key."""
        values = {f"key_{column}": _pick(key, column) for column in self.columns}
        return {**values, **({"key_value": key.value} if self.expression else {})}


def parse_order(text: str) -> SortOrder | None:
    """Parse an order that a person wrote; `work` is the order of work; None for an unknown word."""
    word = text.strip().casefold()
    sign, name = ("-", word[1:]) if word.startswith("-") else ("", word)
    name = "order" if name == "work" else name
    return sign + name if name in LIST_ORDERS else None


def has_index(view: str, order: SortOrder) -> bool:
    """Return whether a list has an index for an order, so that all pages cost the same. view: the key of the list."""
    indexed = _OF_CLOSED if view == "closed" else _OF_ALL if view in ("all", "awake") else _BY_INDEX.keys()
    return order.removeprefix("-") in indexed


def fit_order(view: str, order: SortOrder, total: int) -> SortOrder:
    """Return the order, or the default of the list when that is too long for it. view: the key of the list; total:
    number of its tickets."""
    return order if total <= MOST_SORTED or has_index(view, order) else "order"


def find_sorting(
    view: str, order: SortOrder, scales: Scales = NO_SCALES, dialect: Literal["sqlite", "postgresql"] | str = "sqlite"
) -> Sorting:
    """Return how a list is sorted. view: its key."""
    name, is_reversed = order.removeprefix("-"), order.startswith("-")
    if view == "closed" and name in ("order", "due"):
        name = "updated"
    if name in _BY_INDEX:
        columns, descending = _BY_INDEX[name]
        return Sorting(columns, descending != is_reversed)
    if name == "number":
        if view in ("closed", "all", "awake"):
            return Sorting(("id",), is_reversed)
        # Not by the primary key, because of a million tickets only few are open
        return Sorting(_BY_INDEX["order"][0], is_reversed, "id + 0")
    text = _BY_TEXT.get(name)
    if text is not None:
        collation = ' COLLATE "C"' if dialect == "postgresql" else ""
        expression = f"coalesce(nullif({build_folded(text, dialect)}, ''), '{_LAST}'){collation}"
        return Sorting(_BY_INDEX["order"][0], is_reversed, expression)
    expression, parameters = _build_scale(_BY_SCALE[name], scales)
    return Sorting(_BY_INDEX["order"][0], is_reversed, expression, parameters)


def _build_scale(columns: Sequence[str], scales: Scales) -> tuple[str, dict[str, str]]:
    """Return the expression for the place of a key on its scale, and its parameters. Unknown keys come after all
    others, and empty ones last."""
    parameters: dict[str, str] = {}
    cases = []
    for column in columns:
        steps = []
        for place, key in enumerate(scales.get(column, ())):
            parameters[f"scale_{column}_{place}"] = key
            steps.append(f"WHEN :scale_{column}_{place} THEN {place}")
        found = f"CASE {column} {' '.join(steps)} ELSE 9998 END" if steps else "9998"
        cases.append(f"WHEN {column} IS NOT NULL AND {column} <> '' THEN {found}")
    return f"CASE {' '.join(cases)} ELSE 9999 END", parameters


def _pick(key: SortKey, column: str) -> object:
    return key.rank if column == "rank" else key.number if column == "id" else key.at
