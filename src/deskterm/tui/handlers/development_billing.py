"""Development items, time entries and quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.desk.billing import quotes, time_entries
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.development import item_workflow, items
from deskterm.desk.domain import money
from deskterm.errors import UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target


async def write_time(console: Console, target: Target, argument: str) -> None:
    """Write down time worked. argument: the time, and what was done in it: `25m loaded the courses`."""
    text = argument or await console.ask(f"Time worked on {target.name}, and what was done: 25m …")
    if text:
        length, _, note = text.partition(" ")
        now = console.now()
        await console.run_on(
            [target.number],
            lambda desk, number: time_entries.add_entry(desk, number, money.parse_time(length), note=note, now=now),
        )


async def quote(console: Console, target: Target, argument: str) -> None:
    """Request a quote, send one, or record its answer. argument: `request`, an amount, `accept` or `decline`, and a
    note."""
    question = f"Quote for {target.name}: request, an amount, accept or decline"
    text = argument or await console.ask(question)
    if not text:
        return
    word, _, note = text.partition(" ")
    now = console.now()

    def run_quote(desk: DeskSession, number: int) -> CommandResult:
        if word == "request":
            return quotes.request_quote(desk, number, note=note, now=now)
        if word in ("accept", "decline"):
            return quotes.record_quote_answer(desk, number, word == "accept", note=note, now=now)
        amount = money.parse_amount(word, desk.procedure.definition.money.currency)
        return quotes.send_quote(desk, number, amount, note=note, now=now)

    await console.run_on([target.number], run_quote)


async def raise_item(console: Console, target: Target, argument: str) -> None:
    """Raise a development item. argument: the route, and `again` for another item of the same ticket."""
    now = console.now()
    words = argument.split()
    again = words[-1:] in (["again"], ["--again"])
    route = " ".join(words[:-1] if again else words) or None
    await console.run_on(
        [target.number],
        lambda desk, number: items.raise_item(desk, number, route=route, allow_same=again, now=now),
    )


async def move_item(console: Console, target: Target, argument: str) -> None:
    """Move the ticket's development item. argument: the development status."""
    number = target.number
    status = argument or await _choose_item_status(console, number)
    if status:
        now = console.now()
        await console.run_on([number], lambda desk, one: item_workflow.move_item(desk, one, status, now=now))


async def _choose_item_status(console: Console, number: int) -> str | None:
    choices = await console.run(
        lambda desk: [
            Choice(status.key, sanitize(status.label), sanitize(status.definition))
            for status in item_workflow.list_next_statuses(desk, number)
        ]
    )
    if not choices:
        raise UsageError("The item goes nowhere from here.")
    return await console.choose(f"Move the item of {number} to", choices)
