"""Show the hand-over sheet of a shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.desk.policy import shifts
from deskterm.desk.policy.duty import find_duty
from deskterm.present.handover import HandoverSheet, present_handover, read_handover
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.tui.dialogs.page import Page, text_width
from deskterm.tui.pages.handover_page import format_handover

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target


async def show_sheet(workspace: Workspace, target: Target, argument: str) -> None:
    """Show the sheet as it stands now (C-15)."""
    now, words, zone = workspace.epoch(), workspace.vocabulary, workspace.zone

    def load(desk: DeskSession) -> HandoverSheet:
        with desk.open_reader() as reader:
            teams = shifts.list_shift_teams(desk.procedure) or None
            found = read_handover(reader, teams, now, words.timezone)
            return present_handover(
                found, find_duty(desk.procedure, now), words, load_desk_facts(reader).name, now, zone
            )

    sheet = await workspace.run(load)
    await workspace.show(Page(sheet.title, format_handover(sheet, text_width(workspace.size.width))))
