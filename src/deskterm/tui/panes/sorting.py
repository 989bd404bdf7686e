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
    """Return an order in words, for a title. view: the key of the list; that of what is closed has no order of work."""
    name = order.removeprefix("-")
    if view == "closed" and name in ("order", "due"):
        name = "received"
    usual, reversed_ = _LABELS.get(name, (f"by {name}", f"by {name}, reversed"))
    return reversed_ if order.startswith("-") else usual


def reverse_order(order: str) -> str:
    """Return the order of the same list from its end."""
    return order[1:] if order.startswith("-") else f"-{order}"


def next_order(column: str, order: str) -> str:
    """Return the order that a title asks for: by its column; again, from the end; and then by the order of work. order:
    the one that the list has."""
    natural = "due" if column == "left" else column
    if order == reverse_order(natural):
        return "order"
    return reverse_order(natural) if order == natural else natural


def find_sorted_column(order: str) -> tuple[str, str]:
    """Return the column that a list is sorted by, and the sign that its title has; both empty for the order of work."""
    name = order.removeprefix("-")
    if name == "order":
        return "", ""
    return "left" if name == "due" else name, "▼" if order.startswith("-") else "▲"
