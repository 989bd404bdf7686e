"""Columns and order of the list. Nothing of the desk is imported here, so that these commands work before the write
thread has imported it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from deskterm.errors import UsageError
from deskterm.store.rows.list_orders import LIST_ORDERS, parse_order
from deskterm.tui.dialogs.columns import ColumnChoice, ColumnLine, ColumnsDialog
from deskterm.tui.panes.columns import make_columns
from deskterm.tui.panes.sorting import reverse_order
from deskterm.tui.settings.declarations import COLUMN_NAMES

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target


async def change_order(workspace: Workspace, target: Target, argument: str) -> None:
    """Change the order of the list, and keep that for the view. argument: `work`, `due` or the name of a column, behind
    a minus from its end; a minus alone reverses the order that there is; by default, the one of work and due that it
    does not have. Raises UsageError for another order."""
    now = workspace.queue_query.order
    if argument.strip() == "-":
        workspace.sort(reverse_order(now))
        return
    order = parse_order(argument or ("due" if now == "order" else "order"))
    if order is None:
        similar = next(iter(get_close_matches(argument.lstrip("-").casefold(), LIST_ORDERS, n=1)), "")
        hint = f" Did you mean {similar}?" if similar else f" Choose from work, {', '.join(LIST_ORDERS[1:])}."
        raise UsageError(f"No list is sorted by {argument!r}.{hint}")
    workspace.sort(order)


async def choose_columns(workspace: Workspace, target: Target, argument: str) -> None:
    """Choose the columns of this view, and their order. argument: their names, or `-` for those that suit the width;
    without it a dialog asks. Raises UsageError for an unknown name."""
    if not argument:
        await _ask_for_columns(workspace)
        return
    names = argument.replace(",", " ").casefold().split()
    if names == ["-"]:
        workspace.choose_columns(())
        return
    for name in names:
        if name not in COLUMN_NAMES:
            similar = next(iter(get_close_matches(name, COLUMN_NAMES, n=1)), "")
            hint = f" Did you mean {similar}?" if similar else f" Choose from {', '.join(COLUMN_NAMES)}."
            raise UsageError(f"There is no column {name!r}.{hint}")
    workspace.choose_columns(tuple(dict.fromkeys(names)))


async def _ask_for_columns(workspace: Workspace) -> None:
    query = workspace.queue_query
    line = workspace.view_list.find(query.view)
    lines = [ColumnLine(column.name, column.title) for column in make_columns(400, chosen=COLUMN_NAMES)]
    lines.insert(0, ColumnLine("left", "Left (always first)"))
    dialog = ColumnsDialog(line.label if line else "", lines, ("left", *workspace.shown_columns), query.order)
    chosen: ColumnChoice | None = await workspace.show(dialog)
    if chosen is None:
        return
    names = tuple(name for name in chosen.columns if name != "left")
    if names != tuple(workspace.shown_columns):
        workspace.choose_columns(names)
    if chosen.order != query.order:
        workspace.sort(chosen.order)
