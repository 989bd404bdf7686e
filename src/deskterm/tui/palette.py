"""The command palette: the table of commands, searched by words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from deskterm.tui.commands.command import Command
from deskterm.tui.commands.keymap import Keymap
from deskterm.tui.commands.keys import format_key
from deskterm.tui.commands.search import search_commands
from deskterm.tui.commands.table import TABLE


class DeskCommands(Provider):
    """Every command that the palette offers, with its keys and its help."""

    @property
    def _keymap(self) -> Keymap:
        """The keymap of the console below the palette."""
        keymap: Keymap = getattr(self.app, "keymap")  # noqa: B009 - the app's own class would import this module
        return keymap

    async def discover(self) -> Hits:
        """Offer all commands before anything is typed."""
        for command in _offered():
            yield DiscoveryHit(_title(command, self._keymap), self._runner(command), help=command.help)

    async def search(self, query: str) -> Hits:
        """Find commands by key, name, title, other words for them, and the words of their help, the best first."""
        matcher = self.matcher(query)
        found = search_commands(query, self._keymap.keys_of)
        for place, command in enumerate(found):
            title = _title(command, self._keymap)
            yield Hit(1 - place / (len(found) + 1), matcher.highlight(title), self._runner(command), help=command.help)
        if not found:  # tolerate a misspelt word
            for command in _offered():
                title = _title(command, self._keymap)
                if (score := matcher.match(title)) > 0:
                    yield Hit(score, matcher.highlight(title), self._runner(command), help=command.help)

    def _runner(self, command: Command) -> Callable[[], Awaitable[None]]:
        return partial(self.screen.run_action, f"run_command({command.name!r})")


def _offered() -> list[Command]:
    return [command for command in TABLE if command.in_palette]


def _title(command: Command, keymap: Keymap) -> str:
    keys = " ".join(map(format_key, keymap.keys_of(command.name)))
    return f"{command.title[:1].upper()}{command.title[1:]}" + (f"  ({keys})" if keys else "")
