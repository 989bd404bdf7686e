"""Run commands: refuse, find the handler, show what goes wrong, and say what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from deskterm.errors import DeskError
from deskterm.tui.acts import ActLog, Refusals, run_on_each, run_once
from deskterm.tui.commands.table import BY_NAME
from deskterm.tui.control.asked_words import CURRENT_WORDS, AskedWords
from deskterm.tui.crash_log import log_crash
from deskterm.tui.type_ahead import CURRENT_HOLD

if TYPE_CHECKING:
    from types import ModuleType

    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target
    from deskterm.tui.type_ahead import Hold, TypeAhead

HANDLERS = "deskterm.tui.handlers"
"""The package that the names of handlers are looked up in."""

LIGHT_HANDLERS = frozenset({"view", "queue.columns", "queue.marks", "writing", "drafts", "learning"})
"""Modules of handlers that import nothing of the desk. They are imported on the event loop, so that their keys work
while the write thread is still fetching the desk."""


_MOST_STEPS = 10_000_000
"""Most rows that a count moves: more than any list has."""


class Loader(Protocol):
    """Imports a module where that does not hold up the event loop."""

    async def load(self, module: str) -> ModuleType:
        """Import a module, or return the one that has been imported."""


class CommandRunner:
    """The commands of one console at work. loader: the write thread."""

    def __init__(self, console: Workspace, loader: Loader, type_ahead: TypeAhead) -> None:
        self._console, self._loader, self._type_ahead = console, loader, type_ahead
        self.acts = ActLog(console.update_titles)
        self.noted: Callable[[str], object] | None = None
        """Called with the name of each command that is run."""
        self._expecting: tuple[str, str, str, Hold] | None = None
        """The command that waits until the row under the cursor is read, with its argument, line and hold on the
        keys."""

    def run(self, name: str, argument: str = "", target: Target | None = None, line: str = "") -> None:
        """Run a command by its name, or say why it cannot be run. target: the tickets; by default, those of the cursor
        or marks now; line: as typed after `:`, kept when the command is refused (C-05)."""
        command = BY_NAME[name]
        target = self._console.find_target() if target is None else target
        if command.rows != "none" and target.coming and not target.marked:
            self._expect_row(name, argument, line)
            return
        refusal = command.refusal(self._console, target)
        if refusal is not None:
            self._console.notify(refusal + self._drop_keys(command.opens_input and not argument), severity="warning")
            self._keep(line)
            return
        if self.noted is not None:
            self.noted(name)
        if command.counted is not None and argument.isdecimal():
            command.counted(self._console, min(int(argument), _MOST_STEPS))
        elif command.step is not None:
            command.step(self._console)
        else:
            # With an argument nothing is asked, and the keys that follow are commands again
            hold = self._type_ahead.make_hold()
            # Keys typed after an act wait until the list shows its effect, so that the next act gets the row under the
            # cursor then
            if command.act is not None or (command.opens_input and not argument):
                hold.take()
            work = self.call(command.handler, (command.narrow(target), argument))
            self.attempt(work, hold, line, name, opens_input=command.opens_input and not argument)

    def _keep(self, line: str) -> None:
        """Keep a refused line among the drafts."""
        if line:
            self._console.drafts.add_line(line)

    def _drop_keys(self, opens_input: bool) -> str:
        """Drop the keys typed after a command that was to open an input and did not; return a sentence about them."""
        count = self._type_ahead.drop_waiting() if opens_input else 0
        if not count:
            return ""
        return f" The {'key' if count == 1 else f'{count} keys'} typed behind it went nowhere."

    def _expect_row(self, name: str, argument: str, line: str) -> None:
        """Let a command, and the keys after it, wait until the row under the cursor has been read."""
        hold = self._type_ahead.make_hold()
        hold.take()
        self._expecting = name, argument, line, hold

    def row_read(self) -> None:
        """Run the command that waits for the row under the cursor, if there is one."""
        if self._expecting is not None:
            (name, argument, line, hold), self._expecting = self._expecting, None
            # After the agent cancelled, the command must not run later on some other row
            if hold.taken:
                self.run(name, argument, line=line)
                hold.drop()

    def abandon_expected(self) -> None:
        """Drop the command that waits for a row that cannot be read, and release the keys."""
        if self._expecting is not None:
            (name, argument, _, hold), self._expecting = self._expecting, None
            if words := self._drop_keys(hold.taken and BY_NAME[name].opens_input and not argument):
                self._console.notify(words.strip(), severity="warning")
            hold.drop()

    def start(self, handler: str, *arguments: object, hold: Hold | None = None) -> None:
        """Run a handler in the background. handler: `closing.close` for `close()` in the module `closing`; hold: holds
        keys until the handler has opened something, and again from its answer on."""
        self.attempt(self.call(handler, arguments), hold)

    def attempt(
        self,
        work: Awaitable[None],
        hold: Hold | None = None,
        line: str = "",
        name: str = "",
        *,
        opens_input: bool = False,
    ) -> None:
        """Run an awaitable in the background, and show its errors. hold: as for `start`; line: as for `run`; name: of
        the command; opens_input: the keys typed after it are for the input that it opens, and for nothing else."""
        held = hold or self._type_ahead.make_hold()

        async def guarded() -> None:
            CURRENT_HOLD.set(held)
            words = AskedWords(self._console.drafts, name, line)
            CURRENT_WORDS.set(words)
            before = self.acts.last
            try:
                await work
                if held.taken:
                    await self._console.wait_for_list()
            except Exception as error:
                # A fault in one command must not end the console, and lose what is being written
                sentence = str(error) if isinstance(error, DeskError) else log_crash(error)
                # Without a hold, or once it was released, keys have gone to what was opened
                sentence += self._drop_keys(opens_input and held.taken and not held.was_dropped)
                self._console.notify(sentence, severity="error")
                words.keep()
            else:
                words.drop()
            finally:
                # Whatever became of it, no key may stay held back
                self._console.end_act(done=self.acts.last is not before)
                held.drop()

        self._console.run_worker(guarded(), group="commands")

    async def call(self, handler: str, arguments: Sequence[object]) -> None:
        """Run a handler by its name, with the console before its arguments."""
        module, _, function = handler.rpartition(".")
        path = f"{HANDLERS}.{module}"
        found = import_module(path) if module in LIGHT_HANDLERS else await self._loader.load(path)
        run: Callable[..., Awaitable[None]] = getattr(found, function)
        await run(self._console, *arguments)

    async def run_on(
        self, numbers: Sequence[int], act: Callable[[DeskSession, int], CommandResult], done: str = ""
    ) -> None:
        """Run a command on each of these tickets as one act, say what came of it, and read the lists again. A ticket
        that is refused does not keep the others from being changed. done: as for `Console.run_on`."""

        console = self._console
        console.begin_act(numbers)
        results, refused, done_act = await console.run(lambda desk: run_on_each(desk, numbers, act))
        if done_act is not None:
            self.acts.add(done_act)
        if refused and not results and (asked := CURRENT_WORDS.get()) is not None:
            asked.keep()
        if len(numbers) > 1:
            self.acts.refused = Refusals(done or "Changed {}", len(numbers), refused)
        if results and not refused:
            console.notify(results[0].summary if len(numbers) == 1 else _name_act(done, len(results), len(numbers)))
        elif results:
            words = f"{_name_act(done, len(results), len(numbers))} · {self.acts.refused.name()}."
            console.notify(f"{words} Press <key refused> for why.", severity="warning")
        elif refused:
            more = f" (and {len(refused) - 1} more: press <key refused> for them)" if len(refused) > 1 else ""
            console.notify(refused[0].reason + more, severity="error")
        # Tickets that refused stay marked, so that the agent can try something else on them (C-04)
        console.marking.unmark(sorted(set(numbers) - {ticket.number for ticket in refused}))
        console.refresh_lists()

    async def perform(self, act: Callable[[DeskSession], CommandResult]) -> CommandResult:
        """Run one command in the write thread, and remember it for undo. Raises what it raises."""

        result, done_act = await self._console.run(lambda desk: run_once(desk, act))
        if done_act is not None:
            self.acts.add(done_act)
        return result


def _name_act(done: str, changed: int, selected: int) -> str:
    """Return the sentence of an act on several tickets: `Assigned 12 tickets to Priya`, `Closed 2 of 3 tickets`."""
    tickets = f"{changed} tickets" if changed == selected else f"{changed} of {selected} tickets"
    # Only the first: what follows may be words that an agent typed
    return (done or "Changed {}").replace("{}", tickets, 1)
