"""Carrying commands out: refusing, running, telling what came of it, and keeping what is typed ahead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

from textual import events

from deskterm.errors import DeskError
from deskterm.present.models import QueueLine
from deskterm.tui.commands import BY_NAME
from deskterm.tui.commands.base import Step
from deskterm.tui.crash_log import written_down

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.screens.desk import DeskScreen


class Did(NamedTuple):
    """Something that was done: a ticket that it was about, and where that stood then."""

    number: int
    version: int


class CommandRunner:
    """The commands of a screen at work."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._ahead: list[events.Key] | None = None
        self.last: Did | None = None
        """What was done here last, until one goes to another ticket: what `undo` is about."""

    def out(self, name: str, argument: str = "") -> None:
        """Run a command by its name, or say why it cannot be."""
        command = BY_NAME[name]
        refusal = command.refusal(self._screen)
        if refusal is not None:
            self._screen.say(refusal, "warning")
        elif isinstance(command, Step):
            self.last = self.last if command.stays else None
            command.step(self._screen)
        else:
            if command.asks and not argument:
                self._ahead = []
            self.attempt(command.run(self._screen, argument))

    def attempt(self, doing: Awaitable[None]) -> None:
        """Do something that may take a while, and show what goes wrong with it."""

        async def guarded() -> None:
            try:
                await doing
            except DeskError as error:
                self._screen.say(str(error), "error")
            except Exception as error:
                self._screen.say(written_down(error), "error")
            finally:
                self.type_again()

        self._screen.run_worker(guarded(), group="commands")

    async def to_each(self, lines: Sequence[QueueLine], act: Callable[[DeskSession, int], CommandResult]) -> None:
        """Do the same to each of these tickets, as one act, say what came of it, and read again."""
        await self.to_numbers([line.number for line in lines], act)

    async def to_numbers(self, numbers: Sequence[int], act: Callable[[DeskSession, int], CommandResult]) -> None:
        """The same, of tickets by their numbers."""

        def each(desk: DeskSession) -> tuple[list[CommandResult], list[str]]:
            done, refused = [], []
            with desk.as_one() if len(numbers) > 1 else nullcontext():
                for number in numbers:
                    try:
                        done.append(act(desk, number))
                    except DeskError as error:
                        refused.append(str(error))
            return done, refused

        done, refused = await self._screen.clerk.do(each)
        self.did(done[-1] if done else None)
        if done:
            told = done[0].summary if len(numbers) == 1 else f"Done for {len(done)} of {len(numbers)} tickets"
            self._screen.say(told)
        if refused:
            more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
            self._screen.say(refused[0] + more, "error")
        elif self._screen.queue.marks:
            self._screen.mark([])
        self._screen.refresh_all()

    def did(self, done: CommandResult | None) -> None:
        """Keep what was done last, so that it can be taken back from wherever the cursor is left by it."""
        self.last = None if done is None else Did(done.number, done.version)

    # -- what is typed while something to type in is being opened ------------------------------------------------

    @property
    def opening(self) -> bool:
        """Whether keys are meant for something that is not there yet."""
        return self._ahead is not None

    def keep(self, key: events.Key) -> None:
        if self._ahead is not None:
            self._ahead.append(key)
            key.stop()

    def type_again(self) -> None:
        """Give what was typed ahead to what has been opened meanwhile."""
        typed, self._ahead = self._ahead or [], None
        for key in typed:
            self._screen.app.post_message(events.Key(key.key, key.character))
