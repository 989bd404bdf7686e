"""Every command is run by each of its keys, and from the palette under its title."""

from __future__ import annotations

import pytest

from deskterm.tui.commands.table import TABLE
from deskterm.tui.palette import DeskCommands
from tui.console_session import open_console

pytestmark = pytest.mark.law("C-42")

_OWN = "palette"
"""The command whose key is Textual's own, and opens the palette whatever the table says."""


async def test_every_command_is_run_by_its_keys_and_from_the_palette(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[str] = []

    def note(name: str, argument: str = "", *_: object) -> None:
        run.append(name)

    async with open_console(url, "ann") as console:
        monkeypatch.setattr(console.workspace, "run_command", note)
        # A digit may be the count of a movement that follows, so it is tried by itself (control/test_key_sequence)
        commands = [command for command in TABLE if command.name != _OWN]
        keys = [(command, key) for command in commands for key in command.keys if not key.isdecimal()]
        for _, key in keys:
            console.type_burst(*key.split())
        expected = [command.name for command, _ in keys]
        await console.wait_until(lambda: len(run) >= len(expected), "the last key")
        assert run == expected

        provider = DeskCommands(console.screen)
        for command in TABLE:
            if command.in_palette:
                run.clear()
                first = await anext(aiter(provider.search(command.title)))
                assert str(first.text).casefold().startswith(command.title.casefold())
                await first.command()
                assert run == [command.name], command.title
