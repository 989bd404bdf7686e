"""Columns and order of the list. Nothing of the desk is imported here, so that these commands work before the write
thread has imported it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from deskterm.errors import UsageError
from deskterm.tui.dialogs.columns import ColumnChoice, ColumnLine, ColumnsDialog
from deskterm.tui.panes.columns import make_columns
from deskterm.tui.screens.titles import SORTS_BY
from deskterm.tui.settings.declarations import COLUMN_NAMES

if TYPE_CHECKING:
    from deskterm.store.queries.queue import SortOrder
    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target


async def change_order(workspace: Workspace, target: Target, argument: str) -> None:
    """Change the order of the list, and keep that for the view. argument: `work`, `due`, `received` or `updated`; by
    default, the one of work and due that it does not have. Raises UsageError for another order."""
    orders: dict[str, SortOrder] = {
        **{"work": "order", "order": "order", "due": "due", "received": "received", "updated": "updated"},
        "": "order" if workspace.queue_query.order != "order" else "due",
    }
    order = orders.get(argument.casefold())
    if order is None:
        raise UsageError("Tickets are sorted by `work`, by `due`, by `received` or by `updated`.")
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
    lines = [
        ColumnLine(column.name, column.title, SORTS_BY.get(column.name, ""))
        for column in make_columns(400, chosen=COLUMN_NAMES)
    ]
    lines.insert(0, ColumnLine("left", "Left (always first)", SORTS_BY["left"]))
    dialog = ColumnsDialog(line.label if line else "", lines, ("left", *workspace.shown_columns), query.order)
    chosen: ColumnChoice | None = await workspace.show(dialog)
    if chosen is None:
        return
    names = tuple(name for name in chosen.columns if name != "left")
    if names != tuple(workspace.shown_columns):
        workspace.choose_columns(names)
    if chosen.order != query.order:
        workspace.sort(cast("SortOrder", chosen.order))
