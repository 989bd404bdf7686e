"""Marks of the queue. Nothing of the desk is imported here, so that these commands work before the write thread has
imported it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.errors import DeskError, UsageError

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target

MOST_MARKED = 500
"""Tickets that can be marked at once."""


async def mark_all(workspace: Workspace, target: Target, argument: str) -> None:
    """Mark the whole list, or remove all marks. Raises UsageError for a list that is too long."""
    marking = workspace.marking
    if marking.count:
        marking.mark([])
        return
    await _wait_for_list(workspace)
    if workspace.row_count > MOST_MARKED:
        raise UsageError(f"{workspace.row_count:,} tickets are too many to mark: filter the list first with /.")
    else:
        await marking.mark_all(MOST_MARKED)


async def mark_range(workspace: Workspace, target: Target, argument: str) -> None:
    """Mark every ticket from the one that was marked last to the one under the cursor. Raises UsageError when none was,
    or when there are too many between them."""
    await _wait_for_list(workspace)
    found = workspace.marking.range
    if found is None:
        raise UsageError("A range begins at a marked ticket: space marks one.")
    first, last = found
    if last - first >= MOST_MARKED:
        raise UsageError(f"{last - first + 1:,} tickets are too many to mark: {MOST_MARKED} go at once.")
    await workspace.marking.mark_range(first, last)
    workspace.show_pane("queue")


async def mark_again(workspace: Workspace, target: Target, argument: str) -> None:
    """Mark the tickets that were marked together last. Raises UsageError where none were."""
    if not workspace.marking.last:
        raise UsageError("Nothing was marked before: space marks a ticket, * all of the list.")
    await workspace.marking.mark_again()
    workspace.show_pane("queue")


async def _wait_for_list(workspace: Workspace) -> None:
    """Wait until the list that was asked for is shown, because its length and its places are not those of the one
    before (C-01). Raises DeskError when it takes too long."""
    await workspace.wait_for_list()
    if workspace.find_target().coming:
        raise DeskError("The list is still being read: nothing was marked.")
