"""The table of all commands, in the order of the help page, the palette and the documents."""

from __future__ import annotations

from deskterm.tui.commands.browsing import LOOK, MOVE
from deskterm.tui.commands.command import Command
from deskterm.tui.commands.seldom import SELDOM
from deskterm.tui.commands.viewing import VIEWING
from deskterm.tui.commands.work import WORK

TABLE: tuple[Command, ...] = (*WORK, *SELDOM, *VIEWING, *LOOK, *MOVE)

BY_NAME: dict[str, Command] = {command.name: command for command in TABLE}
