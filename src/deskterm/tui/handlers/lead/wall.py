"""Show the wall to leads, and go from it to tickets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.desk.tickets import assignment
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe
from deskterm.present.ticket import present_rows
from deskterm.store.filters.conditions import Among, IsEmpty
from deskterm.store.queries.queue import Viewer, load_queue_page
from deskterm.store.rows.live_clocks import load_live_clocks
from deskterm.tui.handlers import tickets
from deskterm.tui.handlers.lead.handover import show_sheet
from deskterm.tui.screens.wall.alerts import WallAlerts
from deskterm.tui.screens.wall.screen import WallAnswer, WallScreen
from deskterm.tui.target import Target

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.present.models import QueueLine
    from deskterm.tui.console import Workspace


_MOST_OFFERED = 100
"""Most tickets of an agent that are offered for reassignment."""


async def show_wall(workspace: Workspace, target: Target, argument: str) -> None:
    """Show the wall, and then what the agent chose there; after an act from the wall, show it again."""
    alerts = WallAlerts() if workspace.preferences.settings.wall_alerts else None
    try:
        while True:
            workspace.watch_wall(True)
            answer = await workspace.show(
                WallScreen(lambda: workspace.wall, lambda: workspace.watch_wall(True), workspace.epoch, alerts)
            )
            if answer is None or not await _act(workspace, answer):
                break
    finally:
        workspace.watch_wall(False)
    if answer is not None:
        _leave(workspace, answer)


async def _act(workspace: Workspace, answer: WallAnswer) -> bool:
    """Run an act that was chosen on the wall; return False when the answer is no act."""
    if answer.assign and answer.line is not None:
        await tickets.assign(workspace, Target(answer.line), "")
    elif answer.assign and answer.login is not None:
        await _move_from(workspace, answer.login)
    elif answer.moves:
        await _reassign(workspace, answer.moves)
    elif answer.handover:
        await show_sheet(workspace, Target(), "")
    else:
        return False
    return True


async def _move_from(workspace: Workspace, login: str) -> None:
    """Let the agent choose one of somebody's tickets, the next due first, and assign it to somebody else. login: empty
    for unassigned tickets."""
    now, words = workspace.epoch(), workspace.vocabulary

    def load(desk: DeskSession) -> list[QueueLine]:
        with desk.open_reader() as reader:
            condition = Among("assignee", (login,)) if login else IsEmpty("assignee")
            viewer = Viewer(desk.agent.login, desk.agent.team, now)
            rows = load_queue_page(reader, "open", viewer, order="due", limit=_MOST_OFFERED, condition=condition)
            return present_rows(rows, load_live_clocks(reader, [row.number for row in rows]), words)

    lines = {str(line.number): line for line in await workspace.run(load)}
    choices = [Choice(key, Safe(key), line.subject) for key, line in lines.items()]
    chosen = await workspace.choose(f"Tickets of {login or 'nobody'}", choices, search=True)
    if chosen is not None:
        await tickets.assign(workspace, Target(lines[chosen]), "")


async def _reassign(workspace: Workspace, moves: Sequence[tuple[int, Safe]]) -> None:
    """Assign tickets to colleagues as one act, after a confirmation that names each."""
    who = {number: str(login) for number, login in moves}
    words = ", ".join(f"{number} to {login}" for number, login in moves)
    if not await workspace.confirm(f"Reassign {words}?", "reassign", "not now"):
        return
    now = workspace.now()
    await workspace.run_on(
        list(who), lambda desk, number: assignment.assign(desk, number, who[number], now=now), "Reassigned {}"
    )


def _leave(workspace: Workspace, answer: WallAnswer) -> None:
    """Go from the wall to the tickets that were chosen there."""
    number = answer.line.number if answer.line is not None else answer.number
    if number is not None:
        workspace.show_ticket(number)
        return
    if answer.login is not None:
        answer = WallAnswer(view="open", match=f"assignee:{answer.login or 'none'}")
    if answer.view:
        workspace.show_view(answer.view)
        if answer.match:
            workspace.filter(answer.match)
        workspace.show_pane("queue")
