"""Working on tickets: each does what the command line's command of the same name does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.errors import UsageError
from deskterm.present.models import Choice, QueueLine
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.commands.base import Command

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.screens.desk import DeskScreen

NOBODY = "-"


class Reply(Command):
    """Answer the requester, with the conversation in view."""

    asks = True
    name, title, keys, footer, rows, act, group = "reply", "reply", ("r",), 1, "one", "reply", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await screen.writing.open("reply", argument)


class Note(Command):
    """Write a note that only agents see."""

    asks = True
    name, title, keys, footer, rows, act, group = "note", "note", ("n",), 2, "one", "note", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await screen.writing.open("note", argument)


class Status(Command):
    """Change the status, along the procedure's workflow."""

    asks = True
    name, title, keys, footer, argument = "status", "status", ("s",), 3, "[status]"
    rows, act, group = "many", "move", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=True)
        wanted = argument or await self._asked(screen, lines)
        if wanted:
            mute = await self._moved(screen, lines, wanted)
            if mute and await screen.asking.confirm(
                f"The last word on {these(mute)} is the requester's, who was told nothing.", "move it anyway", "stay"
            ):
                await self._moved(screen, mute, wanted, anyway=True)

    async def _moved(
        self, screen: DeskScreen, lines: Sequence[QueueLine], wanted: str, *, anyway: bool = False
    ) -> list[QueueLine]:
        """Move them; those that wait for a message to the requester first."""
        now, mute = screen.instant(), set()

        def move(desk: DeskSession, number: int) -> CommandResult:
            from deskterm.desk.tickets import update
            from deskterm.desk.workflow import transition_rules

            try:
                return update.move(desk, number, wanted, anyway=anyway, now=now)
            except transition_rules.NeedsReply:
                mute.add(number)
                raise

        await screen.carrying.to_each(lines, move)
        return [line for line in lines if line.number in mute]

    async def _asked(self, screen: DeskScreen, lines: Sequence[QueueLine]) -> str | None:
        here = sorted({(line.type, line.status) for line in lines})

        def ways(desk: DeskSession) -> list[str]:
            from deskterm.desk.policy.status_graph import list_next_statuses

            each = [[status.key for status in list_next_statuses(desk.procedure, *place)] for place in here]
            return [key for key in each[0] if all(key in others for others in each)]

        known = screen.vocabulary.statuses
        keys = await screen.clerk.do(ways)
        if not keys:
            raise UsageError(
                f"{lines[0].status_label} is final: there is no way on from here."
                if len(here) == 1
                else "These tickets have no next status in common: mark fewer."
            )
        choices = [known.get(key) or Choice(key, sanitize(key)) for key in keys]
        return await screen.asking.choose(f"Move {these(lines)} to", choices)


class Assign(Command):
    """Give the tickets to an agent, or to nobody."""

    asks = True
    name, title, keys, footer, argument = "assign", "assign", ("a",), 4, "[login, or - for nobody]"
    rows, act, group = "many", "assign", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=True)
        people = [person for person in screen.people if person.active and person.role != "viewer"]
        choices = [
            Choice(person.login, sanitize(person.login), sanitize(f"{person.name}{_team(person.team)}"))
            for person in people
        ]
        choices.append(Choice(NOBODY, Safe("nobody"), Safe("take it from whoever has it")))
        wanted = argument or await screen.asking.choose(
            f"Assign {these(lines)} to", choices, lines[0].assignee, search=True
        )
        if wanted:
            await assign(screen, lines, None if wanted.casefold() in (NOBODY, "nobody", "none") else wanted)


class Take(Command):
    """Give the tickets to me."""

    name, title, keys, rows, act, group = "take", "Assign to me", ("A",), "many", "assign", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await assign(screen, screen.lines(many=True), screen.me.login)


class Tag(Command):
    """Add tags, and take those with a minus away: `vip -old`."""

    asks = True
    name, title, keys, argument = "tag", "Tag", ("t",), "[tag -tag]"
    rows, act, group = "many", "tag", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=True)
        words = argument or await screen.asking.line(f"Tags of {these(lines)}: vip -old")
        if words:
            names = words.replace(",", " ").split()
            add = [name.lstrip("+#") for name in names if not name.startswith("-")]
            remove = [name.lstrip("-#") for name in names if name.startswith("-")]
            now = screen.instant()

            def tag(desk: DeskSession, number: int) -> CommandResult:
                from deskterm.desk.tickets import update

                return update.tag(desk, number, add, remove, now=now)

            await screen.carrying.to_each(lines, tag)


class New(Command):
    """Open a ticket: type, severity, subject, who asks, and what they say."""

    asks = True
    name, title, keys, footer, act, group = "new", "new", ("c",), 11, "register", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await screen.asking.register(argument)


async def assign(screen: DeskScreen, lines: Sequence[QueueLine], login: str | None) -> None:
    now = screen.instant()

    def give(desk: DeskSession, number: int) -> CommandResult:
        from deskterm.desk.tickets import assignment

        return assignment.assign(desk, number, login, now=now)

    await screen.carrying.to_each(lines, give)


def these(lines: Sequence[QueueLine]) -> str:
    """The tickets that a question is about."""
    return str(lines[0].number) if len(lines) == 1 else f"{len(lines)} tickets"


def _team(team: str | None) -> str:
    return f" · {team}" if team else ""


WORKING = (Reply(), Note(), Status(), Assign(), Take(), Tag(), New())
