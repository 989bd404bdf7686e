"""Pages about a ticket: its letters, similar tickets, and the price of the work on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.billing import quotes
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain import money
from deskterm.errors import DeskError
from deskterm.present.formats import format_message_time
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.store.queries.outbox import Letter, load_ticket_letters
from deskterm.store.queries.similar_tickets import SimilarTicket, find_similar_tickets
from deskterm.store.queries.ticket_detail import load_ticket_detail
from deskterm.tui.dialogs.page import Page
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target

_LIKE = 12
"""Most similar tickets that are offered."""


async def show_letters(console: Console, target: Target, argument: str) -> None:
    """Show the letters of the ticket, waiting and sent. Raises DeskError where there are none."""
    number = target.number

    def load(desk: DeskSession) -> list[Letter]:
        desk.require("letters")
        with desk.open_reader() as reader:
            return load_ticket_letters(reader, number)

    letters = await console.run(load)
    if not letters:
        raise DeskError(f"No letter was written for {number}.")
    parts: list[str | tuple[str, str]] = []
    for letter in letters:
        to = ", ".join(person.email or f"{person.name} (no address)" for person in letter.to)
        stamp = format_message_time(letter.at, console.epoch(), console.zone)
        parts += [
            (sanitize(f"{stamp}  {letter.state}  {letter.on}"), ACCENT),
            (sanitize(f"  to {to}") + "\n", FAINT),
            (sanitize(letter.heading) + "\n" if letter.heading else "", BOLD),
            sanitize(letter.body.strip(), multiline=True) + "\n\n",
        ]
    await console.show(Page(f"Letters · {number}", Content.assemble(*parts)))


async def show_similar(console: Console, target: Target, argument: str) -> None:
    """List similar tickets, and open the chosen one. Raises DeskError where there are none."""
    line = target.line

    def load(desk: DeskSession) -> list[SimilarTicket]:
        among = desk.procedure.definition.duplicates.suggest
        with desk.open_reader() as reader:
            return find_similar_tickets(
                reader,
                argument or line.subject,
                organisation=line.organisation or None,
                among="all" if among == "never" else among,
                leave_out=[line.number],
                limit=_LIKE,
            )

    found = await console.run(load)
    if not found:
        raise DeskError(f"No ticket is like {line.number}.")
    statuses = console.vocabulary.statuses
    choices = [
        Choice(
            str(one.number),
            sanitize(f"{one.number} {statuses[one.status].label if one.status in statuses else one.status}"),
            sanitize(f"{one.subject} · {one.organisation}"),
        )
        for one in found
    ]
    chosen = await console.choose(f"Like {line.number}", choices)
    if chosen is not None:
        console.show_ticket(int(chosen))


async def show_price(console: Console, target: Target, argument: str) -> None:
    """Show the price of the work on the ticket, or record that the customer agrees to be charged. argument: `agreed`,
    and the limit."""
    number = target.number
    word, _, limit = argument.partition(" ")
    if word.casefold() == "agreed":
        now = console.now()

        await console.run_on(
            [number],
            lambda desk, one: quotes.record_agreement(
                desk,
                one,
                amount=money.parse_amount(limit, desk.procedure.definition.money.currency) if limit.strip() else None,
                now=now,
            ),
        )
        return
    sentence = await console.run(lambda desk: _describe_price(desk, number))
    console.notify(f"{number}: {sentence}")


def _describe_price(desk: DeskSession, number: int) -> str:
    with desk.open_reader() as reader:
        detail = load_ticket_detail(reader, number)
    records = detail.records if detail is not None else []
    return money.sum_entries(
        record.values for record in records if record.kind == "entry" and record.state != "void"
    ).describe()
