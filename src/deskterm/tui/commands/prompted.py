"""Commands that are done to each ticket with a line of words, with the number of another ticket, or with one of the
procedure's choices."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from deskterm.errors import UsageError
from deskterm.present.models import Choice, QueueLine
from deskterm.present.sanitize import sanitize
from deskterm.tui.commands.base import Command
from deskterm.tui.commands.tickets import these

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.procedure.schema import Choice as Part
    from deskterm.tui.screens.desk import DeskScreen

_LONGEST = 18
"""Digits that the store can look for, whatever they are."""


class Worded(Command):
    """A command that takes a line of words. question: what is asked for, with the tickets in it, and the verbs `is` and
    `does` as they go with one or many."""

    asks = True
    group = "Work"
    question: ClassVar[str]

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=self.rows == "many")
        words = argument or await screen.asking.line(asked(self.question, lines))
        if words:
            self.check(words)
            now = screen.instant()
            await screen.carrying.to_each(lines, lambda desk, number: self.carry(desk, number, words, now))

    def check(self, words: str) -> None:
        """UsageError when these words cannot be meant, before anything is done."""

    @abstractmethod
    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        """Do it to one ticket."""


class Numbered(Worded):
    """A command that names another ticket."""

    def check(self, words: str) -> None:
        ticket_number(words)

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        return self.connect(desk, number, ticket_number(words), now)

    @abstractmethod
    def connect(self, desk: DeskSession, number: int, other: int, now: datetime) -> CommandResult:
        """Do it to one ticket and the other."""


def asked(question: str, lines: Sequence[QueueLine]) -> str:
    """A question about one ticket or many."""
    one = len(lines) == 1
    return question.format(these(lines), be="is" if one else "are", do="does" if one else "do")


def ticket_number(words: str) -> int:
    """The ticket that a person names, with or without `#`. UsageError for what is no number."""
    wanted = words.strip().removeprefix("#")
    if not wanted.isdecimal() or len(wanted) > _LONGEST:
        raise UsageError(f"{words!r} is no ticket number: write it as 1042.")
    return int(wanted)


async def part_chosen(screen: DeskScreen, question: str, among: Callable[[DeskSession], Sequence[Part]]) -> str | None:
    """The key of one of the procedure's choices; empty where it has none, None when nothing was chosen."""
    parts = await screen.clerk.do(among)
    if not parts:
        return ""
    choices = [Choice(part.key, sanitize(part.label), sanitize(part.definition)) for part in parts]
    return await screen.asking.choose(question, choices)
