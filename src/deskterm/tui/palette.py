"""The command palette: the table of commands, found by words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from deskterm.tui.commands import TABLE, display
from deskterm.tui.commands.base import Command

if TYPE_CHECKING:
    from deskterm.tui.screens.desk import DeskScreen


class DeskCommands(Provider):
    """Every command that can be spoken, with its key and what it does."""

    async def discover(self) -> Hits:
        for command in self._commands():
            yield DiscoveryHit(_title(command), self._run(command), help=command.explanation())

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands():
            score = max(matcher.match(_title(command)), matcher.match(command.explanation()) * 0.5)
            if score > 0:
                yield Hit(score, matcher.highlight(_title(command)), self._run(command), help=command.explanation())

    def _commands(self) -> list[Command]:
        return [command for command in TABLE if command.spoken]

    def _run(self, command: Command) -> partial[None]:
        return partial(cast("DeskScreen", self.screen).action_carry_out, command.name)


def _title(command: Command) -> str:
    keys = " ".join(display(key) for key in command.keys)
    return f"{command.title[:1].upper()}{command.title[1:]}" + (f"  ({keys})" if keys else "")
