"""Correcting what a ticket is: another severity, priority, type or client changes its targets, over the same history.
What becomes of its due times is shown before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.errors import UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.tui.commands.base import Command
from deskterm.tui.commands.tickets import these
from deskterm.tui.pages.due_preview import Field, Foresight

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.screens.desk import DeskScreen


class Severity(Command):
    """Correct the severity: the targets change, over the same history."""

    asks = True
    name, title, keys, footer, argument = "severity", "severity", ("S",), 12, "[severity]"
    rows, act, group = "many", "severity", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        choices = list(screen.vocabulary.severities.values())
        if not choices:
            raise UsageError("This procedure has no severities: set the priority with P.")
        here = screen.lines(many=True)[0].step
        await _correct(screen, "severity", "Severity of", choices, here, argument)


class Priority(Command):
    """Set the priority, where the procedure has a scale of them beside severity."""

    asks = True
    name, title, keys, argument = "priority", "Priority", ("P",), "[priority]"
    rows, act, group = "many", "priority", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        choices = list(screen.vocabulary.priorities.values())
        if not choices:
            raise UsageError("This procedure has no priorities beside its severities: set the severity with S.")
        await _correct(screen, "priority", "Priority of", choices, "", argument)


class Type(Command):
    """Correct the type of request: what it is promised changes, over the same history."""

    asks = True
    name, title, keys, argument = "type", "Type of request", ("T",), "[type]"
    rows, act, group = "many", "edit", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        here = screen.lines(many=True)[0].type
        await _correct(screen, "type", "Type of", list(screen.vocabulary.types.values()), here, argument)


class Client(Command):
    """Correct whose ticket it is: that client's targets hold, over the same history."""

    asks = True
    name, title, keys, argument = "client", "Client", ("C",), "[client]"
    rows, act, group = "many", "edit", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        choices: list[Choice] = []
        if not argument:
            choices = await screen.clerk.do(_clients)
            if not choices:
                raise UsageError("This desk has no clients: an admin can add them with `deskterm seed clients FILE`.")
        here = screen.lines(many=True)[0].organisation
        await _correct(screen, "organisation", "Client of", choices, here, argument, search=True)


def _clients(desk: DeskSession) -> list[Choice]:
    from deskterm.desk.core.people import clients

    with desk.store.reading() as session:
        return [Choice(key, sanitize(name), sanitize(domain)) for key, name, domain in clients(session)]


async def _correct(
    screen: DeskScreen,
    field: Field,
    title: str,
    choices: Sequence[Choice],
    here: str,
    wanted: str,
    *,
    search: bool = False,
) -> None:
    """Ask for the right value, unless it was said, and set it."""
    lines = screen.lines(many=True)
    if not wanted:
        foresee = Foresight(screen, lines, field)
        asked = f"{title} {these(lines)}"
        wanted = await screen.asking.choose(asked, choices, here, search=search, foresee=foresee.of) or ""
    if not wanted:
        return
    now = screen.instant()

    def correct(desk: DeskSession, number: int) -> CommandResult:
        from deskterm.desk.tickets import update

        return update.update_ticket(desk, number, now=now, **{field: wanted})  # type: ignore[arg-type]

    await screen.carrying.to_each(lines, correct)


CORRECTING = (Severity(), Priority(), Type(), Client())
