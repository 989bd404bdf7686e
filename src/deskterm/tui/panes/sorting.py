"""The orders of a list as people choose and read them: by a click on a title, in the dialog of columns, by a word. Each
is a word of `deskterm.store.rows.list_orders`, where all columns have one."""

from __future__ import annotations

_LABELS = {
    "order": ("by order of work", "by order of work, reversed"),
    "due": ("by due", "by due, the last first"),
    "received": ("newest first", "oldest first"),
    "updated": ("last updated first", "longest untouched first"),
    "number": ("by number", "by number, the highest first"),
}


def name_order(order: str, view: str = "") -> str:
    """Return an order in words, for a title. view: the key of the list; the one of closed tickets has no order of
    work."""
    name = order.removeprefix("-")
    if view == "closed" and name in ("order", "due"):
        name = "received"
    usual, reversed_ = _LABELS.get(name, (f"by {name}", f"by {name}, reversed"))
    return reversed_ if order.startswith("-") else usual


def reverse_order(order: str) -> str:
    """Return the reversed order."""
    return order[1:] if order.startswith("-") else f"-{order}"


def next_order(column: str, order: str) -> str:
    """Return the order after a click on a title: by its column; again, in reverse; and then the order of work. order:
    the present one."""
    natural = "due" if column == "left" else column
    if order == reverse_order(natural):
        return "order"
    return reverse_order(natural) if order == natural else natural


def find_sorted_column(order: str) -> tuple[str, str]:
    """Return the sorted column, and the mark in its title; both empty for the order of work."""
    name = order.removeprefix("-")
    if name == "order":
        return "", ""
    return "left" if name == "due" else name, "▼" if order.startswith("-") else "▲"
