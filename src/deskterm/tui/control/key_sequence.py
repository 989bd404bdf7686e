"""Key sequences: two keys such as `gg`, and counts such as `5j` (C-42). A digit is a count only when a movement follows
at once. Alone, or before any other key, it runs its own command, which opens a view.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from deskterm.tui.commands.command import Command
from deskterm.tui.commands.keys import DIGITS, find_sequences, format_key

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace
    from deskterm.tui.type_ahead import TypeAhead

PATIENCE = 1.5
"""Seconds to wait for the second key of a sequence. After that the first is forgotten: the agent may have been called
away, and the next key must have its own meaning."""

COUNT_PATIENCE = 0.4
"""Seconds to wait for a movement after a digit: fewer, because opening its view waits for it."""

_MOST_DIGITS = 6
"""Digits of a count."""


class KeySequence:
    """The keys of an unfinished sequence. table: the commands with their keys; type_ahead: the keys that wait."""

    def __init__(self, console: Workspace, table: Iterable[Command], type_ahead: TypeAhead) -> None:
        self._console, self._type_ahead = console, type_ahead
        commands = tuple(table)
        self.sequences = find_sequences(commands)
        self._by_key = {key: command for command in commands for key in command.keys if " " not in key}
        self._counted = [
            (one.keys[0], one.title, one.name)
            for one in commands
            if one.counted and one.keys and " " not in one.keys[0]
        ]
        """The first key of each movement that takes a count, with the movement's title and name."""
        self._timeout: asyncio.TimerHandle | None = None
        self._first = self._digits = ""
        """The first key of a sequence, after its digits; empty outside of one."""

    @property
    def pending(self) -> str:
        """The keys of the unfinished sequence, as `format_key` returns them; empty outside of one."""
        return " ".join((*self._digits, *filter(None, [self._first])))

    def list_next(self) -> list[tuple[str, str, str]]:
        """List the keys that may follow, each with the title and name of its command."""
        if self._first:
            following = self.sequences[self._first].items()
            return [(key, one.title, one.name) for key, one in following if one.counted or not self._digits]
        alone = self._by_key.get(self._digits)
        return [*([("", alone.title, alone.name)] if alone else []), *self._counted]

    def begin(self, first: str) -> None:
        """Begin a sequence, and wait for its second key."""
        self._wait(self._digits, first, PATIENCE, self._forget)

    def begin_count(self, digit: str) -> None:
        """Begin a count, or add a digit to it, and wait for its movement."""
        self._wait(digit, "", COUNT_PATIENCE, self._run_digits)

    def take(self, key: str) -> bool:
        """Continue the sequence with a key, and run its command. Return False when the key is a command by itself. An
        unknown second key does nothing, because it was not meant as a command of its own."""
        if self._first:
            self._take_second(key)
            return True
        if not self._digits:
            return False
        if key in DIGITS and len(self._digits) < _MOST_DIGITS:
            self._wait(self._digits + key, "", COUNT_PATIENCE, self._run_digits)
        elif key in self.sequences:
            self.begin(key)
        elif key == "escape":
            self._forget()
        elif (command := self._by_key.get(key)) is not None and command.counted is not None:
            self._run_counted(command)
        else:
            self._run_digits()
            return False
        return True

    def _take_second(self, key: str) -> None:
        first, command = self._first, self.sequences[self._first].get(key)
        if command is None:
            self._forget()
            if key != "escape":
                known = ", ".join(format_key(f"{first} {one}") for one in self.sequences[first])
                words = f"{format_key(f'{first} {key}')} is no command: there are {known}."
                self._console.notify(words, severity="warning")
        elif self._digits and command.counted is not None:
            self._run_counted(command)
        else:
            self._run_digits()
            self._console.run_command(command.name)

    def _run_counted(self, command: Command) -> None:
        count = self._digits
        self._forget()
        self._console.run_command(command.name, count)

    def _run_digits(self) -> None:
        """Run the commands of the digits themselves, because no movement has followed."""
        digits = self._digits
        self._forget()
        for digit in digits:
            if (command := self._by_key.get(digit)) is not None:
                self._console.run_command(command.name)

    def _wait(self, digits: str, first: str, seconds: float, then: Callable[[], None]) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
        self._digits, self._first = digits, first
        self._timeout = self._start_timeout(seconds, then)
        self._console.update_titles()

    def _start_timeout(self, seconds: float, then: Callable[[], None]) -> asyncio.TimerHandle:
        """Start the time in which the next key has to come. A key that came in time counts, even when the console had
        no time to take it: on a busy machine `3G` must not open view 3 (C-02)."""

        def expire() -> None:
            if self._timeout is not timeout:
                return  # a key has continued or ended the sequence
            if self._type_ahead.waiting:
                self._timeout = self._start_timeout(seconds, then)
            else:
                then()

        timeout = asyncio.get_running_loop().call_later(seconds, self._type_ahead.call_after_keys, expire)
        return timeout

    def _forget(self) -> None:
        """End the sequence."""
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None
        if self._digits or self._first:
            self._digits = self._first = ""
            self._console.update_titles()
