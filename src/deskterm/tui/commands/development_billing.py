"""Development, time and quotes at the console: each does what the command line's command of the same name does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.errors import UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.tui.commands.base import Command
from deskterm.tui.commands.tickets import these

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.screens.desk import DeskScreen


class Time(Command):
    """Write down time that was worked, and what was done in it: `25m loaded the courses`."""

    asks = True
    name, title, argument, rows, act, group = "time", "Time worked", "[25m words]", "one", "time", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=False)
        words = argument or await screen.asking.line(f"Time worked on {these(lines)}, and what was done: 25m …")
        if words:
            length, _, note = words.partition(" ")
            now = screen.instant()

            def write(desk: DeskSession, number: int) -> CommandResult:
                from deskterm.desk.billing import time_entries
                from deskterm.desk.domain import money

                return time_entries.add_entry(desk, number, money.parse_time(length), note=note, now=now)

            await screen.carrying.to_each(lines, write)


class Quote(Command):
    """Ask for a quote, send one by its amount, or say that it was accepted or declined."""

    asks = True
    name, title, argument, rows, act = "quote", "Quote", "[request|amount|accept|decline]", "one", "quote"
    group = "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=False)
        words = argument or await screen.asking.line(f"Quote for {these(lines)}: request, an amount, accept or decline")
        if words:
            word, _, note = words.partition(" ")
            now = screen.instant()

            def quote(desk: DeskSession, number: int) -> CommandResult:
                from deskterm.desk.billing import quotes
                from deskterm.desk.domain import money

                if word == "request":
                    return quotes.request_quote(desk, number, note=note, now=now)
                if word in ("accept", "decline"):
                    return quotes.record_quote_answer(desk, number, word == "accept", note=note, now=now)
                amount = money.parse_amount(word, desk.procedure.definition.money.currency)
                return quotes.send_quote(desk, number, amount, note=note, now=now)

            await screen.carrying.to_each(lines, quote)


class Raise(Command):
    """Raise a development item from the ticket, once the checklist before it is done."""

    name, title, argument, rows, act = "raise", "Raise with development", "[route] [again]", "one", "develop"
    group = "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        now = screen.instant()

        def begin(desk: DeskSession, number: int) -> CommandResult:
            from deskterm.desk.development import items

            words = argument.split()
            again = words[-1:] in (["again"], ["--again"])
            route = " ".join(words[:-1] if again else words)
            return items.raise_item(desk, number, route=route or None, allow_same=again, now=now)

        await screen.carrying.to_each(screen.lines(many=False), begin)


class Item(Command):
    """Move the ticket's development item to another development status."""

    asks = True
    name, title, argument, rows, act = "item", "Development status", "[status]", "one", "develop"
    group = "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        lines = screen.lines(many=False)
        wanted = argument or await self._asked(screen, lines[0].number)
        if wanted:
            now = screen.instant()

            def move(desk: DeskSession, number: int) -> CommandResult:
                from deskterm.desk.development import item_workflow

                return item_workflow.move_item(desk, number, wanted, now=now)

            await screen.carrying.to_each(lines, move)

    async def _asked(self, screen: DeskScreen, number: int) -> str | None:
        def ways(desk: DeskSession) -> list[Choice]:
            from deskterm.desk.development.item_workflow import list_next_statuses

            return [
                Choice(status.key, sanitize(status.label), sanitize(status.definition))
                for status in list_next_statuses(desk, number)
            ]

        choices = await screen.clerk.do(ways)
        if not choices:
            raise UsageError("The item goes nowhere from here.")
        return await screen.asking.choose(f"Move the item of {number} to", choices)


CHARGING = (Time(), Quote(), Raise(), Item())
