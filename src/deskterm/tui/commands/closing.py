"""How a ticket ends and comes back: each does what the command line's command of the same name does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from deskterm.errors import DeskError
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.commands.base import Command
from deskterm.tui.commands.prompted import asked, part_chosen
from deskterm.tui.commands.tickets import these

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.screens.desk import DeskScreen

DONE = "+"
"""The choice that nothing more is to be ticked off."""


class Resolve(Command):
    """Say how it was resolved, in a letter to the requester; of an incident, to all who are touched by it."""

    asks = True
    name, title, argument, rows, act, group = "resolve", "Resolve", "[kind]", "one", "reply", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        code = argument or await part_chosen(
            screen, "How was it resolved?", lambda desk: desk.procedure.definition.closing.resolutions
        )
        if code is None:
            return
        lines = screen.lines(many=False)
        number = lines[0].number

        def waiting(desk: DeskSession) -> int:
            from deskterm.desk.linking.incidents import find_open_attached

            return len(find_open_attached(desk, number))

        count = await screen.clerk.do(waiting)
        attached = count > 0 and await screen.asking.confirm(
            f"{count} open {'ticket is' if count == 1 else 'tickets are'} attached to {number}.",
            "resolve all of them",
            "only this one",
        )
        await screen.writing.open("resolve", code=code, attached=attached)


class Close(Command):
    """Close the tickets without a resolution, for one of the procedure's reasons."""

    asks = True
    name, title, argument, rows, act, group = "close", "Close", "[reason]", "many", "move", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=True)
        because = argument or await part_chosen(
            screen, asked("Why {be} {} closed?", lines), lambda desk: desk.procedure.definition.closing.reasons
        )
        if because == "":
            raise DeskError("This procedure has no reasons for closing: use s to change the status.")
        if because is not None:
            now = screen.instant()

            def close(desk: DeskSession, number: int) -> CommandResult:
                from deskterm.desk.tickets import closing

                return closing.close(desk, number, because, now=now)

            await screen.carrying.to_each(lines, close)


class Confirm(Command):
    """The requester says that all is well."""

    asks = True
    name, title, argument, rows, act, group = "confirm", "Confirmed", "[words]", "one", "move", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await _judged(screen, argument, confirmed=True)


class Reject(Command):
    """The requester says that it is not resolved."""

    asks = True
    name, title, argument, rows, act, group = "reject", "Not confirmed", "[words]", "one", "move", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await _judged(screen, argument, confirmed=False)


class Reopen(Command):
    """Take a ticket up again: for what was taken for mere thanks, or for the reason that is given."""

    asks = True
    name, title, keys, argument = "reopen", "Reopen", ("O",), "[reason]"
    rows, act, group = "one", "move", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines, now = screen.lines(many=False), screen.instant()
        number = lines[0].number

        def taken_for_thanks(desk: DeskSession) -> bool:
            from deskterm.desk.conversation import thanks_messages

            with desk.ticket(number, "move", now, rehearse=True, final=True) as work:
                return thanks_messages.has_unreviewed_thanks(work)

        if not argument and await screen.clerk.do(taken_for_thanks):

            def overrule(desk: DeskSession, number: int) -> CommandResult:
                from deskterm.desk.conversation import thanks_messages

                return thanks_messages.overrule_thanks(desk, number, now=now)

            await screen.carrying.to_each(lines, overrule)
            return
        reason = argument or await screen.asking.line(f"Why is {these(lines)} reopened?")
        if reason:

            def reopen(desk: DeskSession, number: int) -> CommandResult:
                from deskterm.desk.tickets import reopening

                return reopening.reopen(desk, number, reason, now=now)

            await screen.carrying.to_each(lines, reopen)


class Check(Command):
    """Tick items of the ticket's checklist off, and say what it ended in."""

    asks = True
    name, title, argument, rows, act, group = "check", "Checklist", "[places]", "one", "check", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines, now = screen.lines(many=False), screen.instant()
        number = lines[0].number
        places = [int(word) for word in argument.split() if word.isdecimal()]
        while True:
            if places:
                await screen.carrying.to_each(lines, _ticking(places, now))
            look = await screen.clerk.do(lambda desk: _look(desk, number, now))
            key = DONE if argument else await screen.asking.choose(look.title, look.choices)
            if key is None or key == DONE:
                return
            if look.ended:
                await screen.carrying.to_each(lines, _ending(key, now))
                return
            places = [int(key)]


class _Look(NamedTuple):
    """A list as it stands: what is left, or where all is done, what it may have ended in."""

    title: Safe
    choices: list[Choice]
    ended: bool


def _look(desk: DeskSession, number: int, now: datetime) -> _Look:
    from deskterm.desk.workflow import checklists

    part, rows = checklists.load_current_checklist(desk, number, now=now)
    left = [
        Choice(str(place), sanitize(row["text"]), Safe("" if row["required"] else "not required"))
        for place, row in enumerate(rows, 1)
        if not row.get("done")
    ]
    ended = bool(part.outcomes) and not any(row["required"] and not row.get("done") for row in rows)
    outcomes = [Choice(end.key, sanitize(end.label), sanitize(end.definition)) for end in part.outcomes]
    leave = Choice(DONE, Safe("leave it at that"))
    title = sanitize(f"{part.label}: what did it end in?" if ended else f"{part.label}: what is done?")
    return _Look(title, [*(outcomes if ended else left), leave], ended)


def _ticking(places: Sequence[int], now: datetime) -> Callable[[DeskSession, int], CommandResult]:
    def tick(desk: DeskSession, number: int) -> CommandResult:
        from deskterm.desk.workflow import checklists

        return checklists.tick_items(desk, number, places, now=now)

    return tick


def _ending(outcome: str, now: datetime) -> Callable[[DeskSession, int], CommandResult]:
    def end(desk: DeskSession, number: int) -> CommandResult:
        from deskterm.desk.workflow import checklists

        return checklists.tick_items(desk, number, outcome=outcome, now=now)

    return end


async def _judged(screen: DeskScreen, argument: str, *, confirmed: bool) -> None:
    """Write down what the requester said of a resolution; a dash is for those who did not write."""
    lines = screen.lines(many=False)
    words = argument or await screen.asking.line(f"What did they write of {these(lines)}, or - for nothing?")
    if words is None:
        return
    now, words = screen.instant(), "" if words == "-" else words

    def judge(desk: DeskSession, number: int) -> CommandResult:
        from deskterm.desk.tickets import confirmation

        return (confirmation.confirm if confirmed else confirmation.reject)(desk, number, words, now=now)

    await screen.carrying.to_each(lines, judge)


ENDING: tuple[Command, ...] = (Resolve(), Close(), Confirm(), Reject(), Reopen(), Check())
