"""Show reports, and go from a figure to its tickets (R-47)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from deskterm.errors import UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.pages.definition_file import find_known_report
from deskterm.reports.pages.definitions import Definition
from deskterm.reports.periods import parse_period
from deskterm.store.db.reader import ReadConnection
from deskterm.tui.screens.report.counting import ReportQuestion
from deskterm.tui.screens.report.screen import ReportScreen
from deskterm.tui.type_ahead import CURRENT_HOLD

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target


async def show_report(workspace: Workspace, target: Target, argument: str) -> None:
    """Show a report, and then the ticket that was chosen in the list of a figure. argument: the name of the report and
    its period; left out, the monthly report of last month. Raises UsageError for what there is not."""
    hold = CURRENT_HOLD.get()
    if hold is not None:
        hold.take()  # also after `:report NAME`: what opens here takes the keys that follow
    name, period, *more = *argument.split(), "", ""
    if any(more):
        raise UsageError("Give a name and a period: `:report month 2026-10`.")

    def load(desk: DeskSession) -> tuple[Callable[[], ReadConnection], CompiledProcedure, str, Definition]:
        return desk.open_reader, desk.procedure, desk.timezone, find_known_report(desk.procedure, name or "month")

    open_reader, procedure, zone, definition = await workspace.run(load)
    named = parse_period(period or definition.period, zone, workspace.now())
    question = ReportQuestion(definition.key, named, "", workspace.agent.login)
    number = await workspace.show(ReportScreen(workspace, open_reader, procedure, question, definition))
    if number is not None:
        workspace.show_ticket(number)
