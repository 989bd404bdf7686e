"""What is decided about a ticket's place and promise: out of its order, exempt, or as a rule suggests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.errors import UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.commands.base import Command
from deskterm.tui.commands.prompted import part_chosen
from deskterm.tui.commands.tickets import these

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.procedure.schema import PriorityPart, SlaPart
    from deskterm.tui.screens.desk import DeskScreen


class Prioritise(Command):
    """Lift the tickets out of their order, for one of the procedure's reasons."""

    asks = True
    name, title, argument, rows, act = "prioritise", "Out of order", "[priority]", "many", "priority"
    group = "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=True)
        part = await screen.clerk.do(_priority)
        if not part.overrides:
            raise UsageError("This procedure has no reasons that lift a ticket out of its order: use P or S.")
        wanted = argument or await screen.asking.choose(
            f"Lift {these(lines)} to", list(screen.vocabulary.priorities.values())
        )
        because = None
        if wanted:
            because = await part_chosen(screen, "For which reason?", lambda desk: part.overrides)
        if not wanted or because is None:
            return
        affected = None
        if part.asks_number_affected:
            said = await screen.asking.line("How many people are affected? (nothing where the ticket says it)")
            if said and not said.isdecimal():
                raise UsageError(f"{said!r} is no number of people.")
            affected = int(said) if said else None
        now = screen.instant()

        def lift(desk: DeskSession, number: int) -> CommandResult:
            from deskterm.desk.workflow import priority_override

            return priority_override.override_priority(
                desk, number, wanted, override=because, affected=affected, now=now
            )

        await screen.carrying.to_each(lines, lift)


class Exempt(Command):
    """Take the tickets out of what is promised, for a reason; `-` takes them back in."""

    asks = True
    name, title, argument, rows, act, group = "exempt", "Exempt", "[reason, or -]", "many", "exempt", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=True)
        question = f"Why is nothing promised for {these(lines)}?"
        reason = argument or await part_chosen(
            screen, question, lambda desk: desk.procedure.definition.sla.exempt_reasons
        )
        if reason == "":
            reason = await screen.asking.line(question)
        if reason:
            now = screen.instant()

            def leave_out(desk: DeskSession, number: int) -> CommandResult:
                from deskterm.desk.workflow import exemption

                if reason == "-":
                    return exemption.unexempt(desk, number, now=now)
                return exemption.exempt(desk, number, reason, now=now)

            await screen.carrying.to_each(lines, leave_out)


class Suggested(Command):
    """Do what a rule suggests for the ticket, or leave it."""

    asks = True
    name, title, argument, rows, act, group = "suggested", "Suggestions", "", "one", "edit", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=False)
        number, now = lines[0].number, screen.instant()
        waiting = await screen.clerk.do(lambda desk: _waiting(desk, number, now))
        if not waiting:
            raise UsageError(f"Nothing is suggested for {number}.")
        chosen = await screen.asking.choose("What is suggested", waiting)
        if chosen is None:
            return
        ways = [Choice("take", Safe("do it")), Choice("leave", Safe("leave it as it is"))]
        way = await screen.asking.choose("Do it?", ways)

        def settle(desk: DeskSession, number: int) -> CommandResult:
            from deskterm.desk.reactions import suggestions

            return (suggestions.accept_suggestion if way == "take" else suggestions.dismiss_suggestion)(
                desk, number, chosen, now=now
            )

        if way is not None:
            await screen.carrying.to_each(lines, settle)


def _policy(desk: DeskSession) -> SlaPart:
    return desk.procedure.definition.sla


def _priority(desk: DeskSession) -> PriorityPart:
    return desk.procedure.definition.priority


def _waiting(desk: DeskSession, number: int, now: datetime) -> list[Choice]:
    from deskterm.desk.reactions import suggestions

    with desk.ticket(number, "edit", now, rehearse=True) as work:
        return [
            Choice(record.key, sanitize(str(record.values["ask"])))
            for record in suggestions.list_open_suggestions(work)
        ]


WEIGHING: tuple[Command, ...] = (Prioritise(), Exempt(), Suggested())
